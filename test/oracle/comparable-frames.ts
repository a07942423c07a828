// The three views of a stack (jtrace, the debugger, the bytes) → Java frames in one form, so that "equal" is one comparison:
// interpreted or compiled, method with its parameter types as the debugger prints them, bytecode index, line. Native methods have
// neither index nor line (the debugger prints index 0). Addresses in names of hidden classes are masked, as jtrace masks them.

import type { Frame } from '../../src/model/frame.ts';
import type { JhsdbFrame } from './jstack-text.ts';
import type { TruthFrame } from './truth-frames.ts';

export interface ComparableFrame {
  /** null: this view does not tell (a native method). */
  readonly kind: 'interpreted' | 'compiled' | null;
  readonly method: string;
  readonly bci: number;
  readonly line: number;
  readonly native: boolean;
}

const PRIMITIVES: Readonly<Record<string, string>> = {
  B: 'byte', C: 'char', D: 'double', F: 'float', I: 'int', J: 'long', S: 'short', Z: 'boolean',
}; // prettier-ignore

/** The Java frames among jtrace's, leaf first as they are. */
export function fromJtrace(frames: readonly Frame[]): readonly ComparableFrame[] {
  return frames.flatMap((frame): ComparableFrame[] => {
    switch (frame.kind) {
      case 'interpreted':
      case 'c1':
      case 'c2':
      case 'inlined':
        return [{ kind: frame.kind === 'interpreted' ? 'interpreted' : 'compiled', method: externalName(frame), bci: frame.bci, line: frame.line, native: false }]; // prettier-ignore
      case 'java-native':
        return [{ kind: null, method: externalName(frame), bci: 0, line: 0, native: true }];
      case 'stub':
      case 'native':
      case 'vm':
      case 'kernel':
      case 'marker':
        return [];
      default:
        return frame.kind satisfies never;
    }
  });
}

export function fromJhsdb(frames: readonly JhsdbFrame[]): readonly ComparableFrame[] {
  return frames.map(({ kind, method, bci, line }) => ({
    kind: kind === 'other' ? null : kind,
    method: masked(method),
    bci,
    line,
    native: false,
  }));
}

export function fromTruth(frames: readonly TruthFrame[]): readonly ComparableFrame[] {
  return frames.map(({ kind, method, bci, line, native }) => ({
    kind,
    method: masked(method),
    bci: native ? 0 : bci,
    line,
    native,
  }));
}

/** Native methods: the debugger says index 0 and no line, whichever way they run; it cannot say that they are native. */
export function sameFrame(a: ComparableFrame | undefined, b: ComparableFrame | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.method === b.method && a.bci === b.bci && a.line === b.line && (a.kind === b.kind || a.kind === null || b.kind === null)
  );
}

export function sameFrames(a: readonly ComparableFrame[], b: readonly ComparableFrame[]): boolean {
  return a.length === b.length && a.every((frame, at) => sameFrame(frame, b[at]));
}

/** How many frames at the root end are the same. */
export function commonRoot(a: readonly ComparableFrame[], b: readonly ComparableFrame[]): number {
  let count = 0;
  while (count < a.length && count < b.length && sameFrame(a.at(-1 - count), b.at(-1 - count))) count++;
  return count;
}

export function describeFrame({ kind, method, bci, line }: ComparableFrame): string {
  return `${method} @${String(bci)} line ${String(line)} ${kind ?? 'native'}`;
}

function masked(method: string): string {
  return method.replace(/[+/.]0x(?:[0-9a-f]+|\.{3}|…)/gu, '+0x…');
}

/** `pkg/Cls.method` and `(I[Ljava/lang/String;)V` → `pkg.Cls.method(int, java.lang.String[])`. */
function externalName({ name, signature }: Frame): string {
  const types: string[] = [];
  for (let at = 1; at < signature.length && signature[at] !== ')';) {
    let dimensions = 0;
    while (signature[at] === '[') {
      dimensions++;
      at++;
    }
    const letter = signature[at] ?? '';
    const end = letter === 'L' ? signature.indexOf(';', at) : at;
    if (end < 0) break;
    types.push((letter === 'L' ? signature.slice(at + 1, end) : (PRIMITIVES[letter] ?? '?')) + '[]'.repeat(dimensions));
    at = end + 1;
  }
  return masked(`${name}(${types.join(', ')})`.replaceAll('/', '.'));
}
