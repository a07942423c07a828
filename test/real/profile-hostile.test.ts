// A target that names its classes, methods and threads to harm whoever reads about them (test/programs/Hostile.java).

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Pid } from '../../src/model/units.ts';
import { type FoldedStack, parseFolded, samplesWith } from '../support/folded-text.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { describeOnHost } from '../support/require-host.ts';
import { runJtrace } from '../support/run-jtrace.ts';

/** Names as they may stand in a folded line, method after class. */
const SHOWN = [
  'semi:colon',
  'line\\u000abreak 77\\u000dand return',
  'title\\u001b]0:owned\\u0007',
  'clear\\u001b[2J\\u001b[31m\\u009b5m',
  'txt\\u202egnp.exe\\u2066',
  'smile😀👩‍💻',
  'nul\\u0000 and del\\u007f',
  'script<script>alert(1)<\\script>',
  '[unfinished: bug]',
  'blank 12345',
];
/** What jtrace itself draws with: colours, and the line it takes away. */
const OWN_SEQUENCES = /\u001b\[[\d;]*m|\r\u001b\[K|\r\n/g;
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

let programs: JavaPrograms;
let pid: Pid;
let stacks: FoldedStack[] = [];

describeOnHost('hostile names', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(async () => {
    programs = new JavaPrograms('Hostile');
    const options = [
      '-XX:+UnlockDiagnosticVMOptions',
      '-XX:-BytecodeVerificationRemote',
      '-Dsun.reflect.inflationThreshold=2147483647',
    ];
    ({ pid } = await programs.start('Hostile', [], options));
  });

  afterAll(() => programs.close());

  test('on a terminal: no control character but our own, no line wider than it', async () => {
    const file = programs.path('hostile.folded');
    const args = [
      'profile',
      String(pid),
      '-F',
      '499',
      '--sample-budget=5000',
      '-d',
      '6s',
      '--threads',
      '--top',
      '60',
      '-v',
      '-o',
      file,
    ];
    const { status, stdout } = await runJtrace(args, { terminal: true });
    expect(status, stdout).toBe(0);
    const shown = stdout.replaceAll(OWN_SEQUENCES, '\n');
    expect(CONTROL.exec(shown)?.index ?? 'none', JSON.stringify(stdout)).toBe('none');
    for (const line of shown.split('\n')) expect(Array.from(line).length, line).toBeLessThanOrEqual(80);
    // They are there, in a form that does nothing.
    expect(shown).toContain('line\\nbreak 77');
    expect(shown).toContain('clear\\e[2J');
    stacks = parseFolded(readFileSync(file, 'utf8'));
  });

  test.each(SHOWN)('folded: %s as class, method and thread', (name) => {
    expect(samplesWith(stacks, `${name}.${name}`)).toBeGreaterThan(0);
    const threads = new Set(stacks.filter(({ frames }) => frames.includes(`${name}.${name}`)).map(({ frames }) => frames[0]));
    expect([...threads].join('\n')).toBe(`[${name} tid=${/tid=(\d+)/.exec([...threads][0] ?? '')?.[1] ?? ''}]`);
  });

  test('folded: 60,000 characters are cut', () => {
    const long = stacks.flatMap(({ frames }) => frames).filter((frame) => frame.includes('longxxxx'));
    expect(long.length).toBeGreaterThan(0);
    for (const frame of long) expect(frame.length).toBeLessThan(5000);
  });

  test('the summary as JSON parses, and prints no control character', async () => {
    const { status, stdout, stderr } = await runJtrace([
      'profile',
      String(pid),
      '-F',
      '199',
      '-d',
      '2s',
      '--json',
      '--top',
      '40',
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(CONTROL.exec(stdout)?.index ?? 'none').toBe('none');
    const summary = JSON.parse(stdout) as { threads: { name: string }[] };
    expect(summary.threads.map(({ name }) => name)).toContain('clear\u001b[2J\u001b[31m\u009b5m');
    expect(summary.threads.map(({ name }) => name)).toContain('line\nbreak 77\rand return');
  });
});
