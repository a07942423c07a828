// Runs every program of test/fixtures/script-messages/programs, edited as jtrace edits a user's, on every bpftrace at hand, and writes what they say into recorded.json beside them.
// For a new program or a change of the edits: npx tsx test/tools/record-script-messages.ts (as root).

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { givenScript } from '../support/given-script.ts';
import { bpftracesAtHand } from '../support/host-tools.ts';
import { REPOSITORY } from '../support/repository.ts';

const FOLDER = join(REPOSITORY, 'test/fixtures/script-messages');
/** Bad programs end at once; one that loads is ended. */
const TIMEOUT_MS = 10_000;

const versions = bpftracesAtHand().map((path) => ({
  path,
  version: spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim(),
}));
const recorded = readdirSync(join(FOLDER, 'programs'))
  .sort()
  .map((program) => {
    const given = givenScript(readFileSync(join(FOLDER, 'programs', program), 'utf8')).rewritten.text;
    const said = versions.map(({ path, version }): [string, string] => {
      const { stdout, stderr } = spawnSync(path, ['-f', 'json', '-'], { input: given, encoding: 'utf8', timeout: TIMEOUT_MS });
      return [version.replace('bpftrace v', ''), (stderr + stdout.replace(/^\{.*\n|^\n/gm, '')).replaceAll(release(), 'RELEASE')];
    });
    return { program, given, said: Object.fromEntries(said) };
  });
writeFileSync(join(FOLDER, 'recorded.json'), `${JSON.stringify(recorded, null, 1)}\n`);
