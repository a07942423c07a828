// Call frame information: sections made of entries whose every field is chosen (lengths, pointers to CIEs, encodings, instructions,
// expressions), and then changed anywhere; compiled to a table, and rules of the table used on a stack.

import { X86_64_DWARF } from '../../../src/model/unwind-rule.ts';
import { compileFrames } from '../../../src/target/cfi/compile-frames.ts';
import { createUnwindTable, type UnwindColumns } from '../../../src/target/cfi/unwind-table.ts';
import { callerByRule } from '../../../src/unwind/native/caller-by-rule.ts';
import { StackWindow, WalkStop } from '../../../src/unwind/stack-window.ts';
import { asAddress } from '../../../src/model/units.ts';
import { makeByteMutation, mutateBytes } from '../byte-mutations.ts';
import { mutationCount, type Random } from '../random.ts';
import { check, type FuzzCase, type FuzzTarget, type Mutation, type Subject } from '../target.ts';
import { makeExpression } from '../world-places.ts';

const MAX_ENTRIES = 8;
const BASE = 0x1000;
/** Where the section lies in its image. */
const SECTION = 0x10_000;
const STACK = 0x7ffd_0000_0000;
const AUGMENTATIONS = ['', 'zR', 'zR', 'zR', 'zR', 'zRS', 'zPLR', 'zRS', 'zRSB', 'eh', 'zX', 'zRRRRRRRRRRRRRRRRR'];
/** pcrel sdata4 is what linkers write. */
const ENCODINGS = [0x1b, 0x1b, 0x1b, 0x1b, 0x1b, 0x1b, 0x1b, 0x03, 0x03, 0x00, 0x00, 0x0c, 0x01, 0x09, 0x9b, 0x50, 0xff, 0x3b];
/** Instructions with the number of bytes that usually follow. */
const INSTRUCTIONS: readonly (readonly [number, number])[] = [
  [0x00, 0], [0x01, 4], [0x02, 1], [0x03, 2], [0x04, 4], [0x05, 2], [0x06, 1], [0x07, 1], [0x08, 1], [0x09, 2], [0x0a, 0], [0x0a, 0], [0x0b, 0], [0x0b, 0],
  [0x0c, 2], [0x0d, 1], [0x0e, 1], [0x11, 2], [0x12, 2], [0x13, 1], [0x14, 2], [0x15, 2], [0x1d, 8], [0x2d, 0], [0x2e, 1], [0x2f, 2], [0x41, 0], [0x44, 0], [0x50, 0],
  [0x86, 1], [0x90, 1], [0xc6, 0],
]; // prettier-ignore

function makeInstructions(random: Random): number[] {
  return Array.from({ length: random.oneIn(2) ? random.below(3) : random.between(0, 12) }, (): number[] => {
    if (random.oneIn(5)) {
      const expression = makeExpression(random);
      return random.oneIn(2) ? [0x0f, expression.length, ...expression] : [random.pick([0x10, 0x16]), random.below(18), expression.length, ...expression];
    }
    const [instruction, length] = random.pick(INSTRUCTIONS) ?? [0, 0];
    const count = random.oneIn(10) ? random.below(3) : length;
    return [instruction, ...Array.from({ length: count }, () => random.pick([0, 1, 2, 6, 7, 8, 16, 0x70, 0x7f, 0x80, 0xff]))];
  }).flat();
} // prettier-ignore

class CfiSubject implements Subject {
  make(random: Random): FuzzCase {
    const entries = Array.from({ length: random.between(1, MAX_ENTRIES) }, (_, i): Mutation => {
      // def_cfa rsp+8, return address at CFA-8: what every real CIE begins with.
      const begin = random.oneIn(8) ? [] : [0x0c, 7, 8, 0x90, 1];
      const isCommon = i === 0 || random.oneIn(5);
      const code = [...(isCommon ? begin : []), ...(isCommon && !random.oneIn(4) ? [] : makeInstructions(random))].join();
      if (isCommon) return ['cie', random.pick(AUGMENTATIONS) ?? '', random.pick(ENCODINGS) ?? 0, random.pick([1, 1, 1, 1, 0, 4, 127]), random.pick([0x78, 0x78, 0x78, 0x78, 0, 0x7f]), code];
      return ['fde', random.below(4), BASE + 64 * random.below(64), random.pick([64, 64, 1, 0, 4096, 2 ** 31]), code];
    });
    if (random.oneIn(40)) entries.push(['fan', random.between(100, 600)]);
    const changes = random.oneIn(2) ? [] : Array.from({ length: mutationCount(random, 4) }, () => makeByteMutation(random, 40 * entries.length, [], [BASE, SECTION]));
    return { base: random.pick(['eh_frame', 'eh_frame', 'debug_frame']), mutations: [...entries, ...changes] };
  } // prettier-ignore

  run({ base, mutations }: FuzzCase): string {
    const kind = base === 'debug_frame' ? 'debug_frame' : 'eh_frame';
    const section = { kind, bytes: mutateBytes(encode(mutations, kind), mutations), bases: { section: kind === 'eh_frame' ? SECTION : 0, data: null } } as const; // prettier-ignore
    const columns = compileFrames([section], BASE);
    const { starts, rules } = columns;
    check(starts.length === rules.length, () => 'columns differ in length');
    check(
      starts.length <= section.bytes.length + 2,
      () => `${String(starts.length)} rows of ${String(section.bytes.length)} bytes`,
    );
    for (let i = 1; i < starts.length; i += 1) check((starts[i - 1] ?? 0) < (starts[i] ?? 0), () => 'rows that are not in order');
    checkExtents(columns);
    const table = createUnwindTable(columns);
    const outcomes = new Set<string>();
    for (let address = BASE - 8; address < BASE + 4096; address += 32) {
      const rule = table.ruleAt(address);
      const extent = table.functionAt(address);
      check(
        extent === null || (extent.start <= address && address < extent.end),
        () => 'a function that does not cover its address',
      );
      outcomes.add(rule === null ? 'no rule' : useRule(rule));
    }
    return [...outcomes].sort().join(' ');
  }
}

/** Functions lie one behind the other. */
function checkExtents({ functionStarts, functionEnds }: UnwindColumns): void {
  check(functionStarts.length === functionEnds.length, () => 'starts and ends differ in length');
  functionStarts.forEach((start, i) => {
    check(start < (functionEnds[i] ?? 0), () => 'a function that ends before it begins');
    check(i === 0 || start >= (functionEnds[i - 1] ?? 0), () => 'functions over one another');
  });
}

const CHUNK = { address: asAddress(STACK), bytes: Uint8Array.from({ length: 256 }, (_, i) => (i % 8 === 6 ? 0 : i)) };

/** A caller, none, or not known: and nothing else, whatever the rule says. */
function useRule(rule: Parameters<typeof callerByRule>[0]): string {
  const window = new StackWindow({ chunks: [CHUNK], unreadablePages: [], end: asAddress(STACK + 256), cut: false, lostChunks: 0 }, null); // prettier-ignore
  const registers = new Float64Array(X86_64_DWARF.count).fill(STACK + 64);
  try {
    const caller = callerByRule(rule, registers, window, X86_64_DWARF);
    if (caller.kind === 'caller') check(caller.registers.length === X86_64_DWARF.count, () => 'more registers than there are');
    return caller.kind;
  } catch (error) {
    if (error instanceof WalkStop) return 'stopped';
    throw error;
  }
}

/** The section that the entries say. */
function encode(mutations: readonly Mutation[], kind: 'eh_frame' | 'debug_frame'): Buffer {
  const pieces: Buffer[] = [];
  const cies: { at: number; encoding: number; hasData: boolean }[] = [];
  let at = 0;
  const add = (id: number, body: readonly number[]): void => {
    const padded = [...body, ...new Array<number>((8 - ((body.length + 8) % 8)) % 8).fill(0)];
    const entry = Buffer.alloc(8 + padded.length);
    entry.writeUInt32LE(4 + padded.length, 0);
    entry.writeUInt32LE(id >>> 0, 4);
    entry.set(padded, 8);
    pieces.push(entry);
    at += entry.length;
  };
  for (const [what, ...parts] of mutations) {
    const code = String(parts.at(-1) ?? '').split(',').filter((byte) => byte !== '').map(Number); // prettier-ignore
    if (what === 'cie') {
      const [augmentation = '', encoding = 0, codeAlign = 1, dataAlign = 0x78] = parts;
      const hasData = String(augmentation).startsWith('z');
      cies.push({ at, encoding: hasData ? Number(encoding) : 0, hasData });
      const data = hasData ? [1, Number(encoding)] : [];
      add(kind === 'eh_frame' ? 0 : 0xffff_ffff, [1, ...Buffer.from(String(augmentation)), 0, Number(codeAlign), Number(dataAlign), 16, ...data, ...code]); // prettier-ignore
    } else if (what === 'fde') {
      const [which = 0, start = 0, size = 0] = parts.map(Number);
      const cie = cies[which % Math.max(1, cies.length)] ?? { at: 0, encoding: 0, hasData: false };
      const wide = cie.encoding === 0;
      const fields = Buffer.alloc(wide ? 16 : 8);
      const from = cie.encoding === 0x1b ? start - ((kind === 'eh_frame' ? SECTION : 0) + at + 8) : start;
      if (wide) {
        fields.writeBigInt64LE(BigInt(from), 0);
        fields.writeBigInt64LE(BigInt(size), 8);
      } else {
        fields.writeInt32LE(from | 0, 0);
        fields.writeUInt32LE(size >>> 0, 4);
      }
      add(kind === 'eh_frame' ? at + 4 - cie.at : cie.at, [...fields, ...(cie.hasData ? [0] : []), ...code]);
    } else if (what === 'fan') {
      fan(Number(parts[0] ?? 0), kind, at, add);
    }
  }
  return Buffer.concat(pieces);
}

/** Length of each CIE of a fan: read as instructions, its bytes (00 2d 00 00) do nothing. */
const FAN_CIE_BYTES = 0x2d00;

/** CIEs that begin every 16 bytes and lie over each other, and as many functions, each of which names another one. */
function fan(count: number, kind: string, from: number, add: (id: number, body: readonly number[]) => void): void {
  const nested = Buffer.alloc(16 * count + FAN_CIE_BYTES);
  for (let i = 0; i < count; i += 1) {
    nested.writeUInt32LE(FAN_CIE_BYTES, 16 * i);
    if (kind !== 'eh_frame') nested.writeUInt32LE(0xffff_ffff, 16 * i + 4);
  }
  add(kind === 'eh_frame' ? 0 : 0xffff_ffff, [...nested]);
  for (let i = 0, at = from + 8 + nested.length; i < count; i += 1, at += 32) {
    const cie = from + 8 + 16 * i;
    add(kind === 'eh_frame' ? at + 4 - cie : cie, [0, 0x20, 0, 0, 0, 0, 0, 0, 64, ...new Array<number>(15).fill(0)]);
  }
}

export const CFI: FuzzTarget = {
  name: 'cfi',
  does: 'call frame information: CIEs, FDEs, instructions, expressions; rules used on a stack',
  weight: 110,
  limits: { steps: 3_000_000, blockBytes: 4 << 20, allocatedBytes: 64 << 20 },
  open: () => new CfiSubject(),
};
