// The Tab key in real shells on a terminal: `jtrace` is a function there that prints what Enter would have run it with. Targets choose
// their names themselves: nothing of them may run, neither when it is shown nor when it is completed.

import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JavaPrograms } from '../support/java-programs.ts';
import { REPOSITORY } from '../support/repository.ts';
import { describeOnHost } from '../support/require-host.ts';
import { until } from '../support/run-jtrace.ts';
import { type ReadyProcess, startReady } from './processes/ready-process.ts';

const JTRACE = join(REPOSITORY, 'bin/jtrace');
const TAB = '\t';

/** Lists at the first Tab (numbers that begin alike are completed to what they share, and then it would take a third), and asks nothing. */
const BASH_SETTINGS = ['bell-style none', 'show-all-if-ambiguous on', 'completion-query-items 0', 'page-completions off']
  .map((setting) => `bind "set ${setting}"`)
  .join('; ');

/** How each is started without anybody's own settings, and what its script needs before it. */
const SHELLS = {
  bash: { argv: ['bash', '--norc', '--noprofile', '-i'], before: BASH_SETTINGS, needs: ['python3'] },
  zsh: {
    argv: ['zsh', '-f', '-i'],
    before: 'bindkey -e; autoload -U compinit; compinit -u -D; unsetopt beep',
    needs: ['python3', 'zsh'],
  },
} as const;

let folder = '';

interface Terminal {
  /** Types a line with its Enter; gives what `jtrace` was run with. */
  ranBy(line: string): Promise<readonly string[]>;
  /** Types, and waits until the screen shows all texts. */
  shows(typed: string, texts: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

async function openTerminal(shell: keyof typeof SHELLS): Promise<Terminal> {
  const { argv, before } = SHELLS[shell];
  const env = { ...process.env, HOME: folder, SHELL: '/bin/sh', JTRACE_NODE: process.execPath, PS1: '> ' };
  const child = spawn('python3', [join(REPOSITORY, 'test/programs/on-terminal.py'), ...argv], { cwd: folder, env });
  let screen = '';
  let runs = 0;
  const seen = async (pattern: RegExp): Promise<RegExpExecArray> => until(`${shell} shows ${String(pattern)}:\n${screen}`, () => pattern.exec(screen)); // prettier-ignore
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (screen += text));
  child.stdin.write(
    `${before}\nsource <('${JTRACE}' completion ${shell}); jtrace() { printf '{%s}' "$@"; echo "{END$((++N))}"; }; PS1="[as""k]"; echo "{END""0}"\n`,
  );
  // Typed before there is a prompt, control characters are the terminal's, not the shell's.
  const prompted = async (): Promise<unknown> => seen(new RegExp(`\\{END${runs}\\}[^]*\\[ask\\]`));
  await prompted();
  return {
    ranBy: async (line) => {
      await prompted();
      runs += 1;
      child.stdin.write(`${line}\n`);
      const [, words = ''] = await seen(new RegExp(`((?:\\{[^{}]*\\})*)\\{END${runs}\\}`));
      return [...words.matchAll(/\{([^{}]*)\}/g)].map(([, word = '']) => word);
    },
    shows: async (typed, texts) => {
      await prompted();
      child.stdin.write(typed);
      await until(`${shell} shows ${texts.join(' ')}`, () => (texts.every((text) => screen.includes(text)) ? true : null));
      child.stdin.write('\u0015'); // Ctrl-U: Ctrl-C would throw away what is typed after it
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end('\u0003\nexit\n');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    },
  };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'jtrace-completion-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

for (const shell of ['bash', 'zsh'] as const) {
  describeOnHost(`${shell} on a terminal`, SHELLS[shell].needs, () => {
    let terminal: Terminal;
    beforeAll(async () => {
      mkdirSync(join(folder, shell));
      terminal = await openTerminal(shell);
    });
    afterAll(() => terminal.close());

    test('commands', async () => {
      expect(await terminal.ranBy(`jtrace pro${TAB}`)).toEqual(['profile']);
      expect(await terminal.ranBy(`jtrace rep${TAB}x.jtrace`)).toEqual(['report', 'x.jtrace']);
    });

    test('flags', async () => {
      expect(await terminal.ranBy(`jtrace profile --du${TAB}3s`)).toEqual(['profile', '--duration', '3s']);
    });

    test('values', async () => {
      expect(await terminal.ranBy(`jtrace report x --by th${TAB}`)).toEqual(['report', 'x', '--by', 'thread']);
    });

    test('files, by the shell itself', async () => {
      const name = `${shell}-recording.jtrace`;
      copyFileSync(join(REPOSITORY, 'test/fixtures/jtrace/small.jtrace'), join(folder, name));
      for (const before of ['report', 'diff a', 'profile -o', 'profile --'])
        expect(await terminal.ranBy(`jtrace ${before} ${shell}-rec${TAB}`)).toEqual([...before.split(' '), name]);
    });

    test('in the middle of a line', async () => {
      const left = '\u0002'.repeat(' -d 3s'.length); // Ctrl-B
      expect(await terminal.ranBy(`jtrace pro -d 3s${left}${TAB}`)).toEqual(['profile', '-d', '3s']);
    });
  });
}

/** Each would leave a file where the shell stands; a blank in a name makes two words of it. */
const HOSTILE = [
  '$(touch ran-1)',
  '`touch ran-2`',
  'x;touch ran-3',
  'x\ntouch ran-4\nx',
  "x';touch ran-5;'",
  'x";touch ran-6;"',
  '-q',
  '$(touch ran-7).jar',
];

describeOnHost('targets with names of their own choice', ['jdk17', 'python3'], () => {
  let programs: JavaPrograms;
  const jvms: ReadyProcess[] = [];

  beforeAll(async () => {
    programs = new JavaPrograms('Sleeper');
    const jar = programs.path('plain.jar');
    const made = spawnSync(join(programs.java, '../jar'), ['cfe', jar, 'Sleeper', '-C', programs.folder, 'Sleeper.class'], {
      encoding: 'utf8',
    });
    expect(made.stderr).toBe('');
    for (const name of HOSTILE) {
      copyFileSync(jar, programs.path(name));
      jvms.push(
        await startReady(programs.java, ['-Xmx16m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-jar', `./${name}`], {
          cwd: programs.folder,
        }),
      );
    }
  });
  afterAll(async () => {
    await Promise.all(jvms.map((jvm) => jvm.stop()));
    await programs.close();
  });

  for (const shell of ['bash', 'zsh'] as const) {
    describeOnHost(shell, SHELLS[shell].needs, () => {
      test('shows and completes their numbers, and runs nothing', async () => {
        const terminal = await openTerminal(shell);
        try {
          await terminal.shows(`jtrace profile ${TAB}${TAB}`, jvms.map(({ pid }) => String(pid))); // prettier-ignore
          for (const { pid } of jvms.slice(0, 3)) {
            const typed = String(pid).slice(0, -1);
            const [, completed = ''] = await terminal.ranBy(`jtrace profile ${typed}${TAB}${String(pid).slice(-1)}`);
            expect(completed.startsWith(typed)).toBe(true);
          }
          for (const begin of ['x', '$', '`', '-', "'", '"', '\\$'])
            await terminal.ranBy(`jtrace profile ${begin}${TAB}\u0015jtrace`);
        } finally {
          await terminal.close();
        }
        for (const place of [folder, programs.folder])
          expect(readdirSync(place).filter((name) => /^ran-/.test(name))).toEqual([]);
      });
    });
  }
});
