// Every script of the catalogue beside a program that does a known number of things, on every bpftrace at hand.

import { describe, expect, test } from 'vitest';
import { readScript } from '../../../src/catalogue/catalogue.ts';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { withSwitchesSeen } from '../../support/seen-switches.ts';
import { buildKnownEvents, runScript } from '../../support/script-run.ts';
import { CASES, diskFolder, syscallNumbers } from './cases.ts';

describeOnHost('scripts of the catalogue', ['root', 'bpftrace', 'cc'], () => {
  const program = buildKnownEvents();
  const folder = diskFolder();

  describe.each(CASES)('$script', ({ script, work, count, workload, countsSwitches = false, check }) => {
    test.each(bpftracesAtHand())('counts what is known, on %s', async (bpftrace) => {
      const run = () => runScript(bpftrace, script, { ...workload, command: [program, ...work(count, folder)] });
      check(await (countsSwitches ? withSwitchesSeen(bpftrace, run, ({ pid }) => pid) : run()), count);
    });
  });

  test("the names of system calls are the kernel header's", () => {
    const numbers = syscallNumbers();
    for (const script of ['slow-syscalls', 'syscall-latency']) {
      const names = [...readScript(script).text.matchAll(/@name\[(\d+)\] = "(\w+)";/g)];
      expect(names.length).toBeGreaterThan(330);
      for (const [, number, name = ''] of names) if (numbers.has(name)) expect(numbers.get(name), name).toBe(Number(number));
      expect(names.filter(([, , name = '']) => numbers.has(name)).length).toBeGreaterThan(330);
    }
  });
});
