import { expect, test } from 'vitest';
import { parseScript } from '../../../src/script/program-structure.ts';
import { callsOf, checkScript } from '../../../src/script/script-checks.ts';

const LINKED = '/opt/app/engine.so';

/** Findings as `LINE:COLUMN name`. */
function findings(text: string): string[] {
  return checkScript(parseScript(text), (path) => path === LINKED).map(
    ({ position, name }) => `${position.line}:${position.column} ${name}`,
  );
}

test.each([
  ['BEGIN { system("ls") }', ['1:9 system']],
  ['BEGIN {\n\tsystem /* x */\n ("ls"); signal(9); }', ['2:2 system', '3:10 signal']],
  ['kprobe:f /override(1)/ { override_return(2) }', ['1:11 override', '1:26 override_return']],
  ['fn f($x : int64) : int64 { signal(9); }', ['1:28 signal']],
  ['BEGIN { "system(1)"; /* system(1) */ } // signal(1)', []],
  ['BEGIN { @system[1] = 1; $signal = 2; @signal (3); $x.system(1); $x->system (2); }', []],
  ['kprobe:system { systems("x"); printf("system(%d)", 1); }', []],
  ['macro system($x) { $x }', []],
  ['struct A { int (*system)(int); }', []],
])('unsafe calls of %j', (text, expected) => {
  expect(findings(text)).toEqual(expected);
});

test('calls: not what only looks like one', () => {
  const text = 'k:f /g(1)/ { if (1) { h ((uint64) x) } while (1) { } unroll (5) { } sizeof(int); @m(1); $v (2); a.b(3); }';
  expect([...callsOf(parseScript(text))].map(({ word, start }) => `${word} ${start}`)).toEqual(['g 5', 'h 22']);
});

const LIBJVM = '/usr/lib/jvm/java-17/lib/server/libjvm.so';

test.each([
  `uretprobe:${LIBJVM}:_ZN14Deoptimization13uncommon_trapEP10JavaThreadii`,
  `ur:${LIBJVM}:f`,
  `uretprobe:"${LIBJVM}":"OptoRuntime::new_instance_C(Klass*, JavaThread*)"`,
  `uretprobe :${LIBJVM}:f`,
  `uretprobe/* */:${LIBJVM}:f`,
  `uretprobe:/proc/123/root${LIBJVM}:f`,
  'uretprobe:/usr/lib/jvm/*/lib/server/libjvm.so:f',
  'uretprobe:/usr/lib/jvm/*/lib/server/lib*:f',
  'uretprobe:/p/libjvm.so.debug:f',
  'uretprobe:*:f',
  'uretprobe:libjvm:f',
  'uretprobe:$1:f',
  `uretprobe:${LINKED}:f`,
  `u*:${LIBJVM}:f`,
  `uretprobe:${LIBJVM}:*`,
  `uretprobe:${LIBJVM}:0x1234`,
  `uretprobe:${LIBJVM}:Unsafe_*`,
  `uretprobe:${LIBJVM}:Unsafe_Park*`,
  `uretprobe:${LIBJVM}:_ZN2os*`,
  `uretprobe:${LIBJVM}:*6EnterI*`,
  `uretprobe:${LIBJVM}:cpp:ObjectMonitor::EnterI`,
  // JDK 21 has EnterI….cold: a place that is jumped to.
  `uretprobe:${LIBJVM}:_ZN13ObjectMonitor6EnterIEP10JavaThread.cold`,
  `uretprobe:${LIBJVM}:_ZN13ObjectMonitor6EnterI*`,
  `uretprobe:${LIBJVM}:_ZN13ObjectMonitor6EnterI*.cold.1`,
])('%s kills the JVM', (attachPoint) => {
  const text = `BEGIN { }\nkprobe:f, ${attachPoint} { }`;
  const [finding, ...others] = checkScript(parseScript(text), (path) => path === LINKED);
  expect(finding).toMatchObject({ kind: 'deadly-uretprobe', position: { line: 2, column: 11 }, attachPoint });
  expect(others).toEqual([]);
});

test.each([
  `uprobe:${LIBJVM}:f`,
  `usdt:${LIBJVM}:hotspot:gc__begin`,
  'uretprobe:/bin/bash:readline',
  'uretprobe:/usr/lib/*/libc.so*:malloc',
  'uretprobe:/usr/lib/jvm/java-17/lib/libjava.so:f',
  'kretprobe:vfs_read',
  `uretprobe:${LIBJVM}:Unsafe_Park`,
  `uretprobe:${LIBJVM}:"JVM_FillInStackTrace"`,
  `uretprobe:${LIBJVM}:_ZN2os6mallocEm8MEMFLAGS`,
  `uretprobe:${LIBJVM}:_ZN13ObjectMonitor6EnterIEP*Thread`,
  `uretprobe:${LIBJVM}:_ZN13ObjectMonitor26enter_with_contention_markEP10JavaThreadR27ObjectMonitorContentionMark`,
])('%s does not', (attachPoint) => {
  expect(findings(`${attachPoint} { }`)).toEqual([]);
});

test('each finding says why', () => {
  const reasons = ['f', '_ZN2os6malloc*'].map((name) =>
    checkScript(parseScript(`ur:${LIBJVM}:${name} { }`), () => false).map((finding) =>
      finding.kind === 'deadly-uretprobe' ? finding.reason : '',
    ),
  );
  expect(reasons).toEqual([[expect.stringContaining('return address') as string], [expect.stringContaining('.cold') as string]]);
});
