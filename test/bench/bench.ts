// npm run bench: what jtrace costs, measured on this machine. Needs root, bpftrace, JDK 17 and the packages that the workloads name.
//   npm run bench -- [SECTION…] [--quick] [--json FILE] [--write-docs]
// Prints tables; --write-docs also puts them into each section's document, between its markers.
// Exit 0: all was measured; 1: something failed; 3: it could not run, or programs that it needs are missing.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { busyWarning, machineText, readMachineFacts } from './machine-facts.ts';
import { BYTES_SECTION } from './sections/bytes.ts';
import { CAPTURE_SECTION } from './sections/capture.ts';
import { FIRST_LOOK_SECTION } from './sections/first-look.ts';
import { JSTACK_SECTION } from './sections/jstack.ts';
import { LATENCY_SECTION } from './sections/latency.ts';
import { MARIADB_SECTION } from './sections/mariadb.ts';
import { RENDER_SECTION } from './sections/render.ts';
import { REPEATS_SECTION } from './sections/repeats.ts';
import { TAX_SECTION } from './sections/tax.ts';
import { UNWIND_SECTION } from './sections/unwind.ts';
import { WATCH_SECTION } from './sections/watch.ts';
import { DEFAULT_DOCUMENT, MissingPrograms, type Section } from './section.ts';
import { sectionText, writeSection } from './write-overhead.ts';

/** A row for each; a new one needs its markers in its document. */
const SECTIONS: readonly Section[] = [
  CAPTURE_SECTION,
  LATENCY_SECTION,
  FIRST_LOOK_SECTION,
  BYTES_SECTION,
  UNWIND_SECTION,
  RENDER_SECTION,
  TAX_SECTION,
  JSTACK_SECTION,
  REPEATS_SECTION,
  MARIADB_SECTION,
  WATCH_SECTION,
];

const HELP = `npm run bench -- [SECTION…] [--quick] [--json FILE] [--write-docs]

Sections (all unless named; together some 30 minutes on an idle machine):
${SECTIONS.map(({ name, what }) => `  ${name.padEnd(10)} ${what}`).join('\n')}

  --quick       the least that shows something, in seconds: to try it, not to believe it
  --json FILE   the numbers as they were measured
  --write-docs  the tables into ${documents()}

ASYNC_PROFILER=/path/to/asprof compares with async-profiler (tax). Leave the machine alone meanwhile.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    'write-docs': { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const unknown = positionals.filter((name) => !SECTIONS.some((section) => section.name === name));
  if (unknown.length > 0) {
    console.error(`no section ${unknown.join(', ')}; there are ${SECTIONS.map(({ name }) => name).join(', ')}`);
    return 2;
  }
  if (process.geteuid?.() !== 0) throw new Error('root is needed: jtrace runs bpftrace');
  const facts = await readMachineFacts();
  const results: Record<string, unknown> = {};
  let [failed, missing] = [0, 0];
  for (const section of SECTIONS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    const startMs = performance.now();
    const log = (text: string): void => console.error(`${section.name}: ${text}`);
    try {
      const result = await section.measure({ quick: values.quick, log });
      const text = sectionText(result, { machine: machineText(facts), busy: busyWarning(facts), quick: values.quick });
      console.log(`\n## ${section.name}: ${section.what}\n\n${text}`);
      results[section.name] = result.data;
      if (values['write-docs']) writeSection(section, text);
      missing += result.missing?.length ?? 0;
      for (const what of result.missing ?? []) log(what);
    } catch (error) {
      if (error instanceof MissingPrograms) {
        missing += 1;
        log(error.message);
      } else {
        failed += 1;
        log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
    }
    log(`${((performance.now() - startMs) / 1000).toFixed(0)} s`);
    // After each: what was measured is kept when a later one is broken off.
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine: facts, results }, null, 1)}\n`);
  }
  if (failed > 0) return 1;
  return missing > 0 ? 3 : 0;
}

function documents(): string {
  return [...new Set(SECTIONS.map(({ document = DEFAULT_DOCUMENT }) => document))].join(' and ');
}

// Whatever ends us, what was started and switched on is ended and put back by handlers of 'exit'.
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) process.on(signal, () => process.exit(code)); // prettier-ignore

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(3);
  },
);
