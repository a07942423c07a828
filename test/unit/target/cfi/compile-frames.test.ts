// Made-up call frame information against a model of it that knows nothing of bytes, and hostile sections: they end, and what comes of
// them is a table like any other.

import { existsSync, readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asElfAddress } from '../../../../src/model/units.ts';
import { compileFrames } from '../../../../src/target/cfi/compile-frames.ts';
import { findFrameSections } from '../../../../src/target/cfi/find-frame-sections.ts';
import type { FrameSection } from '../../../../src/target/cfi/frame-section.ts';
import { createUnwindTable } from '../../../../src/target/cfi/unwind-table.ts';
import { bufferSource } from '../../../../src/target/elf/byte-source.ts';
import type { ElfFile } from '../../../../src/target/elf/elf-file.ts';
import { readElfFile } from '../../../../src/target/elf/elf-file.ts';
import { encodeFrames, type EncodedFunction, type EncodedSection, sleb, uleb } from '../../../support/frame-encoder.ts';
import { ruleText } from '../../../support/readelf-frames.ts';

const SECTION_ADDRESS = 0x10_0000;
const REGISTERS = ['rax', 'rdx', 'rcx', 'rbx', 'rsi', 'rdi', 'rbp', 'rsp', 'r8', 'r9', 'r10', 'r11', 'r12', 'r13', 'r14', 'r15'];

function compile(encoded: EncodedSection, bytes = encodeFrames(encoded)): (address: number) => string {
  const bases = { section: encoded.kind === 'eh_frame' ? SECTION_ADDRESS : 0, data: null };
  const table = createUnwindTable(compileFrames([{ kind: encoded.kind, bytes, bases }], 0));
  return (address) => ruleText(table.ruleAt(asElfAddress(address)));
}

/** One instruction: its bytes, and what it does to rules by name. */
interface Step {
  readonly bytes: readonly number[];
  readonly apply: (state: State) => void;
  readonly advances: number;
}
interface State {
  cfa: [string, number];
  readonly rules: Map<number, string>;
  readonly kept: [[string, number], Map<number, string>][];
}

const signed = (offset: number): string => (offset < 0 ? String(offset) : `+${String(offset)}`);
const plain = (bytes: readonly number[], apply: (state: State) => void): Step => ({ bytes, apply, advances: 0 });
const register = fc.integer({ min: 0, max: 15 });
const words = fc.integer({ min: 1, max: 5000 });

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 1, max: 63 }).map((by) => ({ bytes: [0x40 | by], apply: () => undefined, advances: by })),
  fc.integer({ min: 1, max: 255 }).map((by) => ({ bytes: [0x02, by], apply: () => undefined, advances: by })),
  fc.integer({ min: 256, max: 9999 }).map((by) => ({ bytes: [0x03, by & 0xff, by >> 8], apply: () => undefined, advances: by })),
  words.map((offset) => plain([0x0e, ...uleb(offset * 8)], (state) => (state.cfa = [state.cfa[0], offset * 8]))),
  register.map((r) => plain([0x0d, r], (state) => (state.cfa = [REGISTERS[r] ?? '', state.cfa[1]]))),
  fc.tuple(register, words).map(([r, at]) => plain([0x0c, r, ...uleb(at)], (state) => (state.cfa = [REGISTERS[r] ?? '', at]))),
  fc
    .tuple(register, words)
    .map(([r, at]) => plain([0x12, r, ...sleb(-at)], (state) => (state.cfa = [REGISTERS[r] ?? '', 8 * at]))),
  fc
    .tuple(register, words)
    .map(([r, at]) => plain([0x80 | r, ...uleb(at)], (state) => state.rules.set(r, `c${signed(-8 * at)}`))),
  fc.tuple(register, words).map(([r, at]) => plain([0x11, r, ...sleb(-at)], (state) => state.rules.set(r, `c${signed(8 * at)}`))),
  fc.tuple(register, words).map(([r, at]) => plain([0x14, r, ...uleb(at)], (state) => state.rules.set(r, `v${signed(-8 * at)}`))),
  fc.tuple(register, register).map(([r, of]) => plain([0x09, r, of], (state) => state.rules.set(r, REGISTERS[of] ?? ''))),
  register.map((r) => plain([0x08, r], (state) => state.rules.set(r, 's'))),
  register.map((r) => plain([0xc0 | r], (state) => state.rules.delete(r))),
  register.map((r) => plain([0x06, r], (state) => state.rules.delete(r))),
  register.map((r) => plain([0x10, r, 2, 0x77, 8], (state) => state.rules.set(r, 'exp'))),
  register.map((r) => plain([0x16, r, 2, 0x77, 8], (state) => state.rules.set(r, 'vexp'))),
  fc.integer({ min: 17, max: 127 }).map((vector) => plain([0x05, vector, 3], () => undefined)),
  fc.constant(plain([0x2e, 16], () => undefined)),
  fc.constant(plain([0x0a], ({ cfa, rules, kept }) => kept.push([[...cfa], new Map(rules)]))),
  fc.constant(plain([0x00], () => undefined)),
);

/** Runs steps in the model: the text of each row, by offset; remembered states are given back in the end. */
function rowsOf(steps: readonly Step[]): { readonly bytes: number[]; readonly rows: [number, string][]; readonly end: number } {
  const state: State = { cfa: ['rsp', 8], rules: new Map(), kept: [] };
  const rows: [number, string][] = [];
  const bytes: number[] = [];
  let offset = 0;
  const text = (): string => {
    const rules = [...state.rules].sort(([a], [b]) => a - b).map(([r, rule]) => `${REGISTERS[r] ?? ''}:${rule}`);
    return [`${state.cfa[0]}${signed(state.cfa[1])}`, ...rules, 'ra:c-8'].join(' ');
  };
  const run = (step: Step): void => {
    bytes.push(...step.bytes);
    if (step.advances > 0) rows.push([offset, text()]);
    offset += step.advances;
    step.apply(state);
  };
  // As deep as compilers nest them, and sometimes deeper than is followed.
  for (const step of steps) if (step.bytes[0] !== 0x0a || state.kept.length < 16) run(step);
  for (;;) {
    rows.push([offset, text()]);
    offset += 1;
    const kept = state.kept.pop();
    if (kept === undefined) return { bytes, rows, end: offset };
    bytes.push(0x41, 0x0b);
    [state.cfa] = kept;
    state.rules.clear();
    for (const [r, rule] of kept[1]) state.rules.set(r, rule);
  }
}

describe('made-up frames', () => {
  const layout = fc.record({ kind: fc.constantFrom('eh_frame' as const, 'debug_frame' as const), wide: fc.boolean() });
  test('every row says what its instructions say', () => {
    fc.assert(
      fc.property(layout, fc.array(fc.array(STEP, { maxLength: 40 }), { minLength: 1, maxLength: 6 }), (form, programs) => {
        const expected: [number, string][] = [];
        const functions: EncodedFunction[] = [];
        let start = 0x1000;
        for (const steps of programs) {
          const { bytes, rows, end } = rowsOf(steps);
          functions.push({ start, sizeBytes: end, instructions: bytes });
          expected.push(...rows.map(([offset, text]): [number, string] => [start + offset, text]), [start + end, '-']);
          start += end + 16;
        }
        const at = compile({ ...form, address: SECTION_ADDRESS, functions: functions.toReversed() });
        for (const [address, text] of expected) expect(`${String(address)} ${at(address)}`).toBe(`${String(address)} ${text}`);
        expect(at(0xfff)).toBe('-');
      }),
    );
  });

  test('a signal frame is marked, a thread start has no return address', () => {
    const encoded = { kind: 'eh_frame', address: SECTION_ADDRESS, functions: [{ start: 0x1000, sizeBytes: 9, instructions: [0x07, 16] }] } as const; // prettier-ignore
    const bases = { section: SECTION_ADDRESS, data: null };
    const rule = (isSignal: boolean) =>
      createUnwindTable(compileFrames([{ kind: 'eh_frame', bytes: encodeFrames({ ...encoded, isSignal }), bases }], 0)).ruleAt(
        0x1000,
      );
    expect(rule(true)).toMatchObject({ isSignalFrame: true, returnAddress: { kind: 'undefined' } });
    expect(rule(false)).toMatchObject({ isSignalFrame: false });
  });

  test('an instruction nobody knows costs its function from there on, not the next', () => {
    const functions = [
      { start: 0x1000, sizeBytes: 0x10, instructions: [0x44, 0x0e, 16, 0x44, 0x3f, 0x0e, 24] },
      { start: 0x1010, sizeBytes: 0x10, instructions: [] },
    ];
    const at = compile({ kind: 'eh_frame', address: SECTION_ADDRESS, functions });
    expect([0x1000, 0x1004, 0x1008, 0x100f, 0x1010].map(at)).toEqual(['rsp+8 ra:c-8', 'rsp+16 ra:c-8', '-', '-', 'rsp+8 ra:c-8']);
  });

  test('functions over one another: the one that begins first has the address', () => {
    const functions = [
      { start: 0x1008, sizeBytes: 0x10, instructions: [0x0e, 32] },
      { start: 0x1000, sizeBytes: 0x10, instructions: [0x0e, 16] },
    ];
    const at = compile({ kind: 'eh_frame', address: SECTION_ADDRESS, functions });
    expect([0x1000, 0x100f, 0x1010, 0x1017, 0x1018].map((address) => at(address).split(' ')[0])).toEqual(['rsp+16', 'rsp+16', 'rsp+32', 'rsp+32', '-']); // prettier-ignore
  });

  test('more states to remember than anybody needs: none of the function', () => {
    const instructions = [...new Array<number>(17).fill(0x0a), 0x41, 0x0e, 16];
    const at = compile({
      kind: 'eh_frame',
      address: SECTION_ADDRESS,
      functions: [{ start: 0x1000, sizeBytes: 8, instructions }],
    });
    expect([0x1000, 0x1001].map(at)).toEqual(['-', '-']);
  });
});

test('.debug_frame is unpacked, also in the older form', () => {
  const bytes = encodeFrames({ kind: 'debug_frame', address: 0, functions: [{ start: 0x1000, sizeBytes: 8, instructions: [] }] });
  const header = Buffer.alloc(24);
  header.writeUInt32LE(1, 0);
  const old = Buffer.concat([Buffer.from('ZLIB'), Buffer.alloc(8), deflateSync(bytes)]);
  const packed = Buffer.concat([header, deflateSync(bytes)]);
  const fileOf = (name: string, sizeBytes: number, isCompressed: boolean): ElfFile => ({
    architecture: 'x86-64',
    segments: [],
    sections: [{ name, type: 1, isCompressed, address: 0, fileOffset: 0, sizeBytes, link: 0, entryBytes: 0 }],
  });
  for (const [name, image, isCompressed] of [
    ['.debug_frame', packed, true],
    ['.zdebug_frame', old, false],
    ['.debug_frame', Buffer.from(bytes), false],
  ] as const) {
    const [section] = findFrameSections(bufferSource(image), fileOf(name, image.length, isCompressed));
    expect(Buffer.from(section?.bytes ?? [])).toEqual(Buffer.from(bytes));
  }
  const broken = Buffer.concat([header, Buffer.from('no zlib')]);
  expect(findFrameSections(bufferSource(broken), fileOf('.debug_frame', broken.length, true))).toEqual([]);
});

describe('hostile sections', () => {
  const small = encodeFrames({
    kind: 'eh_frame',
    address: SECTION_ADDRESS,
    functions: Array.from({ length: 4 }, (_, i) => ({ start: 0x1000 + 64 * i, sizeBytes: 50, instructions: [0x41, 0x0e, 16, 0x0a, 0x42, 0x86, 2, 0x43, 0x0b] })), // prettier-ignore
  });
  const real = existsSync('/bin/ls') ? realSection('/bin/ls') : small;

  function sound(section: FrameSection): void {
    const columns = compileFrames([section], 0);
    expect(columns.starts.length).toBe(columns.rules.length);
    expect(columns.starts.every((start, i) => i === 0 || start > (columns.starts[i - 1] ?? 0))).toBe(true);
    const table = createUnwindTable(columns);
    for (const start of columns.starts.subarray(0, 50)) table.ruleAt(asElfAddress(start));
  }

  test.each([
    ['made up', small, 3000],
    ['of a real program', real, 60],
  ])('with bytes changed: %s', (_, bytes, numRuns) => {
    const change = fc.tuple(
      fc.nat({ max: bytes.length - 1 }),
      fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff, 0x0a, 0x0b, 0x0f, 0x3f),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.constantFrom('eh_frame' as const, 'debug_frame' as const), (changes, kind) => {
        const hostile = bytes.slice();
        for (const [at, byte] of changes) hostile[at] = byte;
        sound({ kind, bytes: hostile, bases: { section: SECTION_ADDRESS, data: null } });
      }),
      { numRuns },
    ); // prettier-ignore
  });

  test('of any bytes at all, cut anywhere', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat({ max: small.length }), (any, cut) => {
        sound({ kind: 'eh_frame', bytes: any, bases: { section: 0, data: null } });
        sound({ kind: 'eh_frame', bytes: small.subarray(0, cut), bases: { section: SECTION_ADDRESS, data: null } });
      }),
    );
  });

  test('a CIE over every other one: read once, then no more', () => {
    // Each function names another offset of one long run of no-ops as its CIE.
    const bytes = new Uint8Array(64 * 1024);
    const view = new DataView(bytes.buffer);
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      view.setUint32(at, 12, true);
      view.setUint32(at + 4, at === 0 ? 0 : at + 4 - 8 * (at % 64), true);
    }
    sound({ kind: 'eh_frame', bytes, bases: { section: 0, data: null } });
  });
});

function realSection(path: string): Uint8Array {
  const source = bufferSource(readFileSync(path));
  const file = readElfFile(source);
  return (file && findFrameSections(source, file)[0]?.bytes) ?? new Uint8Array(8);
}
