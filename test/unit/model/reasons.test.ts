// docs/stack-outcomes.md has a section for every reason, in the words that the page shows: between its markers it is generated from
// the tables in src/model, and this test compares. JTRACE_BLESS=1 writes it anew.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { expect, test } from 'vitest';
import { APPROXIMATE_ADVICE, UNFINISHED_ADVICE, type ReasonAdvice } from '../../../src/model/reason-advice.ts';
import { APPROXIMATE_TEXTS, UNFINISHED_TEXTS } from '../../../src/model/reason-texts.ts';
import { REPOSITORY } from '../../support/repository.ts';

const PAGE = join(REPOSITORY, 'docs/stack-outcomes.md');
const SOURCE = 'generated from src/model/reason-advice.ts';
const [BEGIN, END] = [`<!-- ${SOURCE}: begin -->\n`, `<!-- ${SOURCE}: end -->\n`];

test('the page explains every reason in the words of the tables', () => {
  const [before, rest = ''] = readFileSync(PAGE, 'utf8').split(BEGIN);
  const [generated, after] = rest.split(END);
  const expected = [
    sections('Approximate', APPROXIMATE_TEXTS, APPROXIMATE_ADVICE),
    sections('Unfinished', UNFINISHED_TEXTS, UNFINISHED_ADVICE),
  ].join('\n');
  if (process.env['JTRACE_BLESS'] === '1') writeFileSync(PAGE, `${before ?? ''}${BEGIN}${expected}${END}${after ?? ''}`);
  else expect(generated, `${PAGE} (JTRACE_BLESS=1 writes it anew)`).toBe(expected);
});

/** What a terminal of 80 columns has for them in the summary. */
const MOST_COLUMNS = 45;

test.each([...Object.entries(APPROXIMATE_TEXTS), ...Object.entries(UNFINISHED_TEXTS)])(
  '%s: fits a line of the summary',
  (name, text) => {
    expect(`${name}: ${text}`.length).toBeLessThanOrEqual(MOST_COLUMNS);
  },
);

test.each([...Object.entries(APPROXIMATE_ADVICE), ...Object.entries(UNFINISHED_ADVICE)])(
  '%s: whole sentences',
  (_, { meaning, advice }) => {
    for (const text of [meaning, advice]) expect(text).toMatch(/^[A-Z-].*\.$/u);
  },
);

function sections<Reason extends string>(
  title: string,
  texts: Readonly<Record<Reason, string>>,
  advice: Readonly<Record<Reason, ReasonAdvice>>,
): string {
  const names = Object.keys(texts) as Reason[];
  const each = names.map(
    (name) => `### ${name}\n\n*${texts[name]}*. ${advice[name].meaning}\n\nWhat to do: ${advice[name].advice}\n`,
  );
  return `## ${title}\n\n${each.join('\n')}`;
}
