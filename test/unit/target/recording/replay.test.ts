import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { OperatorError } from '../../../../src/model/errors.ts';
import { X86_64_REGISTERS, type Registers } from '../../../../src/model/registers.ts';
import type { RawSample } from '../../../../src/model/sample.ts';
import type { MappedLibrary, Mapping } from '../../../../src/model/target.ts';
import type { UnwindRule } from '../../../../src/model/unwind-rule.ts';
import { asAddress, asElfAddress, asKernelAddress, asPid, asTid } from '../../../../src/model/units.ts';
import type { OpenTarget } from '../../../../src/target/open-target.ts';
import { createRecorder } from '../../../../src/target/recording/recorder.ts';
import { openReplay } from '../../../../src/target/recording/replay.ts';

const folder = mkdtempSync(join(tmpdir(), 'jtrace-recording-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (): string => join(folder, `${(files += 1)}.jreads`);

const MAPPING: Mapping = {
  start: asAddress(0x7000), end: asAddress(0x9000), permissions: 'r-xp', fileOffsetBytes: 0, path: '/lib/\n"; x', deleted: true, fileId: '08:01:7',
}; // prettier-ignore
const LIBRARY: MappedLibrary = { key: 'k', path: MAPPING.path, buildId: 'ab', bias: 0x7000 };

/** A rule with every kind of part. */
const RULE: UnwindRule = {
  cfa: { kind: 'register', register: 7, offset: 16 },
  returnAddress: { kind: 'saved', offset: -8 },
  registers: [
    { register: 3, rule: { kind: 'saved', offset: -16 } },
    { register: 6, rule: { kind: 'same' } },
    { register: 7, rule: { kind: 'offset', offset: 8 } },
    { register: 12, rule: { kind: 'register', register: 3 } },
    { register: 13, rule: { kind: 'undefined' } },
    { register: 14, rule: { kind: 'saved-at', expression: [0x77, 0] } },
    { register: 15, rule: { kind: 'computed', expression: [0x12, 0x06, 0xff] } },
  ],
  isSignalFrame: true,
};
/** The other form of a CFA. */
const COMPUTED: UnwindRule = { ...RULE, cfa: { kind: 'computed', expression: [0x77, 8] }, registers: [], isSignalFrame: false };

/** A target whose memory is a function of address and time; what is asked is real, only the process is not. */
function scriptedTarget(pid: number, memory: (address: number) => number | null): OpenTarget {
  return {
    pid: asPid(pid),
    architecture: 'x86-64',
    read(address, into) {
      for (let i = 0; i < into.length; i++) {
        const byte = memory(address + i);
        if (byte === null) {
          into.fill(0);
          return false;
        }
        into[i] = byte;
      }
      return true;
    },
    maps: () => [MAPPING, { ...MAPPING, start: asAddress(pid * 0x1000), deleted: false }],
    library: (mapping) => (mapping.deleted ? LIBRARY : null),
    symbolAt: (_, address) => (address === 0x10 ? { name: 'f', start: asElfAddress(0), sizeBytes: 32 } : null),
    unwindRule: (_, address) => (address === 9 ? RULE : address === 8 ? COMPUTED : null),
    symbolNamed: (_, name) => (name === 'f' ? asElfAddress(5) : null),
    tlsModuleSlot: () => asElfAddress(0x88),
    tlsDescriptorSlot: () => null,
    threadIdInside: (tid) => (tid === 7 ? 7 : tid === 8 ? 2 : null),
    threadComm: (tid) => (tid === pid ? 'ma\u{1F600}in' : null),
    alive: () => true,
    close: () => undefined,
  };
}

function sampleAt(timeNs: number, pid: number): RawSample {
  const registers = Object.fromEntries(
    X86_64_REGISTERS.map((name, i) => [name, i === 3 ? 2 ** 64 - 4096 : i * 1e9]),
  ) as Registers;
  return {
    timeNs, cpu: 1, pid: asPid(pid), tid: asTid(pid + 1), ticks: 1,
 mode: 'kernel', registers,
    anchor: { thread: asAddress(1), lastJavaSp: asAddress(2), lastJavaPc: asAddress(0), lastJavaFp: asAddress(4) },
    stack: {
      chunks: [{ address: asAddress(0x7ff0), bytes: Uint8Array.from({ length: 4096 }, (_, i) => i & 0xff) }],
      unreadablePages: [asAddress(0x8000)], end: asAddress(0x9000), cut: true, lostChunks: 2,
    },
    kernelStack: [asKernelAddress(0xffffffff81000001n)], comm: 'a;b\n',
  }; // prettier-ignore
}

/** Reads as text, so that what differs can be seen: `-` is "not there". */
function read(target: OpenTarget, address: number, sizeBytes: number): string {
  const into = new Uint8Array(sizeBytes).fill(0xee);
  const isThere = target.read(address, into);
  if (!isThere) expect(into.every((byte) => byte === 0)).toBe(true);
  return isThere ? Buffer.from(into).toString('hex') : '-';
}

describe('a replay', () => {
  it('gives every answer and sample of two processes again', () => {
    const path = newPath();
    const recorder = createRecorder(path);
    const ask = (target: OpenTarget): unknown => {
      const maps = target.maps() ?? [];
      return [
        maps, maps.map((mapping) => target.library(mapping)), target.symbolAt(LIBRARY, asElfAddress(0x10)), target.symbolAt(LIBRARY, asElfAddress(1)),
        target.unwindRule(LIBRARY, asElfAddress(9)), target.unwindRule(LIBRARY, asElfAddress(8)), target.unwindRule(LIBRARY, asElfAddress(7)),
        target.symbolNamed(LIBRARY, 'f'), target.symbolNamed(LIBRARY, 'g'), target.tlsModuleSlot(LIBRARY), target.threadComm(asTid(7)),
        target.threadComm(asTid(8)), [7, 8, 9].map((tid) => target.threadIdInside?.(asTid(tid))), target.alive(), read(target, 0x7000, 3), read(target, 0x7ffe, 4),
      ]; // prettier-ignore
    };
    const memory = (address: number): number | null => (address < 0x8000 ? address & 0xff : null);
    const recorded = [7, 8].map((pid) => ask(recorder.target(scriptedTarget(pid, memory))));
    const kernel = recorder.kernel({ symbolAt: (address) => (address === 5n ? { name: 'do_x', library: '[kernel]' } : null) });
    kernel.symbolAt(asKernelAddress(5n));
    kernel.symbolAt(asKernelAddress(6n));
    recorder.sample(sampleAt(1, 7));
    recorder.sample(sampleAt(2, 8));
    recorder.close();

    const replay = openReplay(path);
    expect(replay.pids).toEqual([7, 8]);
    expect(replay.complete).toBe(true);
    expect([7, 8].map((pid) => ask(replay.target(asPid(pid))))).toEqual(recorded);
    expect(replay.kernel.symbolAt(asKernelAddress(5n))).toEqual({ name: 'do_x', library: '[kernel]' });
    expect(replay.kernel.symbolAt(asKernelAddress(6n))).toBeNull();
    expect([...replay.samples()]).toEqual([sampleAt(1, 7), sampleAt(2, 8)]);
    expect(replay.unanswered()).toBe(0);
    // What was never asked cannot be known, and is counted.
    expect(replay.target(asPid(9)).maps()).toBeNull();
    expect(replay.target(asPid(9)).alive()).toBe(false);
    expect(replay.unanswered()).toBe(2);
  });

  it('gives each sample the memory of its own time, however often it is asked', () => {
    const path = newPath();
    const recorder = createRecorder(path);
    let now = 0;
    const target = recorder.target(scriptedTarget(7, () => (now === 5 ? null : now)));
    const seen = [[1, 2], [3], [], [4, 5, 6]].map((times, index) => {
      recorder.sample(sampleAt(index, 7));
      return times.map((time) => {
        now = time;
        return read(target, 0x5000, 1);
      });
    });
    recorder.close();
    expect(seen.flat()).toEqual(['01', '02', '03', '04', '-', '06']);

    const asked = (counts: readonly number[]): string => {
      const replay = openReplay(path);
      const replayed = replay.target(asPid(7));
      const rows: string[] = [];
      for (const sample of replay.samples()) {
        rows.push(Array.from({ length: counts[sample.timeNs] ?? 0 }, () => read(replayed, 0x5000, 1)).join(' '));
      }
      return rows.join(' | ');
    };
    expect(asked([2, 1, 0, 3])).toBe('01 02 | 03 |  | 04 - 06');
    expect(asked([3, 2, 1, 4])).toBe('01 02 02 | 03 03 | 03 | 04 - 06 06');
    expect(asked([0, 1, 0, 1])).toBe(' | 03 |  | 04');
    expect(asked([1, 0, 1, 1])).toBe('01 |  | 03 | 04');
  });

  it('puts memory together from reads of other sizes, of the right time', () => {
    const path = newPath();
    const recorder = createRecorder(path);
    let generation = 0x10;
    const target = recorder.target(scriptedTarget(7, (address) => generation + (address & 0xf)));
    recorder.sample(sampleAt(1, 7));
    read(target, 0x5ffc, 8);
    generation = 0x20;
    recorder.sample(sampleAt(2, 7));
    read(target, 0x5ffe, 4);
    recorder.close();

    const replay = openReplay(path);
    const replayed = replay.target(asPid(7));
    const rows = Array.from(replay.samples(), () => [read(replayed, 0x5ffd, 5), read(replayed, 0x5ffb, 3)]);
    expect(rows).toEqual([
      ['1d1e1f1011', '-'],
      ['1d2e2f2021', '-'],
    ]);
    expect(replay.unanswered()).toBe(2);
  });

  it('is small: the same maps and stack pages are written once', () => {
    const path = newPath();
    const recorder = createRecorder(path);
    const target = recorder.target(scriptedTarget(7, () => 1));
    for (let i = 0; i < 200; i++) {
      recorder.sample(sampleAt(i, 7));
      target.maps();
    }
    recorder.close();
    const text = gunzipSync(readFileSync(path)).toString();
    expect(text.split('\n').filter((line) => line.startsWith('["="'))).toHaveLength(4); // two mappings, the list of them, one page
    expect(text.length).toBeLessThan(200 * 1000);
  });
});

describe('a recording that is not as it should be', () => {
  const write = (content: string): string => {
    const path = newPath();
    writeFileSync(path, gzipSync(content));
    return path;
  };
  const complaint = (path: string): string => {
    try {
      openReplay(path);
    } catch (error) {
      if (error instanceof OperatorError && error.kind === 'usage' && error.hint !== '')
        return error.message.replace(path, 'FILE');
      throw error;
    }
    return 'none';
  };
  const HEADER = '{"format":"jtrace-recording","version":1}\n';

  it('is told apart in one line', () => {
    const plain = newPath();
    writeFileSync(plain, 'hello');
    expect(complaint(join(folder, 'missing'))).toBe('cannot read the recording FILE');
    expect(complaint(folder)).toBe('cannot read the recording FILE');
    expect(complaint(plain)).toBe('FILE is no recording, or damaged');
    expect(complaint(write(''))).toBe('the recording FILE is damaged at line 1: expected an object');
    expect(complaint(write('{}'))).toBe('the recording FILE is damaged at line 1: expected the first line of a jtrace recording');
    expect(complaint(write('{"format":"jtrace-recording","version":99}'))).toBe(
      'the recording FILE has version 99 of the format; this jtrace reads 1',
    );
    expect(complaint(write(`${HEADER}["=",0,1]\n["=",2,1]`))).toBe('the recording FILE is damaged at line 3: expected id 1');
    expect(complaint(write(`${HEADER}["!",0,0]`))).toBe('the recording FILE is damaged at line 2: expected the id of a question');
    expect(complaint(write(`${HEADER}["s",{"timeNs":1}]`))).toBe('the recording FILE is damaged at line 2: expected an object');
    expect(complaint(write(`${HEADER}["x"]`))).toBe('the recording FILE is damaged at line 2: expected a known kind of line');
    expect(complaint(write(`${HEADER}["end",1,0]`))).toBe(
      'the recording FILE is damaged at line 2: expected as many lines as its end says',
    );
    expect(complaint(write(HEADER))).toBe('the recording FILE breaks off: 0 samples are there, its end is not');
  });

  it('breaks off where a killed run left it, and what was written before can be had', () => {
    const path = newPath();
    const recorder = createRecorder(path);
    const target = recorder.target(scriptedTarget(7, (address) => (address * 7919) & 0xff));
    for (let i = 0; i < 3000; i++) {
      recorder.sample(sampleAt(i, 7));
      read(target, 0x10_000 + i * 512, 512);
    }
    recorder.close();
    truncateSync(path, Math.floor(readFileSync(path).length * 0.7));
    expect(complaint(path)).toMatch(/^the recording FILE breaks off: \d+ samples are there, its end is not$/);
    const replay = openReplay(path, { allowBrokenOff: true });
    const count = [...replay.samples()].length;
    expect(replay.complete).toBe(false);
    expect(count).toBeGreaterThan(1000);
    expect(count).toBeLessThan(3000);
  });

  it('ends in an OperatorError or a replay, whatever bytes were changed', () => {
    const path = newPath();
    const recorder = createRecorder(path);
    const target = recorder.target(scriptedTarget(7, () => 1));
    target.maps();
    recorder.sample(sampleAt(1, 7));
    read(target, 1, 8);
    recorder.close();
    const text = gunzipSync(readFileSync(path));
    const change = fc.record({ at: fc.nat(text.length - 1), byte: fc.constantFrom(...Buffer.from('0123456789-[]{},"ex n')) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = Buffer.from(text);
        for (const { at, byte } of changes) damaged[at] = byte;
        writeFileSync(path, gzipSync(damaged));
        try {
          const replay = openReplay(path, { allowBrokenOff: true });
          for (const pid of replay.pids) {
            replay.target(pid).maps();
            read(replay.target(pid), 1, 8);
            read(replay.target(pid), 0, 4);
          }
          expect([...replay.samples()].length).toBeLessThanOrEqual(1);
        } catch (error) {
          if (!(error instanceof OperatorError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a recorder', () => {
  it('says so when the file cannot be created or the disk is full', () => {
    expect(() => createRecorder(join(folder, 'no', 'such', 'folder'))).toThrow(OperatorError);
    const recorder = createRecorder('/dev/full');
    recorder.sample(sampleAt(1, 7));
    expect(() => recorder.close()).toThrow(/could not be written whole/);
  });
});
