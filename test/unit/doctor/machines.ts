// Facts of made-up machines for tests of the checks: a Debian 12 on which all is well, and what differs on others.

import type { MachineFacts } from '../../../src/doctor/check.ts';
import {
  CONFIG_OPTIONS,
  type KernelFacts,
  PROBE_NAMES,
  type ProbeName,
  type RightsFacts,
  SETTING_NAMES,
  type SettingName,
  type Setting,
  type Tried,
} from '../../../src/model/machine-facts.ts';

export const ALL_CAPABILITIES: RightsFacts['has'] = new Set([
  'CAP_BPF', 'CAP_PERFMON', 'CAP_SYS_ADMIN', 'CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH', 'CAP_SYSLOG', 'CAP_SYS_RESOURCE',
]); // prettier-ignore

const config = Object.fromEntries(CONFIG_OPTIONS.map((name) => [name, 'y'])) as KernelFacts['config'] extends infer Config
  ? NonNullable<Config> extends { readonly options: infer Options } ? Options : never
  : never; // prettier-ignore

const DEBIAN: MachineFacts = {
  rights: {
    userId: 0,
    has: ALL_CAPABILITIES,
    seccomp: 0,
    noNewPrivileges: false,
    initialNamespaces: { user: true, pid: true, mnt: true, cgroup: true },
    container: '',
    seesHostProcesses: true,
    lockedMemoryBytes: 8 << 20,
  },
  kernel: {
    release: '6.1.0-56-amd64',
    architecture: 'x64',
    config: { source: '/boot/config-6.1.0-56-amd64', options: config },
    hasTypeInformation: true,
    tracefs: 'readable',
    hasKernelProbes: true,
    settings: settings({}),
    lockdown: { kind: 'value', text: 'none' },
    isFredActive: false,
    numaNodes: 1,
    swapTotalKb: 0,
    swapUsedKb: 0,
    hugePages: { kind: 'value', text: 'madvise' },
  },
  bpftrace: { kind: 'found', path: '/usr/bin/bpftrace', versionText: 'bpftrace v0.17.0', tooOld: false },
  tried: triedAll({ kind: 'works', lines: ['jtrace-ok 30'] }),
  buffers: { count: 2, pages: 1024, pageBytes: 4096 },
  symbols: { kernel: 'readable', hasDebugFiles: false, bpftoolPath: null },
  freeze: { verdict: 'fixed', because: 'copy_from_user_nofault() calls nmi_uaccess_okay()', evidence: null, notSeen: null },
  ownCommand: 'sudo jtrace doctor',
};

/** Parts of facts, one level deep. */
export type Changes = { readonly [Part in keyof MachineFacts]?: Partial<MachineFacts[Part]> | MachineFacts[Part] };

export function machine(changes: Changes = {}): MachineFacts {
  const merged = Object.entries(DEBIAN).map(([part, facts]: [string, unknown]) => {
    const change: unknown = changes[part as keyof MachineFacts];
    if (change === undefined) return [part, facts];
    return [part, typeof facts === 'object' && typeof change === 'object' && change !== null ? { ...facts, ...change } : change];
  });
  return Object.fromEntries(merged) as MachineFacts;
}

export function settings(changed: Partial<Record<SettingName, string | Setting>>): Readonly<Record<SettingName, Setting>> {
  const usual: Readonly<Record<SettingName, string>> = {
    'kernel.perf_event_paranoid': '3',
    'kernel.kptr_restrict': '0',
    'kernel.unprivileged_bpf_disabled': '2',
    'kernel.bpf_stats_enabled': '0',
    'kernel.numa_balancing': '0',
    'net.core.bpf_jit_enable': '1',
  };
  const asSetting = (value: string | Setting): Setting => (typeof value === 'string' ? { kind: 'value', text: value } : value);
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, asSetting(changed[name] ?? usual[name])])) as Record<SettingName, Setting>; // prettier-ignore
}

export function triedAll(result: Tried, changed: Partial<Record<ProbeName, Tried>> = {}): Readonly<Record<ProbeName, Tried>> {
  return { ...(Object.fromEntries(PROBE_NAMES.map((name) => [name, result])) as Record<ProbeName, Tried>), ...changed };
}

export const failed = (message: string, hint = '', ...said: readonly string[]): Tried => ({
  kind: 'failed',
  message,
  hint,
  said,
});
