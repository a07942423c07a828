// What docs/events.md says of events and JDKs is what happens: a few of them on a JDK of which no other test asks events, and on a libjvm without symbols.
// `npm run events` tries all of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { expect, test } from 'vitest';
import { EVENTS } from '../../../src/model/events.ts';
import { strippedJdk } from '../../events/stripped-jdk.ts';
import { outcomeInDocs } from '../../events/table.ts';
import { EXPECTED, tryEvent, TRIED_OPTIONS } from '../../events/try-event.ts';
import { javaHome, otherJdk } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';

const DOCS = readFileSync(join(REPOSITORY, 'docs/events.md'), 'utf8');
const folder = dirSync({ unsafeCleanup: true }).name;

test('the table has every event', () => {
  for (const { name } of EVENTS) {
    expect(EXPECTED[name], name).toBeDefined();
    expect(outcomeInDocs(DOCS, name, '17'), name).not.toBeNull();
  }
});

describeOnHost('JDK 25', ['root', 'bpftrace', 'jdk25'], () => {
  agrees('25', () => otherJdk('25') ?? '', ['lock', 'gc', 'compile']);
});

describeOnHost('JDK 17 without symbols', ['root', 'bpftrace', 'jdk17', 'binutils'], () => {
  agrees('17 stripped', () => strippedJdk(javaHome() ?? '', join(folder, 'jdk')), ['alloc', 'lock', 'safepoint', 'compile']);
});

function agrees(column: string, home: () => string, events: readonly string[]): void {
  test(`as the table says: ${events.join(', ')}`, async () => {
    const java = new JavaPrograms({ home: home() }, 'CountedEvents');
    try {
      const jvm = await java.start('CountedEvents', [], TRIED_OPTIONS);
      for (const event of events) {
        const outcome = await tryEvent(jvm, event, join(folder, event));
        expect(outcome, event).toEqual(outcomeInDocs(DOCS, event, column));
      }
    } finally {
      await java.close();
    }
  });
}
