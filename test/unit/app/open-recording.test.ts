import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convertRecording } from '../../../src/app/convert.ts';
import { openRecording } from '../../../src/app/open-recording.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import { FOLDED_FORMAT } from '../../../src/outputs/folded.ts';
import { PPROF_FORMAT } from '../../../src/outputs/pprof.ts';
import { assertProfileIntegrity } from '../../support/assert-profile-integrity.ts';
import { bytesOf, PLAIN, recording } from '../../support/recordings.ts';
import { drawProfile } from '../profile/draw-profile.ts';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'jtrace-open-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const DRAWN = recording(drawProfile([{ stack: 'a < main', weight: 3 }, { stack: 'b < main' }]));
const FOLDED = 'main;a 3\nmain;b 1\n';
const PERF = 'java 1/2 3.000000: cycles: \n\t 10 a (/x)\n\n';

describe('told by content, not by name', () => {
  test.each([
    ['folded', 'folded', FOLDED],
    ['folded, gzipped', 'folded', gzipSync(FOLDED)],
    ['folded, in two gzip members', 'folded', Buffer.concat([gzipSync('main;a 3\n'), gzipSync('main;b 1\n')])],
    ['one long line', 'folded', `${'f;'.repeat(100_000)}f 4\n`],
    ['pprof', 'pprof', bytesOf(PPROF_FORMAT, DRAWN)],
    ['perf script', 'perf-script', PERF],
    ['perf script, gzipped', 'perf-script', gzipSync(PERF)],
  ])('%s', async (name, source, content) => {
    const { facts, profile } = await openRecording(file('x.bin', content));
    expect([facts.source, facts.title, facts.problems]).toEqual([source, 'x.bin', []]);
    expect(profile.samples.stack.length, name).toBeGreaterThan(0);
    assertProfileIntegrity(profile);
  });

  test('an empty file is a profile without samples, and says so', async () => {
    for (const content of ['', gzipSync('')]) {
      const { facts, profile } = await openRecording(file('empty', content));
      expect([profile.samples.stack.length, facts.problems]).toEqual([0, ['the file is empty']]);
    }
  });
});

test.each([
  ['garbage', Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 251)), 'no profile that jtrace can read'],
  ['text', 'root:x:0:0:root:/root:/bin/sh\n', 'no profile that jtrace can read'],
  ['gzipped garbage', gzipSync(Buffer.alloc(1000)), 'no profile that jtrace can read'],
  ['cut gzip', gzipSync('main;a 3\n'.repeat(50_000)).subarray(0, 300), 'damaged or ends early'],
  ['damaged gzip', Buffer.concat([gzipSync(FOLDED).subarray(0, 20), Buffer.from('garbage, garbage')]), 'damaged or ends early'],
  ['cut pprof', bytesOf(PPROF_FORMAT, DRAWN).subarray(0, -20), 'damaged or ends early'],
])('%s is refused in one line', async (name, content, message) => {
  const error: unknown = await openRecording(file('bad', content)).catch((thrown: unknown) => thrown);
  expect(error, name).toBeInstanceOf(OperatorError);
  expect((error as OperatorError).message).toContain(message);
  expect((error as OperatorError).message).not.toContain('\n');
});

test('no file, a folder', async () => {
  await expect(openRecording(join(folder, 'none'))).rejects.toThrow('no such file');
  await expect(openRecording(folder)).rejects.toThrow('is a directory');
});

test('a pipe that is no file', async () => {
  const path = join(folder, 'fifo');
  execFileSync('mkfifo', [path]);
  const reading = openRecording(path);
  const fd = openSync(path, 'w');
  writeSync(fd, FOLDED);
  closeSync(fd);
  expect((await reading).profile.samples.weight).toEqual([3, 1]);
});

test('20 MB of folded stacks, streamed: memory follows what is distinct', { timeout: 120_000 }, async () => {
  const path = join(folder, 'large.folded');
  const fd = openSync(path, 'w');
  const lines = Array.from(
    { length: 1000 },
    (_, i) => `main;${Array.from({ length: 20 }, (__, j) => `com/acme/C${(i * j) % 300}.m${j}`).join(';')} 1\n`,
  );
  const block = lines.join('');
  const times = Math.ceil((20 << 20) / block.length);
  for (let i = 0; i < times; i += 1) writeSync(fd, block);
  closeSync(fd);
  const { recording: read, files } = await convertRecording(path, [join(folder, 'small.folded')], PLAIN);
  expect(read.profile.samples.weight.reduce((sum, weight) => sum + weight, 0)).toBe(1000 * times);
  expect(read.profile.samples.stack.length).toBeLessThanOrEqual(1000);
  expect(files.map(({ problem }) => problem)).toEqual([null]);
  expect(bytesOf(FOLDED_FORMAT, read).length).toBe(files[0]?.bytes);
});
