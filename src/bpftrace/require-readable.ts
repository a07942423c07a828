// Probes and the arguments that are to be read at them → whether this bpftrace has them here, asked before anything runs.

import { runChild } from '../child/run-child.ts';
import type { EfaultProbe } from '../model/efault-request.ts';
import { OperatorError } from '../model/errors.ts';
import { hasKernelProbes } from './machine.ts';
import { requireProbes } from './require-probes.ts';

/** As long as bpftrace takes to start, on an emulated machine. */
const LIST_TIMEOUT_MS = 60_000;
/** `    const char * filename`; a text in the kernel's own memory: `    __data_loc char[] filename`, `    char comm[16]`. */
const FIELD = /^\s+(?<type>.*?[\s*])(?<name>[A-Za-z_]\w*)(?<array>\[\d+\])?$/;
const MAX_FIELDS_SHOWN = 12;

/** Throws an OperatorError that names the first that is not there. */
export async function requireReadable(bpftracePath: string, probes: readonly EfaultProbe[]): Promise<void> {
  for (const { probe, reads } of probes) {
    if (/^k(?:ret)?probe:/.test(probe) && !hasKernelProbes())
      throw new OperatorError(
        'environment',
        `${probe} needs kernel probes, and this kernel has none (CONFIG_KPROBES)`,
        "tracepoints are there all the same: bpftrace -l 'tracepoint:syscalls:*'",
      );
    const wanted = reads.flatMap(({ address }) => (address.kind === 'field' ? [address.name] : []));
    if (wanted.length === 0) await requireProbes(bpftracePath, [probe]);
    else await requireFields(bpftracePath, probe, wanted);
  }
}

async function requireFields(bpftracePath: string, probe: string, wanted: readonly string[]): Promise<void> {
  const { stdout, timedOut } = await runChild(bpftracePath, ['-lv', probe], { timeoutMs: LIST_TIMEOUT_MS });
  if (timedOut) return;
  const lines = stdout.split('\n');
  // Since 0.24 a kfunc is listed as what it is called there.
  const kinds = probe.startsWith('kfunc:') ? ['kfunc', 'fentry'] : [probe.slice(0, probe.indexOf(':'))];
  if (!lines.some((line) => kinds.some((kind) => line.startsWith(`${kind}:`)))) {
    const category = probe.split(':')[1] ?? '';
    throw new OperatorError(
      'usage',
      `there is no ${probe} here`,
      `bpftrace -l '${probe.slice(0, probe.indexOf(':'))}:${category}:*' lists what this kernel has`,
    );
  }
  const fields = lines.flatMap((line) => {
    const { type = '', name = '', array } = FIELD.exec(line)?.groups ?? {};
    return name === '' ? [] : [{ name, isPointer: !type.includes('char[]') && array === undefined }];
  });
  for (const name of wanted) {
    const field = fields.find((candidate) => candidate.name === name);
    if (field?.isPointer === true) continue;
    const pointers = fields.filter(({ isPointer }) => isPointer).map((candidate) => candidate.name);
    throw new OperatorError(
      'usage',
      field === undefined
        ? `${probe} has no argument ${name}`
        : `${name} of ${probe} is a text in the kernel’s own memory: no user read`,
      pointers.length === 0
        ? 'it has no arguments that could be addresses'
        : `it has ${pointers.slice(0, MAX_FIELDS_SHOWN).join(', ')}`,
    );
  }
}
