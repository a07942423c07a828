// Texts of /proc and /sys as kernels write them → facts; the real ones of this machine can all be read.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseKernelConfig } from '../../../src/target/machine/kernel-config.ts';
import { readSetting, whereIs } from '../../../src/target/machine/read-file.ts';
import { countRanges, parseSwaps, readKernelFacts, readLockdown } from '../../../src/target/machine/read-kernel-facts.ts';
import { parseLockedMemory, readRights } from '../../../src/target/machine/read-rights.ts';
import { readSymbolFacts } from '../../../src/target/machine/read-symbol-facts.ts';

test('options of a configuration: set, a module, not set, not there', () => {
  const options = parseKernelConfig(
    '#\nCONFIG_KPROBES=y\nCONFIG_UPROBES=m\n# CONFIG_X86_FRED is not set\nCONFIG_HAVE_KPROBES=y\n',
  );
  expect(options).toMatchObject({ CONFIG_KPROBES: 'y', CONFIG_UPROBES: 'm', CONFIG_X86_FRED: 'n', CONFIG_DEBUG_INFO_BTF: 'n' });
});

test('nodes', () => {
  expect(['0\n', '0-3\n', '0-1,4,6-7', '', 'nonsense'].map(countRanges)).toEqual([1, 4, 5, 1, 1]);
});

test('swaps', () => {
  const head = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';
  expect(parseSwaps(head)).toEqual({ totalKb: 0, usedKb: 0 });
  expect(parseSwaps(`${head}/dev/zram0  partition\t1048572\t\t12\t\t100\n/my\\040swap  file  2048  1024  -2\n`)).toEqual({ totalKb: 1050620, usedKb: 1036 });
}); // prettier-ignore

test('locked memory', () => {
  const line = (soft: string): string =>
    `Limit  Soft Limit  Hard Limit  Units\nMax locked memory         ${soft}       unlimited       bytes\n`;
  expect([line('65536'), line('unlimited'), ''].map(parseLockedMemory)).toEqual([65536, Infinity, null]);
});

test('a setting that is not there is told from one that is', () => {
  expect(readSetting('/proc/sys/kernel/no_such_setting')).toEqual({ kind: 'absent' });
  expect(readSetting('/proc/sys/kernel/ostype')).toEqual({ kind: 'value', text: 'Linux' });
  expect(whereIs('/proc/self/status')).toBe('there');
});

test('lockdown: absent only where securityfs tells so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-securityfs-'));
  try {
    expect(readLockdown(folder)).toEqual({ kind: 'unreadable' });
    writeFileSync(join(folder, 'lsm'), 'capability,yama');
    expect(readLockdown(folder)).toEqual({ kind: 'absent' });
    writeFileSync(join(folder, 'lockdown'), 'none [integrity] confidentiality\n');
    expect(readLockdown(folder)).toEqual({ kind: 'value', text: 'integrity' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('this machine answers', () => {
  expect(readKernelFacts()).toMatchObject({ release: expect.stringMatching(/^\d+\./) as unknown });
  expect(readRights().userId).toBe(process.geteuid?.());
  expect(['readable', 'hidden', 'absent']).toContain(readSymbolFacts(process.env['PATH']).kernel);
});
