// Three ways to read the text that a function is given. What came of each is
// kept in a map, where the loader finds it.
#include <linux/ptrace.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct seen { __s64 before, error, after; char text[64]; };
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct seen);
} kept SEC(".maps");

SEC("uprobe")
int awake(struct pt_regs *ctx) {
  void *address = (void *)PT_REGS_PARM1(ctx);
  __u32 first = 0;
  struct seen *seen = bpf_map_lookup_elem(&kept, &first);
  if (!seen) return 0;
  seen->error = bpf_probe_read_user(seen->text, 64, address);
  return 0;
}

SEC("uprobe")
int waits(struct pt_regs *ctx) {
  void *address = (void *)PT_REGS_PARM1(ctx);
  __u32 first = 0;
  struct seen *seen = bpf_map_lookup_elem(&kept, &first);
  if (!seen) return 0;
  seen->error = bpf_copy_from_user(seen->text, 64, address);
  return 0;
}

SEC("uprobe.s")
int asleep(struct pt_regs *ctx) {
  void *address = (void *)PT_REGS_PARM1(ctx);
  __u32 first = 0;
  struct seen *seen = bpf_map_lookup_elem(&kept, &first);
  if (!seen) return 0;
  char byte;
  seen->before = bpf_probe_read_user(&byte, 1, address);
  seen->error = bpf_copy_from_user(seen->text, 64, address);
  seen->after = bpf_probe_read_user(&byte, 1, address);
  return 0;
}

char LICENSE[] SEC("license") = "GPL";
