// Recordings that grow while sampling: one that cannot is told once, and when it can again.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RunOutputs } from '../../../src/app/run-outputs.ts';
import { decodeRecording } from '../../../src/recording/decode.ts';
import { builderOf, FACTS } from '../../support/sample-recordings.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-outputs-'));
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

test('a folder that is gone for a while', async () => {
  const [path, warnings] = [join(folder, 'later/x.jtrace'), [] as string[]];
  const recording = { profile: builderOf([]).build(), facts: FACTS };
  const outputs = new RunOutputs([path], { byThread: false, lines: false, native: true });
  const writing = outputs.start({ copy: () => recording, growing: () => recording }, (text) => warnings.push(text));
  vi.advanceTimersByTime(5000);
  expect(warnings).toEqual([expect.stringMatching(/x\.jtrace cannot grow: .*; it is tried again every second$/)]);
  mkdirSync(join(folder, 'later'));
  vi.advanceTimersByTime(5000);
  expect(warnings.slice(1)).toEqual([`${path} grows again, nothing is lost`]);
  writing.stop();
  expect(await outputs.finish(recording)).toMatchObject([{ problem: null }]);
  expect(decodeRecording(readFileSync(path), 'x').facts).toEqual(FACTS);
});
