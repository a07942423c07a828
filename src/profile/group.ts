// A recording → its profile with one more level at the root of every stack: the thread, the process, its container or service, or the
// class or package that ran (the innermost Java frame's). Pure.

import type { Frame, FrameKind } from '../model/frame.ts';
import type { Profile, ProfileThread } from '../model/profile.ts';
import type { Recording, RecordingFacts } from '../model/recording.ts';
import { targetName } from '../model/summary.ts';
import type { Grouping } from '../model/view.ts';
import { rootNodes } from './root-nodes.ts';

const JAVA_KINDS: ReadonlySet<FrameKind> = new Set<FrameKind>(['interpreted', 'c1', 'c2', 'inlined', 'java-native']);
const NO_JAVA = '[no Java]';
const NO_CONTAINER = 'no container';
/** The number that HotSpot puts behind the name of a class it made: `Main$$Lambda$14/0x0000000800c01000`, `Main$$Lambda+0x…`. */
const HIDDEN_CLASS_NUMBER = /(\$\d+)?[/+]0x[0-9a-f]+$/;

/** The recording with its stacks under their groups. */
export function groupRecording(recording: Recording, by: Grouping): Recording {
  const { names, groupOf } = groupsOf(recording, by);
  return { ...recording, profile: underGroups(recording.profile, names, groupOf) };
}

/** Its groups alone: every stack is the one frame of its group. */
export function groupsOnly(recording: Recording, by: Grouping): Profile {
  const { names, groupOf } = groupsOf(recording, by);
  const { profile } = recording;
  return {
    ...profile,
    frames: { frames: names.map(groupFrame) },
    stacks: { prefix: names.map(() => -1), frame: names.map((_, index) => index) },
    samples: { ...profile.samples, stack: [...groupOf] },
  };
}

interface Groups {
  readonly names: readonly string[];
  /** Of each sample. */
  readonly groupOf: Int32Array;
}

function groupsOf({ profile, facts }: Recording, by: Grouping): Groups {
  const indexes = new Map<string, number>();
  const indexOf = (name: string): number => {
    const known = indexes.get(name);
    if (known !== undefined) return known;
    indexes.set(name, indexes.size);
    return indexes.size - 1;
  };
  const { thread, stack } = profile.samples;
  let groupOf: Int32Array;
  if (by === 'thread' || by === 'process' || by === 'container') {
    const text = by === 'thread' ? threadLabel : by === 'process' ? processLabel(profile, facts) : containerLabel(profile, facts);
    const threads = profile.threads.map((row) => indexOf(text(row)));
    groupOf = Int32Array.from(thread, (index) => threads[index] ?? 0);
  } else {
    const stacks = codeOfStacks(profile, by, indexOf);
    groupOf = Int32Array.from(stack, (index) => stacks[index] ?? 0);
  }
  return { names: [...indexes.keys()], groupOf };
}

/** Number 0: virtual threads, or a profile of another tool, which does not tell. */
function threadLabel({ tid, name }: ProfileThread): string {
  return Number(tid) === 0 ? `[${name === '' ? 'no thread' : name}]` : `[${name} tid=${String(tid)}]`;
}

type Label = (thread: ProfileThread) => string;

/** A process is called what the whole machine's profile calls it, else what was asked for is called, else as its main thread is. */
function processLabel(profile: Profile, { run }: RecordingFacts): Label {
  const names = new Map<number, string>();
  for (const { pid, tid, name } of profile.threads) if (Number(pid) === Number(tid)) names.set(pid, name);
  for (const target of run?.targets ?? []) names.set(target.pid, targetName(target));
  for (const [pid, { name }] of processFrames(profile, run)) names.set(pid, name);
  return ({ pid }) => (Number(pid) === 0 ? '[no process]' : `[${`process ${String(pid)} ${names.get(pid) ?? ''}`.trimEnd()}]`);
}

/** Of the whole machine, `targets` are the JVMs alone: of the others the frame tells. */
function containerLabel(profile: Profile, { run }: RecordingFacts): Label {
  const containers = new Map<number, string>();
  // A process that was gone when it was named has no container there; an earlier sample told.
  for (const [pid, { library }] of processFrames(profile, run, (frame) => frame.library !== '')) containers.set(pid, library);
  for (const { pid, container } of run?.targets ?? []) if (container !== '') containers.set(pid, container);
  return ({ pid }) => `[${containers.get(pid) || NO_CONTAINER}]`;
}

/** Of the whole machine: the first frame of each process's latest sample that tells, as a shell may have become what it started. */
function processFrames(
  { samples, stacks, frames, threads }: Profile,
  run: RecordingFacts['run'],
  tells: (frame: Frame) => boolean = () => true,
): ReadonlyMap<number, Frame> {
  const found = new Map<number, Frame>();
  if (run?.isWholeMachine !== true) return found;
  const roots = rootNodes(stacks);
  samples.stack.forEach((node, sample) => {
    const pid = threads[samples.thread[sample] ?? -1]?.pid;
    const frame = frames.frames[stacks.frame[roots[node] ?? -1] ?? -1];
    if (pid !== undefined && frame !== undefined && tells(frame)) found.set(pid, frame);
  });
  return found;
}

/** Of each stack, the group of its innermost Java frame. */
function codeOfStacks({ frames, stacks }: Profile, by: 'package' | 'class', indexOf: (name: string) => number): Int32Array {
  const frameGroups = Int32Array.from(frames.frames, ({ kind, name }) =>
    JAVA_KINDS.has(kind) ? indexOf(codeName(name, by)) : -1,
  );
  const noJava = indexOf(NO_JAVA);
  const groups = new Int32Array(stacks.prefix.length);
  for (let node = 0; node < groups.length; node += 1) {
    const own = frameGroups[stacks.frame[node] ?? -1] ?? -1;
    groups[node] = own >= 0 ? own : (groups[stacks.prefix[node] ?? -1] ?? noJava);
  }
  return groups;
}

/** `pkg/Cls.method` → `[class pkg/Cls]` or `[package pkg]`. */
function codeName(name: string, by: 'package' | 'class'): string {
  const dot = name.lastIndexOf('.');
  const className = (dot < 0 ? name : name.slice(0, dot)).replace(HIDDEN_CLASS_NUMBER, '');
  if (by === 'class') return `[class ${className}]`;
  const slash = className.lastIndexOf('/');
  return slash < 0 ? '[no package]' : `[package ${className.slice(0, slash)}]`;
}

/** The stacks once more under each group that has samples in them; a group's tree is made at once, by arrays alone. */
function underGroups(profile: Profile, names: readonly string[], groupOf: Int32Array): Profile {
  const { prefix, frame } = profile.stacks;
  const order = Uint32Array.from(groupOf.keys()).sort((a, b) => (groupOf[a] ?? 0) - (groupOf[b] ?? 0) || a - b);
  const frames: Frame[] = [...profile.frames.frames];
  const stacks = { prefix: [] as number[], frame: [] as number[] };
  const newStack = new Array<number>(groupOf.length).fill(-1);
  // Where a stack stands under the group at hand, and for which group that was said.
  const [place, placedFor] = [new Int32Array(prefix.length), new Int32Array(prefix.length).fill(-1)];
  let [group, root] = [-1, -1];
  for (const sample of order) {
    const own = groupOf[sample] ?? 0;
    if (own !== group) {
      group = own;
      root = stacks.prefix.push(-1) - 1;
      stacks.frame.push(frames.push(groupFrame(names[own] ?? '')) - 1);
    }
    const pending: number[] = [];
    let at = profile.samples.stack[sample] ?? -1;
    for (; at >= 0 && placedFor[at] !== group; at = prefix[at] ?? -1) pending.push(at);
    let parent = at < 0 ? root : (place[at] ?? root);
    for (let i = pending.length - 1; i >= 0; i -= 1) {
      const node = pending[i] ?? 0;
      parent = stacks.prefix.push(parent) - 1;
      stacks.frame.push(frame[node] ?? 0);
      place[node] = parent;
      placedFor[node] = group;
    }
    newStack[sample] = parent;
  }
  return { ...profile, frames: { frames }, stacks, samples: { ...profile.samples, stack: newStack } };
}

function groupFrame(name: string): Frame {
  return { kind: 'marker', name, signature: '', bci: -1, line: 0, library: '', lineApproximate: false, marker: null };
}
