// Unit tests share one process: a mocked module or a signal's handler would stay for the files after it. Such files end in .alone.test.ts.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../../support/repository.ts';

/** Calls only: this file names them too. */
const NEEDS_ITS_OWN_PROCESS = /^\s*(vi\.(mock|doMock|stubGlobal)|process\.(on|once))\(/m;

test('what mocks modules or hooks signals has a process of its own, and nothing else', () => {
  const files = ['test/unit', 'test/golden'].flatMap((folder) =>
    readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => join(folder, path)),
  );
  const need = files.filter((file) => NEEDS_ITS_OWN_PROCESS.test(readFileSync(join(REPOSITORY, file), 'utf8')));
  expect(files.length).toBeGreaterThan(100);
  expect(need).toEqual(files.filter((file) => file.endsWith('.alone.test.ts')));
});
