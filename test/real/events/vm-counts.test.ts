// Profiles of what happens inside the VM, beside a program that makes a known number of it happen: waits for monitors and parks, collections, halts,
// compilations; on every bpftrace at hand. Times have a lower bound that the program gives and an upper one from its own clock.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { profileWork, samplesOf, type KnownSample, type Worked } from '../../support/known-work.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { runJtrace } from '../../support/run-jtrace.ts';
import type { ReadyProcess } from '../processes/ready-process.ts';

const BPFTRACES = bpftracesAtHand();
const WAIT_NS = 20e6;
/** Compiled are these alone, and their callers wait for it. */
const OPTIONS = ['-XX:+UsePerfData', '-XX:+PrintCompilation', '-Xbatch', '-XX:CompileCommand=quiet', '-XX:CompileCommand=compileonly,CountedEvents::hot*']; // prettier-ignore

let java: JavaPrograms;
let jvm: ReadyProcess;
let runs = 0;

async function worked(work: readonly string[], event: string, ...args: readonly string[]): Promise<Worked> {
  const result = await profileWork(jvm, work, java.path(`vm-${String(runs++)}`), ['--event', event, ...args]);
  if ('refusal' in result) throw new Error(result.refusal);
  return result;
}

function together(samples: readonly KnownSample[]): number {
  return samples.reduce((sum, { weight }) => sum + weight, 0);
}

describeOnHost('events of the VM of known number', ['root', 'bpftrace', 'jdk17'], () => {
  beforeAll(async () => {
    java = new JavaPrograms('CountedEvents');
    jvm = await java.start('CountedEvents', [], OPTIONS);
  });
  afterAll(() => java.close());

  describe.each(BPFTRACES.map((path, index) => [path, index] as const))('on %s', (bpftrace, index) => {
    test('waits for monitors and parks, with their classes', async () => {
      const run = await worked(['monitors 6', 'blockers 5'], 'lock', '--bpftrace', bpftrace);
      const waits = samplesOf(run, 'CountedEvents.enterOnce');
      expect(waits.map(({ frames }) => frames[0])).toEqual(Array(6).fill('[class CountedEvents$Contended]'));
      for (const { weight } of waits) expect(weight).toBeGreaterThan(WAIT_NS);
      const parks = samplesOf(run, 'CountedEvents.parkFor');
      expect(parks.map(({ frames }) => frames[0])).toEqual(Array(5).fill('[class CountedEvents$Blocker]'));
      for (const { weight } of parks) expect(weight).toBeGreaterThan(WAIT_NS);
      expect(together([...waits, ...parks])).toBeLessThan(run.tookNs);
      expect(run.said).toMatch(/^Sampled .* waited: \d+ stacks in /mu);
    });

    test('a name that is longer than what is read of it says so', async () => {
      const run = await worked(['longs 2'], 'lock', '--bpftrace', bpftrace);
      const names = samplesOf(run, 'CountedEvents.parkFor').map(({ frames }) => frames[0] ?? '');
      expect(names).toHaveLength(2);
      for (const name of names) {
        expect(name).toMatch(/^\[class CountedEvents\$Named(?:ABCDEFGHIJ)+[A-J]*…\]$/u);
        expect(name).toHaveLength('[class …]'.length + 128);
      }
    });

    test('collections, with who asked for them and why', async () => {
      const run = await worked(['collections 7'], 'gc', '--bpftrace', bpftrace);
      const collections = samplesOf(run, 'CountedEvents.collectOnce');
      expect(collections.map(({ frames }) => frames.slice(0, 2))).toEqual(
        Array(7).fill(['[operation GenCollectFull]', '[cause System.gc()]']),
      );
      expect(together(collections)).toBeLessThan(run.tookNs);
    });

    test('halts, and the time until all threads stood', async () => {
      const run = await worked(['collections 7'], 'safepoint', '--bpftrace', bpftrace);
      const halts = samplesOf(run, 'CountedEvents.collectOnce');
      expect(halts.filter(({ frames }) => frames[0] === '[operation GenCollectFull]')).toHaveLength(7);
      const ways = halts.filter(({ frames }) => frames[0] === '[time to safepoint]');
      expect(ways.map(({ frames }) => frames[1])).toEqual(Array(7).fill('[operation GenCollectFull]'));
      expect(together(halts)).toBeLessThan(run.tookNs);
    });

    test('compilations: those that the VM prints, with their tiers', async () => {
      const run = await worked([`compilations ${String(index)}`], 'compile', '--bpftrace', bpftrace);
      // `  123   45    b  3       Class::method (12 bytes)`
      const printed = [...run.printed.matchAll(/^ *\d+ +\d+ [ %sbn!]+(\d) +(\S+)::(\S+) \(\d+ bytes\)$/gmu)].map(
        ([, tier = '', holder = '', method = '']) => [`[method ${holder}.${method}]`, `[tier ${tier}]`],
      );
      expect(printed.length, run.printed).toBeGreaterThanOrEqual(2);
      expect(run.samples.map(({ frames }) => frames.slice(0, 2))).toEqual(printed);
      expect(samplesOf(run, `[method CountedEvents.hot${'ABC'.charAt(index)}]`)).toHaveLength(printed.length);
      expect(samplesOf(run, 'CompileBroker::invoke_compiler_on_method')).toHaveLength(printed.length);
    });
  });

  test('shorter waits are left out where that is asked', async () => {
    const run = await worked(['blockers 3'], 'lock', '--min-blocked', '30s');
    expect(samplesOf(run, 'CountedEvents.parkFor')).toEqual([]);
  });

  test('what cannot be: one clear line', async () => {
    const of = async (...args: readonly string[]): Promise<string> => {
      const { status, stderr } = await runJtrace(['profile', '--event', 'gc', ...args]);
      expect(status).toBe(2);
      return stderr;
    };
    expect(await of(String(process.pid))).toContain(`process ${String(process.pid)} is no JVM, and --event gc is one of JVMs`);
    expect(await of('--', 'true')).toContain('--event gc is looked up in a JVM that runs: it goes with a PID or NAME only');
  });
});
