// Texts written by hand after perf-script(1) and builtin-script.c: `comm tid [cpu] time: period event:`, then a frame a line.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { perfFrames } from '../../../src/inputs/perf-frames.ts';
import { parsePerfHeader, PERF_SCRIPT_READER } from '../../../src/inputs/perf-script.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { Recording } from '../../../src/model/recording.ts';
import { FOLDED_KINDS_FORMAT } from '../../../src/outputs/folded.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { bytesOf, chunksOf } from '../../support/recordings.ts';

const read = (text: string): Promise<Recording> => PERF_SCRIPT_READER.read(chunksOf(text), 'perf.txt');

const TEXT = `# captured on: Thu Nov 20 10:00:00 2025
java  4711/4720  1234.567890:   10101010 cpu-clock:pppH: 
	ffffffff8104f45a native_write_msr_safe+0xa ([kernel.kallsyms])
	    7f3a5c1d2e10 __write+0x10 (/usr/lib/x86_64-linux-gnu/libc.so.6)
	    7f3a41234567 Lcom/acme/Store;::put->Lcom/acme/Log;::write+0x1b (/tmp/perf-4711.map)
	    7f3a41230000 Interpreter+0x80 (/tmp/perf-4711.map)
	    7f3a5d000123 JavaCalls::call_helper(JavaValue*, methodHandle const&)+0x2e3 (/usr/lib/jvm/java-17/lib/server/libjvm.so)

C2 CompilerThre  4711/4725 [001]  1234.668000:   10101010 cpu-clock:pppH: 
	    7f3a5d0abcde PhaseChaitin::Split(unsigned int, ResourceArea*)+0x5 (/usr/lib/jvm/java-17/lib/server/libjvm.so (deleted))
	               0 [unknown] ([unknown])

swapper     0 [000]  1234.700000:   10101010 cpu-clock:pppH: 
	ffffffff81050000 mwait_idle ([kernel.kallsyms])

`;

test('samples with threads, times, kinds; frames oldest first', async () => {
  const recorded = await read(TEXT);
  const { profile, facts } = recorded;
  expect(bytesOf(FOLDED_KINDS_FORMAT, recorded, { byThread: true }).toString()).toBe(
    [
      '[java tid=4720];JavaCalls::call_helper(JavaValue*, methodHandle const&);Interpreter_[0];com/acme/Store.put_[j];com/acme/Log.write_[i];__write;native_write_msr_safe_[k] 1',
      '[C2 CompilerThre tid=4725];[unknown];PhaseChaitin::Split(unsigned int, ResourceArea*) 1',
      '[swapper tid=0];mwait_idle_[k] 1',
      '',
    ].join('\n'),
  );
  expect(profile.samples.timeNs).toEqual([1234_567_890_000, 1234_668_000_000, 1234_700_000_000]);
  expect(profile.samples.pc).toEqual([0, 0x7f3a5d0abcde, 0]);
  expect(profile.threads.map(({ pid, tid }) => [pid, tid])).toEqual([[4711, 4720], [4711, 4725], [0, 0]]); // prettier-ignore
  expect(facts).toMatchObject({ source: 'perf-script', hasTimes: true, startNs: 1234_567_890_000, problems: [] });
  expect(profile.frames.frames.find(({ name }) => name.startsWith('Phase'))?.kind).toBe('vm');
});

test.each([
  ['java 12 1.000001: cpu-clock: ', { comm: 'java', pid: 12, tid: 12, timeNs: 1_000_001_000, event: 'cpu-clock' }],
  ['a b c  1/2 [003]  9.123456789:  7 cycles:u: ', { comm: 'a b c', pid: 1, tid: 2, timeNs: 9_123_456_789, event: 'cycles:u' }],
  [
    ':-1    -1 [000] 3.000000: sched:sched_switch: prev_comm=x',
    { comm: ':-1', pid: 0, tid: 0, timeNs: 3e9, event: 'sched:sched_switch' },
  ],
  [
    'java  77  10101010 cpu/event=0x3c,umask=0x0/: ',
    { comm: 'java', pid: 77, tid: 77, timeNs: -1, event: 'cpu/event=0x3c,umask=0x0/' },
  ],
])('header %j', (line, expected) => {
  expect(parsePerfHeader(line)).toEqual(expected);
});

test.each([
  ['Ljava/lang/String;::hashCode+0x4 (/tmp/perf-1.map)', [['c2', 'java/lang/String.hashCode']]],
  [
    'La/A;::a->Lb/B;::b->Lc/C;::c+0x4 (/tmp/perf-1.map)',
    [
      ['inlined', 'c/C.c'],
      ['inlined', 'b/B.b'],
      ['c2', 'a/A.a'],
    ],
  ],
  ['java.lang.String a.b.C.d(int, java.lang.String)+0x4 (/tmp/perf-1.map)', [['c2', 'a/b/C.d']]],
  ['StubRoutines (1)+0x4 (/tmp/perf-1.map)', [['stub', 'StubRoutines (1)']]],
  ['[unknown] (/tmp/perf-1.map)', [['native', '[perf-1.map]']]],
  ['[unknown] (/usr/lib/libz.so.1)', [['native', '[libz.so.1]']]],
  ['ext4_write+0x1 ([ext4])', [['kernel', 'ext4_write']]],
  ['__vdso_clock_gettime+0x1 ([vdso])', [['native', '__vdso_clock_gettime']]],
  ['std::sort<int*>(int*, int*) (inlined)', [['inlined', 'std::sort<int*>(int*, int*)']]],
  ['f+0x1 (/opt/a b (x)/lib.so (deleted))', [['native', 'f+0x1 (/opt/a b']]], // a blank and a bracket in a path: rare, and no loss of the frame
])('frame %j', (text, expected) => {
  expect(perfFrames(text).map(({ kind, name }) => [kind, name])).toEqual(expected);
});

test('numbers no kernel prints are no header', () => {
  for (const line of ['java 12345678901234567890 1.000001: ev: ', `java 1 ${'9'.repeat(40)}.000001: ev: `])
    expect(parsePerfHeader(line), line).toBe(null);
});

describe('what is not whole', () => {
  test('samples of a second event are left out and told, lines out of place counted', async () => {
    const { profile, facts } = await read(`${TEXT}java 1 1.000000: 5 page-faults: \n\t 10 f (x)\n\nnonsense\n\t zz\n\n`);
    expect(profile.samples.weight).toEqual([1, 1, 1]);
    expect(facts.problems).toEqual([
      'samples of other events than cpu-clock:pppH, left out: 1, the first is page-faults',
      'lines that are neither a sample nor a frame: 2, the first is line 19',
    ]);
  });

  test('a sample without frames, one without time, an end without an empty line', async () => {
    const { profile, facts } = await read('java 1 cycles: \n\njava 1 2.000000: cycles: \n\t 10 f (x)');
    expect(profile.frames.frames.map(({ name }) => name)).toEqual(['[unresolved: no stack]', 'f']);
    expect(facts.hasTimes).toBe(false);
  });

  test('no sample at all is no profile; any text ends, also lines made to be slow', async () => {
    await expect(read('a;b 1\n')).rejects.toThrow(OperatorError);
    const slow = ['(', ' (', 'a (b', '+0x1', ' 1', 'a/', 'L;::'].map((part) => part.repeat(100_000));
    const text = slow
      .flatMap((part) => [`x 1 1.000000: ev: \n\t 10 ${part})\n\t 10 ${part}\n\t 10 ${part} (/tmp/perf-1.map)`, part])
      .join('\n');
    const started = performance.now();
    assertProfileIntegrity((await PERF_SCRIPT_READER.read(chunksOf(text, 1 << 16), 'x')).profile);
    expect(performance.now() - started).toBeLessThan(10_000);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...TEXT.split('\n'), '\t', ' x', 'a 1 ev: ', '\ud800')), async (lines) => {
        const found = await read(lines.join('\n')).catch((error: unknown) => {
          expect(error).toBeInstanceOf(OperatorError);
          return null;
        });
        if (found !== null) assertProfileIntegrity(found.profile);
      }),
    );
  });
});

test('is told from folded text', () => {
  expect(PERF_SCRIPT_READER.recognizes(Buffer.from(TEXT))).toBe(true);
  expect(PERF_SCRIPT_READER.recognizes(Buffer.from('a;b 1\nc;d 2\n'))).toBe(false);
});
