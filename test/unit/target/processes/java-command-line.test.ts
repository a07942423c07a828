// Command lines as people start JVMs → what runs in them. Rules: libjli/java.c and args.c.

import { describe, expect, test } from 'vitest';
import { parseJavaArgFile } from '../../../../src/target/processes/java-arg-file.ts';
import { parseJavaCommandLine } from '../../../../src/target/processes/java-command-line.ts';

const ARG_FILES: Readonly<Record<string, string>> = {
  '/opt/args': '-cp "/opt/my app/a.jar:/opt/b.jar"\n# a comment\n-Xmx1g org.acme.FromFile one',
  options: '-Xmx64m\n-XX:+UseSerialGC',
  nested: '@options Main',
};

const parse = (line: string) => parseJavaCommandLine(line.split(' ').filter(Boolean), (path) => ARG_FILES[path] ?? null);

describe('what a java launcher runs', () => {
  test.each([
    ['-cp a.jar:b.jar org.acme.Main x y', 'class', 'org.acme.Main'],
    ['-classpath a.jar Main', 'class', 'Main'],
    ['--class-path a.jar Main', 'class', 'Main'],
    ['--class-path=a.jar Main', 'class', 'Main'],
    ['-Xmx1g -Dkey=value -XX:+UseG1GC -ea Main -cp later', 'class', 'Main'],
    ['org/acme/Main', 'class', 'org.acme.Main'],
    ['-jar /opt/app-1.2.jar -jar no.jar', 'jar', '/opt/app-1.2.jar'],
    ['-jar -Xmx1g x.jar', 'jar', 'x.jar'], // options may stand between
    ['--module-path mods -m acme.core/org.acme.Main arg', 'module', 'acme.core/org.acme.Main'],
    ['-p mods --module=acme.core', 'module', 'acme.core'],
    ['--module acme.core/org.acme.Main', 'module', 'acme.core/org.acme.Main'],
    ['--add-opens java.base/java.lang=ALL-UNNAMED Main', 'class', 'Main'],
    ['--add-opens=java.base/java.lang=ALL-UNNAMED Main', 'class', 'Main'],
    [
      '--add-modules jdk.hotspot.agent --add-exports a/b=ALL-UNNAMED --add-reads a=b --limit-modules x --patch-module a=b Main',
      'class',
      'Main',
    ],
    ['--enable-native-access ALL-UNNAMED Main', 'class', 'Main'],
    ['Foo.java arg', 'source', 'Foo.java'],
    ['--source 17 script.txt', 'source', 'script.txt'],
    ['--source=17 script', 'source', 'script'],
    ['@/opt/args two', 'class', 'org.acme.FromFile'],
    ['@options Main @/opt/args', 'class', 'Main'], // nothing is expanded after the program
    ['@nested', 'class', '@options'], // nor in an argument file
    ['@@odd', 'class', '@odd'],
    ['--disable-@files @options', 'class', '@options'],
    ['@gone Main', 'class', 'Main'],
    ['-version', 'unknown', ''],
    ['', 'unknown', ''],
    ['-cp', 'unknown', ''],
  ])('%s', (line, kind, name) => {
    expect(parse(line).main).toEqual({ kind, name });
  });

  test('class paths are told apart from other arguments', () => {
    expect(parse('-Dapp=x -cp a.jar -p mods Main run --port 80')).toEqual({
      main: { kind: 'class', name: 'Main' },
      args: ['-Dapp=x', 'run', '--port', '80'],
      classPath: ['a.jar', 'mods'],
    });
    expect(parse('@/opt/args last')).toMatchObject({
      args: ['-Xmx1g', 'one', 'last'],
      classPath: ['/opt/my app/a.jar:/opt/b.jar'],
    });
  });
});

test('argument files are split as the launcher splits them', () => {
  expect(parseJavaArgFile('a  b\tc\r\nd\fe')).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(parseJavaArgFile(`'one two' "three 'four'" x"y z"w`)).toEqual(['one two', "three 'four'", 'xy zw']);
  expect(parseJavaArgFile('"a\\tb\\\\c\\"d" C:\\dir')).toEqual(['a\tb\\c"d', 'C:\\dir']);
  expect(parseJavaArgFile('"-cp a:\\\n     b"\n# all of this\n#\nMain')).toEqual(['-cp a:b', 'Main']);
  expect(parseJavaArgFile('""')).toEqual(['']);
  expect(parseJavaArgFile(' \n')).toEqual([]);
  expect(parseJavaArgFile('x '.repeat(50_000)).length).toBe(10_000); // bounded
});

test('argument files without end: a bounded number is read, and a bounded number of arguments kept', () => {
  let reads = 0;
  const argv = new Array<string>(4096).fill('@big');
  const { args } = parseJavaCommandLine(argv, () => {
    reads += 1;
    return '-Dx '.repeat(10_000);
  });
  expect(reads).toBeLessThanOrEqual(16);
  expect(args.length).toBeLessThan(30_000);
});
