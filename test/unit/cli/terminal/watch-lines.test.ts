// What a watch tells, drawn: one line a start, 80 columns, and nothing of a target that could harm a terminal or a reader of JSON.

import { describe, expect, test } from 'vitest';
import { renderWatchJson } from '../../../../src/cli/terminal/watch-json.ts';
import { WatchLines } from '../../../../src/cli/terminal/watch-lines.ts';
import { asPid } from '../../../../src/model/units.ts';
import type { JvmFacts, WatchEvent } from '../../../../src/model/watch.ts';
import { displayWidth } from '../../../../src/outputs/display-width.ts';

const T = new Date(2026, 10, 22, 19, 55, 21).getTime();
const ID = { pid: asPid(4711), startTicks: 77 };
const FACTS: JvmFacts = {
  vm: 'hotspot',
  jdk: '17.0.15',
  main: { kind: 'class', name: 'a.Main' },
  args: [],
  user: 'root',
  container: '',
};

const start = (jvm: JvmFacts | null = FACTS): WatchEvent => ({
  kind: 'start',
  timeMs: T,
  ...ID,
  seen: 'openat',
  parent: asPid(1),
  jvm,
});
const ready = (readyMs: number | null): WatchEvent => ({ kind: 'ready', timeMs: T + 40, ...ID, readyMs, reason: '' });
const end = (wasReady: boolean | null, how: 'exit' | 'exec' = 'exit'): WatchEvent => ({ kind: 'end', timeMs: T + 3200, ...ID, livedMs: 3210, how, wasReady }); // prettier-ignore
const SUMMARY: WatchEvent = { kind: 'summary', timeMs: T, started: 1, bySweep: 0, ended: 1, running: 0, lost: 0, gaps: 0, profiles: 0, failedProfiles: 0 }; // prettier-ignore

function linesOf(events: readonly WatchEvent[], columns = 80): readonly string[] {
  const lines = new WatchLines(() => columns);
  return [lines.head(), ...events.flatMap((event) => lines.event(event))];
}

describe('lines', () => {
  test('a life', () => {
    expect(linesOf([{ kind: 'running', timeMs: T, ...ID, jvm: FACTS }, start(), ready(43.2), end(true), SUMMARY])).toEqual([
      'TIME     WHAT    PID     JDK             TOOK MAIN CLASS, CONTAINER',
      '19:55:21 running 4711    17.0.15              a.Main',
      '19:55:21 start   4711    17.0.15        43 ms a.Main',
      '19:55:24 end     4711                   3.2 s a.Main',
      '1 JVM started, 1 ended, 0 run.',
    ]);
  });

  test('short and odd lives', () => {
    const gone = linesOf([start(null), end(false)]);
    expect(gone.slice(1)).toEqual([
      '19:55:21 start   4711                       - (gone)',
      '19:55:24 end     4711                   3.2 s (gone)  (before it was ready)',
    ]);
    expect(linesOf([start(), ready(null), end(null, 'exec')]).slice(1)).toEqual([
      '19:55:21 start   4711    17.0.15            ? a.Main',
      '19:55:24 end     4711                   3.2 s a.Main  (runs another program)',
    ]);
    const unnamed = { ...FACTS, main: { kind: 'unknown' as const, name: '' }, args: ['-version'] };
    expect(linesOf([start(unnamed), ready(5)])[1]).toContain('java -version');
  });

  test('one that is not ready soon is told, and told again when it is', () => {
    // Not the time of day, which may be set.
    let nowMs = 100;
    const lines = new WatchLines(() => 80, () => nowMs); // prettier-ignore
    expect(lines.event(start())).toEqual([]);
    nowMs += 4900;
    expect(lines.tick()).toEqual([]);
    nowMs += 100;
    expect(lines.tick()).toEqual(['19:55:21 start   4711    17.0.15            ? a.Main']);
    expect(lines.event(ready(6500))).toEqual(['19:55:21 ready   4711    17.0.15        6.5 s a.Main']);
  });

  test('hostile names are escaped, and cut to the width', () => {
    const main = { kind: 'class' as const, name: `evil\u001b[2J\n${'x'.repeat(1_000_000)}` };
    for (const columns of [60, 80, 200]) {
      const told = linesOf(
        [start({ ...FACTS, main, container: 'docker 1f2e3d4c5b6a', jdk: '9'.repeat(40) }), ready(43), end(false)],
        columns,
      );
      for (const line of told) {
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(columns, 105));
      }
      expect(displayWidth(told[1] ?? '')).toBeLessThanOrEqual(columns);
      if (columns >= 80) expect(told[1]).toContain('docker 1f2e3d4c5b6a');
    }
  });

  test('gaps, losses, profiles', () => {
    const profile = { kind: 'profile' as const, timeMs: T, ...ID };
    const told = linesOf([
      { kind: 'gap', timeMs: T, fromMs: T - 1300, reason: 'bpftrace was ended by SIGKILL' },
      { kind: 'lost', timeMs: T, count: 1200 },
      { ...profile, state: 'waiting' },
      { ...profile, state: 'started', files: ['/p/a.html'] },
      { ...profile, state: 'written', files: ['/p/a.html'], problem: null },
      { ...profile, state: 'written', files: ['/p/a.html'], problem: 'x\u001b' },
      { ...profile, state: 'ended' },
      { ...profile, state: 'stopped' },
      { ...profile, state: 'dropped', problem: '16 others wait already' },
      { ...SUMMARY, started: 2, bySweep: 1, lost: 1200, gaps: 1, profiles: 2, failedProfiles: 1 },
    ]);
    expect(told.slice(1)).toEqual([
      '19:55:21 gap             nobody listened for 1.3 s: bpftrace was ended by SIGKILL',
      '19:55:21 lost            1,200 events of bpftrace were lost',
      '19:55:21 profile 4711    /p/a.html',
      '19:55:21 profile 4711    /p/a.html (x\\e)',
      '19:55:21 profile 4711    none: the JVM ended before its turn',
      '19:55:21 profile 4711    none: the watch ended before its turn',
      '19:55:21 profile 4711    none: 16 others wait already',
      '2 JVMs started (1 found late), 1 ended, 0 run, 1,200 events lost, 1 gap, 2 profiled, 1 not profiled.',
    ]);
  });
});

describe('JSON', () => {
  test('one line each, times by name', () => {
    const at = Date.UTC(2026, 10, 22, 19, 55, 21, 7);
    const told = [{ ...start(), timeMs: at }, { ...ready(43.2123), timeMs: at }, { kind: 'gap', timeMs: at, fromMs: at - 1, reason: 'r' }, { kind: 'watching', timeMs: at, probe: 'kprobe', bpftrace: 'bpftrace v0.17.0' }] as WatchEvent[]; // prettier-ignore
    expect(told.map(renderWatchJson)).toEqual([
      '{"kind":"start","time":"2026-11-22T19:55:21.007Z","pid":4711,"startTicks":77,"seen":"openat","parent":1,"jvm":{"vm":"hotspot","jdk":"17.0.15","main":{"kind":"class","name":"a.Main"},"args":[],"user":"root","container":""}}',
      '{"kind":"ready","time":"2026-11-22T19:55:21.007Z","pid":4711,"startTicks":77,"readyMs":43.2,"reason":""}',
      '{"kind":"gap","time":"2026-11-22T19:55:21.007Z","from":"2026-11-22T19:55:21.006Z","reason":"r"}',
      '{"kind":"watching","time":"2026-11-22T19:55:21.007Z","version":1,"probe":"kprobe","bpftrace":"bpftrace v0.17.0"}',
    ]);
  });

  test('hostile text is text', () => {
    const name = 'a\u001b[2J\n\u202e"\ud800';
    const line = renderWatchJson(start({ ...FACTS, main: { kind: 'class', name }, args: [name] }));
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    expect(JSON.parse(line)).toMatchObject({ jvm: { main: { name: name.replace('\ud800', '\ufffd') } } });
  });
});
