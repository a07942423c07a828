// Where the stacks of a program go: through variables, tuples, ternaries and maps into keys, values and what is printed. bpftrace's output does not say which of its
// numbers are identities of stacks; this does. What goes through functions and macros is not known.

import { codeTokens, isPartOfAnother, wordAt } from './code-tokens.ts';
import { bracketed, outermost, restOfStatement, type TokenRange } from './key-ranges.ts';
import type { ScriptProgram } from './program-structure.ts';
import { either, MAX_DEPTH, NOTHING_KNOWN, shapeOfKind, tupleOf, type ValueShape, wholeStack } from './value-shape.ts';

export interface StackFlow {
  /** By the map's name, a shape for each part of its key. */
  readonly keys: ReadonlyMap<string, readonly ValueShape[]>;
  /** What maps hold, by name. */
  readonly values: ReadonlyMap<string, ValueShape>;
  /** What `print` is given, but for whole maps. */
  readonly printed: ValueShape;
  /** What an expression may be, in a probe. */
  shapeOf(range: TokenRange, probe: number | null): ValueShape;
}

const STACKS = { kstack: 'kernel-stack', ustack: 'user-stack', dw_ustack: 'user-stack' } as const;
/** Each goes one step further: through a variable, a map. */
const MAX_ROUNDS = 8;
const VALUE = shapeOfKind('value');
const DEFINED = /^(?:fn|macro|subprog)\s+(\w+)/u;

export function stackFlow(program: ScriptProgram): StackFlow {
  const flow = new Flow(program);
  if (/stack/u.test(program.text)) flow.follow();
  return flow;
}

class Flow implements StackFlow {
  readonly keys = new Map<string, readonly ValueShape[]>();
  readonly values = new Map<string, ValueShape>();
  printed = NOTHING_KNOWN;
  readonly #program: ScriptProgram;
  readonly #variables = new Map<string, ValueShape>();
  /** Functions and macros. */
  readonly #defined: ReadonlySet<string>;

  constructor(program: ScriptProgram) {
    this.#program = program;
    const names = program.definitions.map(({ start, end }) => DEFINED.exec(program.text.slice(start, end))?.[1] ?? '');
    this.#defined = new Set(names.filter((name) => name !== ''));
  }

  follow(): void {
    for (let [round, before] = [0, '']; round < MAX_ROUNDS; round += 1) {
      this.#goOn();
      const known = [...this.keys.values(), ...this.values.values(), ...this.#variables.values()].flat();
      const now = known.map(drawn).join();
      if (now === before) return;
      before = now;
    }
  }

  shapeOf({ from, to }: TokenRange, probe: number | null, depth = 0): ValueShape {
    const program = this.#program;
    const [first, second] = [wordAt(program, from), wordAt(program, from + 1)];
    if (depth > MAX_DEPTH || from >= to) return NOTHING_KNOWN;
    const at = (start: number, end: number): ValueShape => this.shapeOf({ from: start, to: end }, probe, depth + 1);
    const question = outermost(program, { from, to }, '?');
    const colon = question < 0 ? -1 : outermost(program, { from: question, to }, ':');
    if (colon >= 0) return either(at(question + 1, colon), at(colon + 1, to));
    if (first === '{') return at(this.#lastStatement(from + 1, to - 1), to - 1);
    if (first === '(') return this.#inParentheses({ from, to }, at);
    const token = program.tokens[from];
    const key = second === '[' ? bracketed(program, from + 1).end + 1 : from + 1;
    if (token?.kind === 'variable')
      return this.#member(this.#variables.get(variable(probe, first)) ?? NOTHING_KNOWN, from + 1, to);
    if (token?.kind === 'map') return this.#member(this.values.get(first) ?? NOTHING_KNOWN, key, to);
    const end = second === '(' ? bracketed(program, from + 1).end + 1 : from + 1;
    if (end === to && token !== undefined && !isPartOfAnother(program, from)) {
      if (first === 'jstack') return wholeStack(second === '(' ? Number(wordAt(program, from + 2)) : null, token.start);
      if (first in STACKS) return shapeOfKind(STACKS[first as keyof typeof STACKS]);
    }
    return this.#defined.has(first) ? NOTHING_KNOWN : VALUE;
  }

  #goOn(): void {
    const program = this.#program;
    for (const { kind, word, index, probe } of codeTokens(program)) {
      if (kind !== 'map' && kind !== 'variable') {
        if (word === 'print' && wordAt(program, index + 1) === '(') this.#print(index, probe);
        continue;
      }
      const key = wordAt(program, index + 1) === '[' && kind === 'map' ? bracketed(program, index + 1) : null;
      if (key !== null) this.#key(word, key.parts.map((part) => this.shapeOf(part, probe))); // prettier-ignore
      const sign = key === null ? index + 1 : key.end + 1;
      const given = this.#given(sign, index, probe);
      if (given === null) continue;
      const [known, name] = kind === 'map' ? [this.values, word] : [this.#variables, variable(probe, word)];
      known.set(name, either(known.get(name) ?? NOTHING_KNOWN, given));
    }
  }

  /** What it is filled with here; null: it is not. */
  #given(sign: number, index: number, probe: number | null): ValueShape | null {
    const program = this.#program;
    const [before, next] = [wordAt(program, index - 1), wordAt(program, sign)];
    // An assignment within one is none that bpftrace takes.
    if (next === '=') return before === '=' ? null : this.shapeOf(restOfStatement(program, sign + 1), probe);
    if (next === '++' || next === '--' || before === '++' || before === '--') return VALUE;
    if (wordAt(program, sign + 1) === '=' && /^(?:[-+*/%&|^]|<<|>>)$/u.test(next)) return VALUE;
    if (next !== ':' || before !== '(' || wordAt(program, index - 2) !== 'for') return null;
    const map = wordAt(program, sign + 1);
    if (program.tokens[sign + 1]?.kind !== 'map') return VALUE;
    const [key = NOTHING_KNOWN, ...others] = this.keys.get(map) ?? [];
    return tupleOf([others.length === 0 ? key : tupleOf([key, ...others]), this.values.get(map) ?? NOTHING_KNOWN]);
  }

  #key(name: string, shapes: readonly ValueShape[]): void {
    const before = this.keys.get(name) ?? [];
    const length = Math.max(before.length, shapes.length);
    this.keys.set(
      name,
      Array.from({ length }, (_, index) => either(before[index] ?? NOTHING_KNOWN, shapes[index] ?? NOTHING_KNOWN)),
    );
  }

  #print(index: number, probe: number | null): void {
    const [first] = bracketed(this.#program, index + 1).parts;
    if (first === undefined) return;
    const isWholeMap = first.to === first.from + 1 && this.#program.tokens[first.from]?.kind === 'map';
    if (!isWholeMap) this.printed = either(this.printed, this.shapeOf(first, probe));
  }

  #lastStatement(from: number, to: number): number {
    let start = from;
    for (let at = from; at >= 0;) {
      start = at;
      const semicolon = outermost(this.#program, { from: at, to }, ';');
      at = semicolon < 0 || semicolon + 1 >= to ? -1 : semicolon + 1;
    }
    return start;
  }

  /** A tuple, an expression in parentheses, or one behind a cast. */
  #inParentheses({ from, to }: TokenRange, at: (from: number, to: number) => ValueShape): ValueShape {
    const { parts, end } = bracketed(this.#program, from);
    if (end < to - 1) return /^[A-Za-z_(@$]/u.test(wordAt(this.#program, end + 1)) ? at(end + 1, to) : VALUE;
    const isTuple = parts.length > 1 || wordAt(this.#program, end - 1) === ',';
    return isTuple ? tupleOf(parts.map((part) => at(part.from, part.to))) : at(from + 1, end);
  }

  /** `$t`, `$t.1`; anything else that is made of it is a number. */
  #member(shape: ValueShape, from: number, to: number): ValueShape {
    if (from === to) return shape;
    const place = wordAt(this.#program, from + 1);
    if (wordAt(this.#program, from) !== '.' || !/^\d+$/u.test(place)) return VALUE;
    return this.#member(shape.members?.[Number(place)] ?? NOTHING_KNOWN, from + 2, to);
  }
}

/** Those of one probe are its own. */
function variable(probe: number | null, name: string): string {
  return `${String(probe)} ${name}`;
}

function drawn({ kinds, frames, members }: ValueShape): string {
  return `${[...kinds].join('|')}${[...frames.keys()].join('|')}(${(members ?? []).map(drawn).join()})`;
}
