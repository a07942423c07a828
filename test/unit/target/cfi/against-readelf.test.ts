// Every row of real libraries' tables, against readelf's: C and hand-written assembly, C++ with exceptions, expressions, signal frames.

import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asElfAddress } from '../../../../src/model/units.ts';
import { bufferSource } from '../../../../src/target/elf/byte-source.ts';
import { readLibraryBuild } from '../../../../src/target/elf/library-build.ts';
import { readelfRows, ruleText } from '../../../support/readelf-frames.ts';
import { describeOnHost } from '../../../support/require-host.ts';

const LIBRARIES = [
  '/lib/x86_64-linux-gnu/libc.so.6',
  '/lib64/ld-linux-x86-64.so.2',
  '/lib/x86_64-linux-gnu/liblzma.so.5',
  '/lib/x86_64-linux-gnu/libm.so.6',
  '/usr/lib/x86_64-linux-gnu/libstdc++.so.6',
].filter(existsSync);
const MOST_SHOWN = 10;
const TIMEOUT_MS = 120_000;

describeOnHost('unwind tables', ['binutils'], () => {
  test.each(LIBRARIES)(
    '%s',
    (path) => {
      const build = readLibraryBuild(bufferSource(readFileSync(path)));
      const rows = readelfRows(path);
      const differences: string[] = [];
      rows.forEach(({ address, cells }, i) => {
        // A row without length: the next begins at the same place, and holds.
        if (rows[i + 1]?.address === address) return;
        const ours = ruleText(build?.unwindRuleAt(asElfAddress(address)) ?? null);
        if (ours !== cells && differences.length < MOST_SHOWN)
          differences.push(`${address.toString(16)}: ${ours}, readelf: ${cells}`);
      });
      expect(differences).toEqual([]);
      expect(rows.length).toBeGreaterThan(100);
    },
    TIMEOUT_MS,
  );
});
