// Finds the bpftrace to use and its version. Under sudo or cron the path may be short, so the usual places are looked at too. What a
// version can do is a table of src/program/dialects.ts; whether it may load programs here is found out by loading one.

import { statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { runChild } from '../child/run-child.ts';
import type { BpftraceVersion } from '../model/dialect.ts';
import { OperatorError } from '../model/errors.ts';

/** Where distributions and `make install` put it. */
const USUAL_PLACES = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/sbin', '/bin'];
/** `bpftrace --version` answers in 0.1 s; a cold LLVM on a slow disk takes seconds. */
const VERSION_TIMEOUT_MS = 20_000;
/** Permission to run it: its owner's, its group's, others'. */
const ANYBODY_RUNS = 0o111;
const INSTALL_HINT = 'install it (apt-get install bpftrace), or name one with --bpftrace PATH';

export interface FoundBpftrace {
  readonly path: string;
  readonly version: BpftraceVersion;
  /** As it says it, e.g. `bpftrace v0.17.0`. */
  readonly versionText: string;
}

export interface FindOptions {
  /** The operator's choice; null: look for one. */
  readonly path: string | null;
  readonly searchPath: string | undefined;
}

/** Throws an OperatorError when there is none that can be used. */
export async function findBpftrace(options: FindOptions): Promise<FoundBpftrace> {
  const path = options.path === null ? search(options.searchPath) : checkNamed(options.path);
  const result = await runChild(path, ['--version'], { timeoutMs: VERSION_TIMEOUT_MS });
  const text = `${result.stdout}\n${result.stderr}`.trim();
  const match = /^bpftrace v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?/m.exec(text);
  if (match === null) {
    const cause = result.startError ?? new Error(text.slice(0, 2000));
    throw new OperatorError('environment', `${path} does not answer as bpftrace does`, INSTALL_HINT, { cause });
  }
  const version = { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) };
  return { path, version, versionText: match[0] };
}

function search(searchPath: string | undefined): string {
  const folders = [...(searchPath ?? '').split(delimiter), ...USUAL_PLACES];
  for (const folder of folders) {
    // A relative entry would run what lies in the current folder, as root.
    if (isAbsolute(folder) && isProgram(join(folder, 'bpftrace'))) return join(folder, 'bpftrace');
  }
  throw new OperatorError('environment', 'bpftrace was not found', INSTALL_HINT);
}

function checkNamed(path: string): string {
  if (!isProgram(path)) {
    throw new OperatorError(
      'environment',
      `--bpftrace ${path}: no program that can be run`,
      'give the path of an executable bpftrace',
    );
  }
  return path;
}

/** Not access(2): it asks for the real user, without the capabilities that this process may have. */
function isProgram(path: string): boolean {
  try {
    const stat = statSync(path);
    return stat.isFile() && (stat.mode & ANYBODY_RUNS) !== 0;
  } catch {
    return false;
  }
}
