// Profile → folded stacks: one line per distinct stack, frames oldest first joined by `;`, a blank and the weight. Conventions of
// FlameGraph's stackcollapse scripts and async-profiler's `collapsed`: `pkg/Cls.method`, `_[k]` behind kernel frames,
// `[name tid=N]` as a thread's frame. Pure.

import type { Frame } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { escapeForFolded } from './escape-folded.ts';

export interface FoldedOptions {
  /** The thread as the first frame. */
  readonly byThread: boolean;
  /** Line numbers behind Java methods: `:42`, and `:~42` where the VM knows the line only nearly. */
  readonly lines: boolean;
  /** false: functions of libraries and of the VM are left out; markers stay. */
  readonly native: boolean;
}

/** Frame text without its suffix. */
function nameOf(frame: Frame, lines: boolean): string {
  const name = escapeForFolded(frame.name);
  if (!lines || frame.line === 0) return name;
  return `${name}:${frame.lineApproximate ? '~' : ''}${String(frame.line)}`;
}

/** The text of a frame in folded output. */
export function foldedFrame(frame: Frame, lines: boolean): string {
  return frame.kind === 'kernel' ? `${nameOf(frame, lines)}_[k]` : nameOf(frame, lines);
}

function isHidden(frame: Frame, options: FoldedOptions): boolean {
  return !options.native && (frame.kind === 'native' || frame.kind === 'vm' || frame.marker === 'native-gap');
}

/** Lines without their newline, in order of first appearance of a stack. Weights are integers of the profile's unit. */
export function* foldedLines(profile: Profile, options: FoldedOptions): Generator<string> {
  const frameText = profile.frames.frames.map((frame) => (isHidden(frame, options) ? '' : foldedFrame(frame, options.lines)));
  const stackText = profile.stacks.frame.map((): string | null => null);
  const textOf = (stack: number): string => {
    // Parents come first in the table, but only those that are asked for are written out: walk up to the first known one.
    const pending: number[] = [];
    let at = stack;
    while (at >= 0 && stackText[at] === null) {
      pending.push(at);
      at = profile.stacks.prefix[at] ?? -1;
    }
    let text = at < 0 ? '' : (stackText[at] ?? '');
    for (let i = pending.length - 1; i >= 0; i -= 1) {
      const index = pending[i] ?? 0;
      const frame = frameText[profile.stacks.frame[index] ?? -1] ?? '';
      text = frame === '' ? text : text === '' ? frame : `${text};${frame}`;
      stackText[index] = text;
    }
    return text;
  };
  const threadText = profile.threads.map(({ name, tid }) => `[${escapeForFolded(name)} tid=${String(tid)}]`);
  const weights = new Map<string, number>();
  const { stack, thread, weight } = profile.samples;
  stack.forEach((leaf, i) => {
    const frames = textOf(leaf) || '[native]';
    const line = options.byThread ? `${threadText[thread[i] ?? -1] ?? '[unknown]'};${frames}` : frames;
    weights.set(line, (weights.get(line) ?? 0) + (weight[i] ?? 0));
  });
  for (const [line, sum] of weights) yield `${line} ${String(sum)}`;
}
