// The attach points that stand in a bpftrace program's text, as far as the scripts of the catalogue write them.

/** Every probe with a provider; BEGIN, END and intervals are none that could be missing. */
export const PROBE =
  /\b(?:tracepoint|rawtracepoint|kprobe|kretprobe|uprobe|uretprobe|usdt|software|hardware|profile|watchpoint):[^\s,/]*(?:\/[^\s,]*)?[^\s,]*/g;
