// Names of Java classes in a program: `jklass(K)` of a Klass*, `joop(O)` of the class of an object, `jmonitor(M)` of that of the object whose ObjectMonitor M is. Each becomes a
// `str()` over the words that lead there, so that it may stand wherever `str` may; its argument is evaluated more than once. Names as the VM has them (`java/lang/String`).

import { parenthesesOf } from './code-tokens.ts';
import type { ScriptProgram } from './program-structure.ts';
import type { Edit } from './rewrite.ts';
import { callsOf } from './script-checks.ts';

/** As in src/unwind/hotspot/class-places.ts. */
export interface ClassOffsets {
  readonly name: number;
  readonly body: number;
  readonly length: number;
  readonly header:
    | { readonly kind: 'narrow'; readonly at: number; readonly base: number; readonly shift: number }
    | { readonly kind: 'whole'; readonly at: number }
    | { readonly kind: 'compact'; readonly from: number; readonly base: number; readonly shift: number };
  readonly monitorObject: { readonly at: number; readonly isHandle: boolean } | null;
}

const NAMES = ['jklass', 'joop', 'jmonitor'] as const;
export type ClassName = (typeof NAMES)[number];

export interface ClassNameUse {
  readonly name: ClassName;
  readonly start: number;
  readonly end: number;
  /** Its argument's text. */
  readonly argument: string;
}

/** Calls of them; one within another's argument is not among them (no name of a class is a pointer). */
export function classNameUses(program: ScriptProgram): readonly ClassNameUse[] {
  const uses: ClassNameUse[] = [];
  const closed = parenthesesOf(program);
  for (const { word, start, index } of callsOf(program)) {
    const name = NAMES.find((known) => known === word);
    const close = program.tokens[closed.get(index + 1)?.close ?? -1];
    if (name === undefined || close === undefined || start < (uses.at(-1)?.end ?? 0)) continue;
    const open = program.tokens[index + 1]?.end ?? start;
    uses.push({ name, start, end: close.end, argument: program.text.slice(open, close.start) });
  }
  return uses;
}

/**
 * `mostBytes`: that `str` gives; of a longer name its end is taken, where the class itself stands. `countsNul`: as in src/model/dialect.ts. null: this JVM
 * does not tell it.
 */
export function classNameEdit(
  { name, start, end, argument }: ClassNameUse,
  offsets: ClassOffsets,
  mostBytes: number,
  countsNul: boolean,
): Edit | null {
  const klass = klassOf(name, `(uint64)(${argument})`, offsets);
  if (klass === null) return null;
  const symbol = word(klass, offsets.name);
  const length = `(uint64)${read('uint16', symbol, offsets.length)}`;
  const most = String(mostBytes);
  const text = `uptr(${symbol} + ${String(offsets.body)} + (${length} > ${most} ? ${length} - ${most} : (uint64)0))`;
  return { start, end, text: `str(${text}, ${length}${countsNul ? ' + 1' : ''})` };
}

function klassOf(name: ClassName, argument: string, { header, monitorObject }: ClassOffsets): string | null {
  if (name === 'jklass') return argument;
  if (name === 'joop') return klassOfObject(argument, header);
  if (monitorObject === null) return null;
  const { at, isHandle } = monitorObject;
  return klassOfObject(isHandle ? word(word(argument, at), 0) : word(argument, at), header);
}

function klassOfObject(oop: string, header: ClassOffsets['header']): string {
  switch (header.kind) {
    case 'whole':
      return word(oop, header.at);
    case 'narrow':
      return `(((uint64)${read('uint32', oop, header.at)} << ${String(header.shift)}) + ${String(header.base)})`;
    case 'compact':
      return `((((uint64)${read('uint32', oop, MARK_HIGH)} >> ${String(header.from)}) << ${String(header.shift)}) + ${String(header.base)})`;
    default:
      return header satisfies never;
  }
}

/** The upper half of the mark word, of eight bytes. */
const MARK_HIGH = 4;

function word(address: string, offset: number): string {
  return read('uint64', address, offset);
}

function read(type: string, address: string, offset: number): string {
  return `*(${type} *)uptr(${address} + ${String(offset)})`;
}
