// Runs the test program in one mode, phase by phase, stops it again and again, and reports every stop. A phase warms up before
// its capture begins and the capture ends while the process stands still, so that each stop there is gets examined.

import { setTimeout as sleep } from 'node:timers/promises';
import { asPid } from '../../src/model/units.ts';
import { openTarget } from '../../src/target/open-target.ts';
import { readKernelSymbols } from '../../src/target/kallsyms.ts';
import { createProcessUnwinder } from '../../src/unwind/process-unwinder.ts';
import { examineStop, type StopReport } from './examine-stop.ts';
import { startJhsdb } from './jhsdb.ts';
import { captureStops } from './stop-capture.ts';
import { resume, waitUntilStopped } from './stopped-process.ts';
import { startTestJvm, type BuiltPrograms, type Mode } from './test-jvm.ts';

/** Time for hot code to be compiled (and, with C2, compiled again) before it is looked at. */
const WARM_UP_MS = 2_000;
/** So much running between stops lets the program move on to other code. */
const BETWEEN_STOPS_MS = 15;
/** Two busy threads: monitors are contended, and the sampled thread is not always the same. */
const WORKERS = 2;

export interface RunOptions {
  readonly javaHome: string;
  readonly jdk: string;
  readonly programs: BuiltPrograms;
  readonly bpftracePath: string | null;
  /** Every n-th stop is also shown to the plain `jhsdb jstack --pid`. */
  readonly plainToolEvery: number;
  readonly onStop: (report: StopReport) => void;
}

/** What to stop: phases of Strata with how often. Asked again when its phases are done, until it is empty. */
export type Plan = () => readonly { readonly phase: string; readonly stops: number }[];

/** Runs one mode to the end of its plan. */
export async function runStops(mode: Mode, plan: Plan, options: RunOptions): Promise<void> {
  const { javaHome, jdk, programs } = options;
  const jhsdb = startJhsdb({ javaHome, fastPeek: programs.fastPeek });
  const jvm = await startTestJvm(javaHome, programs, mode, 'mixed', WORKERS);
  const pid = asPid(jvm.pid);
  const target = openTarget(pid);
  try {
    const unwinder = createProcessUnwinder(target, readKernelSymbols(), { reread: true });
    if (unwinder.state.kind !== 'ready') throw new Error(`the unwinder does not take the test JVM: ${unwinder.state.kind}`);
    let count = 0;
    for (let todo = plan(); todo.length > 0; todo = plan()) {
      for (const { phase, stops } of todo) {
        await jvm.choose(phase);
        await sleep(WARM_UP_MS);
        const capture = await captureStops(pid, unwinder.locator(), options.bpftracePath);
        try {
          for (let stop = 0; stop < stops; stop++) {
            const sample = await capture.next();
            if (sample === null || !(await waitUntilStopped(pid))) throw new Error(`phase ${phase}: the JVM was not stopped`);
            const askPlainTool = ++count % options.plainToolEvery === 0;
            options.onStop(await examineStop(sample, { jhsdb, unwinder, javaHome, jdk, mode, phase, askPlainTool }));
            if (stop + 1 < stops) resume(pid);
            await sleep(BETWEEN_STOPS_MS);
          }
        } finally {
          await capture.end();
          resume(pid);
        }
      }
    }
  } finally {
    target.close();
    // The debugger first: what it still holds by ptrace does not end before it has let go.
    await jhsdb.close();
    await jvm.kill();
  }
}
