// The path of a target's libjvm → its JDK's version: from the `release` file that lies some folders above (JDK 8 to 27), else
// from the path. The VM's own version (from its tables) is more certain; it costs an ELF file and is left to the unwinder.

import type { Pid } from '../../model/units.ts';
import { readInTargetRoot } from './open-in-root.ts';

/** Real ones have 1 to 2 KB. */
const MAX_RELEASE_BYTES = 16 * 1024;
/** lib/server/libjvm.so is 2 below the JDK's home, jre/lib/amd64/server/libjvm.so of JDK 8 is 4. */
const MAX_FOLDERS_UP = 4;
/** `1.8.0_432`, `17.0.21`, `27-ea`: what may be shown. */
const VERSION = /^[0-9][0-9A-Za-z._+-]{0,30}$/;

/** Version of the JDK a mapped libjvm belongs to; '' when nothing tells. */
export function jdkVersion(pid: Pid, libjvmPath: string): string {
  let folder = parent(libjvmPath);
  for (let up = 0; up < MAX_FOLDERS_UP && folder.length > 1; up++) {
    folder = parent(folder);
    const text = readInTargetRoot(pid, `${folder}/release`, MAX_RELEASE_BYTES)?.toString('utf8');
    const version = text === undefined ? undefined : /^JAVA_VERSION="([^"\n]*)"/m.exec(text)?.[1];
    if (version !== undefined && VERSION.test(version)) return version;
  }
  return versionInPath(libjvmPath);
}

/** `…/java-17-openjdk-amd64/…`, `…/jdk-21.0.4+7/…`, `…/jdk1.8.0_432/…`, `…/temurin-25-jdk/…` → the number. */
export function versionInPath(path: string): string {
  const match = /\/(?:[a-z]+[a-z0-9]*-)*?(?:java|jdk|jre|openjdk|temurin|zulu|corretto)-?([0-9][0-9._+]*)/i.exec(path)?.[1] ?? '';
  const version = match.replace(/[._+]+$/, '');
  return VERSION.test(version) ? version : '';
}

function parent(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
