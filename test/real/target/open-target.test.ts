// Real processes: their memory, maps and threads, and how a target that ends, is replaced or is forbidden is noticed.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { OperatorError } from '../../../src/model/errors.ts';
import { asPid, asTid, PAGE_BYTES } from '../../../src/model/units.ts';
import { openTarget, type OpenTarget } from '../../../src/target/open-target.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { compile, compileLibrary, startHost, type LibraryHost } from './library-host.ts';

/** Bytes as text; `-` when they are not there, and then nothing of them may have leaked. */
function read(target: OpenTarget, address: number, sizeBytes: number): string {
  const into = new Uint8Array(sizeBytes).fill(0xee);
  if (target.read(address, into)) return Buffer.from(into).toString('hex');
  expect(into).toEqual(new Uint8Array(sizeBytes));
  return '-';
}

describeOnHost('openTarget', ['root', 'cc'], () => {
  let folder = '';
  let program = '';
  let library = '';
  const hosts: LibraryHost[] = [];
  const targets: OpenTarget[] = [];

  async function start(): Promise<{ readonly host: LibraryHost; readonly target: OpenTarget }> {
    const host = await startHost([program, library]);
    const target = openTarget(host.pid);
    hosts.push(host);
    targets.push(target);
    return { host, target };
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-target-'));
    program = compile('library-host.c', join(folder, 'library-host'), '-pthread', '-ldl');
    library = compileLibrary(join(folder, 'lib first.so'), 'first_function');
  });
  afterEach(async () => {
    for (const target of targets.splice(0)) target.close();
    for (const host of hosts.splice(0)) await host.end();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads memory, all of it or none', async () => {
    const { host, target } = await start();
    const memory = host.addresses['memory'] ?? 0;
    expect(read(target, memory, 4)).toBe('abababab');
    await host.command('write');
    expect(read(target, memory, 4)).toBe('11ababab');
    expect(read(target, memory + PAGE_BYTES - 4, 4)).toBe('abababab');
    expect(read(target, memory + PAGE_BYTES - 4, 8)).toBe('-'); // goes on into what is not mapped
    expect(read(target, memory + PAGE_BYTES, 1)).toBe('-');
    expect(read(target, memory + 3 * PAGE_BYTES, 2)).toBe('abab');
    expect(read(target, memory, 0)).toBe('');
    for (const address of [0, 1, -1, 0.5, NaN, Infinity, 2 ** 47, 2 ** 47 - 1, 2 ** 53, 2 ** 64 - 4096])
      expect(read(target, address, 8)).toBe('-');
  });

  it('shows the maps as they are now', async () => {
    const { host, target } = await start();
    const memory = host.addresses['memory'] ?? 0;
    const at = (address: number) => target.maps()?.find(({ start, end }) => start <= address && address < end);
    expect(at(memory)).toMatchObject({ permissions: 'rw-p', path: '', deleted: false });
    expect(at(memory + PAGE_BYTES)).toBeUndefined();
    expect(at(memory + 2 * PAGE_BYTES)?.permissions).toBe('---p');
    expect(at(host.addresses['function'] ?? 0)).toMatchObject({ permissions: 'r-xp', path: library });
    expect(at(host.addresses['vdso'] ?? 0)?.path).toBe('[vdso]');
  });

  it("knows threads' names, whatever is in them", async () => {
    const { host, target } = await start();
    expect(target.threadComm(asTid(host.pid))).toBe('library-host');
    expect(target.threadComm(asTid(host.addresses['thread'] ?? 0))).toBe('a;b\n\u001b[1m)');
    expect(target.threadComm(asTid(process.pid))).toBeNull(); // a thread of another process
    expect(target.threadComm(asTid(2 ** 22 + 1))).toBeNull();
  });

  it('answers nothing any more when the process has ended', async () => {
    const { host, target } = await start();
    const memory = host.addresses['memory'] ?? 0;
    const mapping = target.maps()?.find(({ path }) => path === library);
    expect(target.alive()).toBe(true);
    await host.end();
    expect(target.alive()).toBe(false);
    expect(read(target, memory, 1)).toBe('-');
    expect(target.maps()).toBeNull();
    expect(target.threadComm(asTid(host.pid))).toBeNull();
    expect(mapping && target.library(mapping)).toBeNull();
  });

  it('answers nothing any more when the process runs another program', async () => {
    const { host, target } = await start();
    host.send('exec');
    for (let i = 0; i < 100 && target.alive(); i++) await sleep(50);
    expect(target.alive()).toBe(false);
    expect(target.maps()).toBeNull();
    expect(read(target, host.addresses['memory'] ?? 0, 1)).toBe('-');
    const again = openTarget(host.pid);
    targets.push(again);
    expect(again.alive()).toBe(true);
    expect(again.maps()?.some(({ path }) => path.endsWith('/sleep') || path.endsWith('/coreutils'))).toBe(true);
  });

  it('never joins the memory of one program with the maps of the next', async () => {
    const script = join(folder, 'exec-loop.sh');
    writeFileSync(script, `#!/bin/sh\nexec ${script}\n`, { mode: 0o755 });
    const child = spawn(script, { stdio: 'ignore' });
    const seen = { whole: 0, moved: 0, ended: 0, torn: 0 };
    const look = (target: OpenTarget): keyof typeof seen => {
      const [first] = target.maps() ?? [];
      if (first !== undefined && target.read(first.start, new Uint8Array(4))) return 'whole';
      if (first === undefined || !target.alive()) return 'ended';
      // A program being loaded has its stack moved (shift_arg_pages of fs/exec.c): true when it was read, gone a moment later.
      return target.maps()?.[0]?.start === first.start ? 'torn' : 'moved';
    };
    for (const endMs = performance.now() + 3000; performance.now() < endMs; await sleep(0)) {
      const target = openTarget(asPid(child.pid ?? 0));
      seen[look(target)]++;
      target.close();
    }
    child.kill('SIGKILL');
    expect(seen.torn).toBe(0);
    expect(seen.whole).toBeGreaterThan(50);
  });

  it('does not mistake a process that got the same number', () => {
    // In a pid namespace of its own numbers can be chosen (ns_last_pid), so a number is used again at once.
    const script = join(folder, 'reuse.mts');
    writeFileSync(
      script,
      `import { spawn } from 'node:child_process';
       import { once } from 'node:events';
       import { writeFileSync } from 'node:fs';
       import { openTarget } from ${JSON.stringify(join(import.meta.dirname, '../../../src/target/open-target.ts'))};
       const first = spawn('sleep', ['60']);
       await once(first, 'spawn');
       const target = openTarget(first.pid as never);
       const before = target.alive();
       first.kill('SIGKILL');
       await once(first, 'exit');
       let second = null;
       for (let i = 0; i < 50 && second?.pid !== first.pid; i++) {
         second?.kill('SIGKILL');
         writeFileSync('/proc/sys/kernel/ns_last_pid', String((first.pid ?? 0) - 1));
         second = spawn('sleep', ['60']);
         await once(second, 'spawn');
       }
       const fresh = openTarget(first.pid as never);
       console.log(JSON.stringify({ same: second?.pid === first.pid, before, after: target.alive(), maps: target.maps(), fresh: fresh.alive() }));
       second?.kill('SIGKILL');
       process.exit(0);`,
    );
    const namespace = ['--pid', '--fork', '--mount-proc', process.execPath, '--import', 'tsx', script];
    const { stdout, stderr } = spawnSync('unshare', namespace, { encoding: 'utf8', cwd: join(import.meta.dirname, '../../..') });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ same: true, before: true, after: false, maps: null, fresh: true });
  });

  it('opens a process that is not there as one that is gone', () => {
    const { pid } = spawnSync('true');
    const target = openTarget(asPid(pid));
    targets.push(target);
    expect([target.alive(), target.maps(), target.threadComm(asTid(pid)), read(target, 4096, 1)]).toEqual([
      false,
      null,
      null,
      '-',
    ]);
  });

  it('says what to do when it may not read', async () => {
    const { host } = await start();
    process.seteuid?.(65534);
    try {
      expect(() => openTarget(host.pid)).toThrow(OperatorError);
      expect(() => openTarget(host.pid)).toThrow(`cannot read the memory of process ${host.pid}: not permitted`);
    } finally {
      process.seteuid?.(0);
    }
  });

  it('gives its descriptors back', async () => {
    const { host } = await start();
    const open = (): readonly string[] => {
      const { stdout } = spawnSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' });
      return stdout
        .split('\n')
        .filter((line) => line.includes(`/proc/${host.pid}`) || line.includes(folder) || line.includes('.so'));
    };
    const before = open();
    const kept = openTarget(host.pid);
    targets.push(kept);
    expect(open().length).toBe(before.length + 3); // the list does show what is open
    kept.close();
    for (let i = 0; i < 20; i++) {
      const target = openTarget(host.pid);
      for (const mapping of target.maps() ?? []) target.library(mapping);
      target.close();
      expect([target.alive(), target.maps(), read(target, 4096, 1)]).toEqual([false, null, '-']);
    }
    expect(open()).toEqual(before);
  });
});
