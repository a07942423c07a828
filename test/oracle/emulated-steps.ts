// Judges the unwinder on an emulated aarch64 JVM by what single instructions do: from one instruction to the next the callers of the
// leaf stay the same; a call adds the address behind it, a return takes the newest away and goes there. Every instruction of prologues,
// epilogues, stubs and the interpreter is stepped over sooner or later, and a wrong frame on either side of it shows as a change that the
// instruction cannot have made.

import type { FrameTrace, ResolvedStack } from '../../src/model/frame.ts';
import type { Aarch64Registers } from '../../src/model/registers.ts';
import type { RawSample } from '../../src/model/sample.ts';
import { INSTRUCTION_BYTES, isCall, isJump, isReturn, wordOf } from '../../src/unwind/arch/a64-instructions.ts';
import type { ProcessUnwinder } from '../../src/unwind/process-unwinder.ts';
import type { EmulatedJvm } from '../support/emulated-jvm.ts';

/** They take compiled frames off and put interpreted ones there. */
const REPLACING_BLOBS: readonly string[] = ['DeoptimizationBlob', 'UncommonTrapBlob'];
/** What these call, one after the other (hotspot/share/runtime/deoptimization.cpp). */
const FRAME_REPLACING = /^Deoptimization::(fetch_unroll_info|uncommon_trap|unpack_frames)/;
/** How static call stubs and trampolines begin: isb; ldr x8, .+8. */
const LEAD_OUT: readonly number[] = [0xd503_3fdf, 0x5800_0048];
const FORWARDS_EXCEPTIONS = /^forward.exception$/;
/** svc #0. */
const SYSTEM_CALL = 0xd400_0001;

/** Of a stack told as an example: half from its leaf, half from its end. */
const EXAMPLE_FRAMES = 20;

/** One resolved instant. */
interface Instant {
  readonly pc: number;
  readonly link: number;
  readonly word: number;
  /** Return addresses of physical frames, newest first. */
  readonly callers: readonly number[];
  /** The same, but of a stub that called the VM only where its frame is: its pc is the return address, or the one that its anchor names. */
  readonly places: readonly string[];
  /** Whether it is code behind a compiled method's own that its calls go through (static call stub, trampoline). */
  readonly leadsOut: boolean;
  readonly stack: ResolvedStack;
}

export interface StepsResult {
  /** Steps judged: both ends resolved. */
  readonly judged: number;
  /**
   * Of these, calls out of a stub and returns to it, where the anchor that it set leads past it, as the VM's own walks do; and calls
   * within a compiled method to where they go on from.
   */
  readonly passedOver: number;
  /** Stacks that are not complete, by outcome, but those of {@link deoptimizing}. */
  readonly incomplete: ReadonlyMap<string, number>;
  /**
   * Stacks that end in `deoptimizing` while the VM's own functions that replace frames stand on them: until they have filled the new frames in,
   * nobody can tell the methods of those, the VM least of all.
   */
  readonly deoptimizing: number;
  /** The first stack of each outcome of `incomplete`, as text. */
  readonly examples: ReadonlyMap<string, string>;
  readonly stacks: number;
  /** Stacks by what the leaf is. */
  readonly leaves: ReadonlyMap<string, number>;
  readonly wrong: readonly string[];
}

export interface StepsOptions {
  readonly thread: RegExp;
  readonly stops: number;
  readonly stepsEach: number;
  /** Where the thread is stopped, in turn. Default: anywhere. */
  readonly at?: readonly number[];
  /** Sees each sample before it is resolved: a recorder. */
  readonly onSample?: (sample: RawSample) => void;
}

export async function judgeSteps(jvm: EmulatedJvm, unwinder: ProcessUnwinder, options: StepsOptions): Promise<StepsResult> {
  const [incomplete, leaves] = [new Map<string, number>(), new Map<string, number>()];
  const examples = new Map<string, string>();
  const wrong: string[] = [];
  let [judged, passedOver, deoptimizing, stacks] = [0, 0, 0, 0];
  const count = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1);
  const [tid] = jvm.threads(options.thread);
  if (tid === undefined) throw new Error(`no thread ${String(options.thread)}`);
  const locator = unwinder.locator();
  for (let stop = 0; stop < options.stops; stop += 1) {
    const at = options.at?.[stop % options.at.length];
    await (at === undefined ? jvm.stop(tid) : jvm.runTo(tid, at));
    let before: Instant | null = null;
    for (let step = 0; step < options.stepsEach; step += 1) {
      const sample = await jvm.sample(tid, locator);
      options.onSample?.(sample);
      unwinder.beginBatch(Date.now());
      const walked = unwinder.resolve(sample);
      const { outcome, frames } = walked.stack;
      stacks += 1;
      count(leaves, frames[0]?.kind ?? 'none');
      if (isDeoptimizing(walked.stack)) deoptimizing += 1;
      else if (outcome.kind !== 'complete' && !isPolling(walked.stack)) {
        const why = describeOutcome(walked.stack);
        count(incomplete, why);
        if (!examples.has(why)) examples.set(why, exampleOf(sample, walked.stack));
      }
      const now = instantOf(jvm, sample.registers as Aarch64Registers, walked.stack, walked.traces);
      // The emulator goes on behind a system call before it stops.
      if (before?.word === SYSTEM_CALL) before = null;
      const usable = outcome.kind !== 'unfinished' && !frames.some(({ marker }) => marker !== null);
      if (before !== null && usable) {
        judged += 1;
        if (isPassedOver(before, now)) passedOver += 1;
        else if (!isPossible(before, now)) wrong.push(describe(before, now));
      }
      before = usable ? now : null;
      if (!(await jvm.step())) break;
    }
    jvm.resume();
    // Elsewhere by the next stop.
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 5));
  }
  return { judged, passedOver, incomplete, deoptimizing, examples, stacks, leaves, wrong };
}

/**
 * In the stub of a poll that has not put the poll's pc into its frame yet: approximate because that pc is read from the thread after the tick. Nothing
 * runs here between the two.
 */
function isPolling({ outcome, frames }: ResolvedStack): boolean {
  return outcome.kind === 'approximate' && outcome.reasons.join() === 'unvalidated-step' && frames[0]?.name === 'SafepointBlob';
}

/** Names of libjvm's functions, which the unwinder takes no notice of, against the reason that it gave. */
function isDeoptimizing({ outcome, frames }: ResolvedStack): boolean {
  if (outcome.kind !== 'unfinished' || outcome.reason !== 'deoptimizing') return false;
  if (frames[0]?.kind === 'stub' && REPLACING_BLOBS.includes(frames[0].name)) return true;
  return frames.some(({ kind, name }) => kind === 'vm' && FRAME_REPLACING.test(name));
}

function describeOutcome({ outcome, frames }: ResolvedStack): string {
  const leaf = frames[0]?.name ?? '';
  switch (outcome.kind) {
    case 'complete':
      return `complete at ${leaf}`;
    case 'approximate':
      return `approximate ${outcome.reasons.join()} at ${leaf}`;
    case 'unfinished':
      return `unfinished ${outcome.reason} (${outcome.detail}) at ${leaf}`;
    default:
      return outcome satisfies never;
  }
}

function exampleOf({ registers, anchor }: RawSample, { frames }: ResolvedStack): string {
  const hex = (words: object): string => Object.entries(words).map(([name, word]) => `${name}=${Number(word).toString(16)}`).join(' '); // prettier-ignore
  const shown = [...frames.slice(0, EXAMPLE_FRAMES / 2), ...frames.slice(EXAMPLE_FRAMES / 2).slice(-EXAMPLE_FRAMES / 2)];
  return [
    ...(registers === null ? [] : [hex(registers)]),
    ...(anchor === null ? [] : [hex(anchor)]),
    `${String(frames.length)} frames:`,
    ...shown.map(({ kind, name }) => `  ${kind} ${name}`),
  ].join('\n');
}

function instantOf(
  jvm: EmulatedJvm,
  registers: Aarch64Registers,
  stack: ResolvedStack,
  traces: readonly (FrameTrace | null)[],
): Instant {
  const bytes = new Uint8Array(4);
  jvm.target.read(registers.pc, bytes);
  const word = wordOf(bytes, 0);
  const callers: number[] = [];
  const places: string[] = [];
  let last: FrameTrace | null = null;
  for (const [i, trace] of traces.entries()) {
    if (trace !== null && last !== null && (trace.pc !== last.pc || trace.sp !== last.sp)) {
      callers.push(trace.pc);
      const calledVm = stack.frames[i]?.kind === 'stub' && stack.frames[i - 1]?.kind === 'vm';
      places.push(calledVm ? `${stack.frames[i]?.name ?? ''} at ${String(trace.sp)}` : String(trace.pc));
    }
    last = trace ?? last;
  }
  return { pc: registers.pc, link: registers.x30, word, callers, places, leadsOut: LEAD_OUT.includes(word), stack };
}

const equal = <T>(a: readonly T[], b: readonly T[]): boolean => a.length === b.length && a.every((item, i) => item === b[i]);

function isPossible(before: Instant, now: Instant): boolean {
  const { callers } = before;
  if (isCall(before.word)) return equal(now.callers, [before.pc + 4, ...callers]);
  if (isReturn(before.word))
    return now.pc === before.link && equal(now.callers, callers.slice(1)) && callers[0] === now.pc - behindPoll(before);
  // The handler of an exception runs in the frame that threw: its stub goes back there by a jump, and to another place.
  if (isJump(before.word) && FORWARDS_EXCEPTIONS.test(before.stack.frames[0]?.name ?? ''))
    return equal(now.callers, callers.slice(1));
  // The interpreter calls by a jump, with the return address in x30 before.
  if (isJump(before.word)) return equal(now.callers, callers) || equal(now.callers, [before.link, ...callers]);
  return equal(now.places, before.places);
}

/** A poll's stub that has called the VM returns behind the poll (SafepointBlob, generate_handler_blob); its method stands at the poll all the same. */
function behindPoll({ stack, link, callers }: Instant): number {
  return stack.frames[0]?.name === 'SafepointBlob' && callers[0] === link - INSTRUCTION_BYTES ? INSTRUCTION_BYTES : 0;
}

function isPassedOver(before: Instant, now: Instant): boolean {
  // The interpreter's result handlers are called in the frame of the native method whose result they handle.
  const [from, to] = [before.stack.frames[0], now.stack.frames[0]];
  const isHandler = isCall(before.word) || (isReturn(before.word) && now.pc === before.link);
  if (isHandler && equal(now.callers, before.callers) && from?.kind === 'java-native' && from.name === to?.name) return true;
  // The frame of a call through such code is the calling method's, which a walk cannot show twice.
  if (isCall(before.word) && now.leadsOut && equal(now.callers, before.callers)) return true;
  const stub = isCall(before.word) ? before : isReturn(before.word) ? now : null;
  return stub?.stack.frames[0]?.kind === 'stub' && now.pc !== before.pc + 4 && equal(now.callers, before.callers);
}

function describe(before: Instant, now: Instant): string {
  const hex = (pcs: readonly number[]): string => pcs.slice(0, 4).map((pc) => pc.toString(16)).join(' '); // prettier-ignore
  const names = ({ stack }: Instant): string => stack.frames.slice(0, 4).map(({ kind, name }) => `${kind} ${name}`).join(' < '); // prettier-ignore
  return [
    `${before.pc.toString(16)} ${before.word.toString(16).padStart(8, '0')} → ${now.pc.toString(16)} (x30 was ${before.link.toString(16)})`,
    `  before: [${hex(before.callers)}] ${names(before)}`,
    `  after:  [${hex(now.callers)}] ${names(now)}`,
  ].join('\n');
}
