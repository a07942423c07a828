// Where programs that labs start are looked for: the JDK of JAVA_HOME first, as Java's own tools do, and last the folders of the system's administration,
// which are not in every PATH (mkswap, bpftool).

import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

const ADMINISTRATION = ['/usr/sbin', '/sbin'];

/** PATH alone: the rest stays as it is. */
export function childEnvironment({ PATH: path, JAVA_HOME: javaHome }: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const java = javaHome !== undefined && isAbsolute(javaHome) ? [join(javaHome, 'bin')] : [];
  return {
    PATH: [...java, ...(path ?? '').split(delimiter).filter((folder) => isAbsolute(folder)), ...ADMINISTRATION].join(delimiter),
  };
}

/** The path of a program there; null: there is none. */
export function programPath(name: string, environment: NodeJS.ProcessEnv): string | null {
  if (name.includes('/')) return name;
  const folders = (childEnvironment(environment)['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
