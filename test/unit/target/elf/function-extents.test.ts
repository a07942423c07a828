// Functions that no symbol names: where call frame information says they begin and end, against readelf and nm on real libraries; and
// symbols without a size, which must not claim what begins after them.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileFrames } from '../../../../src/target/cfi/compile-frames.ts';
import { createUnwindTable, latestEndOf, type UnwindColumns } from '../../../../src/target/cfi/unwind-table.ts';
import { bufferSource } from '../../../../src/target/elf/byte-source.ts';
import type { Section } from '../../../../src/target/elf/elf-file.ts';
import { createFunctionIndex, sortFunctions } from '../../../../src/target/elf/function-index.ts';
import { readLibraryBuild } from '../../../../src/target/elf/library-build.ts';
import { linkerStubs } from '../../../../src/target/elf/linker-stubs.ts';
import { RawSymbols } from '../../../../src/target/elf/raw-symbols.ts';
import { encodeFrames } from '../../../support/frame-encoder.ts';
import { describeOnHost } from '../../../support/require-host.ts';

const LIBRARIES = ['/lib/x86_64-linux-gnu/libz.so.1', '/usr/lib/x86_64-linux-gnu/libcrypto.so.3'].filter(existsSync);
const MAX_TEXT_BYTES = 1 << 28;
/** Between the pcs that are asked for: no divisor of what functions are aligned to. */
const STEP_BYTES = 37;

/** readelf's status also tells of a missing debug file: what is printed counts. */
const textOf = (program: string, ...args: string[]): string =>
  spawnSync(program, args, { encoding: 'latin1', maxBuffer: MAX_TEXT_BYTES, stdio: ['ignore', 'pipe', 'ignore'] }).stdout;
const hex = (text: string | undefined): number => parseInt(text ?? '', 16);

describeOnHost('stripped libraries of the distribution', ['binutils'], () => {
  test.each(LIBRARIES)('%s: all of a function is one, by its start', (path) => {
    const build = readLibraryBuild(bufferSource(readFileSync(path)));
    const symbols = new Map(
      [...textOf('nm', '-D', '--defined-only', path).matchAll(/^([0-9a-f]+) [TtWi] (.+)$/gmu)].map((row) => [
        hex(row[1]),
        row[2],
      ]),
    );
    const plt = [...textOf('readelf', '-SW', path).matchAll(/ \.plt\S* +PROGBITS +([0-9a-f]+) [0-9a-f]+ ([0-9a-f]+)/gu)];
    const isStub = (at: number): boolean => plt.some(([, from, size]) => at >= hex(from) && at < hex(from) + hex(size));
    const wrong: string[] = [];
    let unnamed = 0;
    for (const [, from, to] of textOf('readelf', '--debug-dump=frames', path).matchAll(
      / FDE .*pc=([0-9a-f]+)\.\.([0-9a-f]+)/gu,
    )) {
      const [start, end] = [hex(from), hex(to)];
      if (isStub(start)) continue;
      const found = new Set<string>();
      for (let at = start; at < end; at += STEP_BYTES) {
        const one = build?.functionAt(at);
        found.add(`${one?.name ?? 'none'}@${String(one?.start)}`);
      }
      const isNamed = symbols.has(start);
      if (!isNamed) unnamed += 1;
      if (found.size !== 1 || (!isNamed && !found.has(`@${String(start)}`)) || (isNamed && found.has(`@${String(start)}`)))
        wrong.push(`${from ?? ''}: ${[...found].join(' ')}`);
    }
    expect(wrong).toEqual([]);
    expect(unnamed).toBeGreaterThan(20);
    const [, from] = plt[0] ?? [];
    const stubs = [0, 5, 15, 16].map((offset) => build?.functionAt(hex(from) + offset));
    expect(stubs).toEqual([0, 0, 0, 16].map((offset) => ({ name: '', start: hex(from) + offset, sizeBytes: 16 })));
  });
});

/** A section from 0x1000 on with functions of call frame information at these places. */
function framesOf(...functions: readonly (readonly [start: number, sizeBytes: number])[]): UnwindColumns {
  const bytes = encodeFrames({
    kind: 'debug_frame',
    address: 0,
    functions: functions.map(([start, sizeBytes]) => ({ start, sizeBytes, instructions: [] })),
  });
  return compileFrames([{ kind: 'debug_frame', bytes, bases: { section: 0, data: null } }], 0x1000);
}

type SymbolRow = readonly [name: string, start: number, sizeBytes: number];

/** Symbols of functions in section 1. */
function symbolsOf(...rows: readonly SymbolRow[]): RawSymbols {
  const table = Buffer.alloc(24 * (rows.length + 1));
  let strings = '\0';
  rows.forEach(([name, start, sizeBytes], i) => {
    const at = 24 * (i + 1);
    table.writeUInt32LE(strings.length, at);
    table.writeUInt8(0x12, at + 4);
    table.writeUInt16LE(1, at + 6);
    table.writeBigUInt64LE(BigInt(start), at + 8);
    table.writeBigUInt64LE(BigInt(sizeBytes), at + 16);
    strings += `${name}\0`;
  });
  return new RawSymbols(table, Buffer.from(strings));
}

const section = (name: string, address: number, sizeBytes: number, entryBytes = 0): Section => {
  return { name, type: 1, isCompressed: false, address, fileOffset: 0, sizeBytes, link: 0, entryBytes };
};

describe('a symbol without a size', () => {
  const sections = [section('', 0, 0), section('.text', 0x1000, 0x1000)];
  const nameAt = (frames: UnwindColumns, ...rows: readonly SymbolRow[]): ((address: number) => string) => {
    const tables = [symbolsOf(...rows)];
    const functions = createFunctionIndex(
      sortFunctions(tables, sections, (start) => latestEndOf(frames, start)),
      tables,
    );
    return (address) => {
      const place = functions.find(address);
      return place < 0 ? '-' : functions.at(place).mangledName;
    };
  };

  test('does not give its name to a function that begins after it', () => {
    const at = nameAt(framesOf([0x1100, 0x40]), ['exported', 0x1000, 0], ['next', 0x1800, 0x10]);
    expect([0x1000, 0x10ff, 0x1100, 0x113f, 0x1200, 0x1800].map(at)).toEqual(['exported', 'exported', '-', '-', '-', 'next']);
  });

  test('ends with its own function, also when another entry of that came first', () => {
    const at = nameAt(framesOf([0x1000, 0x40], [0x1400, 0x40]), ['whole', 0x1000, 0], ['entry', 0x1020, 0]);
    expect([0x1000, 0x101f, 0x1020, 0x103f, 0x1040, 0x1400].map(at)).toEqual(['whole', 'whole', 'entry', 'entry', '-', '-']);
  });

  test('with a size it is believed: __clone has three parts in libc', () => {
    const at = nameAt(framesOf([0x1000, 0x10], [0x1010, 0x10]), ['clone', 0x1000, 0x20]);
    expect([0x1000, 0x1010, 0x101f, 0x1020].map(at)).toEqual(['clone', 'clone', 'clone', '-']);
  });

  test('without call frame information it reaches to the next, or the end of its section', () => {
    const at = nameAt(framesOf(), ['first', 0x1000, 0], ['last', 0x1800, 0]);
    expect([0x17ff, 0x1fff, 0x2000].map(at)).toEqual(['first', 'last', '-']);
  });
});

test('functions over one another: the first has its own, what begins in it has none', () => {
  const table = createUnwindTable(framesOf([0x1000, 0x40], [0x1020, 0x40], [0x1000, 0x50], [0x1080, 0x10]));
  expect([0x0fff, 0x1000, 0x103f, 0x1040, 0x1060, 0x107f, 0x1080, 0x108f, 0x1090].map((at) => table.functionAt(at))).toEqual([
    null,
    { start: 0x1000, end: 0x1040 },
    { start: 0x1000, end: 0x1040 },
    null,
    null,
    null,
    { start: 0x1080, end: 0x1090 },
    { start: 0x1080, end: 0x1090 },
    null,
  ]);
});

test('stubs of a linker, by the size that their section states, if it can be', () => {
  const sections = [section('.plt', 0x100, 0x40), section('.plt.got', 0x140, 0x20, 8), section('.plt.sec', 0x160, 0x20, 2 ** 60)];
  const at = linkerStubs({ architecture: 'x86-64', segments: [], sections });
  expect([0xff, 0x100, 0x13f, 0x147, 0x148, 0x175, 0x180].map((address) => at(address)?.start ?? -1)).toEqual([
    -1, 0x100, 0x130, 0x140, 0x148, 0x170, -1,
  ]);
});
