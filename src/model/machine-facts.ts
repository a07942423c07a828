// What is known of this machine and of jtrace's own place on it before anything is judged: read by src/target/machine, tried by
// src/bpftrace, judged by src/doctor. Absent, unreadable and zero are three things.

import type { Capability } from './capabilities.ts';

/** A file with one value. */
export type Setting =
  | { readonly kind: 'value'; readonly text: string }
  /** This kernel does not have it. */
  | { readonly kind: 'absent' }
  /** It is there, and not for us to read. */
  | { readonly kind: 'unreadable' };

/** By their names of sysctl(8). */
export const SETTING_NAMES = [
  'kernel.perf_event_paranoid',
  'kernel.kptr_restrict',
  'kernel.unprivileged_bpf_disabled',
  'kernel.bpf_stats_enabled',
  'kernel.numa_balancing',
  'net.core.bpf_jit_enable',
] as const;
export type SettingName = (typeof SETTING_NAMES)[number];

/** Options of the kernel's configuration that say why something is missing. */
export const CONFIG_OPTIONS = [
  'CONFIG_BPF_JIT',
  'CONFIG_BPF_JIT_ALWAYS_ON',
  'CONFIG_BPF_SYSCALL',
  'CONFIG_DEBUG_INFO_BTF',
  'CONFIG_FUNCTION_TRACER',
  'CONFIG_KPROBES',
  'CONFIG_SECURITY_LOCKDOWN_LSM',
  'CONFIG_UPROBES',
  'CONFIG_X86_FRED',
] as const;
export type ConfigOption = (typeof CONFIG_OPTIONS)[number];

export interface KernelConfig {
  /** The file it was found in. */
  readonly source: string;
  /** `y`, `m`, `n`, or what else stands there; an option that is not in the file is `n`. */
  readonly options: Readonly<Record<ConfigOption, string>>;
}

export interface KernelFacts {
  readonly release: string;
  /** As Node names it: x64, arm64. */
  readonly architecture: string;
  /** null: found nowhere. */
  readonly config: KernelConfig | null;
  readonly hasTypeInformation: boolean;
  readonly tracefs: 'readable' | 'hidden' | 'absent';
  readonly hasKernelProbes: boolean;
  readonly settings: Readonly<Record<SettingName, Setting>>;
  /** `none`, `integrity`, `confidentiality`; absent where the kernel has no lockdown, unreadable also where securityfs is not mounted. */
  readonly lockdown: Setting;
  /** Interrupts and calls enter by FRED: registers lie elsewhere on the kernel's stack. */
  readonly isFredActive: boolean;
  readonly numaNodes: number;
  readonly swapTotalKb: number;
  readonly swapUsedKb: number;
  /** `always`, `madvise`, `never`. */
  readonly hugePages: Setting;
}

/** Whether we are in the namespace that the kernel began with; null: it cannot be told. */
export type NamespaceKind = 'user' | 'pid' | 'mnt' | 'cgroup';

export interface RightsFacts {
  readonly userId: number;
  readonly has: ReadonlySet<Capability>;
  /** Of /proc/self/status: 0 none, 1 strict, 2 filter. */
  readonly seccomp: number;
  readonly noNewPrivileges: boolean;
  readonly initialNamespaces: Readonly<Record<NamespaceKind, boolean | null>>;
  /** As process lists name it; '': none that could be seen. */
  readonly container: string;
  /** /proc shows the kernel's own threads: it is the whole machine's. */
  readonly seesHostProcesses: boolean;
  /** Soft limit; Infinity: none. null: unknown. */
  readonly lockedMemoryBytes: number | null;
}

export interface SymbolFacts {
  readonly kernel: 'readable' | 'hidden' | 'absent';
  /** /usr/lib/debug has files by build id. */
  readonly hasDebugFiles: boolean;
  /** null: not found. */
  readonly bpftoolPath: string | null;
}

export type BpftraceFacts =
  | { readonly kind: 'found'; readonly path: string; readonly versionText: string; readonly tooOld: boolean }
  /** `isNamed`: by the operator. */
  | { readonly kind: 'absent'; readonly message: string; readonly hint: string; readonly isNamed: boolean };

/** Between kernel and bpftrace, as a profile with default settings has them. */
export interface BufferFacts {
  /** One for all processors, or one for each. */
  readonly count: number;
  /** Of each. */
  readonly pages: number;
  readonly pageBytes: number;
}

/** Small programs that show what a bpftrace can here. */
export const PROBE_NAMES = ['begin', 'sampling', 'uprobe', 'kprobe', 'fentry', 'usdt'] as const;
export type ProbeName = (typeof PROBE_NAMES)[number];

/** What came of one. */
export type Tried =
  | { readonly kind: 'works'; readonly lines: readonly string[] }
  /** `message`: one line; `hint`: what to do; `said`: the first lines of bpftrace's own words. */
  | { readonly kind: 'failed'; readonly message: string; readonly hint: string; readonly said: readonly string[] }
  /** It was ended: whether it works is not known. */
  | { readonly kind: 'too-slow'; readonly afterMs: number }
  | { readonly kind: 'not-tried'; readonly why: string };
