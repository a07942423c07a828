// Files by which a kernel shows what it has for BPF: looked at where a failure is explained (src/bpftrace), and where the machine is examined
// (src/target/machine).

export const TYPE_INFORMATION = '/sys/kernel/btf/vmlinux';
/** Any of them: CONFIG_KPROBES. The kernel's own means for them, from 4.17 on, and tracefs's. */
export const KERNEL_PROBES = ['/sys/bus/event_source/devices/kprobe', '/sys/kernel/tracing/kprobe_events'] as const;
/** Where tracefs is mounted, and its place below debugfs before 4.1. */
export const TRACEFS_EVENTS = ['/sys/kernel/tracing/events', '/sys/kernel/debug/tracing/events'] as const;
