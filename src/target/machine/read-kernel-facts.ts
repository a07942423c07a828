// This machine's kernel and its settings, as /proc and /sys tell them. Nothing is written, nothing is tried.

import { release } from 'node:os';
import { KERNEL_PROBES, TRACEFS_EVENTS, TYPE_INFORMATION } from '../../model/kernel-files.ts';
import { type KernelFacts, SETTING_NAMES, type Setting, type SettingName } from '../../model/machine-facts.ts';
import { readKernelConfig } from './kernel-config.ts';
import { readSetting, readText, whereIs } from './read-file.ts';

/** The flags of the first processor. */
const MAX_CPUINFO_BYTES = 16 * 1024;
const MAX_SWAPS_BYTES = 64 * 1024;

export function readKernelFacts(): KernelFacts {
  const swaps = parseSwaps(readText('/proc/swaps', MAX_SWAPS_BYTES) ?? '');
  const tracefs = TRACEFS_EVENTS.map(whereIs);
  return {
    release: release(),
    architecture: process.arch,
    config: readKernelConfig(release()),
    hasTypeInformation: whereIs(TYPE_INFORMATION) === 'there',
    tracefs: tracefs.includes('there') ? 'readable' : tracefs.includes('hidden') ? 'hidden' : 'absent',
    hasKernelProbes: KERNEL_PROBES.some((path) => whereIs(path) === 'there'),
    settings: Object.fromEntries(SETTING_NAMES.map((name) => [name, readSetting(`/proc/sys/${name.replaceAll('.', '/')}`)])) as Record<SettingName, Setting>, // prettier-ignore
    lockdown: readLockdown('/sys/kernel/security'),
    isFredActive: /^flags\s*:.* fred( |$)/m.test(readText('/proc/cpuinfo', MAX_CPUINFO_BYTES) ?? ''),
    numaNodes: countRanges(readText('/sys/devices/system/node/online', MAX_CPUINFO_BYTES) ?? ''),
    swapTotalKb: swaps.totalKb,
    swapUsedKb: swaps.usedKb,
    hugePages: chosen(readSetting('/sys/kernel/mm/transparent_hugepage/enabled')),
  };
}

/** `securityfs`: where it is mounted, which it is not in containers: then nothing is known, and nothing is absent. */
export function readLockdown(securityfs: string): Setting {
  const setting = chosen(readSetting(`${securityfs}/lockdown`));
  // Every securityfs has the list of security modules.
  return setting.kind === 'absent' && whereIs(`${securityfs}/lsm`) !== 'there' ? { kind: 'unreadable' } : setting;
}

/** Of `none [integrity] confidentiality` the one in brackets. */
function chosen(setting: Setting): Setting {
  if (setting.kind !== 'value') return setting;
  return { kind: 'value', text: /\[(\w+)\]/.exec(setting.text)?.[1] ?? setting.text };
}

/** `0-3,8` → 5; nothing: one. */
export function countRanges(text: string): number {
  const counts = [...text.matchAll(/(\d+)(?:-(\d+))?/g)].map(([, first, last]) => Number(last ?? first) - Number(first) + 1);
  return Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
}

/** Lines `/swapfile  file  1048572  12  -2`, sizes in KiB, after a head line. */
export function parseSwaps(text: string): { readonly totalKb: number; readonly usedKb: number } {
  const rows = [...text.matchAll(/\s(?:file|partition)\s+(\d+)\s+(\d+)\s/g)];
  const sum = (column: 1 | 2): number => rows.reduce((total, row) => total + Number(row[column]), 0);
  return { totalKb: sum(1), usedKb: sum(2) };
}
