// Every script of the catalogue has a test that knows what it must count: a new one without fails here.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCatalogue, scriptNames } from '../../../src/catalogue/catalogue.ts';
import { CASES } from '../../real/catalogue/cases.ts';
import { COUNTED_IN, OWN_TESTS, uncounted } from '../../real/catalogue/counted-in.ts';
import { JVM_CASES } from '../../real/catalogue/jvm-cases.ts';
import { REPOSITORY } from '../../support/repository.ts';

const textOf = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8');

test('every script is counted somewhere, and what is counted is a script', () => {
  expect(uncounted(scriptNames())).toEqual([]);
  expect([...new Set(COUNTED_IN.map(({ script }) => script))].sort()).toEqual([...scriptNames()]);
});

test('a new script without a case is missed', () => {
  expect(uncounted([...scriptNames(), 'jt-new'])).toEqual(['jt-new']);
});

test('what is to be counted is something', () => {
  for (const { script, count } of [...CASES, ...JVM_CASES]) expect(count, script).toBeGreaterThan(0);
});

test.each(OWN_TESTS)('$script is run by $file', ({ script, file, through }) => {
  const call = through === 'jtrace' ? `startJtrace\\(\\['run', '${script}'` : `runScript\\(\\w+, '${script}'`;
  expect(textOf(file)).toMatch(new RegExp(call));
});

test('each runs on every bpftrace at hand; those that need kernel probes, in guests', () => {
  for (const { name, header } of readCatalogue()) {
    const file = COUNTED_IN.find(({ script }) => script === name)?.file ?? '';
    if (header.needs.features.includes('kprobes')) expect(file, name).toMatch(/^test\/guest\//);
    else expect(textOf(file), name).toMatch(/(test\.each|countsBesideEach\(JVM_CASES, new Map)\(bpftracesAtHand\(\)/);
  }
});
