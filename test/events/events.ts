// npm run events [-- --write-docs] [-- --jdk 17,25]: tries every event of `jtrace profile --event` on every JDK at hand, and on two whose libjvm is stripped;
// prints the table, and puts it into docs/events.md. As root; needs bpftrace, the JDKs, binutils.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dirSync } from 'tmp';
import { EVENTS } from '../../src/model/events.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { JDK_VERSIONS, jdkHome, parseJdkVersions } from '../support/jdks.ts';
import { REPOSITORY } from '../support/repository.ts';
import { strippedJdk } from './stripped-jdk.ts';
import { BEGIN, END, formatOutcomes } from './table.ts';
import { type Outcome, tryEvent, TRIED_OPTIONS } from './try-event.ts';

/** One of the JDKs whose classes hold their fields in slots and one of the later ones. */
const STRIPPED = [17, 25] as const;
const DOCS = join(REPOSITORY, 'docs/events.md');

const { values } = parseArgs({
  options: { 'write-docs': { type: 'boolean' }, jdk: { type: 'string' }, event: { type: 'string' } },
});
const versions = values.jdk === undefined ? JDK_VERSIONS : parseJdkVersions(values.jdk);
const events = values.event === undefined ? EVENTS.map(({ name }) => name) : values.event.split(',');
const folder = dirSync({ unsafeCleanup: true }).name;
const outcomes = new Map(events.map((event) => [event, new Map<string, Outcome>()]));
const columns: string[] = [];

for (const version of versions) {
  const home = jdkHome(version);
  if (home === null) console.log(`no JDK ${String(version)} here`);
  else await tryAll(String(version), home);
}
for (const version of STRIPPED) {
  const home = versions.includes(version) ? jdkHome(version) : null;
  if (home !== null) await tryAll(`${String(version)} stripped`, strippedJdk(home, join(folder, `jdk-${String(version)}`)));
}
const table = formatOutcomes(outcomes, columns);
console.log(table);
if (values['write-docs'] === true) {
  const docs = readFileSync(DOCS, 'utf8');
  const [begin, end] = [docs.indexOf(BEGIN), docs.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${DOCS} has no markers`);
  writeFileSync(DOCS, `${docs.slice(0, begin)}${BEGIN}\n\n${table}\n\n${docs.slice(end)}`);
}

async function tryAll(column: string, home: string): Promise<void> {
  columns.push(column);
  const java = new JavaPrograms({ home }, 'CountedEvents');
  try {
    const jvm = await java.start('CountedEvents', [], TRIED_OPTIONS);
    for (const event of events) {
      try {
        const outcome = await tryEvent(jvm, event, join(folder, event));
        outcomes.get(event)?.set(column, outcome);
        console.log(`${column} ${event}: ${outcome.kind}${outcome.kind === 'works' ? '' : ` ${outcome.words}`}`);
      } catch (error) {
        process.exitCode = 1;
        console.log(`${column} ${event}: ${String(error)}`);
      }
    }
  } finally {
    await java.close();
  }
}
