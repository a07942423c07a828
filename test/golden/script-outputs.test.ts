// The result of a program with every kind of map, as text, as JSON lines and folded: what scripts of users rely on.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ScriptEvent } from '../../src/model/script.ts';
import { OperatorError } from '../../src/model/errors.ts';
import { PIPE_LOOK } from '../../src/outputs/script/map-text.ts';
import { scriptFoldedLines } from '../../src/outputs/script/script-folded.ts';
import { eventLine, summaryLine } from '../../src/outputs/script/script-json.ts';
import { mapsText } from '../../src/outputs/script/script-text.ts';
import { expectGolden } from '../support/golden.ts';
import { REPOSITORY } from '../support/repository.ts';
import { number, scriptResult } from '../support/script-results.ts';

const RESULT = scriptResult();
const text = (lines: Iterable<string>): string => [...lines].map((line) => `${line}\n`).join('');

test('text, whole and of 60 columns', () => {
  expectGolden('script/whole.txt', text(mapsText(RESULT.maps, RESULT.mapFacts, PIPE_LOOK)));
  const narrow = { columns: 60, isWhole: false, maxEntries: 2 };
  expectGolden('script/60-columns.txt', text(mapsText(RESULT.maps, RESULT.mapFacts, narrow)));
});

test('JSON lines', () => {
  const events: readonly ScriptEvent[] = [
    { kind: 'ready', probes: 2 },
    { kind: 'text', text: 'no end of line, \u202e, half a pair: \ud800' },
    ...RESULT.maps.map((map): ScriptEvent => ({ kind: 'map', map })),
    { kind: 'value', value: { kind: 'tuple', values: [number(1), { kind: 'tuple', values: [number(2)] }] } },
    { kind: 'lost', count: 12 },
    { kind: 'message', text: 'WARNING: a helper failed' },
    { kind: 'failed', error: new OperatorError('environment', 'bpftrace was killed', 'was it out of memory?') },
    { kind: 'stopped', exitCode: 0 },
  ];
  const lines = [...events.map((event) => eventLine(event, RESULT.mapFacts)), summaryLine(RESULT, 0)].join('');
  expectGolden('script/events.jsonl', lines);
  const docs = readFileSync(join(REPOSITORY, 'docs/run-json.md'), 'utf8');
  for (const line of lines.trimEnd().split('\n')) {
    const { type, ...fields } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const row = docs.split('\n').find((text) => text.startsWith(`| \`${String(type)}\` |`)) ?? 'no row';
    for (const field of Object.keys(fields)) expect(row, `${String(type)}: ${field}`).toContain(`\`${field}`);
  }
});

test('folded', () => {
  expectGolden('script/stacks.folded', text(scriptFoldedLines(RESULT)));
});
