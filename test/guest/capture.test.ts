// The capture program on kernels with kprobes and on one with CONFIG_X86_FRED, where the user's registers lie 16 bytes lower: samples
// of a busy program have its registers and its stack, in user mode and where the tick hit the kernel.

import { expect, test } from 'vitest';
import { GUEST_KERNELS, runInGuest } from '../support/guest.ts';
import { withGuestProgram } from '../support/guest-program.ts';
import { isRecord } from '../support/is-record.ts';
import { describeOnHost } from '../support/require-host.ts';
import { withCompiledAsync } from '../support/machine-code.ts';

const TIMEOUT_MS = 240_000;
/** Of 200 asked for: a guest that loses its processor for a while may give fewer. */
const FEWEST_SAMPLES = 100;

interface Judged {
  readonly samples: number;
  readonly [what: string]: number;
}

describeOnHost('sampling in guests', ['guest', 'bpftrace', 'cc'], () => {
  test.each(GUEST_KERNELS)('%s: registers and stacks are the program’s', async (kernel) => {
    const use = async (busy: string, program: string): Promise<void> => {
      const { status, stdout, stderr } = await runInGuest(kernel, ['node', program, busy], { timeoutMs: TIMEOUT_MS });
      expect(status, stderr).toBe(0);
      const result: unknown = JSON.parse(stdout);
      const [user, inKernel] = [judged(result, 'user'), judged(result, 'kernel')];
      expect(user.samples + inKernel.samples).toBeGreaterThanOrEqual(FEWEST_SAMPLES);
      expect(Number(user['brokenOff']) + Number(inKernel['brokenOff']), stdout).toBeLessThanOrEqual(1);
      for (const these of [user, inKernel]) {
        const all = these.samples;
        expect(these).toMatchObject({
          registers: all,
          userCs: all,
          ripExecutable: all,
          spInFirstChunk: all,
          returnsInProgram: all,
        });
      }
      expect(user['ripInProgram']).toBeGreaterThan(user.samples / 2); // the rest is in libc, calling getppid
      expect(inKernel.samples).toBeGreaterThan(0); // without them the place of the registers was not put to the test
    };
    await withCompiledAsync('busy-stack.c', ['-O2', '-pthread'], (busy) =>
      withGuestProgram('sample-busy', (program) => use(busy, program)),
    );
  });
});

function judged(result: unknown, mode: string): Judged {
  const part = isRecord(result) ? result[mode] : null;
  if (!isRecord(part)) throw new Error(`no ${mode} part in ${JSON.stringify(result)}`);
  const numbers = Object.fromEntries(Object.entries(part).map(([name, value]) => [name, Number(value)]));
  return { samples: Number(part['samples']), ...numbers };
}
