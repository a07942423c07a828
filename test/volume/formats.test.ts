// A million distinct frames, through every format; stacks without end on the page; a large file read in a small heap.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FOLDED_READER } from '../../src/inputs/folded.ts';
import { PPROF_READER } from '../../src/inputs/pprof.ts';
import type { Recording } from '../../src/model/recording.ts';
import { OUTPUT_FORMATS } from '../../src/outputs/formats.ts';
import { pageDataOf } from '../../src/outputs/page-data-of.ts';
import { PPROF_FORMAT } from '../../src/outputs/pprof.ts';
import { frame, PLAIN, profileOf, recording } from '../support/recordings.ts';
import { REPOSITORY } from '../support/repository.ts';

const FRAMES = 1_000_000;
const RESOURCES = { pageAssets: () => ({ script: '', style: '' }) };

async function* manyFrames(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < FRAMES / 1000; i += 1) {
    const lines = Array.from({ length: 1000 }, (_, j) => `main;pkg/Cls${String(i)}.method${String(j)} 1\n`);
    yield await Promise.resolve(Buffer.from(lines.join('')));
  }
}

describe('a million distinct frames', () => {
  let read: Recording;
  beforeAll(async () => {
    read = await FOLDED_READER.read(manyFrames(), 'x');
  });

  test('are read', () => {
    expect(read.profile.frames.frames.length).toBe(FRAMES + 1);
    expect(read.facts.problems).toEqual([]);
  });

  test.each(OUTPUT_FORMATS)('$name is written in pieces', (format) => {
    let [bytes, largest] = [0, 0];
    for (const piece of format.render(read, PLAIN, RESOURCES)) {
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
    }
    expect(bytes).toBeGreaterThan(format.name === 'svg' ? 500 : FRAMES / 10);
    // The page's data is one text inside its file; all else is streamed.
    if (format.name !== 'page') expect(largest, format.name).toBeLessThan(16 << 20);
  });

  test('come back from pprof', async () => {
    const file = gunzipSync(Buffer.concat([...PPROF_FORMAT.render(read, PLAIN, RESOURCES)].map((piece) => Buffer.from(piece))));
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(file);
    }
    const again = await PPROF_READER.read(bytes(), 'x');
    expect(again.profile.samples.stack.length).toBe(FRAMES);
    expect(again.facts.problems).toEqual([]);
  });
});

test('a stack 100,000 frames deep, and 100,000 distinct stacks, on the page', () => {
  const deep = Array.from({ length: 100_000 }, (_, i) => frame(`f${String(i % 50)}`));
  expect(pageDataOf(recording(profileOf([deep])), PLAIN).nodes.level.at(-1)).toBe(99_999);
  const wide = Array.from({ length: 100_000 }, (_, i) => [frame(String(i)), frame('a')]);
  expect(pageDataOf(recording(profileOf(wide)), PLAIN).nodes.level).toHaveLength(100_001);
});

describe('a large file of folded stacks', () => {
  const BYTES = 2 ** 30;
  /** A sixteenth of the file: what is held is what is distinct. */
  const HEAP_MEGABYTES = 64;
  let folder = '';
  beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'jtrace-volume-'))));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('of 1 GB is read in a heap of a sixteenth of its size', () => {
    const path = join(folder, 'large.folded');
    const fd = openSync(path, 'w');
    const stack = (i: number): string => Array.from({ length: 20 }, (_, j) => `com/acme/C${String((i * j) % 300)}.m${String(j)}`).join(';'); // prettier-ignore
    const block = Array.from({ length: 1000 }, (_, i) => `main;${stack(i)} 1\n`).join('');
    const times = Math.ceil(BYTES / block.length);
    for (let i = 0; i < times; i += 1) writeSync(fd, block);
    closeSync(fd);
    const out = join(folder, 'small.folded');
    const args = [`--max-old-space-size=${String(HEAP_MEGABYTES)}`, 'bin/jtrace.js', 'convert', path, '-o', out, '-q'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: REPOSITORY, encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const counts = readFileSync(out, 'utf8').trimEnd().split('\n').map((line) => Number(line.slice(line.lastIndexOf(' ')))); // prettier-ignore
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000 * times);
  });
});
