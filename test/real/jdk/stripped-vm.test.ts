// A libjvm without .symtab: where threads keep their JavaThread is found in the threads themselves, the same as the symbol tells, and
// stacks are as whole as with symbols. JDK 8, whose libjvm Debian strips, keeps it elsewhere.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CONTROL_BLOCK_MODULE_ID, type JvmThreadLocator } from '../../../src/model/program.ts';
import { openTarget } from '../../../src/target/open-target.ts';
import { createProcessUnwinder } from '../../../src/unwind/process-unwinder.ts';
import { javaHome, otherJdk } from '../../support/host-tools.ts';
import { JavaPrograms } from '../../support/java-programs.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { expectLayers, profileLayers } from './layers.ts';

const LIBJVM = 'lib/server/libjvm.so';
/** Functions of the VM that Java code calls directly have no names and no prologue that is known: some stacks below them are guessed. */
const LEAST_COMPLETE = 0.97;

describeOnHost('a stripped libjvm', ['root', 'bpftrace', 'jdk8', 'jdk11', 'jdk17', 'jdk21', 'jdk25', 'binutils'], () => {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-stripped-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(['11', '17', '21', '25'])('JDK %s: the place without a symbol is the symbol’s', async (version) => {
    const home = (version === '17' ? javaHome() : otherJdk(version)) ?? '';
    const bySymbol = await locatorIn(home);
    const byThreads = await locatorIn(stripped(home, join(folder, version)));
    expect(bySymbol).not.toBe(null);
    expect(byThreads).toEqual(bySymbol);
  });

  test('JDK 8: in the control block', async () => {
    expect(await locatorIn(otherJdk('8') ?? '')).toMatchObject({ tlsModuleId: CONTROL_BLOCK_MODULE_ID });
  });

  test('JDK 17: stacks, with anchors of the moment', async () => {
    const programs = new JavaPrograms({ home: stripped(javaHome() ?? '', join(folder, 'profiled')) }, 'Layers');
    try {
      const samples = await profileLayers(programs, []);
      expectLayers(samples, LEAST_COMPLETE);
      expect(samples.filter(({ outcome }) => outcome.includes('reread-anchor'))).toEqual([]);
    } finally {
      await programs.close();
    }
  });
});

/** A JDK of links to another one, but for its launcher, which looks for the rest beside itself, and a libjvm without symbols. */
function stripped(home: string, copy: string): string {
  expect(spawnSync('cp', ['-rs', home, copy]).status).toBe(0);
  for (const file of ['bin/java', LIBJVM]) {
    rmSync(join(copy, file));
    copyFileSync(join(home, file), join(copy, file));
  }
  expect(spawnSync('strip', [join(copy, LIBJVM)]).status).toBe(0);
  return copy;
}

/** Where a JVM's threads are found, but for its pid. */
async function locatorIn(home: string): Promise<Omit<JvmThreadLocator, 'pid'> | null> {
  const programs = new JavaPrograms({ home }, 'Names');
  try {
    const jvm = await programs.start('Names');
    const reader = openTarget(jvm.pid);
    const unwinder = createProcessUnwinder(reader, { symbolAt: () => null }, { reread: true });
    unwinder.attach();
    const found = unwinder.locator();
    reader.close();
    if (found === null) return null;
    const { pid: _, ...place } = found;
    return place;
  } finally {
    await programs.close();
  }
}
