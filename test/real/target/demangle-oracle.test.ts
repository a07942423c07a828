// Our demangler and binutils' c++filt over all C++ names of libjvm and libstdc++. Names that differ are printed.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { demangle, demangleShort } from '../../../src/target/demangle/demangle.ts';
import { bufferSource } from '../../../src/target/elf/byte-source.ts';
import { readElfFile } from '../../../src/target/elf/elf-file.ts';
import { readRawSymbols } from '../../../src/target/elf/raw-symbols.ts';
import { javaHome } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';

/** Of all names. What differs today: constructs that c++filt 2.40 does not know, or prints with a comma too many. */
const WANTED_SHARE = 0.995;

const libjvm = join(javaHome() ?? '', 'lib/server/libjvm.so');
const libstdcpp = ['/usr/lib/x86_64-linux-gnu/libstdc++.so.6', '/usr/lib64/libstdc++.so.6'].find(existsSync) ?? '';

/** All different C++ names of a library's symbol tables. */
function mangledNames(path: string): readonly string[] {
  const source = bufferSource(readFileSync(path));
  const file = readElfFile(source);
  if (file === null) throw new Error(`${path} is no ELF file`);
  const names = new Set<string>();
  for (const table of readRawSymbols(source, file)) {
    for (let index = 1; index < table.count; index++) names.add(table.name(index));
  }
  return [...names].filter((name) => name.startsWith('_Z'));
}

function filtered(names: readonly string[], ...flags: readonly string[]): readonly string[] {
  const { stdout, status } = spawnSync('c++filt', flags, {
    input: `${names.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error('c++filt failed');
  return stdout.trimEnd().split('\n');
}

/** Prints what differs and gives the share of what does not. */
function agreement(title: string, names: readonly string[], ours: readonly string[], theirs: readonly string[]): number {
  expect(theirs).toHaveLength(names.length);
  const different = names.flatMap((name, i) =>
    ours[i] === theirs[i] ? [] : [`${name}\n  jtrace  ${ours[i] ?? ''}\n  c++filt ${theirs[i] ?? ''}`],
  );
  const share = 1 - different.length / names.length;
  console.log(`${title}: ${names.length} names, ${(share * 100).toFixed(3)} % equal\n${different.slice(0, 50).join('\n')}`);
  return share;
}

describeOnHost('the demangler', ['jdk17', 'binutils'], () => {
  it.each([libjvm, libstdcpp].filter((path) => path !== ''))('says what c++filt says of %s', (path) => {
    const names = mangledNames(path);
    expect(names.length).toBeGreaterThan(4000);
    const ours = names.map(demangle);
    expect(ours.filter((text, i) => text === names[i]).length).toBeLessThan(names.length * (1 - WANTED_SHARE)); // it does demangle
    expect(agreement(`${path} in full`, names, ours, filtered(names, '-i'))).toBeGreaterThanOrEqual(WANTED_SHARE);

    // In short: c++filt drops clones, and keeps the parameters of what a thunk or a transaction clone leads to.
    const plain = names.filter((name) => !/^_Z(T[hvc]|GT)/.test(name));
    const short = plain.map((name) => demangleShort(name).replace(/ \[clone .*$/, ''));
    expect(agreement(`${path} in short`, plain, short, filtered(plain, '-i', '-p'))).toBeGreaterThanOrEqual(WANTED_SHARE);
  });
});
