// Packs what npm would publish from a clean copy of the sources, lets publint judge it, installs it into an empty folder with
// the locked versions of its dependencies (from npm's cache where they are there), and runs the installed `jtrace --help`.
// Catches a template, a script or the page's program left out of the package, and a dependency that is only a development one.

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { isRecord } from '../support/is-record.ts';
import { REPOSITORY } from '../support/repository.ts';

/** A step of the check went wrong: shown as one line and the step's own output. */
class PackageFault extends Error {}

function run(cwd: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8', input: '' });
  if (status !== 0)
    throw new PackageFault(`${[program, ...args].join(' ')}: ${error?.message ?? `status ${status}`}\n${stdout}${stderr}`);
  return stdout;
}

/** Tracked and new files, without what .gitignore names: a stale dist/ must not reach the package. */
function copySources(into: string): void {
  const files = run(REPOSITORY, 'git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
  for (const file of files.filter((path) => path !== '' && existsSync(join(REPOSITORY, path)))) {
    mkdirSync(dirname(join(into, file)), { recursive: true });
    cpSync(join(REPOSITORY, file), join(into, file));
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(into, 'node_modules'));
}

/** A lock file for "an empty project that depends on the packed jtrace", made of the versions this repository has locked. */
function writeConsumer(folder: string, tarball: string): void {
  const lock: unknown = JSON.parse(readFileSync(join(REPOSITORY, 'package-lock.json'), 'utf8'));
  const own: unknown = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
  if (!isRecord(lock) || !isRecord(lock['packages']) || !isRecord(own))
    throw new PackageFault('package-lock.json: not a lock file');
  const runtime = Object.entries(lock['packages']).filter(
    ([path, entry]) => path !== '' && isRecord(entry) && entry['dev'] !== true,
  );
  const root = { name: 'consumer', version: '1.0.0', dependencies: { jtrace: `file:${tarball}` } };
  const jtrace = { version: own['version'], resolved: `file:${tarball}`, dependencies: own['dependencies'], bin: own['bin'] };
  const packages = { '': root, 'node_modules/jtrace': jtrace, ...Object.fromEntries(runtime) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...root, private: true }));
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ ...root, lockfileVersion: 3, requires: true, packages }));
}

function checkInstalled(consumer: string): void {
  for (const folder of ['templates', 'bt-scripts']) {
    const files = readdirSync(join(REPOSITORY, folder));
    if (files.length === 0) throw new PackageFault(`${folder}/ is empty: nothing to find in the package`);
    for (const file of files) {
      if (!existsSync(join(consumer, 'node_modules/jtrace', folder, file)))
        throw new PackageFault(`${folder}/${file} is not in the package`);
    }
  }
  for (const asset of ['page.js', 'page.css']) {
    if (!existsSync(join(consumer, 'node_modules/jtrace/dist/page', asset)))
      throw new PackageFault(`dist/page/${asset} is not in the package`);
  }
  const help = run(consumer, join(consumer, 'node_modules/.bin/jtrace'), '--help');
  // The launcher is what was installed: it, not node, says in one line that there is no node.
  const { status, stderr } = spawnSync(join(consumer, 'node_modules/.bin/jtrace'), ['--help'], {
    encoding: 'utf8',
    env: { ...process.env, JTRACE_NODE: '/nonexistent/node' },
  });
  if (status !== 3 || !stderr.startsWith('jtrace: JTRACE_NODE=/nonexistent/node is no program'))
    throw new PackageFault(`the installed jtrace is not the launcher: status ${String(status)}, ${stderr}`);
  if (!/\bprofile\b/.test(help)) throw new PackageFault(`the installed jtrace --help does not name its command:\n${help}`);
}

function main(): void {
  const work = mkdtempSync(join(tmpdir(), 'jtrace-package-'));
  try {
    const sources = join(work, 'sources');
    const consumer = join(work, 'consumer');
    for (const folder of [sources, consumer]) mkdirSync(folder);
    copySources(sources);
    run(sources, 'npm', 'pack', '--silent', '--pack-destination', work);
    const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new PackageFault('npm pack made no package');
    console.log(run(REPOSITORY, join(REPOSITORY, 'node_modules/.bin/publint'), 'run', join(work, tarball), '--strict').trim());
    writeConsumer(consumer, join(work, tarball));
    run(consumer, 'npm', 'ci', '--prefer-offline', '--omit=dev', '--no-audit', '--no-fund');
    checkInstalled(consumer);
    console.log(`${tarball}: installed into an empty folder, jtrace --help works`);
  } catch (error) {
    if (!(error instanceof PackageFault)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

main();
