// What the freeze of kernels 5.19 to 6.2 means for whoever would read user memory: the code of the defect, compiled, as the running kernel's.

import { expect, test } from 'vitest';
import { checkKernel } from '../../../src/app/check-kernel.ts';
import { mayRead } from '../../../src/app/check-reads.ts';
import type { FreezeCheckInputs } from '../../../src/doctor/freeze-check.ts';
import { OperatorError } from '../../../src/model/errors.ts';
import type { MessageLevel, Ui } from '../../../src/model/ui.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { compiledKernel } from '../doctor/compiled-code.ts';

const BPFTRACE = { path: '/usr/bin/bpftrace' };

function listeningUi(): { readonly ui: Pick<Ui, 'message'>; readonly told: [MessageLevel, string][] } {
  const told: [MessageLevel, string][] = [];
  return { ui: { message: (level, text) => void told.push([level, text]) }, told };
}

/** What was told, and how it ended. */
async function checked(inputs: FreezeCheckInputs, isAccepted = false) {
  const { ui, told } = listeningUi();
  const end = await checkKernel(BPFTRACE, ui, isAccepted, inputs).then(
    () => 'go on',
    (error: unknown) => error,
  );
  return { told, end };
}

async function asked(inputs: FreezeCheckInputs, isAccepted = false) {
  const { ui, told } = listeningUi();
  return { may: await mayRead(BPFTRACE, ui, isAccepted, inputs), told };
}

/** The code does not tell. */
const UNKNOWN = ['NO_VMAP_AREA'];
const CANNOT_TELL = /^kernel 6\.1\.0-7-amd64: cannot tell whether it freezes .*find_vmap_area\(\) directly$/u;
const DEFECT = 'this kernel (6.1.0-7-amd64) can freeze the machine when user stacks are sampled';

describeOnHost('checkKernel', ['binutils', 'cc'], () => {
  test('the defect: refused, as a matter of the machine, with what ends it', async () => {
    const { told, end } = await checked(compiledKernel([]));
    expect(told).toEqual([]);
    expect(end).toBeInstanceOf(OperatorError);
    expect(end).toMatchObject({ kind: 'environment', message: expect.stringContaining(DEFECT) as string });
    expect(end).toMatchObject({ hint: expect.stringMatching(/update the kernel.*--accept-freeze-risk/su) as string });
  });

  test('the defect, accepted: warned, and gone on', async () => {
    const { told, end } = await checked(compiledKernel([]), true);
    expect(end).toBe('go on');
    expect(told).toEqual([['warning', expect.stringContaining(DEFECT)]]);
  });

  test.each([false, true])('the code does not tell (accepted: %s): warned, and gone on', async (isAccepted) => {
    const { told, end } = await checked(compiledKernel(UNKNOWN), isAccepted);
    expect(end).toBe('go on');
    expect(told).toEqual([['warning', expect.stringMatching(CANNOT_TELL)]]);
  });

  test.each([[['NMI_OKAY']], [['TEST_DISABLED']]])('fixed (%j): nothing is told', async (defines) => {
    expect(await checked(compiledKernel(defines))).toEqual({ told: [], end: 'go on' });
  });

  test('a release that never had it: nothing is told, whatever the code', async () => {
    expect(await checked({ ...compiledKernel([]), kernelRelease: '6.12.1' })).toEqual({ told: [], end: 'go on' });
  });
});

describeOnHost('mayRead', ['binutils', 'cc'], () => {
  test('the defect: no, told in one line why pages are not read', async () => {
    const { may, told } = await asked(compiledKernel([]));
    expect(may).toBe(false);
    expect(told).toEqual([
      ['warning', expect.stringContaining(`pages are not read to check the page tables: ${DEFECT}`) as string],
    ]);
    expect(told[0]?.[1]).not.toContain('\n');
  });

  test('accepted, or the code does not tell: yes, with the warning', async () => {
    expect(await asked(compiledKernel([]), true)).toEqual({
      may: true,
      told: [['warning', expect.stringContaining(DEFECT)]],
    });
    expect(await asked(compiledKernel(UNKNOWN))).toEqual({
      may: true,
      told: [['warning', expect.stringMatching(CANNOT_TELL)]],
    });
  });

  test('fixed: yes, and nothing is told', async () => {
    expect(await asked(compiledKernel(['NMI_OKAY']))).toEqual({ may: true, told: [] });
  });

  test('what is no operator error is not taken for an answer', async () => {
    const broken = { ...compiledKernel([]), get kernelRelease(): string { throw new TypeError('a bug'); } }; // prettier-ignore
    await expect(asked(broken)).rejects.toThrow(TypeError);
  });
});
