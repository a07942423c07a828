// The teaching labs on other kernels, each with a bpftrace of its time: they pass, are refused or are not possible there as the table of
// docs/labs/README.md says.

import { expect, test } from 'vitest';
import { difference, readResults } from '../support/lab-compatibility.ts';
import { runLabsInGuest } from '../support/lab-guests.ts';
import { LAB_MACHINES } from '../support/lab-machines.ts';
import { describeOnHost } from '../support/require-host.ts';

/** Of a whole machine of labs; an idle host takes a minute. */
const TIMEOUT_MS = 1_260_000;

describeOnHost('labs in guests', ['guest', 'bpftrace', 'cc'], () => {
  test.each(LAB_MACHINES.filter(({ guest }) => guest !== null))(
    '$id: each lab comes out as the table says',
    async (machine) => {
      const { runs } = await runLabsInGuest(machine, machine.tested);
      const before = readResults()[machine.id]?.labs ?? {};
      expect(runs.map(({ lab }) => lab)).toEqual(machine.tested);
      expect(runs.flatMap(({ lab, outcome }) => {
        const differs = difference(outcome, before[lab]);
        return differs === null ? [] : [`${lab} ${differs}`];
      })).toEqual([]); // prettier-ignore
    },
    TIMEOUT_MS,
  );
});
