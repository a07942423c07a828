// The page of a learner's labs: what was predicted, checked, measured and drawn; all that anybody could have written is escaped.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseLabText } from '../../../src/labs/parse-lab-text.ts';
import type { LabRecord } from '../../../src/model/lab.ts';
import { reportPage } from '../../../src/outputs/labs/report-page.ts';
import { REPOSITORY } from '../../support/repository.ts';

const HOSTILE = '<script>alert(1)</script>"\'&';
const text = parseLabText(readFileSync(join(REPOSITORY, 'docs/labs/en/page-not-there.md'), 'utf8'), 'page-not-there');
const RECORD: LabRecord = {
  lab: 'page-not-there',
  atMs: Date.UTC(2026, 0, 2, 3, 4),
  machine: { kernel: `6.1 ${HOSTILE}`, bpftraceVersion: 'bpftrace v0.17.0' },
  isRecorded: false,
  predictions: [
    { key: 'untouched', given: 'zeros', isRight: false },
    { key: 'given', given: HOSTILE, isRight: null },
  ],
  measurements: { uprobeNs: 1500, uretprobeNs: 3000, word: HOSTILE, series: [1, 2, 4] },
  checks: [
    { key: 'untouched', outcome: { kind: 'failed', measured: HOSTILE, expected: '-14' } },
    { key: 'touched', outcome: { kind: 'not-possible', because: HOSTILE } },
  ],
  answers: [{ key: 'cure', given: 'mlock', isRight: true }],
};

test('says what was expected, checked and measured', () => {
  const page = reportPage([{ text, record: RECORD }], 14, 'en');
  expect(page).toContain('jtrace labs: 1 of 14');
  expect(page).toContain('2026-01-02 03:04');
  for (const verdict of ['>not so<', '>not measured there<', '>right<', '>failed<', '>not possible<', 'expected: -14'])
    expect(page).toContain(verdict);
  expect(page).not.toContain('recorded on another machine');
});

test('draws what has one unit, and series', () => {
  const page = reportPage([{ text, record: RECORD }], 14, 'en');
  const widths = [...page.matchAll(/<rect [^>]*width="([\d.]+)"/gu)].map(([, width]) => Number(width));
  expect(widths).toEqual([210, 420, 105, 210, 420]);
  expect(page).toContain('nanoseconds');
});

test('nothing in it runs, and nothing is text that is not escaped', () => {
  const page = reportPage([{ text, record: RECORD }], 14, 'en');
  expect(page).not.toContain('<script');
  expect(page).toContain('&lt;script&gt;');
  expect(page).toContain("default-src 'none'");
});

test('a recorded run is marked', () => {
  expect(reportPage([{ text, record: { ...RECORD, isRecorded: true } }], 14, 'en')).toContain('recorded on another machine');
});
