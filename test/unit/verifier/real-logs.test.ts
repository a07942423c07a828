// What real kernels said (test/fixtures/verifier, see its README) is understood: each refusal has its explanation, each instruction
// and each register its words, and every line that has none is in a golden, where a new one is seen.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderVerifierLog } from '../../../src/cli/terminal/verifier-text.ts';
import { createTheme } from '../../../src/cli/terminal/theme.ts';
import { displayWidth } from '../../../src/outputs/display-width.ts';
import { instructionOf, placesOf } from '../../../src/verifier/explain-line.ts';
import { explainVerifierLog } from '../../../src/verifier/explain-log.ts';
import { expectGolden } from '../../support/golden.ts';
import { REPOSITORY } from '../../support/repository.ts';

const FOLDER = join(REPOSITORY, 'test/fixtures/verifier');
/** What begins an instruction, however it goes on: counted apart from the reader that is tested. */
const INSTRUCTION = /^\s*\d+: \([0-9a-f]{2}\) /u;
/** Where the buffer of a log was full, at its end or its front. */
const CUT = /^(?:9: \(05\) goto |: \(15\) if .*)$/u;
const NO_WORDS = 'a value of its own kind';

interface Case {
  readonly name: string;
  /** null: bpftrace's, which tells none. */
  readonly errno: number | null;
  readonly text: string;
}

const LOGS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.log'))
  .map((name) => [name.replace('.log', ''), casesIn(readFileSync(join(FOLDER, name), 'utf8'))] as const);

function casesIn(text: string): readonly Case[] {
  return text
    .split(/^(?==== )/mu)
    .filter((part) => part.startsWith('=== '))
    .map((part) => {
      const [head = '', ...lines] = part.split('\n');
      const [, name = '', errno] = /^=== (.*?)(?: errno (\d+))?$/u.exec(head) ?? [];
      return { name, errno: errno === undefined ? null : Number(errno), text: lines.join('\n') };
    });
}

function caseOf(kernel: string, name: string): string {
  const found = LOGS.find(([own]) => own === kernel)?.[1].find((one) => one.name === name);
  if (found === undefined) throw new Error(`no ${name} of ${kernel}`);
  return found.text;
}

test('there are logs of five kernels', () => {
  expect(LOGS.map(([kernel]) => kernel).sort()).toEqual(['5.10', '6.1', '6.12', '6.18', 'sid']);
});

describe.each(LOGS)('%s', (kernel, cases) => {
  test('every refusal that has a log is explained', () => {
    expect(cases.length).toBeGreaterThan(55);
    const silent = cases.filter(({ errno, text }) => errno !== null && errno !== 0 && text.trim() !== '');
    expect(silent.length).toBeGreaterThan(35);
    expect(silent.filter(({ text }) => explainVerifierLog(text).findings.length === 0).map(({ name }) => name)).toEqual([]);
  });

  test('nothing that was taken is said to be refused', () => {
    const taken = cases.filter(({ errno }) => errno === 0);
    expect(taken.flatMap(({ text }) => explainVerifierLog(text).findings.map(({ message }) => message.key))).toEqual([]);
  });

  test('every instruction is recognised, and has its words', () => {
    const lines = cases.flatMap(({ text }) => text.split('\n')).filter((line) => INSTRUCTION.test(line) && !CUT.test(line));
    expect(lines.length).toBeGreaterThan(300);
    expect(lines.filter((line) => (instructionOf(line)?.words ?? null) === null)).toEqual([]);
  });

  test('every register and every place of the stack has its words', () => {
    const lines = cases.flatMap(({ text }) => text.split('\n'));
    const places = lines.flatMap(placesOf);
    expect(places.length).toBeGreaterThan(500);
    expect(places.filter(({ words }) => words.includes(NO_WORDS))).toEqual([]);
    // As many as there are by their looks.
    const looks = lines.filter((line) => !CUT.test(line) && !/^\s*(?:mark_precise|regs=|parent|INFO|ERROR|WARNING)/u.test(line));
    const counted = looks.reduce((sum, line) => sum + [...line.matchAll(/(?:^|[ ;:])(?:R\d+|fp-\d+)(?:_[rwD]+)?=/gu)].length, 0);
    expect(looks.flatMap(placesOf).filter(({ place }) => place !== 'refs')).toHaveLength(counted);
  });

  test('what is found, and what is not understood', () => {
    const lines = cases.map(({ name, errno, text }) => {
      const log = explainVerifierLog(text);
      const found = log.findings.map(({ message, register }) =>
        register === null
          ? message.key
          : `${message.key} (${register.name}: ${register.words === '' ? 'not told' : register.words})`,
      );
      const unknown = log.lines
        .filter((line) => line.kind === 'other' && line.text.trim() !== '')
        .map((line) => `    ${line.text}`);
      const refused = errno === 0 ? 'taken' : errno === null ? '' : `errno ${String(errno)}`;
      return [[name, refused, ...found].filter((word) => word !== '').join(', '), ...unknown].join('\n');
    });
    expectGolden(`verifier/found-${kernel}.expected.txt`, `${lines.join('\n')}\n`);
  });

  test('every line of every log is shown, in 60 columns too', () => {
    for (const { name, text } of cases) {
      const log = explainVerifierLog(text);
      const options = { columns: 60, isWhole: true, theme: createTheme({}, {}) };
      for (const line of renderVerifierLog(log, { ...options, logColumns: 60 }))
        expect(displayWidth(line), `${name}: ${line}`).toBeLessThanOrEqual(60);
      const whole = new Set(renderVerifierLog(log, { ...options, logColumns: null }));
      const lost = log.lines.filter((line) => line.text.trim() !== '' && !whole.has(`  ${line.text.replaceAll('\t', ' ')}`));
      expect(lost, name).toEqual([]);
    }
  });
});

describe('as text', () => {
  test.each([
    ['6.18', 'reserve-variable', 80],
    ['5.10', 'reserve-variable', 80],
    ['6.1', 'null-unchecked', 80],
    ['6.18', 'given-twice', 60],
    ['5.10', 'index-negative', 80],
    ['6.12', 'loop-endless', 80],
    ['sid', 'by-function', 60],
    ['6.18', 'bpftrace-0.27 many-rounds', 80],
  ])('%s: %s', (kernel, name, columns) => {
    const log = explainVerifierLog(caseOf(kernel, name));
    const isWhole = !name.startsWith('bpftrace');
    const lines = renderVerifierLog(log, { columns, logColumns: columns, isWhole, theme: createTheme({}, {}) });
    expectGolden(`verifier/${kernel}-${name.replace(' ', '-')}.expected.txt`, `${lines.join('\n')}\n`);
  });
});
