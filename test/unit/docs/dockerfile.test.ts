// docs/deploy/Dockerfile: no mistake that a linter knows, what it copies is there, and its packages come as an image wants them.

import { validate, ValidationSeverity } from 'dockerfile-utils';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY } from '../../support/repository.ts';

const FILE = readFileSync(join(REPOSITORY, 'docs/deploy/Dockerfile'), 'utf8');
const SENT = readFileSync(join(REPOSITORY, 'docs/deploy/Dockerfile.dockerignore'), 'utf8')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
const STRICT = Object.fromEntries(
  [
    'instructionCasing', 'deprecatedMaintainer', 'emptyContinuationLine', 'instructionCmdMultiple', 'instructionEntrypointMultiple',
    'instructionHealthcheckMultiple', 'instructionJSONInSingleQuotes', 'instructionWorkdirRelative', 'directiveCasing',
  ].map((name) => [name, ValidationSeverity.ERROR]),
); // prettier-ignore

/** One line each. */
function mistakesOf(text: string): string[] {
  const found = validate(text, STRICT).map(({ message, range }) => `${String(range.start.line + 1)}: ${JSON.stringify(message)}`);
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const [instruction = '', ...words] = line.split(/\s+/);
    if (instruction === 'FROM' && !/:\S*[a-z0-9]/.test(words[0] ?? '')) found.push(`no version: ${line}`);
    if (instruction === 'COPY' && !line.includes('--from=')) {
      for (const source of words.slice(0, -1)) {
        if (!existsSync(join(REPOSITORY, source))) found.push(`not there: ${source}`);
        if (!SENT.includes(source)) found.push(`not sent to the builder: ${source}`);
      }
    }
    if (!line.includes('apt-get install')) continue;
    for (const part of ['apt-get update', 'noninteractive', ' -y ', '--no-install-recommends', 'rm -rf /var/lib/apt/lists']) {
      if (!line.includes(part)) found.push(`without ${part}: ${line}`);
    }
  }
  return found;
}

test('no mistake', () => {
  expect(mistakesOf(FILE)).toEqual([]);
});

test.each([
  ['an unknown instruction', 'COPY bin bin', 'COPPY bin bin'],
  ['small letters', 'COPY bin bin', 'copy bin bin'],
  ['too few arguments', 'COPY src src', 'COPY src'],
  ['a relative folder', 'WORKDIR /out', 'WORKDIR out'],
  ['two entry points', 'WORKDIR /out', 'ENTRYPOINT ["a"]'],
  ['no base image', 'FROM node:22-bookworm-slim AS build', ''],
  ['any version', 'FROM debian:trixie-slim', 'FROM debian'],
  ['a file that is not there', 'COPY bin bin', 'COPY bim bim'],
  ['a file that is not sent', 'COPY bin bin', 'COPY test test'],
  ['packages nobody asked for', '--no-install-recommends ', ''],
  ['a question that nobody answers', 'install -y ', 'install '],
  ['the lists of packages', ' \\\n  && rm -rf /var/lib/apt/lists/*', ''],
])('proof of the check: %s', (_what, good, bad) => {
  expect(FILE).toContain(good);
  expect(mistakesOf(FILE.replace(good, bad))).not.toEqual([]);
});

test('its commands are those of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  for (const [, name = ''] of FILE.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([name]);
});
