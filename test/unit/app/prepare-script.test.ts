// What becomes of a user's program before bpftrace sees it: what is refused and where, whom it is confined to, what is jtrace's own.

import { expect, test } from 'vitest';
import { type PreparedScript, prepareScript, type ScriptSettings } from '../../../src/app/prepare-script.ts';
import { asPid } from '../../../src/model/units.ts';
import { dialectFor } from '../../../src/program/dialects.ts';

const PID = asPid(4711);

function prepared(text: string, settings: Partial<ScriptSettings> & { readonly minor?: number } = {}): PreparedScript {
  const { minor = 23, ...others } = settings;
  return prepareScript(
    { name: 'x.bt', text },
    {
      dialect: dialectFor({ major: 0, minor, patch: 0 }),
      pid: null,
      followChildren: false,
      unsafe: false,
      engine: 'kernel',
      stringBytes: null,
      isLive: false,
      library: () => null,
      classOffsets: () => null,
      ...others,
    },
  );
}

test.each([
  ['BEGIN {\n  system("ls"); }', 'x.bt:2:3: system() changes the machine'],
  ['k:f { signal("KILL"); }', 'x.bt:1:7: signal() changes the machine'],
  ['k:f /jstack != 0/ { }', 'x.bt:1:6: jstack cannot stand in a condition'],
  ['k:f {\n\n @[jstack(0)] = count(); }', 'x.bt:3:4: jstack(N) takes a number from 1 on'],
  ['k:f { @[jstack] = count(); }\nk:g { @[jstack(2)] = count(); }', 'x.bt:2:9: jstack with another number of frames goes to'],
  ['uretprobe:/x/libjvm.so:f { }', 'x.bt:1:1: uretprobe:/x/libjvm.so:f can kill the JVM'],
  ['uprobe:libjvm:f { }', 'x.bt:1:1: libjvm is the library of one process, and none was given'],
  ['k:f { @[jklass(arg0)] = count(); }', 'x.bt:1:9: jklass() needs to know the JVM, and none was given'],
])('refused, with its place: %s', (text, message) => {
  expect(() => prepared(text)).toThrow(message);
});

test('what is unsafe runs with --unsafe', () => {
  expect(prepared('BEGIN { system("ls"); }', { unsafe: true }).text).toContain('system("ls");');
});

test('a process, or a COMMAND with what it starts, by a condition; probes of no process as they are', () => {
  expect(prepared('t:a:b { @ = 1; } BEGIN { }', { pid: PID }).text).toContain('t:a:b /pid == 4711/ { @ = 1; } BEGIN { }');
  expect(prepared('t:a:b /cpid/ { }', { pid: PID }).text).toContain('/pid == 4711 && 0 != 4711/');
  const command = prepared('t:a:b { }', { pid: PID, followChildren: true });
  expect(command.text).toContain('(pid == 4711 || @__jt_of[(uint64)pid] == 1)');
  expect(command.usesPidOption).toBe(false);
  expect(() => prepared('t:a:b, interval:s:1 { }', { pid: PID })).toThrow(
    'x.bt:1:1: a probe with attach points of processes and others',
  );
});

test('who else stops at functions: where only a condition confines them', () => {
  const uprobe = 'uprobe:/lib/x:f { }';
  expect(prepared(uprobe, { pid: PID, minor: 17 }).othersStop).toBe(true);
  expect(prepared(uprobe, { pid: PID, minor: 23 }).othersStop).toBe(false);
  expect(prepared(uprobe, { pid: PID, followChildren: true, minor: 23 }).othersStop).toBe(true);
  expect(prepared('usdt:/lib/x:a:b { }', { pid: PID, minor: 27 }).othersStop).toBe(true);
  expect(prepared('t:a:b { }', { pid: PID, minor: 17 }).othersStop).toBe(false);
  expect(prepared(uprobe, { minor: 17 }).othersStop).toBe(false);
});

test('jtrace’s own probes are told from the user’s, in all forms', () => {
  const all = (text: string, settings: Partial<ScriptSettings> = {}): number => prepared(text, settings).ownProbes;
  expect(all('t:a:b { @ = 1; }')).toBe(1);
  expect(all('t:a:b { @ = 1; }', { isLive: true })).toBe(2);
  expect(all('iter:task { }')).toBe(0);
  const walked = all('t:a:b { @[jstack] = count(); }');
  expect(walked).toBeGreaterThan(1);
  // The user's own END is used.
  expect(all('t:a:b { @[jstack] = count(); } END { }')).toBe(walked - 1);
});

test("bpftrace's words are about the user's own lines and file", () => {
  const { translate } = prepared('t:a:b {\n @ = nosuch(1); }', { pid: PID });
  expect(translate('stdin:2:6-12: ERROR: Unknown function: nosuch')).toBe(
    'x.bt:2:6: Unknown function: nosuch\n @ = nosuch(1); }\n     ^^^^^^',
  );
  expect(translate('other words')).toBe('x.bt: other words');
});

test.each([
  ['t:a:b { $__jt_p = 1; }', 'x.bt:1:9: $__jt_p: names that begin with $__jt_ are jtrace'],
  ['t:a:b { @__jt_low[1] = 1; }', 'x.bt:1:9: @__jt_low: names that begin with @__jt_'],
])("a name of jtrace's own is refused: %s", (text, message) => {
  expect(() => prepared(text)).toThrow(message);
});

test("the user's variables keep their values beside a walk", () => {
  const { text } = prepared('t:a:b { $__p = args->fd; @[jstack] = count(); @fd[$__p] = count(); }');
  expect(text.match(/\$__p\b/gu)).toHaveLength(2);
});

test("jtrace's maps are emptied in an END that is one and runs always, and in no other probe", () => {
  const command = { pid: PID, followChildren: true };
  expect(prepared('END { printf("x"); }', command).text).toContain('END { clear(@__jt_of); printf("x"); }');
  for (const text of ['interval:s:1, END { print(@); } t:a:b { @ = 1; }', 'END /0/ { } t:a:b { @ = 1; }'])
    expect(prepared(text, command).text).not.toContain('clear(');
});

test('line ends and cpid within what is replaced', () => {
  expect(prepared('t:a:b { @[jstack(\r\n3)] = count(); }\r\n').text).not.toContain('\r');
  expect(prepared('t:a:b\r\n{ @ = cpid; }', { pid: PID }).text).toContain('@ = 4711;');
});

test('what its own config block says of maps', () => {
  expect(prepared('config = { max_map_keys = 100 } t:a:b { @ = 1; }').configuredMapEntries).toBe(100);
  expect(prepared('t:a:b { @ = 1; }').configuredMapEntries).toBeNull();
  for (const name of ['MAX_MAP_KEYS', 'BPFTRACE_MAX_MAP_KEYS']) {
    const own = prepared(`config = { ${name} = 100 } t:a:b { @[jstack] = count(); }`);
    expect(own.configuredMapEntries).toBe(100);
    // The environment would win.
    expect(Object.keys(own.environment)).not.toContain('BPFTRACE_MAX_MAP_KEYS');
  }
  expect(Object.keys(prepared('t:a:b { @[jstack] = count(); }').environment)).toContain('BPFTRACE_MAX_MAP_KEYS');
  const declared = prepared('let @a = hash(1_0); let @b = percpulruhash(5); t:a:b { @a[1] = 1; @b[1] = 1; }').declaredMapEntries;
  expect([...declared]).toEqual([
    ['@a', 10],
    ['@b', Infinity],
  ]);
  expect(prepared('config = { max_map_keys = 1_000u } t:a:b { @ = 1; }').configuredMapEntries).toBe(1000);
  // Too few for what tells walks of a JVM.
  expect(prepared('config = { max_map_keys = 10 } t:a:b { @[jstack] = count(); }').environment['BPFTRACE_MAX_MAP_KEYS']).toBe(
    '64',
  );
});

test.each([
  ['t:a:b { @[jstack] = avg(arg0); }', true],
  ['t:a:b { @[jstack] = avg(arg0); } interval:s:1 { clear(@); } END { print(@); }', true],
  ['t:a:b { @[jstack] = avg(arg0); } interval:s:1 { print(@); }', false],
  ['t:a:b { @[jstack] = avg(arg0); } END { print(@, 3); }', false],
  ['t:a:b { @[jstack] = avg(arg0); print(@[jstack]); }', false],
  ['t:a:b { @[jstack] = avg(arg0); if (@[jstack] > 5) { exit(); } }', false],
  ['t:a:b { @[jstack] = avg(arg0); } END { for ($kv : @) { print($kv); } }', false],
])('avg as stats, where the program does not read it: %s', (text, isStats) => {
  expect(prepared(text).text).toMatch(isStats ? /\] = stats\(arg0\)/u : /\] = avg\(arg0\)/u);
});

test('whose fault it is that bpftrace does not take the program', () => {
  const own = prepared('profile:hz:1 { @[jstack] = count(); }');
  /** An error of bpftrace's about the place of `found` in what it was given. */
  const errorAt = (found: string): string => {
    const before = own.text.slice(0, own.text.indexOf(found)).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    return `stdin:${String(before.length)}:${String(column)}-${String(column + found.length)}: ERROR: no`;
  };
  expect(own.isOwnFault(errorAt('$__jt_task'))).toBe(true);
  expect(own.isOwnFault(errorAt('count()'))).toBe(false);
  expect(own.isOwnFault(`${errorAt('$__jt_task')}\n${errorAt('count()')}`)).toBe(false);
  expect(own.isOwnFault('ERROR: something else')).toBe(false);
});

test.each(['BEGIN { printf("hi")', 'k:f { @[jstack] = count(); } k:g', 'k:f { @[jstack] = count();'])(
  'nothing is put behind a program without its end: %s',
  (text) => {
    const { text: given, isOwnFault } = prepared(text, { isLive: true });
    expect(given.endsWith(text.slice(-6))).toBe(true);
    const lines = given.split('\n');
    expect(isOwnFault(`stdin:${String(lines.length)}:${String((lines.at(-1) ?? '').length)}-99: ERROR: syntax error`)).toBe(
      false,
    );
    expect(isOwnFault('stdin:99:1-9: ERROR: syntax error')).toBe(false);
  },
);

test("what stands for the user's own words is the user's: an error there is no fault of jtrace's", () => {
  const library = { path: '/l.so', functionsLike: (name: string) => [name], hasUsdt: () => true };
  const { text, isOwnFault } = prepared('uprobe:libjvm:f+9999, kprobe:nosuch { }', { pid: PID, library: () => library });
  const at = text.indexOf('/l.so');
  expect(isOwnFault(`stdin:1:${String(at + 1)}-${String(at + 4)}: ERROR: no`)).toBe(false);
});

test('a failure of a run is told of the place in the program; of what jtrace added, to nobody', () => {
  const { text, translate } = prepared('k:f { @[jstack] = count();\n  delete(@x[1]); }');
  const placeOf = (found: string): string => {
    const before = text.slice(0, text.indexOf(found)).split('\n');
    return `${String(before.length)}:${String((before.at(-1) ?? '').length + 1)}`;
  };
  expect(translate(`stdin:${placeOf('delete(@x[1])')}: WARNING: Failed to map_delete_elem: no (-2)`)).toContain(
    'x.bt:2:3: warning: Failed to map_delete_elem: no (-2)',
  );
  expect(translate(`stdin:${placeOf('@__jt_sent[')}: WARNING: Map full; can't update element`)).toBe('');
  const averages = prepared('k:f { @[jstack] = avg(1); }');
  const column = averages.text.lastIndexOf('stats(') - averages.text.lastIndexOf('\n', averages.text.lastIndexOf('stats('));
  const line = averages.text.slice(0, averages.text.lastIndexOf('stats(')).split('\n').length;
  expect(averages.translate(`stdin:${String(line)}:${String(column)}: WARNING: Map full; can't update element`)).toContain('x.bt:1:'); // prettier-ignore
});

test('thousands of probes and uses', () => {
  expect(prepared('k:f{}'.repeat(150_000)).ownProbes).toBe(1);
  expect(prepared(`k:f { ${'@[jstack] = avg(1); '.repeat(20_000)} }`).jstack).not.toBeNull();
  expect(prepared(`k:f { }${'\r\n'.repeat(200_000)}`).ownProbes).toBe(1);
}, 20_000);
