// A run whose recording is full: it ends by itself, tells so, and what it has is whole. And one that meets a process that makes it throw.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CaptureSession } from '../../../src/app/capture-session.ts';
import type { Sampled } from '../../../src/app/end-of-run.ts';
import { ProfileRun } from '../../../src/app/profile-run.ts';
import type { Profile } from '../../../src/model/profile.ts';
import type { ProfileRequest } from '../../../src/model/request.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import type { ProfileSummary } from '../../../src/model/summary.ts';
import type { Ui } from '../../../src/model/ui.ts';
import { asAddress, asPid, asTid, type Pid } from '../../../src/model/units.ts';
import type * as ProfileBuilders from '../../../src/profile/profile-builder.ts';
import { decodeRecording } from '../../../src/recording/decode.ts';
import type * as OpenTargets from '../../../src/target/open-target.ts';

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

/** A process that makes our reading of it throw: what a bug is. */
const hostile = vi.hoisted(() => ({ pid: 2 ** 22 + 2, opened: 0, closed: 0 }));
vi.mock('../../../src/target/open-target.ts', async (original) => {
  const actual = await original<typeof OpenTargets>();
  const openTarget: typeof actual.openTarget = (pid, builds) => {
    if (Number(pid) !== hostile.pid) return actual.openTarget(pid, builds);
    hostile.opened += 1;
    return {
      ...actual.openTarget(pid, builds),
      maps: () => {
        throw new TypeError('a bug');
      },
      close: () => void (hostile.closed += 1),
    };
  };
  return { ...actual, openTarget };
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
  event: null,
  minBlockedNs: 0,
  waker: false,
  intervalBytes: 0,
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
  acceptFreezeRisk: false,
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

function listeningUi(): { ui: Ui; warnings: string[]; summaries: ProfileSummary[] } {
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
  return { ui, warnings, summaries };
}

const sampledOf = (root: Pid | null): Sampled => ({ root, rootStartTicks: null, command: null, control: { stop: new AbortController().signal }, bpftraceVersion: '' }); // prettier-ignore

test('it ends before its time, with a warning and nothing lost', async () => {
  const path = join(folder, 'x.jtrace');
  const { ui, warnings, summaries } = listeningUi();
  const run = new ProfileRun(requestFor(path), ui, 3);
  const code = run.sample(endless(), sampledOf(NOBODY));
  for (let i = 0; i < 3; i += 1) run.sinks.sample(SAMPLE);
  expect(await code).toBe(0);
  run.close();
  expect(warnings).toEqual(['the recording is full: 3 samples; run jtrace again to go on']);
  expect(summaries.map(({ end, samples }) => [end, samples])).toEqual([['full', 3]]);
  expect(copies.count, 'copies of all samples').toBe(0);
  const { profile, facts } = decodeRecording(readFileSync(path), path);
  expect([profile.samples.stack.length, facts.run?.end, facts.problems]).toEqual([3, 'full', []]);
});

test('a process that makes our reading of it throw costs its own stacks, told and counted, and is closed', async () => {
  const path = join(folder, 'x.jtrace');
  const { ui, warnings, summaries } = listeningUi();
  const run = new ProfileRun({ ...requestFor(path), target: { kind: 'all' } }, ui, 3);
  const code = run.sample(endless(), sampledOf(null));
  const pid = asPid(hostile.pid);
  run.sinks.exec(pid);
  run.sinks.sample({ ...SAMPLE, pid });
  run.sinks.exec(pid);
  run.sinks.sample({ ...SAMPLE, pid });
  run.sinks.sample(SAMPLE);
  expect(await code).toBe(70);
  run.close();
  expect(warnings[0]).toMatch(new RegExp(`^a bug of jtrace cost what is known of process ${String(pid)}: TypeError: a bug`));
  expect(warnings.filter((text) => text.includes('a bug'))).toHaveLength(1);
  expect(summaries.map(({ samples }) => samples)).toEqual([3]);
  expect([hostile.opened, hostile.closed]).toEqual([2, 2]);
});
