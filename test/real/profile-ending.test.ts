// How a run ends: by the operator, by the target, by a target that is gone before its samples were looked at. What was recorded is
// written in every case.

import { spawn } from 'node:child_process';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FoldedStack, parseFolded, samplesWith } from '../support/folded-text.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { describeOnHost } from '../support/require-host.ts';
import { runJtrace, startJtrace, until } from '../support/run-jtrace.ts';

/** Longer than any test waits: what ends such a run is not its duration. */
const FOR_EVER = ['-d', '1h'];

let programs: JavaPrograms;

function folded(name: string): FoldedStack[] {
  return parseFolded(readFileSync(programs.path(name), 'utf8'));
}

/** The file of a running jtrace, once a snapshot in it has samples of earlyWork. */
async function snapshotOf(name: string): Promise<void> {
  await until(`a snapshot in ${name}`, () => {
    try {
      return samplesWith(folded(name), 'Commanded.earlyWork') > 5 ? true : null;
    } catch {
      return null;
    }
  });
}

/** User time of a process; nobody else writes into its stat line here. */
function cpuTicksOf(pid: number): number {
  return Number(
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ')[11],
  );
}

/** The screen after each redraw of the line at its bottom, without colours. */
function drawnLines(screen: string): string[] {
  return screen.replace(/\u001b\[[\d;]*m/g, '').split(/\r\u001b\[K|\r?\n/);
}

describeOnHost('the end of a profile', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(() => {
    programs = new JavaPrograms('Commanded');
  });

  afterAll(() => programs.close());

  test('Ctrl-C on a terminal: progress until then, a report after it, 80 columns', async () => {
    const jvm = await programs.start('Commanded', ['forever']);
    const run = startJtrace(['profile', String(jvm.pid), '-d', '60s', '--top', '5', '-o', programs.path('typed.folded')], {
      terminal: true,
    });
    try {
      // Three, because the terminal's ^C stands in the last one.
      await until('three progress lines with samples', () =>
        (run.output().match(/[1-9]\d* samples/g) ?? []).length >= 3 ? true : null,
      );
      await until('twenty samples', () => (/[2-9]\d samples|\d{3} samples/.test(run.output()) ? true : null));
      run.child.stdin?.write('\x03');
      const { status, stdout } = await run.ended;
      expect(status, stdout).toBe(0);
      expect(stdout).toContain('stopping; Ctrl-C again gives up and writes nothing');
      expect(stdout).toContain('(stopped early)');
      const lines = drawnLines(stdout);
      expect(
        lines.filter((line) => /^[\d.]+ m?s of 60\.0 s: \d+ samples, 0 lost, \d+ unfinished$/.test(line)).length,
        stdout,
      ).toBeGreaterThan(1);
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
      expect(samplesWith(folded('typed.folded'), 'Commanded.earlyWork')).toBeGreaterThan(10);
    } finally {
      await run.stop();
      await jvm.stop();
    }
  });

  test('SIGTERM stops and reports; in a pipe standard error stays empty', async () => {
    const jvm = await programs.start('Commanded', ['forever']);
    const run = startJtrace(['profile', String(jvm.pid), ...FOR_EVER, '-o', programs.path('terminated.folded')]);
    try {
      await snapshotOf('terminated.folded');
      run.child.kill('SIGTERM');
      const { status, stdout, stderr } = await run.ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('(stopped early)');
    } finally {
      await run.stop();
      await jvm.stop();
    }
  });

  test('kill -9 of the target: names stay', async () => {
    const jvm = await programs.start('Commanded', ['forever']);
    const run = startJtrace(['profile', String(jvm.pid), ...FOR_EVER, '-o', programs.path('killed.folded')]);
    try {
      await snapshotOf('killed.folded');
      jvm.child.kill('SIGKILL');
      const { status, stdout, stderr } = await run.ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain('(the target ended)');
      expect(stdout).toMatch(/^Target {4}\d+ Commanded, JDK 17/m);
      const stacks = folded('killed.folded');
      expect(samplesWith(stacks, 'Commanded.earlyWork') / samplesWith(stacks)).toBeGreaterThan(0.8);
    } finally {
      await run.stop();
    }
  });

  test('a target that ended while jtrace could not look: [target exited], counted', async () => {
    const jvm = await programs.start('Commanded', ['forever']);
    const run = startJtrace(['profile', String(jvm.pid), ...FOR_EVER, '--json', '-o', programs.path('exited.folded')]);
    try {
      await snapshotOf('exited.folded');
      run.child.kill('SIGSTOP');
      // What it does from now on is sampled, waits in the pipe, and has never been looked up.
      jvm.child.stdin?.write('\n');
      const before = cpuTicksOf(jvm.pid);
      await until('some work', () => (cpuTicksOf(jvm.pid) - before > 30 ? true : null));
      jvm.child.kill('SIGKILL');
      await until('its end', () => (jvm.child.signalCode === null ? null : true));
      run.child.kill('SIGCONT');
      const { status, stdout, stderr } = await run.ended;
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const summary = JSON.parse(stdout) as { outcomes: { unfinishedReasons: Record<string, number> }; end: string };
      expect(summary.end).toBe('target-exited');
      const exited = summary.outcomes.unfinishedReasons['target-exited'] ?? 0;
      expect(exited, stdout).toBeGreaterThan(0);
      expect(samplesWith(folded('exited.folded'), '[target exited]')).toBe(exited);
    } finally {
      run.child.kill('SIGCONT');
      await run.stop();
    }
  });

  test('a target that ends while bpftrace is being started does not keep jtrace waiting', async () => {
    const jvm = await programs.start('Commanded', ['forever']);
    const run = startJtrace(['profile', '-v', String(jvm.pid), ...FOR_EVER, '-o', programs.path('gone.folded')]);
    try {
      await run.said('jtrace: starting');
      jvm.child.kill('SIGKILL');
      const { status, stdout } = await run.ended;
      expect(status).toBe(0);
      expect(stdout).toContain('(the target ended)');
      expect(folded('gone.folded')).toEqual([]);
    } finally {
      await run.stop();
    }
  });

  test('Ctrl-C while bpftrace is being started: an empty file, not the one of an earlier run', async () => {
    const jvm = await programs.start('Commanded', ['forever']);
    const file = programs.path('early-end.folded');
    writeFileSync(file, 'of;an;earlier;run 1\n');
    const run = startJtrace(['profile', '-v', String(jvm.pid), ...FOR_EVER, '-o', file]);
    try {
      await run.said('jtrace: starting');
      run.child.kill('SIGINT');
      const { status, stdout } = await run.ended;
      expect(status).toBe(0);
      expect(stdout).toContain('(stopped early)');
      expect(stdout).toMatch(/^Sampled {3}0 /m);
      expect(folded('early-end.folded')).toEqual([]);
    } finally {
      await run.stop();
      await jvm.stop();
    }
  });

  test('a command that is over at once', async () => {
    const quick = await runJtrace(['profile', '-o', programs.path('quick.folded'), '--', 'true']);
    expect(quick.status, quick.stderr).toBe(0);
    expect(folded('quick.folded').length).toBeGreaterThanOrEqual(0); // parses; a sample in 1 ms is a matter of luck
    const version = await runJtrace([
      'profile',
      '-F',
      '999',
      '-o',
      programs.path('version.folded'),
      '--',
      programs.java,
      '-version',
    ]);
    expect(version.status, version.stderr).toBe(0);
    expect(samplesWith(folded('version.folded'))).toBeGreaterThan(0);
  });

  // Stopped on its way up and let go when jtrace is there: deterministic, where 50 ms by the clock are not.
  test.each([
    [0, 5],
    [15, 40],
  ])('a JVM that is still starting, %i and %i ms old', async (...agesMs) => {
    const attached = agesMs.map(async (ageMs) => {
      const name = `young-${String(ageMs)}.folded`;
      const [java, ...args] = programs.command('Commanded', ['forever']);
      const jvm = spawn(java, args, { stdio: ['pipe', 'ignore', 'inherit'] });
      const pid = jvm.pid ?? 0;
      const run = await until('the launcher', () => (readlinkSync(`/proc/${String(pid)}/exe`).endsWith('/java') ? true : null))
        .then(() => sleep(ageMs))
        .then(() => jvm.kill('SIGSTOP'))
        .then(() => startJtrace(['profile', '-v', String(pid), ...FOR_EVER, '-o', programs.path(name)]));
      try {
        await run.said('jtrace: sampling');
        jvm.kill('SIGCONT');
        await snapshotOf(name);
        run.child.kill('SIGTERM');
        const { status, stdout, stderr } = await run.ended;
        expect(status, stderr).toBe(0);
        expect(stdout).toMatch(/^Target {4}\d+ Commanded, JDK 17/m);
      } finally {
        jvm.kill('SIGKILL');
        await run.stop();
      }
    });
    await Promise.all(attached);
  });
});
