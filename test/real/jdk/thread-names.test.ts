// Names of threads that do not fit a comm, read from the heap in every way that HotSpot keeps it: right, or comm, never wrong.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, afterAll, beforeAll, expect, test } from 'vitest';
import { asTid } from '../../../src/model/units.ts';
import { openTarget } from '../../../src/target/open-target.ts';
import { createProcessUnwinder } from '../../../src/unwind/process-unwinder.ts';
import { javaHome, otherJdk } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost, type HostNeed } from '../../support/require-host.ts';
import type { ReadyProcess } from '../processes/ready-process.ts';

const NAMES = ['names-thread-hidden-by-a-field', 'names-thread-in-latin-1', 'names-thread-имя-потока'];
const COLLECTIONS = 30;

const WHOLE_OOPS = ['-XX:-UseCompressedOops'];
const WHOLE_CLASSES = ['-XX:-UseCompressedOops', '-XX:-UseCompressedClassPointers'];
const G1 = ['-XX:-UseSerialGC', '-XX:+UseG1GC'];
const PARALLEL = ['-XX:-UseSerialGC', '-XX:+UseParallelGC'];
const SHENANDOAH = ['-XX:-UseSerialGC', '-XX:+UnlockExperimentalVMOptions', '-XX:+UseShenandoahGC'];
const Z = ['-XX:-UseSerialGC', '-XX:+UnlockExperimentalVMOptions', '-XX:+UseZGC', '-Xmx256m'];
const Z_GENERATIONAL = [...Z, '-XX:+ZGenerational'];
const COMPACT = ['-XX:+UnlockExperimentalVMOptions', '-XX:+UseCompactObjectHeaders'];

const MODES: readonly (readonly [HostNeed, string, readonly (readonly string[])[]])[] = [
  ['jdk8', '8', [[], WHOLE_OOPS, WHOLE_CLASSES, G1, PARALLEL]],
  ['jdk11', '11', [[], WHOLE_CLASSES, G1, SHENANDOAH, Z]],
  ['jdk17', '17', [[], WHOLE_OOPS, WHOLE_CLASSES, G1, PARALLEL, SHENANDOAH, Z]],
  ['jdk21', '21', [[], WHOLE_CLASSES, SHENANDOAH, Z, Z_GENERATIONAL]],
  ['jdk25', '25', [[], COMPACT, [...COMPACT, ...WHOLE_OOPS], [...COMPACT, ...SHENANDOAH], [...COMPACT, ...Z], SHENANDOAH, Z]],
];

for (const [need, version, modes] of MODES) {
  describeOnHost(`JDK ${version}`, ['root', need], () => {
    let programs: JavaPrograms;
    beforeAll(() => {
      programs = new JavaPrograms({ home: (version === '17' ? javaHome() : otherJdk(version)) ?? '' }, 'Names');
    });
    afterAll(() => programs.close());

    describe.each(modes.map((options) => [options.join(' ') || 'default', options] as const))('%s', (_text, options) => {
      test('all of them, and after collections these or none', async () => {
        const jvm = await programs.start('Names', [], options);
        try {
          expect(namesNow(jvm)).toEqual(NAMES);
          for (let i = 0; i < COLLECTIONS; i += 1) {
            await collect(jvm);
            const names = namesNow(jvm);
            // ZGC's references are stale until they are marked again.
            if (options.includes('-XX:+UseZGC')) for (const name of names) expect(NAMES).toContain(name);
            else expect(names).toEqual(NAMES);
          }
        } finally {
          await jvm.stop();
        }
      });
    });
  });
}

/** Names of the program's threads that a fresh unwinder finds, in order; those it cannot have are left out. */
function namesNow({ pid }: ReadyProcess): readonly string[] {
  const reader = openTarget(pid);
  try {
    const unwinder = createProcessUnwinder(reader, { symbolAt: () => null }, { reread: true });
    unwinder.attach();
    unwinder.beginBatch(0);
    const found: string[] = [];
    for (const tid of readdirSync(`/proc/${String(pid)}/task`)) {
      const comm = readFileSync(`/proc/${String(pid)}/task/${tid}/comm`, 'utf8').trimEnd();
      const name = comm.startsWith('names-') ? unwinder.javaThreadName(asTid(Number(tid)), comm) : null;
      if (name !== null) found.push(name);
    }
    return found.sort();
  } finally {
    reader.close();
  }
}

/** Has the heap collected once. */
async function collect({ child }: ReadyProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    let output = '';
    const heard = (data: Buffer): void => {
      output += data.toString();
      if (!output.includes('COLLECTED')) return;
      child.stdout?.off('data', heard);
      resolve();
    };
    child.stdout?.on('data', heard);
    child.stdin?.write('\n');
  });
}
