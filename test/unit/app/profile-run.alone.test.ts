// A run whose recording is full: it ends by itself, tells so, and what it has is whole.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CaptureSession } from '../../../src/app/capture-session.ts';
import { ProfileRun } from '../../../src/app/profile-run.ts';
import type { Profile } from '../../../src/model/profile.ts';
import type { ProfileRequest } from '../../../src/model/request.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import type { ProfileSummary } from '../../../src/model/summary.ts';
import type { Ui } from '../../../src/model/ui.ts';
import { asAddress, asPid, asTid } from '../../../src/model/units.ts';
import type * as ProfileBuilders from '../../../src/profile/profile-builder.ts';
import { decodeRecording } from '../../../src/recording/decode.ts';

/** Copies of the whole profile: a long run has no memory for one. */
const copies = vi.hoisted(() => ({ count: 0 }));
vi.mock('../../../src/profile/profile-builder.ts', async (original) => {
  const actual = await original<typeof ProfileBuilders>();
  const createProfileBuilder: typeof actual.createProfileBuilder = (...options) => {
    const builder = actual.createProfileBuilder(...options);
    const build = (): Profile => {
      copies.count += 1;
      return builder.build();
    };
    return { ...builder, build };
  };
  return { ...actual, createProfileBuilder };
});

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'jtrace-run-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** No process has it: above the kernel's largest. */
const NOBODY = asPid(2 ** 22 + 1);

const requestFor = (output: string): ProfileRequest => ({
  target: { kind: 'pid', pid: NOBODY },
  durationMs: 10_000,
  rateHz: 99,
  budget: { samplesPerSecond: 500, bytesPerSecond: 1 << 24 },
  outputs: [output],
  byThread: false,
  lines: false,
  kernel: true,
  native: true,
  stackBytes: 4096,
  reread: true,
  top: 0,
  json: false,
  printProgram: false,
  bpftracePath: null,
  recordReads: null,
  verbosity: 'normal',
});

const SAMPLE: RawSample = {
  timeNs: 1e9,
  cpu: 0,
  pid: NOBODY,
  tid: asTid(NOBODY),
  ticks: 1,
  mode: 'user',
  registers: null,
  anchor: null,
  stack: { chunks: [], unreadablePages: [], end: asAddress(0), cut: false, lostChunks: 0 },
  kernelStack: [],
  comm: 'nobody',
};

/** A capture that goes on until it is stopped. */
const endless = (): CaptureSession => ({
  ready: Promise.resolve(true),
  finished: new Promise(() => undefined),
  counts: { lostEvents: 0, brokenSamples: 0, largestTicks: 1, skippedTicks: 0 },
  failure: null,
  stop: () => Promise.resolve(),
  feedJvm: () => undefined,
});

test('it ends before its time, with a warning and nothing lost', async () => {
  const path = join(folder, 'x.jtrace');
  const [warnings, summaries] = [[] as string[], [] as ProfileSummary[]];
  const nothing = (): void => undefined;
  const ui: Ui = {
    progress: nothing,
    message: (level, text) => { if (level === 'warning') warnings.push(text); }, // prettier-ignore
    choose: nothing,
    summary: (summary) => { summaries.push(summary); }, // prettier-ignore
    tree: nothing,
    problem: nothing,
    program: nothing,
  };
  const run = new ProfileRun(requestFor(path), ui, 3);
  const sampled = { root: NOBODY, rootStartTicks: null, command: null, control: { stop: new AbortController().signal }, bpftraceVersion: '' }; // prettier-ignore
  const code = run.sample(endless(), sampled);
  for (let i = 0; i < 3; i += 1) run.sinks.sample(SAMPLE);
  expect(await code).toBe(0);
  run.close();
  expect(warnings).toEqual(['the recording is full: 3 samples; run jtrace again to go on']);
  expect(summaries.map(({ end, samples }) => [end, samples])).toEqual([['full', 3]]);
  expect(copies.count, 'copies of all samples').toBe(0);
  const { profile, facts } = decodeRecording(readFileSync(path), path);
  expect([profile.samples.stack.length, facts.run?.end, facts.problems]).toEqual([3, 'full', []]);
});
