// What bpftrace says: noise, lost events, and why it failed, in the words of each version.

import { describe, expect, test } from 'vitest';
import { explainFailure } from '../../../src/bpftrace/explain-failure.ts';
import { isNoise, lostEvents, NoiseFilter } from '../../../src/bpftrace/noise.ts';

const MACHINE = { mayLoad: true, hasSysAdmin: true, hasTypeInformation: true, hasTracefs: true };
const EXIT = { code: 1, signal: null, startError: null };

test.each([
  [
    'ERROR: Unknown error -1: couldn\'t set RLIMIT_MEMLOCK for bpftrace. If your program is not loading, you can try "ulimit -l 8192" to fix the problem',
  ],
  ['Attaching 9 probes...'],
  ['Attached 1 probe'],
  ['WARNING: Could not read functions from /sys/kernel/tracing/available_filter_functions.'],
  [''],
])('noise: %s', (line) => {
  expect(isNoise(line)).toBe(true);
});

test.each([
  ['ERROR: Error loading program: profile:hz:99 (try -v)'],
  ['stdin:1:1-2: ERROR: syntax error'],
  ['Attaching is hard'],
])('no noise: %s', (line) => {
  expect(isNoise(line)).toBe(false);
});

test.each([
  ['Lost 615 events', 615],
  ['Lost 1 events', 1],
  ['Lost 1 event', 1],
  ['WARNING: Lost 3 events', 3],
  ['WARNING: Total lost event count: 9', null],
  ['Lost 615 events of mine', null],
  ['Lost events', null],
])('%s: %s lost', (line, count) => {
  expect(lostEvents(line)).toBe(count);
});

test('a warning about the program goes with its source line and its tildes, an error stays', () => {
  const filter = new NoiseFilter();
  const lines = [
    'stdin:61:30-32: WARNING: Addrspace mismatch',
    '    if ($dtv != 0 && $length >= $module) {',
    '                             ~~',
    'something else',
    'stdin:61:30-32: WARNING: without source',
    'ERROR: Error loading program: BEGIN',
    'Attaching 9 probes...',
  ];
  expect(lines.filter((line) => filter.keeps(line))).toEqual(['something else', 'ERROR: Error loading program: BEGIN']);
});

describe('failures', () => {
  test.each([
    [
      '0.17 not root',
      'ERROR: bpftrace currently only supports running as the root user.',
      'this bpftrace runs as root only, whatever capabilities it has',
    ],
    [
      '0.27 without a capability',
      'ERROR: Missing CAP_DAC_OVERRIDE capabilityplease run bpftrace as the root user.',
      'bpftrace lacks CAP_DAC_OVERRIDE',
    ],
    [
      '0.27 without BTF',
      'ERROR: Could not parse arguments of "task:task_newtask": BTF is required for parsing tracepoint arguments',
      'this bpftrace cannot read the type information (BTF) of this kernel',
    ],
    [
      '0.17 no tracepoint',
      'stdin:85-88: ERROR: tracepoint not found: task:task_newtask',
      'this kernel lacks a tracepoint that jtrace needs',
    ],
    ['0.27 no tracepoint', 'No matches for tracepoint foo:bar.', 'this kernel lacks a tracepoint that jtrace needs'],
    ['0.17 verifier', 'ERROR: Error loading program: profile:hz:99 (try -v)', 'the kernel did not take the program of jtrace'],
    [
      '0.23 verifier',
      'ERROR: Error loading BPF program for profile_hz_99_2. Use -v for full kernel error log.',
      'the kernel did not take the program of jtrace',
    ],
    ['0.17 buffers', 'Failed to open perf buffer', 'bpftrace could not get its buffers'],
    [
      '0.17 syntax',
      'stdin:79:14-15: ERROR: syntax error, unexpected {',
      'this bpftrace does not understand the program of jtrace',
    ],
    ['nothing said', '', 'bpftrace did not begin to sample (status 1)'],
  ])('%s', (_name, words, message) => {
    const error = explainFailure(EXIT, [words], MACHINE);
    expect(error).toMatchObject({ kind: 'environment', message });
    expect(error.hint).not.toBe('');
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('what the machine lacks is told before what bpftrace makes of it', () => {
    // 0.17 without CAP_PERFMON.
    const words = [
      "definitions.h:10:3: error: unknown type name 'pid_t'",
      'ERROR: Include headers with missing type definitions or install BTF information to your system.',
    ];
    expect(explainFailure(EXIT, words, { ...MACHINE, mayLoad: false }).message).toBe('bpftrace may not load programs here');
    expect(explainFailure(EXIT, words, { ...MACHINE, hasTypeInformation: false }).message).toBe(
      'this kernel has no type information (BTF)',
    );
    // 0.17 on 5.10, as root.
    expect(explainFailure(EXIT, words, MACHINE).message).toBe(
      'this bpftrace cannot read the type information (BTF) of this kernel',
    );
    // 0.17 with CAP_BPF and CAP_PERFMON, on a kernel that has it.
    const noAdmin = explainFailure(EXIT, words, { ...MACHINE, hasSysAdmin: false });
    expect(noAdmin.message).toBe('this bpftrace cannot read type information without CAP_SYS_ADMIN');
    expect(explainFailure(EXIT, ['other'], { ...MACHINE, hasSysAdmin: false }).message).toContain('did not begin to sample');
    expect(explainFailure(EXIT, [''], { ...MACHINE, hasTracefs: false }).hint).toContain('mount -t tracefs');
  });

  test('could not be started, ended by a signal', () => {
    const startError = Object.assign(new Error('spawn EACCES'), { code: 'EACCES' });
    expect(explainFailure({ ...EXIT, startError }, [], MACHINE)).toMatchObject({
      message: 'bpftrace could not be started',
      cause: startError,
    });
    expect(explainFailure({ code: null, signal: 'SIGSEGV', startError: null }, [], MACHINE).message).toContain('SIGSEGV');
  });
});
