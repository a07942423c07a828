// A JDK whose libjvm has lost its symbols, as distributions other than Debian ship it: links to the real one but for what finds its way by its own path.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** `home`: of JDK 11 or later. Gives the JAVA_HOME of the copy, in a new folder `to`. Needs binutils. */
export function strippedJdk(home: string, to: string): string {
  run('cp', '-rs', home, to);
  for (const file of ['bin/java', 'lib/libjli.so']) {
    rmSync(join(to, file));
    copyFileSync(join(home, file), join(to, file));
  }
  const libjvm = 'lib/server/libjvm.so';
  mkdirSync(join(to, 'lib/server'), { recursive: true });
  rmSync(join(to, libjvm));
  run('strip', '-o', join(to, libjvm), join(home, libjvm));
  return to;
}

function run(file: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(file, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${file}: ${stderr}`);
}
