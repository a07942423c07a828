// What a script of the catalogue says about itself: the comment at its beginning, as data. Help, docs and checks come from it. How it
// is written: parse-header.ts; what a parameter may be: parameter-types.ts.

import type { ParameterType } from './parameter-types.ts';

export interface ScriptHeader {
  /** One line. */
  readonly purpose: string;
  /** Paragraphs. */
  readonly description: readonly string[];
  readonly group: ScriptGroup;
  readonly parameters: readonly ScriptParameter[];
  readonly process: ScriptProcess;
  readonly outputs: readonly ScriptOutput[];
  readonly probes: readonly string[];
  readonly needs: ScriptNeeds;
  /** As measured, with its unit; null: not yet. */
  readonly cost: string | null;
  /** What is typed, what comes out, and what it means; lines as they are. */
  readonly example: readonly string[];
}

/** `jtrace list` and the docs show scripts under these headings, in this order. */
export const SCRIPT_GROUPS = [
  'files',
  'processes',
  'system calls',
  'scheduler',
  'memory',
  'block devices',
  'network',
  'databases',
  'kernel',
  'jvm',
] as const;
export type ScriptGroup = (typeof SCRIPT_GROUPS)[number];

/** Flags of `jtrace run`: a parameter of that name could never be given. */
export const RESERVED_NAMES = [
  'accept-freeze-risk',
  'as-root',
  'bpftrace',
  'duration',
  'engine',
  'help',
  'json',
  'output',
  'pid',
  'print-program',
  'program',
  'quiet',
  'show-loaded',
  'unsafe',
  'verbose',
  'version',
] as const;

/** What `-p PROCESS`, or a COMMAND, means to it: every probe is confined to it; it cannot do without; its probes run in other processes. */
export const PROCESS_KINDS = ['confined', 'needed', 'refused'] as const;

export interface ScriptProcess {
  readonly kind: (typeof PROCESS_KINDS)[number];
  /** What counts then; where it is refused: why, and what there is instead. */
  readonly help: string;
}

export interface ScriptParameter {
  /** As typed after `--`. */
  readonly name: string;
  readonly type: ParameterType;
  /** As it would be typed; null: it must be given. */
  readonly shownDefault: string | null;
  readonly help: string;
}

export interface ScriptOutput {
  /** A map with its keys, `@opened[comm, tid, file]`, or `line`: what a printed line begins with. */
  readonly field: string;
  readonly unit: string;
  readonly help: string;
}

/** What of the machine must be there, or must be allowed. */
export const SCRIPT_FEATURES = ['kprobes', 'btf', 'x86-64', 'unsafe'] as const;
export type ScriptFeature = (typeof SCRIPT_FEATURES)[number];

export interface ScriptNeeds {
  /** The least versions: major, minor. */
  readonly bpftrace: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly features: readonly ScriptFeature[];
  readonly programs: readonly string[];
  /** How much of a text must be read at least: BPFTRACE_STRLEN of versions before 0.20, later ones read a KiB; null: 64 bytes are enough. */
  readonly stringBytes: number | null;
}

/** How `-p` is told, before the help. */
export const PROCESS_WORDS = {
  confined: 'Or a COMMAND: every probe runs for it alone.',
  needed: 'It must be given.',
  refused: 'Refused, as with a COMMAND.',
} as const satisfies Record<ScriptProcess['kind'], string>;

/** For people, in one line. */
export function shownNeeds({ bpftrace, kernel, features, programs }: ScriptNeeds): string {
  const whats = {
    kprobes: 'kernel probes',
    btf: "the kernel's BTF",
    'x86-64': 'x86-64',
    unsafe: '--unsafe',
  } as const satisfies Record<ScriptFeature, string>;
  return [
    `bpftrace ${bpftrace.join('.')}`,
    `Linux ${kernel.join('.')}`,
    ...features.map((feature) => whats[feature]),
    ...programs,
  ].join(', ');
}
