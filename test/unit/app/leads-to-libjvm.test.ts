// Files with a HotSpot VM in them, whatever they are called.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leadsToLibjvm } from '../../../src/app/leads-to-libjvm.ts';
import { describeOnHost } from '../../support/require-host.ts';

let folder = '';

/** A program of this text, and a link to it. */
function compiled(name: string, source: string, ...flags: readonly string[]): string {
  const program = join(folder, name);
  const { status, stderr } = spawnSync('cc', ['-x', 'c', ...flags, '-o', program, '-'], { input: source, encoding: 'utf8' });
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  symlinkSync(program, join(folder, `link-to-${name}`));
  return program;
}

describeOnHost('a file with the VM in it', ['cc'], () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-vm-in-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['java', 'void JVM_StartThread(void) {} int main(void) { return 0; }', ['-rdynamic']],
    ['tables', 'void *gHotSpotVMStructs = &gHotSpotVMStructs; int main(void) { return 0; }', ['-rdynamic']],
    ['only-internal', 'void _ZN7Threads9create_vmEP14JavaVMInitArgsPb(void) {} int main(void) { return 0; }', []],
  ])('%s', (name, source, flags) => {
    expect(leadsToLibjvm(compiled(name, source, ...flags))).toBe(true);
    expect(leadsToLibjvm(join(folder, `link-to-${name}`))).toBe(true);
  });

  test('one that only calls it, other programs, and none', () => {
    const caller = compiled(
      'caller.so',
      'void JVM_StartThread(void); void start(void) { JVM_StartThread(); }',
      '-shared',
      '-fPIC',
    );
    for (const path of [caller, '/bin/cat', 'cat', folder, '/dev/zero', join(folder, 'nothing')])
      expect(leadsToLibjvm(path)).toBe(false);
  });
});
