// Runs in which every switch to a process was seen. A kernel may hide some of its threads from all tracing (a machine's own agent, as its init): no
// tracepoint fires and no BPF program runs while one of them is current, so the switch from it to another thread is seen by nobody, and
// counts of switches are one short. It shows all the same: on its CPU the thread that is switched from next is not the one switched to before.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lostEvents } from '../../src/bpftrace/noise.ts';

/** How often a run is made before it is given up: one in fifty has such a switch on a machine that is not busy. */
const MOST_RUNS = 6;

// `pid`: of the process that is current, which is the one switched from.
const PROGRAM = `
tracepoint:sched:sched_switch {
  if (@next[cpu] != 0 && @next[cpu] != args->prev_pid + 1) { printf("UNSEEN %d\\n", pid); }
  @next[cpu] = args->next_pid + 1;
}
interval:ms:50 { printf("READY\\n"); }
END { clear(@next); }
`;

/**
 * What `run` gives; made again when a switch to the process that `pidOf` tells was hidden. Throws when that is so each time, and what `run`
 * throws.
 */
export async function withSwitchesSeen<T>(bpftrace: string, run: () => Promise<T>, pidOf: (result: T) => number): Promise<T> {
  for (let runs = 1; ; runs++) {
    const watcher = spawn(bpftrace, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(watcher, 'close');
    try {
      let text = '';
      for (const stream of [watcher.stdout, watcher.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()));
      /** It lives; by the third time all CPUs' buffers were read. */
      const looks = async (from: number, times: number): Promise<void> => {
        while (text.slice(from).split('READY').length <= times)
          await Promise.race([once(watcher.stdout, 'data'), ended.then(() => failed(text))]);
      };
      await looks(0, 1);
      const result = await run();
      await looks(text.length, 3);
      watcher.kill('SIGINT');
      await ended;
      const pid = pidOf(result);
      const hidden = text.split('\n').filter((line) => line === `UNSEEN ${String(pid)}` || lostEvents(line) !== null).length;
      if (hidden === 0) return result;
      console.log(`of process ${String(pid)} ${String(hidden)} switches were hidden: run ${String(runs)} is made again`);
      if (runs === MOST_RUNS) throw new Error(`the kernel hid switches to the process in each of ${String(runs)} runs`);
    } finally {
      watcher.kill('SIGKILL');
    }
  }
}

function failed(text: string): never {
  throw new Error(`bpftrace, watching switches, ended: ${text}`);
}
