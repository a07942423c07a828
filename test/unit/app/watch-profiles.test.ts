// Which new JVMs are profiled, into which files, and what is told when that goes wrong. The run itself is put in its place.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { boundedMatch } from '../../../src/app/bounded-match.ts';
import { JvmProfiles } from '../../../src/app/watch-profiles.ts';
import { type ApartRequest, profileArguments, problemIn, warningsIn } from '../../../src/app/profile-apart.ts';
import { EXIT } from '../../../src/model/errors.ts';
import { asPid } from '../../../src/model/units.ts';
import type { JvmFacts, WatchEvent, WatchProfiles } from '../../../src/model/watch.ts';

const FACTS: JvmFacts = {
  vm: 'hotspot',
  jdk: '17',
  main: { kind: 'class', name: 'a.Batch' },
  args: ['--job', 'x'],
  user: '',
  container: '',
};
const ID = { pid: asPid(4711), startTicks: 1 };
const JVM = { ...ID, facts: FACTS, startedMs: 0, beganMs: 0 };
const NAME = 'a.Batch-4711-19700101T000000Z';
let folder = '';

beforeEach(() => {
  [hasEnded, said] = [false, null];
  warned = [];
  folder = mkdtempSync(join(tmpdir(), 'jtrace-watch-profiles-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Run = (request: ApartRequest, stop: AbortSignal) => Promise<number>;

let [hasEnded, said] = [false, null as string | null];
let warned: readonly string[] = [];

function profiles(
  run: Run,
  asked: Partial<WatchProfiles> = {},
): {
  readonly profiles: JvmProfiles;
  readonly events: WatchEvent[];
  readonly warnings: string[];
  readonly notes: string[];
  readonly states: () => readonly string[];
} {
  const [events, warnings, notes]: [WatchEvent[], string[], string[]] = [[], [], []];
  const shared = { durationMs: 1000, bpftracePath: null, acceptFreezeRisk: false };
  const all = { folder, match: null, afterMs: 0, endings: ['.html', '.folded'], ...shared, ...asked };
  const made = new JvmProfiles(all, {
    event: (event) => events.push(event),
    warning: (text) => warnings.push(text),
    note: (text) => notes.push(text),
    run: async (request, stop) => ({ code: await run(request, stop), problem: said, warnings: warned }),
    hasEnded: () => hasEnded,
  });
  const states = (): readonly string[] => events.map((event) => ('state' in event ? event.state : event.kind));
  return { profiles: made, events, warnings, notes, states };
}

const untilStopped: Run = ({ files }, stop) => {
  for (const path of files) writeFileSync(path, 'x');
  return new Promise((resolve) => {
    stop.addEventListener('abort', () => {
      resolve(EXIT.ok);
    });
  });
};

test('a file for each format, made before the run and named by it', async () => {
  const asked: ApartRequest[] = [];
  warned = ['the kernel hides its symbols'];
  const {
    profiles: made,
    events,
    notes,
  } = profiles((request) => {
    asked.push(request);
    expect(request.files.every((path) => statSync(path).size === 0)).toBe(true);
    for (const path of request.files) writeFileSync(path, 'x');
    return Promise.resolve(EXIT.ok);
  });
  made.offer(JVM, 0);
  await made.stop();
  const files = [join(folder, `${NAME}.html`), join(folder, `${NAME}.folded`)];
  expect(asked).toEqual([{ pid: 4711, files, durationMs: 1000, bpftracePath: null, acceptFreezeRisk: false }]);
  expect(notes).toEqual(['profile of process 4711: the kernel hides its symbols']);
  expect(events).toMatchObject([
    { state: 'started', files },
    { state: 'written', files, problem: null },
  ]);
  expect(made.counts).toEqual({ profiles: 1, failedProfiles: 0 });
  expect(made.exitCode).toBe(EXIT.ok);
});

test('what stands there stays, links are not followed', async () => {
  writeFileSync(join(folder, `${NAME}.html`), 'mine');
  symlinkSync(join(folder, 'elsewhere'), join(folder, `${NAME}.folded`));
  const { profiles: made } = profiles((request) => {
    for (const path of request.files) writeFileSync(path, 'x');
    return Promise.resolve(EXIT.ok);
  });
  made.offer(JVM, 0);
  await made.stop();
  expect(readdirSync(folder).sort()).toEqual([`${NAME}-2.folded`, `${NAME}-2.html`, `${NAME}.folded`, `${NAME}.html`]);
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
});

test('a run that fails leaves no empty files, and is told', async () => {
  said = 'the kernel did not take the program of jtrace';
  const { profiles: made, events } = profiles(() => Promise.resolve(EXIT.environment));
  made.offer(JVM, 0);
  await made.stop();
  expect(readdirSync(folder)).toEqual([]);
  expect(events.at(-1)).toMatchObject({ state: 'failed', problem: said });
  expect(made.counts).toEqual({ profiles: 0, failedProfiles: 1 });
  expect(made.exitCode).toBe(EXIT.incomplete);
});

test('of one that ended before anything was sampled is none, and that is no failure', async () => {
  const { profiles: made, events } = profiles(() => {
    hasEnded = true;
    return Promise.resolve(EXIT.usage);
  });
  made.offer(JVM, 0);
  made.offer({ ...JVM, pid: asPid(12) }, 0);
  await made.stop();
  expect(events.map((event) => ('state' in event ? event.state : ''))).toEqual(['started', 'ended', 'ended']);
  expect(readdirSync(folder)).toEqual([]);
  expect(made.counts.failedProfiles).toBe(0);
  expect(made.exitCode).toBe(EXIT.ok);
});

test('a bug of the run is told, of this process too, and ends nothing else', async () => {
  const { profiles: made, events } = profiles(() => Promise.resolve(EXIT.bug));
  made.offer(JVM, 0);
  await made.stop();
  expect(events.at(-1)).toMatchObject({ state: 'failed', problem: 'it ended with 70' });
  expect(made.exitCode).toBe(EXIT.bug);
  const here = profiles(() => Promise.reject(new TypeError('x of undefined')));
  here.profiles.offer(JVM, 0);
  await here.profiles.stop();
  expect(here.events.at(-1)).toMatchObject({ state: 'failed', problem: 'a bug of jtrace: TypeError: x of undefined' });
  expect(here.profiles.exitCode).toBe(EXIT.bug);
});

test('a folder that is gone or full is told by each profile', async () => {
  const { profiles: made, events } = profiles(() => Promise.resolve(EXIT.ok), { folder: join(folder, 'gone') });
  made.offer(JVM, 0);
  await made.stop();
  expect(events).toMatchObject([{ state: 'failed', problem: expect.stringContaining('no such file or directory') as unknown }]);
});

test('files that cannot be looked at any more are told, and end nothing else', async () => {
  const inside = join(folder, 'p');
  mkdirSync(inside);
  const { profiles: made, events } = profiles(
    () => {
      // Root may look into any folder, but not into what is none.
      rmSync(inside, { recursive: true });
      symlinkSync(inside, inside);
      return Promise.resolve(EXIT.ok);
    },
    { folder: inside },
  );
  made.offer(JVM, 0);
  await made.stop();
  expect(events.at(-1)).toMatchObject({ state: 'failed', problem: 'too many links' });
  expect(made.counts.failedProfiles).toBe(1);
  expect(made.exitCode).toBe(EXIT.incomplete);
});

test('a run that is incomplete is written and counted', async () => {
  mkdirSync(join(folder, 'p'));
  const run: Run = ({ files }) => {
    for (const path of files) writeFileSync(path, 'x');
    return Promise.resolve(EXIT.incomplete);
  };
  const { profiles: made, events } = profiles(run, { folder: join(folder, 'p') });
  made.offer(JVM, 0);
  await made.stop();
  expect(events.at(-1)).toMatchObject({ state: 'written', problem: 'it ended with 1' });
  expect(made.counts).toEqual({ profiles: 1, failedProfiles: 0 });
  expect(made.exitCode).toBe(EXIT.incomplete);
});

test('of two formats one is empty: the other is told, and stays', async () => {
  const run: Run = ({ files: [first = ''] }) => {
    writeFileSync(first, 'x');
    return Promise.resolve(EXIT.incomplete);
  };
  const { profiles: made, events } = profiles(run);
  made.offer(JVM, 0);
  await made.stop();
  expect(readdirSync(folder)).toEqual([`${NAME}.html`]);
  expect(events.at(-1)).toMatchObject({ state: 'written', files: [join(folder, `${NAME}.html`)] });
  expect(made.counts.profiles).toBe(1);
});

test('two at a time, sixteen wait, more are dropped; the stop ends those under way', async () => {
  const { profiles: made, states } = profiles(untilStopped);
  for (let pid = 1; pid <= 19; pid++) made.offer({ ...JVM, pid: asPid(pid) }, 0);
  const count = (state: string): number => states().filter((each) => each === state).length;
  expect([count('started'), count('waiting'), count('dropped')]).toEqual([2, 16, 1]);
  made.ended({ pid: asPid(5), startTicks: 1 });
  expect(count('ended')).toBe(1);
  await made.stop();
  expect([count('started'), count('written'), count('ended'), count('stopped')]).toEqual([2, 2, 1, 15]);
});

test('--after: not before its time, and not of one that has ended', async () => {
  const { profiles: made, states } = profiles(() => Promise.resolve(EXIT.ok), { afterMs: 10_000 });
  made.offer({ ...JVM, beganMs: 1000 }, 1040);
  made.beat(10_999);
  expect(states()).toEqual(['waiting']);
  made.beat(11_000);
  expect(states()).toEqual(['waiting', 'started']);
  made.offer({ ...JVM, pid: asPid(12), beganMs: 1000 }, 1040);
  made.ended({ ...ID, pid: asPid(12) });
  made.beat(20_000);
  expect(states()).toEqual(['waiting', 'started', 'waiting', 'ended']);
  await made.stop();
});

describe('--match', () => {
  const fits = (
    match: RegExp,
    facts: Partial<JvmFacts> = {},
  ): { readonly fits: boolean; readonly warnings: readonly string[] } => {
    const { profiles: made, events, warnings } = profiles(() => Promise.resolve(EXIT.ok), { match });
    made.offer({ ...JVM, facts: { ...FACTS, ...facts } }, 0);
    return { fits: events.length > 0, warnings };
  };

  test('main class or command line', () => {
    expect(fits(/^a\.Batch$/).fits).toBe(true);
    expect(fits(/--job x/).fits).toBe(true);
    expect(fits(/Other/).fits).toBe(false);
    // A flag `g` keeps a place from one test to the next.
    const pattern = /Batch/g;
    expect([fits(pattern).fits, fits(pattern).fits]).toEqual([true, true]);
  });

  test('a pattern that takes years does not', () => {
    const slow = fits(/^(a+)+$/, { args: [`${'a'.repeat(60)}!`] });
    expect(slow).toEqual({ fits: false, warnings: [expect.stringContaining('--match takes too long')] });
    expect(boundedMatch(/^(a+)+$/, `${'a'.repeat(60)}!`)).toBeNull();
  });
});

test('it is jtrace profile, as somebody would type it, and what it said', () => {
  const files = ['/p/a.html', '/p/a.folded'];
  const request = { pid: asPid(12), durationMs: 30_000, files, bpftracePath: '/b', acceptFreezeRisk: false };
  const typed = 'profile 12 --quiet --duration 30000ms --output /p/a.html --output /p/a.folded --bpftrace /b'.split(' ');
  expect(profileArguments(request)).toEqual(typed);
  expect(profileArguments({ ...request, acceptFreezeRisk: true })).toEqual([...typed, '--accept-freeze-risk']);
  expect(warningsIn('jtrace: warning: w\njtrace: process 12 has ended\n  a hint\njtrace: warning: x\n')).toEqual(['w', 'x']);
  expect(problemIn('jtrace: warning: w\njtrace: process 12 has ended\n  a hint\n')).toBe('process 12 has ended');
  expect(problemIn('')).toBeNull();
});
