// `-o x.jtrace` of real runs: the same profile as every other output, all but the last second of a run that was killed, and what a
// full disk took.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Recording } from '../../src/model/recording.ts';
import type { Pid } from '../../src/model/units.ts';
import { foldedLines } from '../../src/outputs/folded.ts';
import { selectSamples } from '../../src/profile/select-samples.ts';
import { decodeRecording } from '../../src/recording/decode.ts';
import { assertProfileIntegrity } from '../support/assert-profile-integrity.ts';
import { parseFolded, samplesWith } from '../support/folded-text.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { describeOnHost } from '../support/require-host.ts';
import { runJtrace, startJtrace, until } from '../support/run-jtrace.ts';

const FOR_EVER = ['-d', '1h'];
const PLAIN = { byThread: false, lines: false, native: true };
/** Samples that a run may take between two looks at it: two seconds of one busy thread and all that is around it. */
const TWO_SECONDS = 1000;

let programs: JavaPrograms;
let pid: Pid;

const read = (path: string): Recording => decodeRecording(readFileSync(path), path);
const samplesIn = (path: string): number => (existsSync(path) ? samplesWith(parseFolded(readFileSync(path, 'utf8'))) : 0);

async function recordedAt(path: string, samples: number): Promise<Recording> {
  return until(`${String(samples)} samples in ${path}`, () => {
    const recording = existsSync(path) ? read(path) : null; // readable at any moment, or the test fails here
    return recording !== null && recording.profile.samples.stack.length >= samples ? recording : null;
  });
}

/** Folded text of the first samples of a recording. */
function foldedOfFirst({ profile }: Recording, count: number): string {
  const kept = Uint8Array.from(profile.samples.stack, (_, i) => (i < count ? 1 : 0));
  return [...foldedLines(selectSamples(profile, kept), PLAIN)].map((line) => `${line}\n`).join('');
}

describeOnHost('a recording in a file', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(async () => {
    programs = new JavaPrograms('Commanded');
    ({ pid } = await programs.start('Commanded', ['forever']));
  });

  afterAll(() => programs.close());

  test('report gives byte for byte what profile wrote, and the summary it printed', async () => {
    const [recorded, direct, again] = ['x.jtrace', 'x.folded', 'again.folded'].map((name) => programs.path(name)) as [
      string,
      string,
      string,
    ];
    const run = await runJtrace(['profile', String(pid), '-d', '3s', '--json', '--top', '5', '-o', recorded, '-o', direct]);
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
    const report = await runJtrace(['report', recorded, '--json', '--top', '5', '-o', again]);
    expect({ status: report.status, stderr: report.stderr }).toEqual({ status: 0, stderr: '' });
    expect(samplesIn(direct)).toBeGreaterThan(100);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(direct, 'utf8'));
    const [live, read1] = [run.stdout, report.stdout].map((text) => ({ ...(JSON.parse(text) as object), files: [] }));
    expect(read1).toEqual(live);

    const { profile, facts } = read(recorded);
    assertProfileIntegrity(profile);
    expect(facts).toMatchObject({ source: 'jtrace', title: 'Commanded', hasTimes: true, problems: [] });
    expect(Math.abs((facts.startedAtMs ?? 0) - Date.now())).toBeLessThan(120_000);
    const ages = profile.samples.timeNs.map((timeNs) => (timeNs - facts.startNs) / 1e9);
    expect(Math.max(...ages)).toBeGreaterThan(2);
    expect(Math.max(...ages)).toBeLessThan(4);
    expect(profile.samples.pc.filter((pc) => pc > 0).length).toBeGreaterThan(profile.samples.pc.length / 2);
  });

  test('kill -9: everything until the last second, the same as the folded text of that run', async () => {
    const [recorded, direct] = [programs.path('killed.jtrace'), programs.path('killed.folded')];
    const run = startJtrace(['profile', String(pid), ...FOR_EVER, '-o', recorded, '-o', direct]);
    await recordedAt(recorded, 200);
    await until('a snapshot', () => (samplesIn(direct) > 200 ? true : null));
    await recordedAt(recorded, samplesIn(direct));
    run.child.kill('SIGKILL');
    await run.ended;

    const recording = read(recorded);
    const [kept, snapshot] = [recording.profile.samples.stack.length, samplesIn(direct)];
    expect(kept).toBeGreaterThan(snapshot - TWO_SECONDS);
    if (kept >= snapshot) expect(foldedOfFirst(recording, snapshot)).toBe(readFileSync(direct, 'utf8'));
    const report = await runJtrace(['report', recorded, '-o', '-']);
    expect(report.status).toBe(1);
    expect(report.stderr).toMatch(
      /^jtrace: warning: .*killed\.jtrace: the file ends early, at byte \d+ \(\d+\.\d s after its start\): /m,
    );
    expect(report.stderr).toMatch(/^Sampled .* \(broken off\) at 99 Hz$/m);
    expect(report.stdout).toBe(foldedOfFirst(recording, kept));
    expect(samplesWith(parseFolded(report.stdout), 'Commanded.earlyWork') / kept).toBeGreaterThan(0.5);
  });

  test('a disk that fills up: told, exit 1, nothing else is lost, and what was written is read', async () => {
    const [full, script] = [programs.path('full'), 'mkdir "$1" && mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"'];
    const through = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh', full];
    const direct = programs.path('full.folded');
    const run = startJtrace(['profile', String(pid), ...FOR_EVER, '-o', `${full}/x.jtrace`, '-o', direct], { through });
    try {
      const seen = `/proc/${String(run.pid)}/root${full}`;
      await recordedAt(`${seen}/x.jtrace`, 100);
      spawnSync('dd', ['if=/dev/zero', `of=${seen}/filler`, 'bs=1k']);
      // What the last block still had room for is soon over.
      let kept = readFileSync(`${seen}/x.jtrace`);
      for (let before = -1; before !== kept.length; kept = readFileSync(`${seen}/x.jtrace`)) {
        before = kept.length;
        await sleep(3000);
      }
      run.child.kill('SIGTERM');
      const { status, stdout, stderr } = await run.ended;
      const told = `jtrace: warning: ${full}/x.jtrace cannot grow: no space left on the device; it is tried again every second\n`;
      expect({ status, stderr }).toEqual({ status: 1, stderr: told });
      expect(stdout).toContain('NOT COMPLETE: no space left on the device');
      const recording = decodeRecording(kept, 'kept');
      expect(recording.facts.problems).toHaveLength(1);
      expect(recording.profile.samples.stack.length).toBeGreaterThanOrEqual(100);
      expect(samplesIn(direct)).toBeGreaterThan(recording.profile.samples.stack.length);
    } finally {
      await run.stop();
    }
  });

  test('a disk that was full for some seconds: nothing is lost', async () => {
    const [full, script] = [programs.path('passing'), 'mkdir "$1" && mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"'];
    const through = ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script, 'sh', full];
    const direct = programs.path('passing.folded');
    const run = startJtrace(['profile', String(pid), ...FOR_EVER, '-o', `${full}/x.jtrace`, '-o', direct], { through });
    try {
      const seen = `/proc/${String(run.pid)}/root${full}`;
      await recordedAt(`${seen}/x.jtrace`, 100);
      spawnSync('dd', ['if=/dev/zero', `of=${seen}/filler`, 'bs=1k']);
      await sleep(4000);
      rmSync(`${seen}/filler`);
      // The descriptor keeps the file in sight when jtrace and its mount are gone.
      const keeper = spawnSync('sh', ['-c', `exec 3<"${seen}/x.jtrace" && kill -TERM ${String(run.pid)} && while kill -0 ${String(run.pid)} 2>/dev/null; do [ "$(cut -d' ' -f3 /proc/${String(run.pid)}/stat)" = Z ] && break; sleep 0.05; done; cat <&3`], { maxBuffer: 1 << 24 }); // prettier-ignore
      const { status, stderr } = await run.ended;
      expect(status).toBe(0);
      expect(stderr).toMatch(
        /^jtrace: warning: .*x\.jtrace cannot grow: .*\n(jtrace: warning: .*x\.jtrace grows again, nothing is lost\n)?$/,
      );
      const recording = decodeRecording(keeper.stdout, 'kept');
      expect(recording.facts.problems).toEqual([]);
      expect(foldedOfFirst(recording, Infinity)).toBe(readFileSync(direct, 'utf8'));
    } finally {
      await run.stop();
    }
  });
});
