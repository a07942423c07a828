// What jtrace changes of a user's program: line ends bpftrace miscounts, `cpid`, the process it is for, prints while it runs. Tried on 0.17, 0.23 and 0.27.

import { runsInProcess } from './attach-point.ts';
import { namesIn } from './code-tokens.ts';
import type { ProgramMap } from './program-maps.ts';
import type { Probe, ScriptProgram } from './program-structure.ts';
import type { Edit } from './rewrite.ts';
import type { Token } from './tokenize.ts';

/** A byte order mark is no character to any bpftrace, and 0.17 and 0.23 count a carriage return as a line of its own. */
export function lineEndEdits(text: string): Edit[] {
  const edits: Edit[] = text.startsWith('\uFEFF') ? [{ start: 0, end: 1, text: '' }] : [];
  for (let at = text.indexOf('\r\n'); at >= 0; at = text.indexOf('\r\n', at + 2))
    edits.push({ start: at, end: at + 1, text: '' });
  return edits;
}

/** `cpid`, the process that was started: bpftrace itself knows it only when it starts the command. */
export function cpidEdits(program: ScriptProgram, pid: number): Edit[] {
  return [...namesIn(program, 'cpid')].map(({ start, end }) => ({ start, end, text: String(pid) }));
}

export interface Confinement {
  readonly edits: readonly Edit[];
  /** Probes that cannot be confined: some of their attach points run for a process, others (interval, BEGIN, …) for none. */
  readonly mixed: readonly Probe[];
}

/** Every probe that runs for a process gets the condition, `pid == N` say, before its own. Probes that bpftrace runs itself (BEGIN, interval, …) stay as they are. */
export function confinement(program: ScriptProgram, condition: string): Confinement {
  const edits: Edit[] = [];
  const mixed: Probe[] = [];
  for (const probe of program.probes) {
    const kinds = new Set(probe.attachPoints.map(runsInProcess));
    if (kinds.has('both') || kinds.size > 1) mixed.push(probe);
    else if (kinds.has('yes') && probe.block !== null)
      edits.push(...conditionEdits(program, probe, probe.block.start, condition));
  }
  return { edits, mixed };
}

function conditionEdits(program: ScriptProgram, probe: Probe, blockStart: number, condition: string): Edit[] {
  if (probe.predicate === null) {
    // Glued to the attach point it would be part of that.
    const gap = /\s/.test(program.text.charAt(blockStart - 1)) ? '' : ' ';
    return [insertion(blockStart, `${gap}/${condition}/ `)];
  }
  const { start, end } = probe.predicate;
  // One without its second slash is for bpftrace to complain of.
  if (end - start < 2 || program.text.charAt(end - 1) !== '/') return [];
  const inside = program.tokens.slice(firstFrom(program.tokens, start + 1), firstFrom(program.tokens, end - 1));
  const [open, close] = aroundCondition(program, inside);
  return [insertion(start + 1, `${condition} && ${open}`), insertion(end - 1, close)];
}

/** The place of the first token that begins at an offset or behind it. Searched: a program may have a hundred thousand conditions. */
function firstFrom(tokens: readonly Token[], offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What to put around a condition that becomes the right side of `&&`. 0.17 takes a pointer for a whole condition but not there, hence the comparison; a name alone in parentheses would be
 * a cast to bpftrace.
 */
function aroundCondition(program: ScriptProgram, inside: readonly Token[]): readonly [string, string] {
  if (inside.length < 2) return ['0 != ', ''];
  return isTruthValue(program, inside) ? ['(', ')'] : ['(0 != (', '))'];
}

const TRUTH_OPERATORS = ['==', '!=', '<', '>', '<=', '>=', '&&', '||'];

/** Whether a comparison stands outermost: `a == 1`, but not `f(a == 1)`, `a == 1 ? p : q`. */
function isTruthValue(program: ScriptProgram, inside: readonly Token[]): boolean {
  let depth = 0;
  let found = false;
  for (const { start, end } of inside) {
    const word = program.text.slice(start, end);
    if (word === '(' || word === '[') depth += 1;
    else if (word === ')' || word === ']') depth -= 1;
    else if (depth === 0 && word === '?') return false;
    else if (depth === 0 && TRUTH_OPERATORS.includes(word)) found = true;
  }
  return found;
}

export interface LivePrinting {
  readonly intervalMs: number;
  /** Of a map with keys, so many of its largest entries. */
  readonly rows: number;
}

/**
 * A probe at the end that prints, again and again, the maps that the program does not print while it runs. Not those that it empties at its end unprinted: they are its own means, begin times say.
 * Nothing if no map is left, or the program breaks off.
 */
export function livePrintingEdits(
  program: ScriptProgram,
  maps: readonly ProgramMap[],
  { intervalMs, rows }: LivePrinting,
): Edit[] {
  const prints = maps
    .filter(({ printed, cleared }) => !printed.running && !(cleared.atEnd && !printed.atEnd))
    .map(({ name, keyed }) => (keyed ? `print(${name}, ${String(rows)});` : `print(${name});`));
  if (prints.length === 0 || !program.complete) return [];
  // On a line of its own: the last one of the user's may be a comment.
  const gap = program.text.endsWith('\n') ? '' : '\n';
  return [insertion(program.text.length, `${gap}interval:ms:${String(intervalMs)} { ${prints.join(' ')} }\n`)];
}

function insertion(at: number, text: string): Edit {
  return { start: at, end: at, text };
}
