// Real texts (test/fixtures/perf-script), and some written by hand after perf-script(1) and builtin-script.c:
// `comm tid [cpu] time: period event:`, then a frame a line.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { perfFrames } from '../../../src/inputs/perf-frames.ts';
import { parsePerfHeader } from '../../../src/inputs/perf-header.ts';
import { PERF_SCRIPT_READER } from '../../../src/inputs/perf-script.ts';
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
      '[swapper];mwait_idle_[k] 1',
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
  [
    'a b [1] (c) 7 31116 12987.315470:    5025125   cpu-clock: ',
    { comm: 'a b [1] (c) 7', pid: 31116, tid: 31116, timeNs: 12987_315_470_000, event: 'cpu-clock' },
  ],
  ['x 1/2 [000] U   2.000000:  7 ev:u: ', { comm: 'x', pid: 1, tid: 2, timeNs: 2e9, event: 'ev:u' }],
  ['GC Thread#0 29092 12758.916108: ', { comm: 'GC Thread#0', pid: 29092, tid: 29092, timeNs: 12758_916_108_000, event: '' }],
])('header %j', (line, expected) => {
  expect(parsePerfHeader(line)).toEqual({ ...expected, frame: null });
});

test('a header with its only frame; the fields of a tracepoint are none', () => {
  const line = '       cafe 2 12757.776935:   10101010 cpu-clock:      7f7c88f9383d int a.B.c(int, long)+0x2fd (/tmp/perf-1.map)';
  expect(parsePerfHeader(line)?.frame).toEqual({ address: '7f7c88f9383d', text: 'int a.B.c(int, long)+0x2fd (/tmp/perf-1.map)' });
  for (const fields of ['add 5 (x)', 'comm=x pid=7', 'NR 0 (7f, 1)', ''])
    expect(parsePerfHeader(`x 2 1.000000: a:b: ${fields}`)?.frame, fields).toBe(null);
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
  ['void A$1.once(int, long)', [['c2', 'A$1.once']]], // perf script without files
  ['std::min(int const&, int)+0x3', [['native', 'std::min(int const&, int)']]],
  ['f+0x1 (/opt/a b (x)/lib.so (deleted))', [['native', 'f+0x1 (/opt/a b']]], // a blank and a bracket in a path: rare, and no loss of the frame
])('frame %j', (text, expected) => {
  expect(perfFrames(text).map(({ kind, name }) => [kind, name])).toEqual(expected);
});

test('numbers no kernel prints are no header', () => {
  for (const line of ['java 12345678901234567890 1.000001: ev: ', `java 1 ${'9'.repeat(40)}.000001: ev: `])
    expect(parsePerfHeader(line), line).toBe(null);
});

describe('what is not whole', () => {
  test('the event with most samples counts, whichever came first; without an end of events', async () => {
    const { profile, facts } = await read(`java 1 1.000000: 5 page-faults: \n\t 10 f (x)\n\n${TEXT}`);
    expect(profile.samples.weight).toEqual([1, 1, 1]);
    expect(facts.startNs).toBe(1234_567_890_000);
    expect(facts.problems).toEqual(['samples of other events than cpu-clock:pppH, left out: 1, the first is page-faults']);
    const many = Array.from({ length: 40 }, (_, i) => `java 1 1.000000: 5 e${i}: \n\t 10 f (x)\n\n`).join('');
    expect((await read(many)).facts.problems).toEqual(['samples of other events than e0, left out: 39, the first is e1']);
  });

  test('samples of a second event are left out and told, lines out of place counted', async () => {
    const { profile, facts } = await read(`${TEXT}java 1 1.000000: 5 page-faults: \n\t 10 f (x)\n\nnonsense\n\t zz\n\n`);
    expect(profile.samples.weight).toEqual([1, 1, 1]);
    expect(facts.problems).toEqual([
      'lines that are neither a sample nor a frame: 2, the first is line 19',
      'samples of other events than cpu-clock:pppH, left out: 1, the first is page-faults',
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

describe('what perf really printed', () => {
  const fixture = (name: string): Promise<Recording> =>
    PERF_SCRIPT_READER.read(chunksOf(readFileSync(`test/fixtures/perf-script/${name}.txt`)), name);
  const drawn = (of: Recording): readonly string[] =>
    bytesOf(FOLDED_KINDS_FORMAT, of, { byThread: true }).toString().trimEnd().split('\n');

  test('Java with the JDK’s own map', async () => {
    const java = await fixture('java');
    expect(java.facts).toMatchObject({ hasTimes: true, startNs: 12757_776_935_000, problems: [] });
    expect(drawn(java).map((line) => line.replace(/^(\[.*?\]);.*;(.*;.*)$/, '$1 $2'))).toEqual([
      '[ForkJoinPool.co tid=29119] java/util/stream/Collectors$$Lambda$39/0x00007f7c2405a6b8.apply_[j];java/util/stream/Collectors.lambda$mapMerger$12_[j] 1',
      '[streams-1 tid=29118] java/util/regex/Pattern$1MatcherIterator.hasNext_[j];java/util/regex/Matcher.search_[j] 1',
      '[GC Thread#0 tid=29092] G1ParEvacuateFollowersClosure::do_void;SpinPause 1',
      '[streams-0 tid=29117] [perf-29076.map];java/util/concurrent/ForkJoinPool$WorkQueue.helpComplete_[j] 1',
    ]);
    // libjvm's code is printed as an offset in its file: no instruction pointer.
    expect(java.profile.samples.pc.map((pc) => pc > 0)).toEqual([true, true, false, true]);
  });

  test('the same samples without events, without files, of pids and nanoseconds, without stacks', async () => {
    const java = await fixture('java');
    expect(drawn(await fixture('java-no-event'))).toEqual(drawn(java));
    const noFiles = await fixture('java-no-files');
    expect(noFiles.facts.problems).toEqual([]);
    expect(noFiles.profile.samples.stack.length).toBe(4);
    expect(drawn(noFiles)[1]).toMatch(/;java\/util\/regex\/Matcher\.search_\[j\] 1$/);
    const pids = await fixture('java-pid-nanoseconds');
    expect(pids.profile.threads.map(({ pid }) => Number(pid))).toEqual([29076, 29076, 29076]);
    const noStacks = await fixture('java-no-stacks');
    expect(noStacks.facts.problems).toEqual([]);
    expect(drawn(noStacks)).toEqual(drawn(java).map((line) => line.replace(/\];.*;/, '];')));
  });

  test('C with inlined functions, a thread with blanks and brackets, two events', async () => {
    const c = await fixture('c-inlined-two-events');
    expect(c.facts.problems).toEqual(['samples of other events than cpu-clock, left out: 3, the first is page-faults']);
    expect(drawn(c)[0]).toBe(
      '[a b [1] (c) 7 tid=31116];_start;__libc_start_main_impl_[i];__libc_start_call_main;main;work_[i];twice_[i];mix_[i] 2',
    );
    expect(drawn(c)[1]).toContain('mix_[i];asm_sysvec_apic_timer_interrupt_[k];irqentry_exit_to_user_mode_[k] 1');
  });

  test.each(['java', 'java-no-event', 'java-no-files', 'java-pid-nanoseconds', 'java-no-stacks', 'c-inlined-two-events'])(
    '%s is told from other formats',
    (name) => {
      expect(PERF_SCRIPT_READER.recognizes(readFileSync(`test/fixtures/perf-script/${name}.txt`))).toBe(true);
    },
  );
});

test('is told from folded text', () => {
  expect(PERF_SCRIPT_READER.recognizes(Buffer.from(TEXT))).toBe(true);
  expect(PERF_SCRIPT_READER.recognizes(Buffer.from('a;b 1\nc;d 2\n'))).toBe(false);
});
