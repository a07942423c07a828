// Libraries of real processes, also where their path leads nowhere or somewhere else: deleted, replaced, in another mount namespace,
// in another root, under hostile names.

import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { MappedLibrary, Mapping } from '../../../src/model/target.ts';
import { asElfAddress, asPid } from '../../../src/model/units.ts';
import { LibraryBuilds } from '../../../src/target/library-builds.ts';
import { openByPath } from '../../../src/target/open-mapped-file.ts';
import { openTarget, type OpenTarget } from '../../../src/target/open-target.ts';
import { probedLibrary } from '../../../src/target/probed-libraries.ts';
import { ProcessHandle } from '../../../src/target/process-handle.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { compile, compileLibrary, startHost, type LibraryHost } from './library-host.ts';

const hosts: LibraryHost[] = [];
const targets: OpenTarget[] = [];
let folder = '';
let program = '';

async function start(argv: readonly string[]): Promise<{ readonly host: LibraryHost; readonly target: OpenTarget }> {
  const host = await startHost(argv);
  // Builds of its own: nothing may be known from a test before.
  const target = openTarget(host.pid, new LibraryBuilds());
  hosts.push(host);
  targets.push(target);
  return { host, target };
}

function mappingAt(target: OpenTarget, address: number): Mapping {
  const found = target.maps()?.find(({ start, end }) => start <= address && address < end);
  if (found === undefined) throw new Error(`nothing is mapped at ${address.toString(16)}`);
  return found;
}

/** What covers an address: the function's name and how far inside of it the address is. */
function symbolAt(target: OpenTarget, address: number): string {
  const library = target.library(mappingAt(target, address));
  const symbol = library && target.symbolAt(library, asElfAddress(address - library.bias));
  return library !== null && symbol !== null ? `${symbol.name}+${address - library.bias - symbol.start}` : '-';
}

/** The three functions every host has. */
function names(target: OpenTarget, { addresses }: LibraryHost): readonly string[] {
  return ['program', 'function', 'local'].map((name) => symbolAt(target, (addresses[name] ?? 0) + 1));
}

describeOnHost('libraries of a target', ['root', 'cc'], () => {
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'jtrace-libraries-')));
    program = compile('library-host.c', join(folder, 'library-host'), '-pthread', '-ldl');
    compileLibrary(join(folder, 'first.so'), 'first_function');
    compileLibrary(join(folder, 'second.so'), 'second_function');
  });
  afterEach(async () => {
    for (const target of targets.splice(0)) target.close();
    for (const host of hosts.splice(0)) await host.end();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const FIRST = ['function_of_program+1', 'first_function+1', 'local_function+1'];
  /** A copy under another name, since tests delete and replace it. */
  const copyOf = (name: string, copy: string): string => {
    copyFileSync(join(folder, name), join(folder, copy));
    return join(folder, copy);
  };

  it('names functions of program and library', async () => {
    const { host, target } = await start([program, copyOf('first.so', 'plain.so')]);
    expect(names(target, host)).toEqual(FIRST);
    const library = target.library(mappingAt(target, host.addresses['function'] ?? 0));
    expect(library).toMatchObject({ path: join(folder, 'plain.so') });
    expect(library?.buildId).toMatch(/^([0-9a-f]{40})?$/);
    const value = library && target.symbolNamed(library, 'first_function');
    expect((value ?? 0) + (library?.bias ?? 0)).toBe(host.addresses['function']);
    expect(library && target.symbolNamed(library, 'second_function')).toBeNull();
  });

  it('finds the same bias from every piece of a library', async () => {
    const { host, target } = await start([program, copyOf('first.so', 'pieces.so')]);
    const biases = (target.maps() ?? [])
      .filter(({ path }) => path.endsWith('/pieces.so'))
      .map((piece) => target.library(piece)?.bias);
    expect(biases.length).toBeGreaterThan(3);
    expect(new Set(biases).size).toBe(1);
    expect(names(target, host)).toEqual(FIRST);
  });

  it('finds a thread-local through the module slot, as the dynamic linker does', async () => {
    const { host, target } = await start([program, copyOf('first.so', 'tls.so')]);
    const library = target.library(mappingAt(target, host.addresses['function'] ?? 0));
    if (library === null) throw new Error('no library');
    expect(target.symbolNamed(library, 'thread_local_value')).toBe(0);
    const slot = target.tlsModuleSlot(library);
    const moduleId = new Uint8Array(8);
    expect(slot !== null && target.read(slot + library.bias, moduleId)).toBe(true);
    // The program and libc may have one each; this one is among the first few.
    expect(Buffer.from(moduleId).readBigUInt64LE()).toBeGreaterThan(0n);
    expect(Buffer.from(moduleId).readBigUInt64LE()).toBeLessThan(16n);
  });

  it('reads a library that was deleted', async () => {
    const path = copyOf('first.so', 'deleted.so');
    const { host, target } = await start([program, path]);
    unlinkSync(path);
    expect(mappingAt(target, host.addresses['function'] ?? 0)).toMatchObject({ path, deleted: true });
    expect(names(target, host)).toEqual(FIRST);
  });

  it('reads the library that is mapped, not the one that has replaced it', async () => {
    const path = copyOf('first.so', 'replaced.so');
    const { host, target } = await start([program, path]);
    renameSync(copyOf('second.so', 'replacement.so'), path);
    expect(names(target, host)).toEqual(FIRST);
    // A process started now has the other file under the same path.
    const later = await start([program, path]);
    expect(names(later.target, later.host)).toEqual(['function_of_program+1', 'second_function+1', 'local_function+1']);
    expect(later.target.library(mappingAt(later.target, later.host.addresses['function'] ?? 0))?.key).not.toBe(
      target.library(mappingAt(target, host.addresses['function'] ?? 0))?.key,
    );
  });

  it('reads a library that only the mount namespace of the target has', async () => {
    const hidden = join(folder, 'hidden');
    mkdirSync(hidden);
    const script = 'mount -t tmpfs none "$1" && cp "$2" "$1/only-here.so" && exec "$3" "$1/only-here.so"';
    const argv = ['unshare', '--mount', 'sh', '-c', script, 'sh', hidden, join(folder, 'first.so'), program];
    const { host, target } = await start(argv);
    expect(() => statSync(join(hidden, 'only-here.so'))).toThrow();
    expect(names(target, host)).toEqual(FIRST);
    // By its path, too, which leads through the target's root.
    const handle = new ProcessHandle(host.pid);
    const fd = openByPath(handle, mappingAt(target, host.addresses['function'] ?? 0));
    handle.close();
    expect(fd).not.toBeNull();
    if (fd !== null) closeSync(fd);
  });

  it('takes hostile names as they are', async () => {
    const nasty = join(folder, 'a\n7f0000000000-7f0000001000 r-xp 00000000 00:00 0 ;\u001b[31m (deleted)');
    copyFileSync(join(folder, 'first.so'), nasty);
    const { host, target } = await start([program, nasty]);
    expect(names(target, host)).toEqual(FIRST);
    expect(mappingAt(target, host.addresses['function'] ?? 0).path).toContain('\n7f0000000000-');
    expect(target.maps()?.some(({ start, end }) => start === 0x7f0000000000 && end === 0x7f0000001000)).toBe(false);
  });

  it('reads the vdso from memory, and knows vsyscall', async () => {
    const { host, target } = await start([program, join(folder, 'first.so')]);
    const library = target.library(mappingAt(target, host.addresses['vdso'] ?? 0));
    expect(library?.bias).toBe(host.addresses['vdso']);
    const address = library && target.symbolNamed(library, '__vdso_clock_gettime');
    expect(address).not.toBeNull();
    expect(symbolAt(target, (address ?? 0) + (library?.bias ?? 0) + 1)).toMatch(/clock_gettime\+1$/);
    const vsyscall = target.maps()?.find(({ path }) => path === '[vsyscall]');
    if (vsyscall === undefined) return; // not every kernel has it
    const page = target.library(vsyscall);
    expect(page && target.symbolAt(page, asElfAddress(0))?.name).toBe('[vsyscall]');
  });

  it('is none for anonymous memory, stacks and files that are no ELF', async () => {
    const { target } = await start([program, join(folder, 'first.so')]);
    const known = (target.maps() ?? []).map((mapping) => [mapping.path, target.library(mapping)] as const);
    expect(known.filter(([path, library]) => library === null && path.endsWith('.so'))).toEqual([]);
    expect(
      known.filter(([path, library]) => library !== null && (path === '' || path === '[stack]' || path === '[heap]')),
    ).toEqual([]);
    const library: MappedLibrary = { key: 'never met', path: '/x', buildId: '', bias: 0 };
    expect([target.symbolAt(library, asElfAddress(1)), target.symbolNamed(library, 'x'), target.tlsModuleSlot(library)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describeOnHost('a path inside the target', ['root', 'cc'], () => {
  let root = '';
  let host: LibraryHost | null = null;
  let real: Mapping | null = null;
  const inside = (path: string): string => join(root, path);

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'jtrace-libraries-')));
    root = join(folder, 'root');
    mkdirSync(join(root, 'lib'), { recursive: true });
    program = compile('library-host.c', join(folder, 'library-host'), '-pthread', '-ldl');
    compileLibrary(join(folder, 'outside.so'), 'outside_function');
    // A root of its own with all the program needs.
    for (const file of [program, ...sharedObjectsOf(program)]) {
      mkdirSync(dirname(inside(file)), { recursive: true });
      copyFileSync(file, inside(file));
    }
    copyFileSync(program, inside('library-host'));
    compileLibrary(inside('lib/inside.so'), 'inside_function');
    symlinkSync('/lib/inside.so', inside('absolute-link.so'));
    symlinkSync('../../../../../../lib/inside.so', inside('lib/climbing-link.so'));
    symlinkSync(join(folder, 'outside.so'), inside('lib/outside-link.so'));
    symlinkSync('../../outside.so', inside('lib/outside-climbing.so'));
    if (spawnSync('mkfifo', [inside('lib/fifo.so')]).status !== 0) throw new Error('mkfifo failed');
    if (spawnSync('mknod', [inside('lib/device.so'), 'c', '1', '5']).status !== 0) throw new Error('mknod failed');
    copyFileSync(inside('lib/inside.so'), inside('lib/copy.so'));
    host = await startHost(['chroot', root, '/library-host', '/lib/inside.so']);
    const target = openTarget(host.pid);
    real = mappingAt(target, host.addresses['function'] ?? 0);
    target.close();
  });
  afterAll(async () => {
    await host?.end();
    rmSync(folder, { recursive: true });
  });

  function mapped(): Mapping {
    if (real === null) throw new Error('not started');
    return real;
  }

  /** Whether the file would be opened under that path, if maps showed this device and inode. */
  function opens(path: string, fileId: string): boolean {
    if (host === null) throw new Error('not started');
    const handle = new ProcessHandle(host.pid);
    const fd = openByPath(handle, { ...mapped(), path, fileId });
    handle.close();
    if (fd !== null) closeSync(fd);
    return fd !== null;
  }

  /** As maps shows it: device in hexadecimal. */
  function idOf(path: string): string {
    const stat = statSync(path);
    const [device = ''] = mapped().fileId.split(/:\d+$/);
    return `${device}:${stat.ino}`;
  }

  it('leads to the mapped file, through links of its own', () => {
    const id = mapped().fileId;
    expect(idOf(inside('lib/inside.so'))).toBe(id);
    expect(
      ['/lib/inside.so', '/absolute-link.so', '/lib/climbing-link.so', '/lib/../lib//inside.so'].map((path) => opens(path, id)),
    ).toEqual(Array(4).fill(true));
  });

  it('never leads out of its root', () => {
    const id = idOf(join(folder, 'outside.so'));
    const paths = ['/lib/outside-link.so', '/lib/outside-climbing.so', '/../outside.so', join(folder, 'outside.so')];
    expect(paths.map((path) => opens(path, id))).toEqual(paths.map(() => false));
    // The same question about a process whose root the file is in.
    const own = new ProcessHandle(asPid(process.pid));
    const fd = openByPath(own, { ...mapped(), path: join(folder, 'outside.so'), fileId: id });
    own.close();
    expect(fd).not.toBeNull();
    if (fd !== null) closeSync(fd);
  });

  it('is not believed when the file is another one than the mapped', () => {
    expect(opens('/lib/copy.so', mapped().fileId)).toBe(false);
    expect(opens('/lib/inside.so', idOf(inside('lib/copy.so')))).toBe(false);
  });

  it('does not hang at a FIFO or touch a device', () => {
    expect(opens('/lib/fifo.so', idOf(inside('lib/fifo.so')))).toBe(false);
    expect(opens('/lib/device.so', idOf(inside('lib/device.so')))).toBe(false);
    expect(opens('/lib', idOf(inside('lib')))).toBe(false);
  });

  it('still names the functions of a process in a root of its own', () => {
    if (host === null) throw new Error('not started');
    const target = openTarget(host.pid, new LibraryBuilds());
    expect(names(target, host)).toEqual(['function_of_program+1', 'inside_function+1', 'local_function+1']);
    target.close();
  });

  it('names only functions that a probe can name: symbols are written by the target, and become text of a program that root runs', async () => {
    const trap = 'trap {} uprobe:/bin/sh:main { print(1) } k:x';
    const stand = 't'.repeat(trap.length);
    const library = compile('library.c', join(folder, 'libshop.so'), '-shared', '-fPIC', `-DFUNCTION=${stand}`, '-Wl,-Bsymbolic');
    writeFileSync(library, readFileSync(library).toString('latin1').replaceAll(stand, trap), 'latin1');
    const { host } = await start([program, library]);
    const probes = probedLibrary(host.pid, 'libshop');
    expect(probes?.functions).toContain('address_of_function');
    expect(probes?.functions.filter((name) => name.includes('trap') || name.includes(' '))).toEqual([]);
  });
});

function sharedObjectsOf(file: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [file], { encoding: 'utf8' });
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => path);
}
