// A live run that is recorded, and its replay: the same profile, sample for sample.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { replayRecording } from '../../src/app/replay.ts';
import { foldedLines } from '../../src/outputs/folded.ts';
import { assertProfileIntegrity } from '../support/assert-profile-integrity.ts';
import { bpftracesAtHand } from '../support/host-tools.ts';
import { isRecord } from '../support/is-record.ts';
import { JavaPrograms } from '../support/java-programs.ts';
import { describeOnHost } from '../support/require-host.ts';
import { runJtrace } from '../support/run-jtrace.ts';

/** Until the compilers have done most of their work on a loaded machine. */
const WARM_UP_MS = 3000;

describeOnHost('a recorded run', ['root', 'bpftrace', 'jdk17'], () => {
  let programs: JavaPrograms;
  let pid = 0;
  const [bpftrace = ''] = bpftracesAtHand();

  beforeAll(async () => {
    programs = new JavaPrograms('Strata');
    ({ pid } = await programs.start('Strata', ['all', '2']));
    await sleep(WARM_UP_MS);
  });
  afterAll(() => programs.close());

  test.each([
    ['as it is', []],
    ['nothing read again', ['--no-reread', '--stack-bytes', '8192']],
    ['by thread, with lines', ['--threads', '--lines']],
  ])('%s: replayed, it gives the same profile', async (_, flags) => {
    const [recording, output] = [programs.path('run.jreads'), programs.path('run.folded')];
    const files = ['-o', output, '--record-reads', recording];
    const run = await runJtrace(['profile', String(pid), '-d', '3s', '-F', '99', '--json', '--bpftrace', bpftrace, ...files, ...flags]); // prettier-ignore
    expect(run.status, run.stderr).toBe(0);

    const replayed = replayRecording(recording, { reread: !flags.includes('--no-reread') });
    expect({ ...replayed, profile: null }).toEqual({ profile: null, complete: true, unanswered: 0, bugs: [] });
    const { profile } = replayed;
    assertProfileIntegrity(profile);

    const summary: unknown = JSON.parse(run.stdout);
    if (!isRecord(summary) || !isRecord(summary['outcomes'])) throw new Error(`no summary: ${run.stdout}`);
    expect(profile.samples.stack.length).toBe(summary['samples']);
    expect(profile.samples.stack.length).toBeGreaterThan(30);
    for (const kind of ['complete', 'approximate', 'unfinished']) {
      const count = profile.samples.outcome.filter((outcome) => profile.outcomes[outcome]?.kind === kind).length;
      expect(count, kind).toBe(summary['outcomes'][kind]);
    }

    // Lines stand in the order in which their stacks were first seen: the same samples, one after the other.
    const options = { byThread: flags.includes('--threads'), lines: flags.includes('--lines'), native: true };
    expect([...foldedLines(profile, options)]).toEqual(readFileSync(output, 'utf8').trimEnd().split('\n'));
  });
});
