// Stacks of three tools made comparable: what a function is called, what a leaf is, when a stack is whole. One rule for all of them:
//   a stack is whole when its outermost frame is the first function that a thread or the program runs (FIRST_FUNCTIONS)
//   kernel frames are left out: gdb sees none, and the time belongs to the user frame that entered the kernel
//   functions count without arguments, template arguments and clone suffixes, libc's without the prefixes of its aliases (`__libc_send`)
//   code without a symbol is its file's (`[mariadbd]`): only jtrace tells such functions apart

import { basename } from 'node:path';
import type { Profile } from '../../../src/model/profile.ts';
import { bareFunction } from '../leaf-key.ts';

export interface ToolFrame {
  readonly name: string;
  /** Path or name; empty: the tool does not tell. */
  readonly library: string;
}

export interface CountedStack {
  readonly count: number;
  /** User frames as the tool names them, leaf first. */
  readonly frames: readonly string[];
}

export interface ToolStacks {
  readonly samples: number;
  readonly whole: number;
  /** One key a sample. */
  readonly leaves: readonly string[];
  /** Whole ones, by the keys of their frames. */
  readonly stacks: ReadonlyMap<string, CountedStack>;
}

/** glibc's, for threads and for the program; start_thread where what calls it says of itself that nothing does. */
const FIRST_FUNCTIONS = new Set(['clone3', 'clone', 'start_thread', '_start']);
/** What names aliases of one function of libc: `__GI___poll`, `__libc_send`, `___pthread_cond_clockwait64`, `recv@@GLIBC_2.2.5`. */
const ALIAS_PREFIX = /^(?:__GI_)?(?:__libc_)?_*(?=\w)/;
const SYMBOL_VERSION = /@@?[A-Z]+_[\d.]+$/;
/** As perf, gdb and jtrace write that no symbol is known. */
const NO_NAME = /^(?:\[unknown\]|\?\?|\[[^\]]*\])$/;
const KEY_SEPARATOR = '\n';

/** What a function is counted as; `program` is the file of frames that name none. */
export function functionKey({ name, library }: ToolFrame, program: string): string {
  if (NO_NAME.test(name)) return `[${library === '' ? program : basename(library)}]`;
  const bare = bareFunction(name.replace(SYMBOL_VERSION, ''));
  return isFirstFunction(bare) ? bare.replace(/^__(?=clone)/, '') : bare.replace(ALIAS_PREFIX, '');
}

function isFirstFunction(bare: string): boolean {
  return FIRST_FUNCTIONS.has(bare.replace(/^__(?=clone)/, ''));
}

export class StackTally {
  readonly #program: string;
  #samples = 0;
  #whole = 0;
  readonly #leaves: string[] = [];
  readonly #stacks = new Map<string, CountedStack>();

  /** `program`: the name of the file that is profiled. */
  constructor(program: string) {
    this.#program = program;
  }

  /** User frames, leaf first; none: the tool has nothing but kernel frames. */
  add(frames: readonly ToolFrame[]): void {
    const keys = frames.map((frame) => functionKey(frame, this.#program));
    this.#samples += 1;
    this.#leaves.push(keys[0] ?? '[no user frame]');
    if (!FIRST_FUNCTIONS.has(keys.at(-1) ?? '')) return;
    this.#whole += 1;
    const key = keys.join(KEY_SEPARATOR);
    const known = this.#stacks.get(key);
    this.#stacks.set(key, { count: (known?.count ?? 0) + 1, frames: known?.frames ?? frames.map(({ name }) => name) });
  }

  result(): ToolStacks {
    return { samples: this.#samples, whole: this.#whole, leaves: this.#leaves, stacks: this.#stacks };
  }
}

/** Of jtrace's profile, and of perf's as jtrace reads it. */
export function stacksOfProfile({ frames, stacks, samples }: Profile, program: string): ToolStacks {
  const tally = new StackTally(program);
  for (const leaf of samples.stack) {
    const found: ToolFrame[] = [];
    for (let at = leaf; at >= 0; at = stacks.prefix[at] ?? -1) {
      const frame = frames.frames[stacks.frame[at] ?? -1];
      if (frame !== undefined && frame.kind !== 'kernel') found.push({ name: frame.name, library: frame.library });
    }
    tally.add(found);
  }
  return tally.result();
}

/** The same tool's stacks of several rounds. */
export function addStacks(parts: readonly ToolStacks[]): ToolStacks {
  const stacks = new Map<string, CountedStack>();
  for (const part of parts)
    for (const [key, { count, frames }] of part.stacks)
      stacks.set(key, { count: (stacks.get(key)?.count ?? 0) + count, frames: stacks.get(key)?.frames ?? frames });
  const sum = (of: (part: ToolStacks) => number): number => parts.reduce((all, part) => all + of(part), 0);
  const leaves = parts.flatMap((part) => part.leaves);
  return { samples: sum(({ samples }) => samples), whole: sum(({ whole }) => whole), leaves, stacks };
}
