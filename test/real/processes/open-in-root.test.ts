// Files of a target in a root of its own: whatever its paths and links say, nothing outside of that root is opened.

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lchownSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asPid } from '../../../src/model/units.ts';
import { TargetPerfMap } from '../../../src/target/perf-map/target-perf-map.ts';
import { openInTargetRoot, readInTargetRoot } from '../../../src/target/processes/open-in-root.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type ReadyProcess, startReady } from './ready-process.ts';

const NOBODY = 65_534;

describeOnHost("a target's own root", ['root'], () => {
  let folder = '';
  let target: ReadyProcess | null = null;
  /** Without rights of its own. */
  let plain: ReadyProcess | null = null;
  const read = (path: string): string | null =>
    target === null ? null : (readInTargetRoot(target.pid, path, 100)?.toString() ?? null);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-root-'));
    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc/deep'), { recursive: true });
    writeFileSync(join(folder, 'secret'), 'outside');
    writeFileSync(join(root, 'etc/hostname'), 'inside');
    writeFileSync(join(root, 'etc/big'), 'x'.repeat(101));
    symlinkSync('/etc/hostname', join(root, 'absolute'));
    symlinkSync('../../../../../../etc/hostname', join(root, 'etc/deep/climbing'));
    symlinkSync(join(folder, 'secret'), join(root, 'escape'));
    symlinkSync('../secret', join(root, 'escape-relative'));
    symlinkSync('loop', join(root, 'loop'));
    symlinkSync('/etc', join(root, 'folder-link'));
    linkSync(join(root, 'etc/hostname'), join(root, 'etc/deep/hard'));
    mkdirSync(join(root, 'tmp'));
    chmodSync(join(root, 'tmp'), 0o1777);
    for (const [name, uid] of [['of-another', 4711], ['of-its-user', NOBODY], ['of-root', 0]] as const) {
      symlinkSync('/etc/hostname', join(root, 'tmp', name));
      lchownSync(join(root, 'tmp', name), uid, uid);
    } // prettier-ignore
    mkdirSync(join(root, 'closed'), { mode: 0o700 });
    writeFileSync(join(root, 'closed/open'), 'not to be seen');
    writeFileSync(join(root, 'etc/shadow'), 'root:secret', { mode: 0o640 });
    writeFileSync(join(root, 'etc/own'), 'own', { mode: 0o600 });
    chownSync(join(root, 'etc/own'), NOBODY, NOBODY);
    if (spawnSync('mkfifo', [join(root, 'fifo')]).status !== 0) throw new Error('mkfifo failed');
    const { status, stderr } = spawnSync(
      'cc',
      ['-static', '-pthread', '-o', join(root, 'disguise'), join(REPOSITORY, 'test/programs/disguise.c')],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`cc: ${stderr}`);
    target = await startReady('chroot', [root, '/disguise']);
    plain = await startReady('chroot', [`--userspec=${String(NOBODY)}:${String(NOBODY)}`, root, '/disguise']);
  });

  afterAll(async () => {
    await target?.stop();
    await plain?.stop();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['/etc/hostname', 'inside'],
    ['/absolute', 'inside'], // not the host's file
    ['/folder-link/hostname', 'inside'],
    ['/etc/deep/climbing', 'inside'], // above the root is the root
    ['/../../etc//./hostname', 'inside'],
    ['/etc/deep/hard', 'inside'],
    ['etc/hostname', 'inside'], // from its working directory
    ['../etc/hostname', null], // above it nobody can say where the root is
    ['/escape', null],
    ['/escape-relative', null],
    ['/loop', null],
    ['/fifo', null], // and it does not hang
    ['/etc', null],
    ['/etc/hostname/', 'inside'],
    ['/etc/hostname/x', null],
    ['/etc/nothing', null],
    ['/etc/big', null], // longer than asked for
    [`/${'a/'.repeat(1000)}`, null],
    ['/etc/host\0name', null],
    ['', null],
  ])('%s', (path, content) => {
    expect(read(path)).toBe(content);
  });

  test.each([
    ['/etc/hostname', 'inside'],
    ['/etc/own', 'own'],
    ['/etc/shadow', null], // its user could not have read it
    ['/closed/open', null],
    ['/tmp/of-another', null], // anybody can put a link there
    ['/tmp/of-its-user', 'inside'],
    ['/tmp/of-root', 'inside'],
  ])('of a user without rights: %s', (path, content) => {
    expect(plain === null ? null : (readInTargetRoot(plain.pid, path, 100)?.toString() ?? null)).toBe(content);
  });

  test.each([
    ['/etc/named', 0o644, 0, 'of a file'],
    ['/etc/named', 0o600, NOBODY, 'of a file'],
    ['/etc/named', 0o600, 0, undefined], // root's own, that the process could not have read
    ['/etc/named', 0o644, 4711, undefined], // nobody that the process or perf believes
  ])('a perf map that is a link to %s of mode %i and user %i: %s', (path, mode, uid, name) => {
    const pid = plain?.pid ?? asPid(0);
    const [file, link] = [join(folder, 'root', path), join(folder, 'root/tmp', `perf-${String(pid)}.map`)];
    writeFileSync(file, '1000 10 of a file\n');
    chmodSync(file, mode);
    chownSync(file, uid, uid);
    symlinkSync(path, link);
    lchownSync(link, NOBODY, NOBODY);
    try {
      expect(new TargetPerfMap(pid, () => true).functionAt(0x1000)?.name).toBe(name);
    } finally {
      rmSync(link);
    }
  });

  test.each(['/proc/sys/kernel/ostype', '/proc/kmsg', '/sys/kernel/uevent_seqnum'])('%s, which the kernel makes up', (path) => {
    expect(openInTargetRoot(asPid(process.pid), path)).toBeNull();
  });
});
