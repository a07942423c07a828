// npm run scenarios: every configuration (configurations.ts) on every JDK at hand. Needs root, bpftrace, cc, a JDK 17 and a built jtrace.
//   -- [--jdk 8,17] [--only NAME[,NAME]] [--json FILE] [--verbose]
// Exit 1: something that is known did not hold.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { JDK_VERSIONS, jdkHome, parseJdkVersions } from '../support/jdks.ts';
import { ScenarioPrograms } from './built-programs.ts';
import { CONFIGURATIONS } from './configurations.ts';
import { describeReport } from './describe-report.ts';
import { type ConfigurationReport, runConfiguration } from './run-configuration.ts';

const { values } = parseArgs({
  options: {
    jdk: { type: 'string', default: JDK_VERSIONS.join() },
    only: { type: 'string' },
    json: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (process.geteuid?.() !== 0) throw new Error('root is needed: jtrace runs bpftrace');
  const only = values.only?.split(',') ?? null;
  const chosen = CONFIGURATIONS.filter(({ name }) => only === null || only.includes(name));
  if (chosen.length === 0) throw new Error(`there are: ${CONFIGURATIONS.map(({ name }) => name).join(', ')}`);
  const programs = new ScenarioPrograms();
  const reports: ConfigurationReport[] = [];
  let failed = 0;
  try {
    for (const jdk of parseJdkVersions(values.jdk)) {
      const home = jdkHome(jdk);
      if (home === null) {
        console.log(`JDK ${jdk} is not here: test/tools/debian-programs jdk ${jdk}`);
        failed += 1;
        continue;
      }
      for (const configuration of chosen) {
        if (configuration.jdks?.(jdk) === false) continue;
        try {
          const report = await runConfiguration(programs, home, jdk, configuration);
          reports.push(report);
          console.log(describeReport(report, values.verbose));
          if (report.faults.length > 0) failed += 1;
        } catch (error) {
          failed += 1;
          console.log(`JDK ${jdk}, ${configuration.name}: FAILED: ${error instanceof Error ? error.message : String(error)}`);
        }
        if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(reports, null, 1)}\n`);
      }
    }
  } finally {
    programs.remove();
  }
  console.log(failed === 0 ? 'all as it must be' : `${failed} failed`);
  return failed === 0 ? 0 : 1;
}

for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) process.on(signal, () => process.exit(code)); // prettier-ignore

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(3);
  },
);
