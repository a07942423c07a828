// The words on a command line that is being typed → what its last word may become. Pure: targets are asked for by the function given, and
// only where a process may stand. Nothing is offered where a file name stands, or after `--`: there the shell knows better.

import type { Command } from '../command.ts';
import type { Flag, FlagTable } from '../flags/flag.ts';

export interface Candidate {
  readonly word: string;
  /** For shells that show it; '' for nothing. One line. */
  readonly does: string;
}

/** `words`: all that stands behind `jtrace`, the last one (maybe empty) being typed. */
export function candidatesFor(
  words: readonly string[],
  commands: readonly Command[],
  targets: () => readonly Candidate[],
): readonly Candidate[] {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  if (before.includes('--')) return [];
  return offered(before, current, commands, targets).filter(({ word }) => word.startsWith(current));
}

function offered(
  before: readonly string[],
  current: string,
  commands: readonly Command[],
  targets: () => readonly Candidate[],
): readonly Candidate[] {
  const command = commands.find(({ name }) => name === before.find((word) => commands.some((known) => known.name === word)));
  if (command === undefined) {
    return current.startsWith('-')
      ? [HELP, { word: '--version', does: 'Show the version.' }]
      : commands.map(({ name, summary }) => ({ word: name, does: summary }));
  }
  const value = valueBeingTyped(before, current, command.flags);
  if (value !== null) return (value.flag.choices ?? []).map((choice) => ({ word: `${value.prefix}${choice}`, does: '' }));
  if (current.startsWith('-')) return [...flagsLeft(command.flags, before, current), HELP];
  const { offers } = command.words;
  if (offers === 'jvms') return targets();
  return (offers ?? []).map((word) => ({ word, does: '' }));
}

const HELP: Candidate = { word: '--help', does: 'Show this help.' };

type ValueFlag = Exclude<Flag, { readonly kind: 'switch' }>;

/** The flag whose value the last word is: `--by X`, `-o X`, `--by=X` (one word in zsh, three in bash). */
function valueBeingTyped(
  before: readonly string[],
  current: string,
  flags: FlagTable,
): { readonly flag: ValueFlag; readonly prefix: string } | null {
  const [, typed = null] = /^(--[^=]+=)/.exec(current) ?? [];
  const name = typed?.slice(0, -1) ?? (before.at(-1) === '=' ? before.at(-2) : before.at(-1));
  const flag = Object.entries(flags).find(([long, { alias }]) => name === `--${long}` || name === `-${alias ?? ''}`)?.[1];
  return flag === undefined || flag.kind === 'switch' ? null : { flag, prefix: typed ?? '' };
}

/** Long names, as they say what they do; of short ones the one that stands there already. Given ones only if they may be repeated. */
function flagsLeft(flags: FlagTable, before: readonly string[], current: string): readonly Candidate[] {
  return Object.entries(flags).flatMap(([name, { alias, kind, help }]) => {
    const short = alias === undefined ? [] : [`-${alias}`];
    if (kind !== 'list' && [`--${name}`, ...short].some((word) => before.includes(word))) return [];
    return [`--${name}`, ...short.filter((word) => word === current)].map((word) => ({ word, does: help }));
  });
}
