// Arguments → the request of a report or a merge, with its defaults; and any arguments at all → a request or an operator's error.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Command } from '../../../src/cli/command.ts';
import { MERGE_COMMAND, mergeRequest } from '../../../src/cli/commands/merge.ts';
import { REPORT_COMMAND, reportRequest } from '../../../src/cli/commands/report.ts';
import { MERGE_FLAGS, REPORT_FLAGS } from '../../../src/cli/flags/report-flags.ts';
import { flagValues, parseArguments } from '../../../src/cli/parse-arguments.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { ReportRequest } from '../../../src/model/request.ts';
import { anyText } from '../../support/any-text.ts';

const COMMANDS: readonly Command[] = [REPORT_COMMAND, MERGE_COMMAND];

async function request(...argv: string[]): Promise<ReportRequest | null> {
  const parsed = await parseArguments(argv, COMMANDS, 'jtrace 0');
  if (parsed.kind !== 'run') return null;
  return parsed.command === REPORT_COMMAND
    ? reportRequest(parsed.args, flagValues(REPORT_FLAGS, parsed.args))
    : mergeRequest(parsed.args, flagValues(MERGE_FLAGS, parsed.args));
}

const DEFAULTS: ReportRequest = {
  inputs: ['x.jtrace'],
  outputs: [],
  filter: { thread: null, include: [], exclude: [], fromMs: null, toMs: null },
  by: null,
  byThread: false,
  lines: false,
  native: true,
  top: 20,
  treePercent: null,
  json: false,
  verbosity: 'normal',
};

test.each<[string, Partial<ReportRequest>]>([
  ['', {}],
  ['-', { inputs: ['x.jtrace', '-'] }],
  ['y.jtrace -o -', { inputs: ['x.jtrace', 'y.jtrace'], outputs: ['-'], top: 0 }],
  ['--tree', { treePercent: 1, top: 0 }],
  ['--tree --min-share 0.5% --top 3', { treePercent: 0.5, top: 3 }],
  ['--json', { json: true, top: 0 }],
  ['--threads --lines --no-native -v', { byThread: true, lines: true, native: false, verbosity: 'verbose' }],
  ['--by package', { by: 'package' }],
  ['--thread ^a', { filter: { ...DEFAULTS.filter, thread: /^a/ } }],
  ['--include a --include=-b --exclude c|d', { filter: { ...DEFAULTS.filter, include: [/a/, /-b/], exclude: [/c|d/] } }],
  ['--from 0 --to 1.5s', { filter: { ...DEFAULTS.filter, fromMs: 0, toMs: 1500 } }],
  ['--from 500ms', { filter: { ...DEFAULTS.filter, fromMs: 500 } }],
  ['-o y.jtrace -q', { outputs: ['y.jtrace'], top: 0, verbosity: 'quiet' }],
])('report x.jtrace %s', async (words, expected) => {
  expect(await request('report', 'x.jtrace', ...words.split(' ').filter((word) => word !== ''))).toEqual({
    ...DEFAULTS,
    ...expected,
  });
});

test('merge', async () => {
  expect(await request('merge', 'a', 'b', '-o', 'c.folded', '--thread', 't')).toEqual({
    ...DEFAULTS,
    inputs: ['a', 'b'],
    outputs: ['c.folded'],
    filter: { ...DEFAULTS.filter, thread: /t/ },
    top: 0,
  });
});

test('any words: a request, help, or an error of the operator', async () => {
  const flags = Object.entries(REPORT_FLAGS).flatMap(([name, flag]) => [
    `--${name}`,
    `--${name}=`,
    'alias' in flag ? `-${flag.alias}` : '-',
  ]);
  const word = fc.oneof(
    fc.constantFrom(
      'a.jtrace',
      'b.jtrace',
      '-',
      '--',
      '',
      '(',
      '[a-',
      '5s',
      '1',
      'thread',
      '--help',
      '-qv',
      '--__proto__',
      ...flags,
    ),
    anyText({ maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 7 }), fc.constantFrom('report', 'merge'), async (words, command) => {
      try {
        await request(command, ...words);
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        expect(error.kind).toBe('usage');
      }
    }),
    { numRuns: 150 },
  );
});
