// Arguments → the request that is run, with its defaults; and any arguments at all → a request or an operator's error.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PROFILE_COMMAND, profileRequest } from '../../../src/cli/commands/profile.ts';
import { PROFILE_FLAGS } from '../../../src/cli/flags/profile-flags.ts';
import { flagValues, parseArguments } from '../../../src/cli/parse-arguments.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { ProfileRequest } from '../../../src/model/request.ts';
import { anyText } from '../../support/any-text.ts';

async function request(...argv: string[]): Promise<ProfileRequest> {
  const parsed = await parseArguments(argv, [PROFILE_COMMAND], 'jtrace 0');
  if (parsed.kind !== 'run') throw new Error(`printed ${parsed.text}`);
  return profileRequest(parsed.args, flagValues(PROFILE_FLAGS, parsed.args));
}

const DEFAULTS: ProfileRequest = {
  target: { kind: 'only-jvm' },
  durationMs: 10_000,
  rateHz: 99,
  event: null,
  minBlockedNs: 0,
  waker: false,
  intervalBytes: 0,
  budget: { samplesPerSecond: 1000, bytesPerSecond: 16_777_216 },
  outputs: [],
  byThread: false,
  lines: false,
  kernel: true,
  native: true,
  stackBytes: 131_072,
  reread: true,
  top: 20,
  json: false,
  printProgram: false,
  bpftracePath: null,
  acceptFreezeRisk: false,
  recordReads: null,
  verbosity: 'normal',
};

describe('all processes', () => {
  test('of this machine', async () => {
    for (const flag of ['--all', '-a']) expect((await request('profile', flag)).target).toEqual({ kind: 'all' });
    expect((await request('profile', '--all')).durationMs).toBe(10_000);
  });

  test.each([
    [['profile', '--all', '4711'], "both a process ('4711') and -a/--all were given"],
    [['profile', '-a', 'kafka'], "both a process ('kafka') and -a/--all were given"],
    [['profile', '--all', '--', 'sleep', '1'], 'both a COMMAND and -a/--all were given'],
    [['profile', '--all', '--as-root'], '--as-root says how to run a COMMAND, and there is none'],
  ])('%j', async (argv, message) => {
    await expect(request(...argv)).rejects.toMatchObject({ kind: 'usage', message });
  });
});

describe('the request', () => {
  test('nothing given', async () => {
    expect(await request('profile')).toEqual(DEFAULTS);
  });

  test('everything given', async () => {
    const flags =
      '-d 500ms -F 199 --sample-budget 50 --byte-budget 2m -o a.folded -o - --threads --lines --no-kernel --no-native --stack-bytes 16k --no-reread --top 5';
    const more = '--print-program --bpftrace /opt/bpftrace --accept-freeze-risk --accept-freeze-risk --record-reads r.gz -v';
    expect(await request('profile', ...flags.split(' '), ...more.split(' '), '4711')).toEqual({
      target: { kind: 'pid', pid: 4711 },
      durationMs: 500,
      rateHz: 199,
      event: null,
      minBlockedNs: 0,
      waker: false,
      intervalBytes: 0,
      budget: { samplesPerSecond: 50, bytesPerSecond: 2_097_152 },
      outputs: ['a.folded', '-'],
      byThread: true,
      lines: true,
      kernel: false,
      native: false,
      stackBytes: 16_384,
      reread: false,
      top: 5,
      json: false,
      printProgram: true,
      bpftracePath: '/opt/bpftrace',
      acceptFreezeRisk: true,
      recordReads: 'r.gz',
      verbosity: 'verbose',
    });
  });

  test('a command keeps its words, whatever they look like', async () => {
    const words = ['java', '-d', '5', '--json', '--', '-o', '', '--help', 'ü\n'];
    expect(await request('profile', '--as-root', '--', ...words)).toEqual({
      ...DEFAULTS,
      target: { kind: 'command', argv: words, asRoot: true },
      durationMs: null, // until it ends
    });
    expect((await request('profile', '-d', '3', '--', 'ls')).durationMs).toBe(3000);
  });

  test.each<[string, Partial<ProfileRequest>]>([
    ['007', { target: { kind: 'pid', pid: 7 as never } }],
    ['org.acme.Main', { target: { kind: 'name', name: 'org.acme.Main' } }],
    ['12abc', { target: { kind: 'name', name: '12abc' } }],
    ['constructor', { target: { kind: 'name', name: 'constructor' } }],
    ['true', { target: { kind: 'name', name: 'true' } }],
    ['-d10s', { durationMs: 10_000 }],
    ['-d=2m', { durationMs: 120_000 }],
    ['-d 1h', { durationMs: 3_600_000 }],
    ['-d .5', { durationMs: 500 }],
    ['-d 1.5S', { durationMs: 1500 }],
    ['-F99', { rateHz: 99 }],
    ['-F 10000', { rateHz: 10_000 }],
    ['--stack-bytes 64KiB', { stackBytes: 65_536 }],
    ['--stack-bytes 1m', { stackBytes: 1_048_576 }],
    ['--stack-bytes=4096', { stackBytes: 4096 }],
    ['-o x.folded', { outputs: ['x.folded'], top: 0 }],
    ['-o x.folded --top 7', { outputs: ['x.folded'], top: 7 }],
    ['-q', { verbosity: 'quiet', top: 0 }],
    ['-q --top 7', { verbosity: 'quiet', top: 7 }],
    ['--json', { json: true, top: 0 }],
    ['--json --top 3', { json: true, top: 3 }],
    ['--top 0', { top: 0 }],
    ['--output=-o', { outputs: ['-o'], top: 0 }],
  ])('%s', async (words, expected) => {
    expect(await request('profile', ...words.split(' '))).toEqual({ ...DEFAULTS, ...expected });
  });
});

test('any words: a request, help, or an error of the operator', async () => {
  const flags = Object.entries(PROFILE_FLAGS).flatMap(([name, flag]) => [
    'alias' in flag ? `-${flag.alias}` : `--${name}`,
    `--${name}=`,
  ]);
  const word = fc.oneof(
    fc.constantFrom(
      'profile',
      '--',
      '-',
      '4711',
      'Main',
      '10s',
      '-1',
      '--help',
      '-h',
      '--version',
      '',
      '-dF',
      '--=',
      '-=',
      ...flags,
    ),
    fc.constantFrom('--__proto__', '--constructor=x', '--toString', '--hasOwnProperty', '--_', '--$0', '--process=1', '-_', '-0'),
    anyText({ maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 7 }), fc.boolean(), async (words, named) => {
      try {
        const parsed = await parseArguments(named ? ['profile', ...words] : words, [PROFILE_COMMAND], 'jtrace 0');
        if (parsed.kind === 'run') profileRequest(parsed.args, flagValues(PROFILE_FLAGS, parsed.args));
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        expect(error.kind).toBe('usage');
      }
    }),
    { numRuns: 150 },
  );
});

describe('events', () => {
  test.each([
    [['-e', 'offcpu', '--min-blocked', '5ms'], { event: 'offcpu', minBlockedNs: 5_000_000 }],
    [['-e', 'offcpu', '--waker'], { event: 'offcpu', waker: true }],
    [['-e', 'wall', '-F', '49'], { event: 'wall', rateHz: 49 }],
    [['-e', 'nativemem', '--interval-bytes', '512k'], { event: 'nativemem', intervalBytes: 524_288 }],
    [['-e', 'lock', '--min-blocked', '1s'], { event: 'lock', minBlockedNs: 1e9 }],
    [['--event', 'cpu', '-F', '49'], { event: null, rateHz: 49 }],
    [['--event', 'uprobe:/bin/bash:readline'], { event: 'uprobe:/bin/bash:readline' }],
  ])('%j', async (argv, expected) => {
    expect(await request('profile', ...argv)).toMatchObject(expected);
  });

  test.each([
    [['--event', 'offcup'], "'offcup' is no event that jtrace knows"],
    [['--event', 'interval:s:1'], "'interval:s:1' is no probe at which a process has a stack to be sampled"],
    [['--event', 'faults', '-F', '49'], '-F/--frequency is the rate of CPU ticks, and --event has none'],
    [['-e', 'threads', '-F', '49'], '-F/--frequency is the rate of CPU ticks, and --event has none'],
    [['--waker'], '--waker is of --event offcpu'],
    [['-e', 'wall', '--waker'], '--waker is of --event offcpu'],
    [['-e', 'alloc', '--interval-bytes', '1m'], '--interval-bytes is of --event nativemem'],
    [['-e', 'nativemem', '--interval-bytes', '-1'], "the size '-1' is no size"],
    [['-e', 'wall', '--min-blocked', '5ms'], '--min-blocked is of --event offcpu and lock'],
    [['--min-blocked', '5ms'], '--min-blocked is of --event offcpu and lock'],
    [['-e', 'gc', '--min-blocked', '5ms'], '--min-blocked is of --event offcpu and lock'],
    [['-e', 'offcpu', '--min-blocked', '5'], "the time '5' is no time of a wait"],
  ])('%j is refused', async (argv, message) => {
    await expect(request('profile', ...argv)).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringContaining(message) as string,
    });
  });
});
