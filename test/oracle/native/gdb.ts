// gdb as it is, started once and shown one stopped process after the other: it keeps the symbols it has read. Its answer is what
// `gdb -batch -ex 'thread apply all bt'` prints of a thread, with addresses.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** One frame with a pc of its own, leaf first. */
export interface GdbFrame {
  readonly pc: number;
  readonly name: string;
}

export interface GdbStack {
  readonly frames: readonly GdbFrame[];
  /** FRAME_UNWIND_NO_REASON or _OUTERMOST where gdb says that there is no more; else why it stopped. */
  readonly end: string;
}

export interface Gdb {
  readonly version: string;
  /** Attaches, asks, lets go: the process stands still before and after. */
  stackOf(pid: number, tid: number): Promise<GdbStack>;
  close(): Promise<void>;
}

/** Reading the symbols of a program for the first time takes seconds on a busy machine. */
const ANSWER_TIMEOUT_MS = 120_000;
const SETTINGS = [
  'set pagination off',
  'set confirm off',
  'set debuginfod enabled off',
  'set print thread-events off',
  'set auto-load safe-path /',
  // Down to the thread's first function, as jtrace goes.
  'set backtrace past-main on',
  'set backtrace past-entry on',
  'set backtrace limit unlimited',
];

export async function startGdb(): Promise<Gdb> {
  const gdb = spawn('gdb', ['-q', '-nx', '-nh'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines: string[] = [];
  let wake: () => void = () => undefined;
  createInterface({ input: gdb.stdout }).on('line', (line) => {
    // The prompt stands before what a command prints.
    lines.push(line.replace(/^(?:\(gdb\) ?|> ?)+/u, ''));
    wake();
  });
  const say = (command: string): void => {
    gdb.stdin.write(`${command}\n`);
  };
  const until = async (last: RegExp): Promise<string[]> => {
    const got: string[] = [];
    for (const end = Date.now() + ANSWER_TIMEOUT_MS; Date.now() < end;) {
      const line = lines.shift();
      if (line !== undefined) {
        got.push(line);
        if (last.test(line)) return got;
        continue;
      }
      if (gdb.exitCode !== null) throw new Error('gdb has ended');
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 500);
      });
    }
    throw new Error('gdb does not answer');
  };
  for (const setting of SETTINGS) say(setting);
  say(`source ${join(import.meta.dirname, 'gdb-frames.py')}`);
  say('show version');
  const version = (await until(/^GNU gdb/u)).at(-1) ?? '';
  return {
    version,
    async stackOf(pid, tid) {
      say(`attach ${String(pid)}`);
      say(`python jtrace_frames(${String(tid)})`);
      const answer = await until(/^done$/u);
      say('detach');
      say('echo detached\\n');
      await until(/^detached$/u);
      return parseStack(answer);
    },
    async close() {
      say('quit');
      if (gdb.exitCode === null) await once(gdb, 'exit');
    },
  };
}

/** The lines of gdb-frames.py among whatever else gdb says. */
export function parseStack(lines: readonly string[]): GdbStack {
  const frames: GdbFrame[] = [];
  let end = 'nothing said';
  for (const line of lines) {
    const frame = /^frame ([0-9a-f]+) (.*)$/u.exec(line);
    if (frame !== null) frames.push({ pc: Number.parseInt(frame[1] ?? '', 16), name: frame[2] ?? '' });
    else if (line.startsWith('end ')) end = line.slice('end '.length);
  }
  return { frames, end };
}
