// How bpftrace ended and what it said → one line for the operator, a hint, and bpftrace's words as the cause. What the machine lacks is
// asked of the machine itself; only the rest is read from the words of 0.17, 0.23 and 0.27, libbpf and the kernel.

import type { ChildExit } from '../child/start-child.ts';
import { OperatorError } from '../model/errors.ts';
import type { MachineAnswers } from './machine.ts';

interface Explanation {
  readonly pattern: RegExp;
  readonly message: string;
  readonly hint: string;
}

const NO_RIGHT: Omit<Explanation, 'pattern'> = {
  message: 'bpftrace may not load programs here',
  hint: 'run jtrace as root (sudo jtrace …); a container needs CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN (docs/containers.md)',
};
const ROOT_ONLY: Omit<Explanation, 'pattern'> = {
  message: 'this bpftrace runs as root only, whatever capabilities it has',
  hint: 'run jtrace as root, or with bpftrace 0.27 or later (docs/containers.md)',
};
const NO_ADMIN: Omit<Explanation, 'pattern'> = {
  message: 'this bpftrace cannot read type information without CAP_SYS_ADMIN',
  hint: 'add it (docker run --cap-add=SYS_ADMIN), or use bpftrace 0.23 or later, which does without (docs/containers.md)',
};
const NO_TYPES: Omit<Explanation, 'pattern'> = {
  message: 'this kernel has no type information (BTF)',
  hint: 'a kernel with CONFIG_DEBUG_INFO_BTF=y is needed: /sys/kernel/btf/vmlinux must exist',
};
/** Where the kernel has it all the same: 0.17 does not understand that of 5.10. */
const UNREAD_TYPES: Omit<Explanation, 'pattern'> = {
  message: 'this bpftrace cannot read the type information (BTF) of this kernel',
  hint: 'a later one may: 0.23 reads that of kernel 5.10, 0.17 does not (--bpftrace PATH)',
};
const NO_TRACEFS: Omit<Explanation, 'pattern'> = {
  message: 'the tracepoints of this kernel cannot be seen',
  hint: 'mount -t tracefs tracefs /sys/kernel/tracing; for a container: docker run -v /sys/kernel/tracing:/sys/kernel/tracing:ro',
};

const TYPES_WANTED = /install BTF information|BTF is required|Unknown struct\/union/i;

/** Said of a probe that is not there, or is of a kind that this kernel does not have. */
const NOT_ATTACHED =
  /attaching probe|could not attach|unable to attach|no matches for|not found|no valid attach points|not available for your kernel|does not exist|could not resolve symbol|usdt probe|invalid probe type/i;
const MAX_PROBE_CHARACTERS = 300;

/** In this order: the first that fits is told. */
const EXPLANATIONS: readonly Explanation[] = [
  { pattern: /Operation not permitted|kernel_lockdown|lockdown/i, ...NO_RIGHT },
  { pattern: TYPES_WANTED, ...UNREAD_TYPES },
  {
    pattern: /syntax error|ERROR: syntax|Unknown function|unexpected /i,
    message: 'this bpftrace does not understand the program of jtrace',
    hint: 'bpftrace 0.17 to 0.27 are known to work; please report it with the output of -v',
  },
  {
    pattern: /tracepoint not found|No matches for tracepoint/i,
    message: 'this kernel lacks a tracepoint that jtrace needs',
    hint: 'task:task_newtask, task:task_rename and sched:sched_process_{exec,exit} are needed; -v names the one',
  },
  {
    pattern: /Failed to open perf buffer|Cannot allocate memory|ring ?buffer.*(failed|error)|failed.*ring ?buffer/i,
    message: 'bpftrace could not get its buffers',
    hint: 'too little memory, or too little that may be locked: try a lower rate or a smaller --stack-bytes',
  },
  {
    pattern: /Error loading|failed to load|stack limit|program is too large|Looks like the BPF/i,
    message: 'the kernel did not take the program of jtrace',
    hint: 'try a smaller --stack-bytes; if that does not help, please report it with the output of -v',
  },
  {
    pattern: /Error attaching|Could not attach|Unable to attach|perf_event_open/i,
    message: 'bpftrace could not attach its probes',
    hint: 'perf events must be allowed here; -v shows what bpftrace said',
  },
];

/** Why bpftrace ended before its probes were attached. */
export function explainFailure(
  exit: ChildExit,
  messages: readonly string[],
  machine: MachineAnswers,
  probes: readonly string[] = [],
): OperatorError {
  const words = messages.join('\n');
  const cause = exit.startError ?? new Error(words === '' ? 'bpftrace said nothing' : words);
  const told = (message: string, hint: string): OperatorError => new OperatorError('environment', message, hint, { cause });
  if (exit.startError !== null)
    return told('bpftrace could not be started', 'is it a program for this machine? see --bpftrace PATH');
  const lacked = lackOf(machine, words);
  const [probe] = probes;
  if (lacked === undefined && probe !== undefined && NOT_ATTACHED.test(words))
    return told(
      `bpftrace could not attach ${probe.slice(0, MAX_PROBE_CHARACTERS)}`,
      'does this machine have it? -v shows what bpftrace said',
    );
  const lack = lacked ?? EXPLANATIONS.find(({ pattern }) => pattern.test(words));
  if (lack !== undefined) return told(lack.message, lack.hint);
  const how = exit.signal === null ? `status ${String(exit.code)}` : exit.signal;
  return told(`bpftrace did not begin to sample (${how})`, '-v shows what bpftrace said');
}

function lackOf(machine: MachineAnswers, words: string): Omit<Explanation, 'pattern'> | undefined {
  if (!machine.mayLoad) return NO_RIGHT;
  // 0.27 names what it wants of a user who is not root.
  const missing = /Missing (CAP_[A-Z_]{1,30}) capability/.exec(words)?.[1];
  if (missing !== undefined)
    return {
      message: `bpftrace lacks ${missing}`,
      hint: 'run jtrace as root, or with that capability, too (docs/containers.md)',
    };
  if (/only supports running as the root user/.test(words)) return ROOT_ONLY;
  if (!machine.hasTypeInformation) return NO_TYPES;
  if (!machine.hasTracefs) return NO_TRACEFS;
  // 0.17 asks the kernel for types by number, which CAP_BPF does not allow.
  if (!machine.hasSysAdmin && TYPES_WANTED.test(words)) return NO_ADMIN;
  return undefined;
}
