// Profile → folded stacks: one line per distinct stack, frames oldest first joined by `;`, a blank and the weight. Conventions of
// FlameGraph's stackcollapse scripts and async-profiler's `collapsed`: `pkg/Cls.method`, `_[k]` behind kernel frames,
// `[name tid=N]` as a thread's frame. With kinds: async-profiler's `-o collapsed,ann` and its suffixes for all of them. Pure.

import type { Frame, FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { escapeForFolded } from './escape-folded.ts';
import type { OutputFormat, RenderOptions } from './format.ts';
import { frameName, plainName } from './frame-name.ts';
import { mergeStacks } from './merged-stacks.ts';

/** async-profiler's annotations (its flameGraph.cpp); C2's is that of all compiled Java, native code has none. */
const KIND_SUFFIXES: Readonly<Record<FrameKind, string>> = {
  interpreted: '_[0]',
  c1: '_[1]',
  c2: '_[j]',
  inlined: '_[i]',
  'java-native': '_[j]',
  stub: '',
  native: '',
  vm: '',
  kernel: '_[k]',
  marker: '',
};

/** The text of a frame in folded output. */
export function foldedFrame(frame: Frame, lines: boolean): string {
  return frameName(frame, lines, escapeForFolded);
}

/** What stands behind a frame of this kind in folded output with kinds. */
export function kindSuffix(kind: FrameKind): string {
  return KIND_SUFFIXES[kind];
}

/** The same with the suffix of its kind. */
function annotatedFrame(frame: Frame, lines: boolean): string {
  const name = plainName(frame, lines, escapeForFolded);
  return name === '' ? '' : `${name}${kindSuffix(frame.kind)}`;
}

/** Lines without their newline, in order of first appearance of a stack. Weights are integers of the profile's unit. */
export function* foldedLines(profile: Profile, options: RenderOptions, textOf = foldedFrame): Generator<string> {
  const { texts, prefix, text, self, leaves } = mergeStacks(profile, options, (frame) => textOf(frame, options.lines));
  for (const leaf of leaves) {
    const frames: string[] = [];
    for (let node = leaf; node >= 0; node = prefix[node] ?? -1) frames.push(texts[text[node] ?? -1] ?? '');
    yield `${frames.reverse().join(';')} ${String(self[leaf] ?? 0)}`;
  }
}

export const FOLDED_FORMAT: OutputFormat = {
  name: 'folded',
  endings: ['.folded', '.collapsed'],
  does: 'one line per stack: flamegraph.pl, inferno, speedscope',
  render: function* ({ profile }, options) {
    for (const line of foldedLines(profile, options)) yield `${line}\n`;
  },
};

export const FOLDED_KINDS_FORMAT: OutputFormat = {
  name: 'folded-kinds',
  endings: ['.kinds.folded', '.kinds.collapsed'],
  does: 'the same with _[0] _[1] _[j] _[i] _[k] behind frames: async-profiler, flamegraph.pl --color=java',
  render: function* ({ profile }, options) {
    for (const line of foldedLines(profile, options, annotatedFrame)) yield `${line}\n`;
  },
};
