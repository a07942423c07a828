// A JVM that does a known number of things whenever it is told (test/programs/KnownEvents.java), and jtrace beside it while it does them.

import { once } from 'node:events';
import { JavaPrograms } from '../../support/java-programs.ts';
import { AHEAD, startJtrace } from '../../support/run-jtrace.ts';
import type { ReadyProcess } from '../processes/ready-process.ts';
import { type JvmCase, Seen } from './jvm-cases.ts';

export class KnownJvm {
  readonly #programs: JavaPrograms;
  readonly #bpftrace: string;
  /** For cases without options of their own. */
  #shared: Promise<ReadyProcess> | null = null;

  constructor(home: string, bpftrace: string) {
    this.#programs = new JavaPrograms('KnownEvents', { home });
    this.#bpftrace = bpftrace;
  }

  /** What jtrace saw. One case at a time: what another one does would be counted, too. */
  async run({ script, kind, count, argument = '', options = [], parameters = [] }: JvmCase): Promise<Seen> {
    const jvm = await (options.length > 0 ? this.#start(options) : (this.#shared ??= this.#start([])));
    const { stdin, stdout } = jvm.child;
    if (stdin === null || stdout === null) throw new Error('no pipes');
    // Stacks are looked up as they come: on a busy machine some would get lost on their way.
    const args = ['run', script, ...parameters, '--bpftrace', this.#bpftrace, '--json', '-p', String(jvm.pid)];
    const jtrace = startJtrace(args, { through: AHEAD });
    try {
      await jtrace.said('attached');
      const done = saying(stdout, 'DONE');
      stdin.write(`${kind} ${String(count)} ${argument}\n`);
      await done;
      jtrace.child.kill('SIGINT');
      const { status, stdout: told, stderr } = await jtrace.ended;
      if (status !== 0) throw new Error(`it ended with ${String(status)}: ${stderr}`);
      return new Seen(told);
    } finally {
      await jtrace.stop();
      if (options.length > 0) await jvm.stop();
    }
  }

  close(): Promise<void> {
    return this.#programs.close();
  }

  #start(options: readonly string[]): Promise<ReadyProcess> {
    return this.#programs.start('KnownEvents', [], options);
  }
}

async function saying(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  for (let said = ''; !said.includes(text);) said += String((await once(stream, 'data'))[0]);
}
