// This machine as `npm run demo` needs it: which tools are there, and whether jtrace is built.

import { existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { findBpftrace } from '../../src/bpftrace/find.ts';
import { OperatorError } from '../../src/model/errors.ts';
import { javaHome } from '../support/host-tools.ts';
import { REPOSITORY } from '../support/repository.ts';
import { isDebian12 } from '../tools/setup/apt.ts';
import type { DemoMachine } from './plan.ts';

/** What `npm run build` is made from, and what it makes last of each of its two halves. */
const SOURCES = ['src', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
const BUILT = ['dist/cli/main.js', 'dist/page/page.js'];

export async function lookAtMachine(): Promise<DemoMachine> {
  return {
    hasBpftrace: await hasBpftrace(),
    hasJdk: javaHome() !== null,
    isDebian12: isDebian12(),
    hasApt: (process.env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, 'apt-get'))),
  };
}

/** Whether dist/ is missing, in part or whole, or older than what it is made from. */
export function needsBuild(root: string = REPOSITORY): boolean {
  return oldest(root, BUILT) <= newest(root, SOURCES);
}

/** As jtrace itself looks for it. */
async function hasBpftrace(): Promise<boolean> {
  try {
    await findBpftrace({ path: null, searchPath: process.env['PATH'] });
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

function oldest(root: string, paths: readonly string[]): number {
  return Math.min(...paths.map((path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? -Infinity));
}

/** Time of the newest file among paths and everything in them; no links are followed. */
function newest(root: string, paths: readonly string[]): number {
  const files = paths.flatMap((path) =>
    statSync(join(root, path)).isDirectory()
      ? readdirSync(join(root, path), { recursive: true, withFileTypes: true }).map((entry) => join(entry.parentPath, entry.name))
      : [join(root, path)],
  );
  return Math.max(...files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity));
}
