// The JDKs that tests run against, by version: 17 is the host's, the others are what test/tools/debian-programs has unpacked.

import { javaHome, JDK_VERSIONS, type JdkVersion, otherJdk } from './host-tools.ts';

export { JDK_VERSIONS, type JdkVersion } from './host-tools.ts';

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
