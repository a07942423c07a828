// The browsers that are named to people are those that the page is built for.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../../support/repository.ts';

const textOf = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

test('one list of browsers: the build, what an old browser is told, the docs', () => {
  const [, chrome = '', firefox = '', safari = ''] =
    /--target=chrome([\d.]+),firefox([\d.]+),safari([\d.]+) /.exec(textOf('package.json')) ?? [];
  expect(chrome).not.toBe('');
  for (const path of ['src/page/page.ts', 'docs/flame-graph-page.md'])
    expect(textOf(path), path).toContain(`Chrome ${chrome}, Firefox ${firefox} or Safari ${safari}`);
});
