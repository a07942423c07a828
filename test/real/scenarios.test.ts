// Programs whose stacks are known by construction, in the ways a JVM can run them (test/scenarios): what of the matrix fits into CI. All of it:
// npm run scenarios.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScenarioPrograms } from '../scenarios/built-programs.ts';
import { CONFIGURATIONS, QUICK } from '../scenarios/configurations.ts';
import { describeReport } from '../scenarios/describe-report.ts';
import { runConfiguration } from '../scenarios/run-configuration.ts';
import { JDK_VERSIONS, jdkHome } from '../support/jdks.ts';
import { describeOnHost } from '../support/require-host.ts';

const NEEDS = ['root', 'bpftrace', 'cc', 'jdk8', 'jdk11', 'jdk17', 'jdk21', 'jdk25', 'jdk26', 'jdk27'] as const;
const CASES = JDK_VERSIONS.flatMap((jdk) => QUICK[jdk].map((name) => [jdk, name] as const));

describeOnHost('known stacks', NEEDS, () => {
  let programs: ScenarioPrograms;

  beforeAll(() => {
    programs = new ScenarioPrograms();
  });

  afterAll(() => programs.remove());

  test.each(CASES)('JDK %i, %s', async (jdk, name) => {
    const configuration = CONFIGURATIONS.find((row) => row.name === name);
    if (configuration === undefined || configuration.jdks?.(jdk) === false) throw new Error(`no configuration ${name} on ${jdk}`);
    const report = await runConfiguration(programs, jdkHome(jdk) ?? '', jdk, configuration);
    const text = describeReport(report, false);
    console.log(text);
    expect(report.faults, text).toEqual([]);
  });
});
