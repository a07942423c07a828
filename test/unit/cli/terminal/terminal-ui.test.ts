// What a run draws: as text in a pipe, in place on a terminal, and never wider than it.

import { expect, test } from 'vitest';
import { asPid, asTid } from '../../../../src/model/units.ts';
import { OperatorError } from '../../../../src/model/errors.ts';
import type { JvmProcess } from '../../../../src/model/process.ts';
import type { ProfileSummary } from '../../../../src/model/summary.ts';
import { displayWidth } from '../../../../src/outputs/display-width.ts';
import { createTerminalUi } from '../../../../src/cli/terminal/terminal-ui.ts';

const SUMMARY: ProfileSummary = {
  version: 1,
  isOwnRun: true,
  targets: [
    {
      pid: asPid(4711),
      mainClass: 'org.acme.Main',
      program: '',
      jdkVersion: '17.0.21',
      container: '',
      vmFlags: [{ name: 'DebugNonSafepoints', value: 'false', note: 'lines of compiled leaf frames are approximate' }],
    },
  ],
  isWholeMachine: false,
  processes: [],
  kernel: '6.1.0-18-amd64',
  bpftraceVersion: '0.17.0',
  rateHz: 99,
  event: null,
  weight: 1240,
  weightUnit: 'samples',
  durationMs: 10_012,
  end: 'duration',
  lostEvents: 0,
  brokenSamples: 0,
  reduction: null,
  files: [{ path: '/tmp/out.folded', format: 'folded', bytes: 123_456, problem: null }],
  samples: 1980,
  threads: [
    { pid: asPid(4711), tid: asTid(4712), name: 'main', samples: 1900 },
    { pid: asPid(4711), tid: asTid(4720), name: 'evil\u001b[2J\nname', samples: 80 },
  ],
  leafKinds: {
    interpreted: 10,
    c1: 20,
    c2: 950,
    inlined: 980,
    'java-native': 0,
    stub: 15,
    native: 4,
    vm: 0,
    kernel: 1,
    marker: 0,
  },
  outcomes: {
    complete: 1950,
    approximate: 20,
    unfinished: 10,
    approximateReasons: { 'reread-page': 20, 'reread-anchor': 3 },
    unfinishedReasons: { 'stack-cut': 7, 'unknown-code': 3 },
  },
  hottest: [
    { name: 'org/acme/Main.run', kind: 'c2', selfPercent: 62.345, totalPercent: 99.97 },
    { name: `org/acme/${'very/'.repeat(40)}Deep.theMethod`, kind: 'inlined', selfPercent: 0.04, totalPercent: 100 },
    { name: 'a\u001b]0;x\u0007b', kind: 'native', selfPercent: 0, totalPercent: 1 },
  ],
};

const LOOK = { verbosity: 'normal', json: false, top: 0, outputs: [], target: { kind: 'only-jvm' } } as const;

function screen(
  look: Partial<Parameters<typeof createTerminalUi>[0]>,
  options: { isTTY?: boolean; env?: NodeJS.ProcessEnv; columns?: number } = {},
) {
  const written = { stdout: '', stderr: '' };
  const { isTTY = false, env = {}, columns = 80 } = options;
  const ui = createTerminalUi(
    { ...LOOK, ...look },
    {
      stdout: { isTTY, columns, write: (text: string) => (written.stdout += text) },
      stderr: { isTTY, columns, write: (text: string) => (written.stderr += text) },
      env,
    },
  );
  return { ui, written };
}

test('summary and table, in a pipe', () => {
  const { ui, written } = screen({ top: 3 });
  ui.summary(SUMMARY);
  expect(written.stderr).toBe('');
  expect(written.stdout).toMatchInlineSnapshot(`
    "SELF %  TOTAL %  METHOD
      62.3     99.9  org/acme/Main.run
      <0.1    100.0  org/acme/very/very/v…ry/very/very/very/very/very/Deep.theMethod
       0.0      1.0  a\\e]0;x\\x07b

    Target    4711 org.acme.Main, JDK 17.0.21
              DebugNonSafepoints=false: lines of compiled leaf frames are
              approximate
    Sampled   1,980 in 10.0 s at 99 Hz
              kernel 6.1.0-18-amd64, bpftrace 0.17.0
    Stacks         1,950  98.5 %  complete
                      20   1.0 %  approximate
                                    20 reread-page: a page read again later
                                     3 reread-anchor: last Java frame read later
                      10   0.5 %  unfinished
                                     7 stack-cut: stack longer than --stack-bytes
                                     3 unknown-code: belongs to nothing known
                                       what to do: docs/stack-outcomes.md
    Leaf             980  49.5 %  Java, inlined
                     950  48.0 %  Java compiled by C2
                      20   1.0 %  Java compiled by C1
                      15   0.8 %  HotSpot stubs
                      10   0.5 %  interpreted Java
                       4   0.2 %  native code
                       1   0.1 %  kernel
    Threads        1,900  96.0 %  main [4712]
                      80   4.0 %  evil\\e[2J\\nname [4720]
    Lost      nothing
    Written   /tmp/out.folded (folded, 120.6 KB)
    "
  `);
  for (const line of written.stdout.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
});

test('of another tool’s profile: nothing of completeness, of losses, or of threads that it does not name', () => {
  const { ui, written } = screen({});
  const threads = [{ pid: asPid(0), tid: asTid(0), name: '', samples: 1980 }];
  ui.summary({ ...SUMMARY, isOwnRun: false, targets: [], kernel: '', files: [], threads });
  expect(written.stdout).toMatch(/^Sampled {3}1,980/);
  expect(written.stdout).not.toMatch(/^(Stacks|Lost|Threads)|complete|\[0\]/m);
});

test('an empty run and a failed one', () => {
  const { ui, written } = screen({ top: 5 });
  ui.summary({
    ...SUMMARY,
    targets: [],
    samples: 0,
    threads: [],
    hottest: [],
    end: 'failed',
    lostEvents: 1234,
    brokenSamples: 5,
    leafKinds: { ...SUMMARY.leafKinds, c2: 0, c1: 0, interpreted: 0, inlined: 0, stub: 0, native: 0, kernel: 0 },
    outcomes: { complete: 0, approximate: 0, unfinished: 0, approximateReasons: {}, unfinishedReasons: {} },
    files: [
      { path: `/tmp/${'long/'.repeat(30)}out.folded`, format: 'folded', bytes: 10, problem: 'no space left on the device' },
    ],
  });
  expect(written.stdout).toMatchInlineSnapshot(`
    "no samples: no hottest methods

    Sampled   0 in 10.0 s (broken off) at 99 Hz
              kernel 6.1.0-18-amd64, bpftrace 0.17.0
    Stacks             0     - %  complete
                       0     - %  approximate
                       0     - %  unfinished
    Lost      1,234 events, 5 samples arrived broken
              what to do: docs/stack-outcomes.md#lost
    Written   /tmp/long/long/lon…/long/long/long/long/long/out.folded (folded, 10 B)
              NOT COMPLETE: no space left on the device
    "
  `);
});

test('many threads: the first and one row for the others, which stands for more than one', () => {
  const threads = Array.from({ length: 10 }, (_, i) => ({ pid: asPid(1), tid: asTid(i + 1), name: `t${String(i)}`, samples: 1 }));
  const rowsOf = (count: number): string => {
    const { ui, written } = screen({});
    ui.summary({ ...SUMMARY, lostEvents: 1, brokenSamples: 1, threads: threads.slice(0, count) });
    return written.stdout;
  };
  expect(rowsOf(10)).toMatch(/ t7 \[8\]\n +2 .* 2 more threads\nLost {6}1 event, 1 sample arrived broken\n/);
  expect(rowsOf(9)).toMatch(/ t8 \[9\]\nLost/);
});

test('results leave standard output to a profile or a command', () => {
  for (const look of [{ outputs: ['-'] }, { target: { kind: 'command', argv: ['ls'], asRoot: false } }] as const) {
    const { ui, written } = screen(look);
    ui.summary(SUMMARY);
    expect(written.stdout).toBe('');
    expect(written.stderr).toContain('1,980 in 10.0 s');
  }
});

test('JSON is the summary, whole, and safe to look at', () => {
  const { ui, written } = screen({ json: true, verbosity: 'quiet', top: 3 });
  const threads = [{ pid: asPid(1), tid: asTid(2), name: '\u202e\u009b\u{e0041}x', samples: 1 }];
  ui.summary({ ...SUMMARY, threads });
  expect(JSON.parse(written.stdout)).toEqual({ ...SUMMARY, threads });
  expect(written.stdout).not.toMatch(/[\u007f-\u009f]|\p{Cf}/u);
});

test('quiet: nothing but what was asked for, and warnings', () => {
  const { ui, written } = screen({ verbosity: 'quiet', top: 0 }, { isTTY: true, env: { NO_COLOR: '1' } });
  ui.progress({ phase: 'sampling', elapsedMs: 1, totalMs: 2, samples: 3, lost: 4, unfinished: 5 });
  ui.message('note', 'a note');
  ui.message('detail', 'a detail');
  ui.message('warning', 'beware\u001b[2J');
  ui.summary(SUMMARY);
  expect(written).toEqual({ stdout: '', stderr: 'jtrace: warning: beware\\e[2J\n' });
});

test('quiet: an output that failed is told all the same, one line each', () => {
  const { ui, written } = screen({ verbosity: 'quiet' });
  const [good] = SUMMARY.files;
  const failed = ['/tmp/a\u001b[2J', '-'].map((path) => ({
    path,
    format: 'folded',
    bytes: 0,
    problem: 'no space left on the device',
  }));
  ui.summary({ ...SUMMARY, files: [...(good === undefined ? [] : [good]), ...failed] });
  expect(written.stdout).toBe('');
  expect(written.stderr.split('\n')).toEqual([
    'jtrace: /tmp/a\\e[2J was not written whole: no space left on the device',
    'jtrace: standard output was not written whole: no space left on the device',
    '',
  ]);
});

test('progress is redrawn in place on a terminal, as wide as it is, and taken away for text', () => {
  const { ui, written } = screen({}, { isTTY: true, env: { NO_COLOR: '1' }, columns: 40 });
  ui.progress({ phase: 'starting', elapsedMs: 0, totalMs: 10_000, samples: 0, lost: 0, unfinished: 0 });
  ui.progress({ phase: 'sampling', elapsedMs: 1234, totalMs: 10_000, samples: 240, lost: 0, unfinished: 2 });
  ui.progress({ phase: 'sampling', elapsedMs: 1240, totalMs: 10_000, samples: 241, lost: 0, unfinished: 2 }); // too soon
  ui.message('note', 'hello');
  ui.close();
  expect(written.stderr).toBe('\r\u001b[Kstarting …\r\u001b[K1.2 s of 10.0 s: 240 samples, 0 lost, …\r\u001b[Kjtrace: hello\n');
});

test('nothing of it in a pipe or on a dumb terminal', () => {
  for (const options of [{ isTTY: false }, { isTTY: true, env: { TERM: 'dumb' } }]) {
    const { ui, written } = screen({}, options);
    ui.progress({ phase: 'sampling', elapsedMs: 1, totalMs: null, samples: 3, lost: 4, unfinished: 5 });
    ui.close();
    expect(written.stderr).toBe('');
  }
});

test('-v in a pipe tells the phases once', () => {
  const { ui, written } = screen({ verbosity: 'verbose' });
  for (const phase of ['starting', 'sampling', 'sampling', 'finishing'] as const) {
    ui.progress({ phase, elapsedMs: 1, totalMs: null, samples: 3, lost: 4, unfinished: 5 });
  }
  expect(written.stderr).toBe('jtrace: starting\njtrace: sampling\njtrace: finishing\n');
});

test('colour on a terminal only, and by NO_COLOR and FORCE_COLOR', () => {
  const coloured = (options: Parameters<typeof screen>[1]): boolean => {
    const { ui, written } = screen({}, options);
    ui.message('warning', 'x');
    return written.stderr.includes('\u001b[3');
  };
  expect(coloured({ isTTY: true })).toBe(true);
  expect(coloured({ isTTY: true, env: { NO_COLOR: '1' } })).toBe(false);
  expect(coloured({ isTTY: true, env: { NO_COLOR: '' } })).toBe(true);
  expect(coloured({ isTTY: true, env: { TERM: 'dumb' } })).toBe(false);
  expect(coloured({ isTTY: false })).toBe(false);
  expect(coloured({ isTTY: false, env: { FORCE_COLOR: '1' } })).toBe(true);
  expect(coloured({ isTTY: true, env: { FORCE_COLOR: '0' } })).toBe(false);
});

test('JVMs to choose from', () => {
  const jvm = (pid: number, name: string, more: Partial<JvmProcess> = {}): JvmProcess => ({
    pid: asPid(pid),
    startTicks: 1,
    vm: 'hotspot',
    jdk: '17.0.21',
    main: { kind: 'class', name },
    args: [],
    classPath: [],
    threads: 33,
    cpu: { percent: 12.34, over: 'two-looks' },
    user: 'tomcat',
    container: '',
    ...more,
  });
  const { ui, written } = screen({});
  ui.choose({
    kind: 'several',
    question: "4 JVMs match 'a\u001b[2J'",
    processes: [
      jvm(7, 'org.apache.catalina.startup.Bootstrap', { container: 'docker 1f2e3d4c5b6a' }),
      jvm(4194304, `com.${'long.'.repeat(20)}Name`, { threads: 1024, cpu: { percent: 199.9, over: 'two-looks' } }),
      jvm(12, 'x\u001b]0;evil\u0007\n日本', { vm: 'starting', jdk: '' }),
      jvm(13, '/opt/app/app-1.2.jar', {
        main: { kind: 'jar', name: '/opt/app/app-1.2.jar' },
        jdk: '',
        cpu: { percent: 0.01, over: 'two-looks' },
      }),
    ],
  });
  expect(written.stdout).toBe('');
  expect(written.stderr).toMatchInlineSnapshot(`
    "jtrace: 4 JVMs match 'a\\e[2J'; which one? (CPU over the last 0.2 s)
        PID  JDK       MAIN CLASS                THREADS  CPU %  CONTAINER
          7  17.0.21   org.apa…tartup.Bootstrap       33   12.3  docker 1f2e3d4c5b6a
    4194304  17.0.21   com.lon…g.long.long.Name     1024  199.9
         12  starting  x\\e]0;evil\\x07\\n日本           33   12.3
         13  ?         app-1.2.jar                    33   <0.1
      jtrace profile PID, or a NAME that only one of them has
    "
  `);
  for (const line of written.stderr.split('\n')) expect(displayWidth(line), line).toBeLessThanOrEqual(80);
});

test('a problem that ended nothing is told like any error', () => {
  const { ui, written } = screen({ verbosity: 'verbose' });
  ui.problem(new OperatorError('environment', 'bpftrace was killed', 'was it out of memory?', { cause: new Error('signal 9') }));
  expect(written.stderr).toMatch(/^jtrace: bpftrace was killed\n {2}was it out of memory\?\n {2}because: Error: signal 9\n/);
});
