// The JDKs that tests run against, by version: 17 is the host's, the others are what test/tools/debian-programs has unpacked.

import { javaHome, otherJdk } from './host-tools.ts';

export const JDK_VERSIONS = [8, 11, 17, 21, 25, 26, 27] as const;
export type JdkVersion = (typeof JDK_VERSIONS)[number];

/** JAVA_HOME; null when it is not here (`test/tools/debian-programs jdk VERSION`). */
export function jdkHome(version: JdkVersion): string | null {
  return version === 17 ? javaHome() : otherJdk(String(version));
}

/** `8,17` as versions; throws for what is none. */
export function parseJdkVersions(text: string): JdkVersion[] {
  return text.split(',').map((word) => {
    const version = JDK_VERSIONS.find((known) => String(known) === word);
    if (version === undefined) throw new Error(`no JDK ${word} in the tests; there are ${JDK_VERSIONS.join(', ')}`);
    return version;
  });
}
