// Where a program says `jstack` or `jstack(N)`: what stands there instead, and where in each probe the walk goes that makes it. The walk comes before the
// statement that needs it, so that events which do not get there do not pay; outside of loops, where the stack is the same each time round.

import { bracketsOf } from './brackets.ts';
import { codeTokens, namesIn, wordAt } from './code-tokens.ts';
import type { CodeToken } from './code-tokens.ts';
import { formatSpecs } from './format-specs.ts';
import { bracketed } from './key-ranges.ts';
import type { ScriptProgram } from './program-structure.ts';
import type { Edit } from './rewrite.ts';
import { type StackFlow, stackFlow } from './stack-flow.ts';
import type { Span } from './tokenize.ts';
import { framesOf, isWholeStack, NOTHING_KNOWN, secondLength, type ValueShape } from './value-shape.ts';

export interface JstackUse extends Span {
  /** Place in `program.probes`. */
  readonly probe: number;
  /** Frames shown; null: all. */
  readonly frames: number | null;
  /** The key it is a part of; null: it stands elsewhere. */
  readonly key: { readonly map: string; readonly index: number } | null;
  /** The `%s` of a `printf` that it is for; null: there is none. */
  readonly format: Span | null;
}

export interface JstackProblem {
  /** `two-lengths`: `jstack(N)` with two Ns go where nothing tells them apart. */
  readonly kind: 'in-condition' | 'in-function' | 'no-number' | 'two-lengths';
  readonly start: number;
}

export interface JstackUses {
  readonly uses: readonly JstackUse[];
  readonly problems: readonly JstackProblem[];
  /** Specs of `printf` for variables and maps that hold a stack. */
  readonly formats: readonly HeldFormat[];
  /** Where the stacks go. */
  readonly flow: StackFlow;
  /** Where in a probe's block the walk is put, by the probe's place. */
  readonly walks: ReadonlyMap<number, number>;
}

interface HeldFormat extends Span {
  readonly frames: number | null;
}

/** Of each format string, by where it begins: it may have thousands. */
type KnownSpecs = Map<number, readonly Span[]>;

/** Of blocks: a walk may stand before one that is deeper. */
const MAX_DEPTH = 64;

const NAME = 'jstack';
/** More than any stack has. */
const MAX_FRAMES_DIGITS = 6;
const FORMATTING = ['printf', 'system', 'cat', 'debugf', 'errorf', 'warnf'];
const LOOPS = ['while', 'for', 'unroll'];
const OPEN = ['(', '['];
const CLOSE = [')', ']'];
/** Before a brace that begins an expression, `$y = { $x = pid; $x }`, not a block of statements. */
const BEFORE_EXPRESSION = /^(?:=|\(|\[|,|\?|:|\+|-|\*|\/|%|&|\||\^|!|~|<|>|==|!=|<=|>=|&&|\|\||<<|>>|return)$/u;

export function jstackUses(program: ScriptProgram): JstackUses {
  const uses: JstackUse[] = [];
  const problems: JstackProblem[] = [];
  const specs: KnownSpecs = new Map();
  for (const token of namesIn(program, NAME)) {
    const { probe, start, index } = token;
    const block = probe === null ? null : (program.probes[probe]?.block ?? null);
    if (probe === null || block === null || start < block.start) {
      problems.push({ kind: probe === null ? 'in-function' : 'in-condition', start });
      continue;
    }
    const size = sizeOf(program, index);
    if (size === null) {
      problems.push({ kind: 'no-number', start });
      continue;
    }
    uses.push({
      probe,
      start,
      end: size.end ?? token.end,
      frames: size.frames,
      key: keyOf(program, token),
      format: formatOf(program, token, specs),
    });
  }
  const flow = stackFlow(program);
  const formats = uses.length === 0 ? [] : heldFormats(program, flow, specs);
  const shapes = [...[...flow.keys.values()].flat(), ...flow.values.values(), flow.printed, ...formats.map(({ shape }) => shape)];
  const [second] = shapes.map(secondLength).filter((at) => at !== null);
  if (second !== undefined) problems.push({ kind: 'two-lengths', start: second });
  return {
    uses,
    problems,
    formats: formats.map(({ span, shape }) => ({ ...span, frames: framesOf(shape) })),
    flow,
    walks: walksOf(program, uses),
  };
}

/** `printf("%s", $stack)`, `printf("%s", @last[tid])` */
function heldFormats(
  program: ScriptProgram,
  flow: StackFlow,
  specs: KnownSpecs,
): { readonly span: Span; readonly shape: ValueShape }[] {
  return [...codeTokens(program)].flatMap((token) => {
    if ((token.kind !== 'variable' && token.kind !== 'map') || wordAt(program, token.index - 1) !== ',') return [];
    const { index, probe } = token;
    const to = wordAt(program, index + 1) === '[' ? bracketed(program, index + 1).end + 1 : index + 1;
    const isAll = [',', ')'].includes(wordAt(program, to));
    const span = isAll ? formatOf(program, token, specs) : null;
    const shape = span === null ? NOTHING_KNOWN : flow.shapeOf({ from: index, to }, probe);
    return span !== null && program.text[span.end - 1] === 's' && isWholeStack(shape) ? [{ span, shape }] : [];
  });
}

function walksOf(program: ScriptProgram, uses: readonly JstackUse[]): Map<number, number> {
  const walks = new Map<number, number>();
  const wanted = new Map<number, Set<number>>();
  for (const { probe, start } of uses) wanted.set(probe, (wanted.get(probe) ?? new Set()).add(start));
  // Blocks follow each other as their probes do.
  let from = 0;
  for (const [probe, starts] of wanted) {
    const block = program.probes[probe]?.block;
    if (block == null) continue;
    while ((program.tokens[from]?.start ?? Infinity) < block.start) from += 1;
    walks.set(probe, commonPlace([...statementsAround(program, { from, end: block.end }, starts).values()]));
  }
  return walks;
}

/** Edits that put `variable` for each use, and the walks before them. `format`: what a `printf` shows for the stack, its spec included. */
export function jstackEdits(
  { uses, walks, formats }: Pick<JstackUses, 'uses' | 'walks' | 'formats'>,
  variable: string,
  walk: string,
  format: (frames: number | null) => string,
): Edit[] {
  return [
    ...[...walks.values()].map((at) => ({ start: at, end: at, text: walk })),
    ...uses.map(({ start, end }) => ({ start, end, text: variable })),
    ...uses.flatMap((use) => (use.format === null ? [] : [{ ...use.format, text: format(use.frames) }])),
    ...formats.map(({ start, end, frames }) => ({ start, end, text: format(frames) })),
  ];
}

/** `(N)` behind the name, or nothing; null: something else in parentheses. */
function sizeOf(program: ScriptProgram, index: number): { readonly frames: number | null; readonly end: number | null } | null {
  if (wordAt(program, index + 1) !== '(') return { frames: null, end: null };
  const digits = wordAt(program, index + 2);
  if (!/^[1-9]\d*$/u.test(digits) || digits.length > MAX_FRAMES_DIGITS || wordAt(program, index + 3) !== ')') return null;
  return { frames: Number(digits), end: program.tokens[index + 3]?.end ?? null };
}

/** The statement that one is in at a depth of blocks. */
interface OpenStatement {
  /** Where its block begins: branches of one statement have their own. */
  readonly block: number;
  start: number;
  isLoop: boolean;
  parentheses: number;
}

type Place = Pick<OpenStatement, 'block' | 'start'>;

/** The beginnings of the statements that each token is in, from the probe's own down; none within a loop. `from`: the block's first token. */
function statementsAround(
  program: ScriptProgram,
  block: { readonly from: number; readonly end: number },
  wanted: ReadonlySet<number>,
): Map<number, readonly Place[]> {
  const found = new Map<number, readonly Place[]>();
  const open: OpenStatement[] = [];
  let begins = false;
  for (let index = block.from; index < program.tokens.length; index += 1) {
    const { start, end } = program.tokens[index] ?? { start: 0, end: Infinity };
    if (end > block.end) break;
    const word = wordAt(program, index);
    const current = open.at(-1);
    if (begins && current !== undefined && word !== '}') {
      // `else` goes on with the statement whose block has ended.
      if (word !== 'else') Object.assign(current, { start, isLoop: LOOPS.includes(word), parentheses: 0 });
      begins = false;
    }
    if (wanted.has(start)) {
      const firstLoop = open.findIndex(({ isLoop }) => isLoop);
      found.set(
        start,
        open.slice(0, Math.min(MAX_DEPTH, firstLoop < 0 ? open.length : firstLoop + 1)).map((statement) => ({ ...statement })),
      );
    }
    // A statement within an expression is a part of the one around it.
    const isExpression = word === '{' && current !== undefined && !isBlock(program, index, current);
    if (isExpression || (word === '}' && (current?.parentheses ?? 0) > 0)) {
      if (current !== undefined) current.parentheses += isExpression ? 1 : -1;
    } else if (word === '{') {
      open.push({ block: start, start: end, isLoop: false, parentheses: 0 });
      begins = true;
    } else if (word === '}') {
      open.pop();
      begins = true;
    } else if (current !== undefined) {
      if (OPEN.includes(word)) current.parentheses += 1;
      else if (CLOSE.includes(word)) current.parentheses -= 1;
      else if (word === ';' && current.parentheses <= 0) begins = true;
    }
  }
  return found;
}

/** Whether statements stand in the braces that open here; `around`: the statement they are in. */
function isBlock(program: ScriptProgram, index: number, around: OpenStatement): boolean {
  return around.parentheses <= 0 && !BEFORE_EXPRESSION.test(wordAt(program, index - 1));
}

/** The last place in a probe that comes before all of them, as deep in its blocks as can be. */
function commonPlace(chains: readonly (readonly Place[])[]): number {
  const [first = []] = chains;
  let around: number | null = null;
  for (const [depth, { block, start }] of first.entries()) {
    const places = chains.map((chain) => chain[depth] ?? { block, start });
    // In branches of one statement: what is made in one of them is not there in the other.
    if (around !== null && places.some((place) => place.block !== block)) return around;
    const isOne = places.every((place) => place.start === start);
    if (!isOne || chains.some((chain) => chain.length <= depth + 1))
      return places.reduce((least, place) => Math.min(least, place.start), Infinity);
    around = start;
  }
  throw new Error('a use outside of all statements');
}

/** `@map[…, jstack, …]`: the map, and which part of the key. */
function keyOf(program: ScriptProgram, { index }: CodeToken): JstackUse['key'] {
  const { at, place } = bracketsOf(program).around(index);
  if (wordAt(program, at) !== '[' || program.tokens[at - 1]?.kind !== 'map') return null;
  return { map: wordAt(program, at - 1), index: place };
}

/** The spec of a `printf` that the argument is for. */
function formatOf(program: ScriptProgram, { index }: CodeToken, known: KnownSpecs): Span | null {
  const { at, place } = bracketsOf(program).around(index);
  const format = program.tokens[at + 1];
  if (wordAt(program, at) !== '(' || !FORMATTING.includes(wordAt(program, at - 1)) || format?.kind !== 'string') return null;
  const specs = known.get(format.start) ?? formatSpecs(program.text.slice(format.start, format.end));
  known.set(format.start, specs);
  const spec = specs[place - 1];
  return spec === undefined ? null : { start: format.start + spec.start, end: format.start + spec.end };
}
