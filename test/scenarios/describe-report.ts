// A configuration's report as a line per work, with examples of what is not as it must be.

import type { ConfigurationReport } from './run-configuration.ts';

/** `examples`: also of what is allowed. */
export function describeReport({ jdk, configuration, works, faults }: ConfigurationReport, examples: boolean): string {
  const lines = works.flatMap((report) => {
    const others = Object.entries(report.others).map(([outcome, count]) => `, ${outcome} ${count}`);
    const impossible = report.impossible > 0 ? `, IMPOSSIBLE ${report.impossible}` : '';
    const line = `  ${report.work}: ${report.complete} of ${report.samples} complete${others.join('')}${impossible}`;
    const shown = examples || report.faults.length > 0 ? report.examples.map((example) => `      ${example}`) : [];
    return [line, ...shown];
  });
  const verdict = faults.length === 0 ? 'ok' : `FAILED: ${faults.join('; ')}`;
  return [`JDK ${jdk}, ${configuration}: ${verdict}`, ...lines].join('\n');
}
