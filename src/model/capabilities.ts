// What a process may do, from the CapEff line of /proc/PID/status (capabilities(7)): the ones that profiling needs, by name. Pure: who may
// read /proc reads it. Which of them which bpftrace needs was found by trying: docs/containers.md.

/** Numbers of include/uapi/linux/capability.h. */
const NUMBERS = {
  CAP_DAC_READ_SEARCH: 2n,
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_SYS_RESOURCE: 24n,
  CAP_SYSLOG: 34n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

export type Capability = keyof typeof NUMBERS;

/** The effective ones among those above; none when the text is no status. */
export function effectiveCapabilities(status: string): ReadonlySet<Capability> {
  const digits = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status)?.[1] ?? '0';
  const bits = BigInt(`0x${digits}`);
  return new Set((Object.keys(NUMBERS) as Capability[]).filter((name) => ((bits >> NUMBERS[name]) & 1n) === 1n));
}

/** What is missing to load programs that sample; empty: nothing. CAP_SYS_ADMIN stands for both. */
export function missingToLoad(has: ReadonlySet<Capability>): readonly Capability[] {
  if (has.has('CAP_SYS_ADMIN')) return [];
  return (['CAP_BPF', 'CAP_PERFMON'] as const).filter((name) => !has.has(name));
}
