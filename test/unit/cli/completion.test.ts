// What a shell is offered for the word being typed, and that nothing a target is called can become a command.

import { expect, test, vi } from 'vitest';
import { candidatesFor } from '../../../src/cli/completion/candidates.ts';
import { targetCandidates } from '../../../src/cli/completion/target-candidates.ts';
import { completionAnswer, completionScript, SHELLS } from '../../../src/cli/completion/yargs-completion.ts';
import { COMMANDS } from '../../../src/cli/main.ts';
import type { JavaMain, JvmProcess } from '../../../src/model/process.ts';
import { asPid } from '../../../src/model/units.ts';

function jvm(pid: number, name: string, kind: JavaMain['kind'] = 'class'): JvmProcess {
  return {
    pid: asPid(pid), startTicks: 1, vm: 'hotspot', jdk: '17', main: { kind, name }, args: [], classPath: [], threads: 1,
    cpu: { percent: 0, over: 'since-start' }, user: 'root', container: '',
  }; // prettier-ignore
}

const JVMS = [jvm(17, 'org.acme.Bootstrap'), jvm(18, '/srv/app-1.2.jar', 'jar')];

function complete(line: string): readonly string[] {
  return candidatesFor(line.split(' '), COMMANDS, () => targetCandidates(JVMS)).map(({ word }) => word);
}

test.each([
  ['pro', ['profile']],
  ['rep', ['report']],
  ['re', ['residency', 'report']],
  ['', COMMANDS.map(({ name }) => name)],
  ['--ver', ['--version']],
  ['profile --du', ['--duration']],
  ['profile --fr', ['--frequency']],
  ['-v profile --du', ['--duration']],
  ['profile -d', ['-d']],
  ['profile -d 3s --du', []], // given already
  ['profile -o a.folded --ou', ['--output']], // may be repeated
  ['profile -d ', []], // a time: nobody can know
  ['report --by ', ['thread', 'process', 'container', 'package', 'class']],
  ['report --by=p', ['--by=process', '--by=package']],
  ['report --by = p', ['process', 'package']], // as bash takes it apart
  ['report ', []], // a file: the shell's
  ['convert x', []],
  ['profile ', ['17', 'Bootstrap', '18', 'app']],
  ['profile Boo', ['Bootstrap']],
  ['profile -- ja', []],
  ['exp', ['explain-verifier']],
  ['explain-verifier --', ['--all', '--help']],
  ['explain-verifier ', []], // a file: the shell's
  ['completion ', ['bash', 'zsh']],
  ['nonsense --', ['--help', '--version']],
])('jtrace %s', (line, words) => {
  expect(complete(line)).toEqual(words);
});

test.each(COMMANDS.map((command) => [command.name, command] as const))('every flag of %s is completed', (name, { flags }) => {
  for (const flag of Object.keys(flags)) expect(complete(`${name} --${flag}`)).toContain(`--${flag}`);
});

test('JVMs are looked for only where one may stand', () => {
  const never = (): never => {
    throw new Error('looked');
  };
  for (const line of ['pro', 'profile --d', 'profile -o x', 'report x'])
    expect(() => candidatesFor(line.split(' '), COMMANDS, never)).not.toThrow();
});

const HOSTILE = [
  '$(touch x)', '`touch x`', 'a;touch x', 'a b', 'a\ntouch', '-o', '--top=1', '~root', 'a|b', "a'b", 'a"b', 'a\\b', 'a*', '{a,b}', '!x', 'a&', 'Outer$Inner', '12345', 'Ünï', '', '\x1b[31m', '=x', '#x', '<x', '%x',
]; // prettier-ignore

test.each(HOSTILE)('a JVM called %j is offered by its number alone', (name) => {
  const offered = targetCandidates([jvm(17, name, 'unknown')]);
  expect(offered.map(({ word }) => word)).toEqual(['17']);
});

test.each(HOSTILE)('what is said of a JVM called %j is one line', async (name) => {
  const offered = targetCandidates([jvm(17, name, 'unknown')]);
  expect(await completionAnswer('zsh', offered)).toMatch(/^17(:[^\x00-\x1f\x7f]+)?$/);
  expect(await completionAnswer('bash', offered)).toBe('17');
});

test('a name that two JVMs have means neither', () => {
  const offered = targetCandidates([jvm(17, 'org.acme.Main'), jvm(18, 'org.other.Main')]);
  expect(offered.map(({ word }) => word)).toEqual(['17', '18']);
});

test.each(SHELLS)('the script for %s runs this jtrace, wherever it lies', async (shell) => {
  const script = await completionScript(shell, "/opt/it's here/jtrace");
  expect(script).toContain(`SHELL=${shell} '/opt/it'\\''s here/jtrace' --get-yargs-completions`);
  expect(script.match(/--get-yargs-completions/g)).toHaveLength(1);
  expect(script).not.toContain('{{');
});

test('the shell that asks decides, not the one of the login', async () => {
  vi.stubEnv('SHELL', '/usr/bin/fish');
  try {
    expect(await completionScript('bash', 'jtrace')).toContain('complete -o bashdefault');
    expect(await completionScript('zsh', 'jtrace')).toContain('compdef _jtrace');
    expect(process.env['SHELL']).toBe('/usr/bin/fish');
  } finally {
    vi.unstubAllEnvs();
  }
});
