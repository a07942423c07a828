// The unwinder on aarch64 JVMs that QEMU's user-mode emulator runs, judged at single instructions (test/oracle/emulated-steps.ts). What BPF does
// on such a machine is not tried here: registers and stack come from the emulator.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CONTROL_BLOCK_MODULE_ID } from '../../src/model/program.ts';
import { INSTRUCTION_BYTES, isCall } from '../../src/unwind/arch/a64-instructions.ts';
import { createProcessUnwinder, type ProcessUnwinder } from '../../src/unwind/process-unwinder.ts';
import { judgeSteps } from '../oracle/emulated-steps.ts';
import { compileStrata, startStrata } from '../support/emulated-strata.ts';
import { arm64Root } from '../support/host-tools.ts';
import { describeOnHost } from '../support/require-host.ts';

/** Name, JDK, phases, options, what must have been a leaf. */
const MODES = [
  ['interpreted', '17', 'tiny,inlined,mixed,throwing', ['-Xint'], ['interpreted']],
  ['C1', '17', 'tiny,inlined,dispatch', ['-XX:TieredStopAtLevel=1'], ['c1', 'inlined']],
  ['C1, locks', '17', 'locks', ['-XX:TieredStopAtLevel=1'], ['c1']],
  ['C2', '17', 'tiny,inlined', ['-XX:-TieredCompilation'], ['c2']],
  ['all kinds of work, tiered, JDK 21', '21', 'all', [], ['interpreted', 'vm']],
] as const;
const STOPS = 8;
const STEPS_EACH = 20;
/** The stub lies in the same block of code as the call stub. */
const STUBS_REACH_BYTES = 256 * 1024;

/** Its first instruction, and the one behind its call. */
function forwardExceptionPlaces({ state }: ProcessUnwinder): number[] {
  if (state.kind !== 'ready') return [];
  const { stubs, callStubReturn, memory } = state.process;
  for (let at = callStubReturn - STUBS_REACH_BYTES; at < callStubReturn + STUBS_REACH_BYTES; at += INSTRUCTION_BYTES) {
    const stub = stubs.at(at);
    if (stub === null || !/^forward.exception$/.test(stub.description)) continue;
    const words = Array.from({ length: (stub.end - stub.start) / INSTRUCTION_BYTES }, (_, i) => memory.u32(stub.start + i * INSTRUCTION_BYTES)); // prettier-ignore
    return [stub.start, stub.start + (words.findIndex(isCall) + 1) * INSTRUCTION_BYTES];
  }
  return [];
}

describeOnHost('emulated aarch64', ['arm64-jdk', 'jdk17', 'python3'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-arm-test-'));
  const classes = compileStrata(folder);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(MODES)(
    '%s: every step changes the stack as its instruction does',
    async (_, version, phases, javaOptions, leaves) => {
      const jvm = await startStrata({ root: arm64Root(version) ?? '', classes, phases, javaOptions });
      try {
        const unwinder = createProcessUnwinder(jvm.target, { symbolAt: () => null }, { reread: true });
        expect(unwinder.state.kind).toBe('ready');
        // The descriptor of the current thread's variable leads into the static block, with this libc.
        expect(unwinder.locator()?.tlsModuleId).toBe(CONTROL_BLOCK_MODULE_ID);
        const seen = new Set<string>();
        const incomplete: string[] = [];
        let [judged, stacks, whole] = [0, 0, 0];
        // Until the code wanted was compiled, and was run while it was looked at.
        while (stacks === 0 || !leaves.every((kind) => seen.has(kind))) {
          const result = await judgeSteps(jvm, unwinder, { thread: /^worker-0/, stops: STOPS, stepsEach: STEPS_EACH });
          expect(result.wrong).toEqual([]);
          for (const kind of result.leaves.keys()) seen.add(kind);
          judged += result.judged;
          // What replaces its frames just now has no stack to tell; 20 steps in a row do so, as slow as the emulator is.
          const tellable = result.stacks - result.deoptimizing;
          stacks += tellable;
          whole += tellable - [...result.incomplete.values()].reduce((sum, count) => sum + count, 0);
          for (const [why, count] of result.incomplete)
            incomplete.push(`${String(count)}: ${why}\n${result.examples.get(why) ?? ''}`);
        }
        expect(judged).toBeGreaterThan(stacks / 2);
        expect(whole / stacks, incomplete.join('\n')).toBeGreaterThan(0.98);
      } finally {
        await jvm.end();
      }
    },
    120_000,
  );

  // Rarely met at a random instruction: it has some twenty, and runs once for a frame that an exception leaves.
  test.each(['17', '21'])(
    'the stub that forwards exceptions, JDK %s: from its first instruction on, and behind its call',
    async (version) => {
      const jvm = await startStrata({ root: arm64Root(version) ?? '', classes, phases: 'throwing', javaOptions: ['-Xint'] });
      try {
        const unwinder = createProcessUnwinder(jvm.target, { symbolAt: () => null }, { reread: true });
        const at = forwardExceptionPlaces(unwinder);
        expect(at).toHaveLength(2);
        const result = await judgeSteps(jvm, unwinder, { thread: /^worker-0/, stops: STOPS, stepsEach: STEPS_EACH, at });
        expect(result.wrong).toEqual([]);
        expect(result.leaves.get('stub')).toBeGreaterThan((STOPS * STEPS_EACH) / 4);
        expect([...result.incomplete]).toEqual([]);
      } finally {
        await jvm.end();
      }
    },
    120_000,
  );
});
