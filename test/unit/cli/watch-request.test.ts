// Arguments of `jtrace watch` → the request, its defaults, and what contradicts itself.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WATCH_COMMAND, watchRequest } from '../../../src/cli/commands/watch.ts';
import { WATCH_FLAGS } from '../../../src/cli/flags/watch-flags.ts';
import { flagValues, parseArguments } from '../../../src/cli/parse-arguments.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { WatchRequest } from '../../../src/model/watch.ts';
import { anyText } from '../../support/any-text.ts';

async function request(...argv: string[]): Promise<WatchRequest> {
  const parsed = await parseArguments(['watch', ...argv], [WATCH_COMMAND], 'jtrace 0');
  if (parsed.kind !== 'run') throw new Error(`printed ${parsed.text}`);
  return watchRequest(flagValues(WATCH_FLAGS, parsed.args));
}

test('without flags: until it is stopped, by the best probe', async () => {
  expect(await request()).toEqual({
    durationMs: null,
    probe: null,
    profiles: null,
    json: false,
    printProgram: false,
    bpftracePath: null,
    verbosity: 'normal',
  });
});

test('-d is how long it watches; with --profile how long a profile is, and --for the watch', async () => {
  expect((await request('-d', '5s')).durationMs).toBe(5000);
  const profiling = await request('--profile', '/tmp', '-d', '30s', '--for', '1h', '--after', '10s', '--match', 'Batch$');
  expect(profiling.durationMs).toBe(3_600_000);
  expect(profiling.profiles).toMatchObject({ folder: '/tmp', afterMs: 10_000, match: /Batch$/, endings: ['.html'] });
  expect(profiling.profiles).toMatchObject({ durationMs: 30_000, bpftracePath: null, acceptFreezeRisk: false });
  expect((await request('--profile', '/tmp', '--accept-freeze-risk')).profiles?.acceptFreezeRisk).toBe(true);
});

test('formats by the endings of files, with and without a dot', async () => {
  const formats = await request('--profile', '/tmp', '--format', 'jtrace', '--format', '.folded', '--format', 'jtrace');
  expect(formats.profiles?.endings).toEqual(['.jtrace', '.folded']);
});

test.each([
  [['--match', 'x'], '--match is of --profile'],
  [['--for', '5s'], '--for is of --profile'],
  [['--after', '0'], '--after is of --profile'],
  [['--format', 'html'], '--format is of --profile'],
  [['--accept-freeze-risk'], '--accept-freeze-risk is of --profile'],
  [['--profile', '/tmp', '--match', '('], "'(' is no regular expression (unterminated group)"],
  [['--profile', '/tmp', '--match', ''], 'an empty expression matches everything'],
  [['--profile', '/tmp', '--format', 'docx'], "'docx' is no format of profiles"],
  [['--profile', '/tmp', '--format', '../x.html'], "'../x.html' is no format of profiles"],
  [['--probe', 'kprob'], "'kprob' is no kind of probe for openings"],
  [['-q', '-v'], '-q/--quiet and -v/--verbose contradict each other'],
  [['4711'], /all JVMs are watched|4711/u],
])('%j is refused', async (argv, message) => {
  const error: unknown = await request(...argv).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OperatorError);
  expect(error).toMatchObject({ kind: 'usage' });
  expect((error as OperatorError).message + (error as OperatorError).hint).toMatch(message);
});

test('any arguments: a request or an operator’s error', async () => {
  const flags = Object.keys(WATCH_FLAGS).map((name) => `--${name}`);
  const words = fc.array(fc.oneof(fc.constantFrom(...flags, '-d', '1s', '/tmp'), anyText()), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(words, async (argv) => {
      try {
        await request(...argv);
      } catch (error) {
        if (error instanceof OperatorError) expect(error.kind).toBe('usage');
        else expect(String(error)).toContain('printed');
      }
    }),
  );
});
