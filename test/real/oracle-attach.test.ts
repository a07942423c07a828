// The oracle's debugger takes JVMs of the newest JDK, and one that it does not take is let go: what it held by ptrace could not even
// be killed, and the oracle waited for that without end.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { startJhsdb } from '../oracle/jhsdb.ts';
import { resume, waitUntilStopped } from '../oracle/stopped-process.ts';
import { jdkHome } from '../support/jdks.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { describeOnHost } from '../support/require-host.ts';

/** JVMs and a debugger start; on a busy machine each takes seconds. */
const TIMEOUT_MS = 120_000;
const TOO_OLD = 17;
const TAKEN = 26;

describeOnHost('the debugger of JDK 26', ['root', 'jdk17', 'jdk26', 'cc'], () => {
  const programs: JavaPrograms[] = [];
  afterAll(() => Promise.all(programs.map((program) => program.close())));

  test(
    'lets go of a JVM that it does not take, and takes its own',
    async () => {
      const jhsdb = startJhsdb({ javaHome: jdkHome(TAKEN) ?? '', fastPeek: null });
      try {
        const strange = await stoppedJvm(TOO_OLD);
        await expect(jhsdb.attach(strange)).rejects.toThrow(/the debugger on "attach/u);
        expect(tracerOf(strange)).toBe(0);
        resume(strange);

        const own = await stoppedJvm(TAKEN);
        const attachment = await jhsdb.attach(own);
        expect(tracerOf(own)).not.toBe(0);
        expect(attachment.vm.takesLiveBcp).toBe(true);
        expect(attachment.vm.interpreterEnd).toBeGreaterThan(attachment.vm.interpreterBegin);
        await attachment.detach();
        expect(tracerOf(own)).toBe(0);
        resume(own);
      } finally {
        await jhsdb.close();
      }
    },
    TIMEOUT_MS,
  );

  async function stoppedJvm(version: typeof TOO_OLD | typeof TAKEN): Promise<number> {
    const built = new JavaPrograms({ home: jdkHome(version) ?? '' }, 'Layers');
    programs.push(built);
    const { pid } = await built.start('Layers');
    process.kill(pid, 'SIGSTOP');
    while (!(await waitUntilStopped(pid))) await sleep(0);
    return pid;
  }
});

/** 0: nobody. */
function tracerOf(pid: number): number {
  return Number(/^TracerPid:\s*(\d+)/mu.exec(readFileSync(`/proc/${String(pid)}/status`, 'latin1'))?.[1]);
}
