// JDK 21, 25, 26 and 27: known stacks of every kind, in each of HotSpot's modes.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { otherJdk } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { expectLayers, kindsOf, profileLayers } from './layers.ts';

/** Options of a mode, and kinds that must be seen. */
const MODES = [
  ['interpreted', ['-Xint'], ['interpreted']],
  ['C1', ['-XX:TieredStopAtLevel=1'], ['c1', 'inlined']],
  ['C2', ['-XX:-TieredCompilation'], ['c2', 'inlined']],
  ['tiered', [], ['c1', 'c2', 'inlined']],
] as const;
/** One sample in some hundreds may be lost by a loaded machine. */
const LEAST_COMPLETE = 0.98;

describe('21');
describe('25');
describe('26');
describe('27');

function describe(version: '21' | '25' | '26' | '27'): void {
  describeOnHost(`JDK ${version}`, ['root', 'bpftrace', `jdk${version}`], () => {
    let programs: JavaPrograms;
    beforeAll(() => {
      programs = new JavaPrograms({ home: otherJdk(version) ?? '' }, 'Layers');
    });
    afterAll(() => programs.close());

    test.each(MODES)('%s', async (_, options, seen) => {
      const samples = await profileLayers(programs, options);
      expectLayers(samples, LEAST_COMPLETE);
      const kinds = [...kindsOf(samples)];
      for (const kind of seen) expect(kinds).toContain(kind);
    });
  });
}
