// What a check is: one row of a table, facts in, outcome out. The facts are all there are; what could not be read says so itself.

import type { CheckGroup, FreezeReport, Outcome } from '../model/doctor.ts';
import type {
  BpftraceFacts,
  BufferFacts,
  KernelFacts,
  ProbeName,
  RightsFacts,
  SymbolFacts,
  Tried,
} from '../model/machine-facts.ts';

export interface MachineFacts {
  readonly rights: RightsFacts;
  readonly kernel: KernelFacts;
  readonly bpftrace: BpftraceFacts;
  readonly tried: Readonly<Record<ProbeName, Tried>>;
  /** null: there is no bpftrace that could have them. */
  readonly buffers: BufferFacts | null;
  readonly symbols: SymbolFacts;
  readonly freeze: FreezeReport;
  /** What was typed, to be run with more rights. */
  readonly ownCommand: string;
}

export interface Check {
  /** Behind the group: `btf` of `kernel.btf`. */
  readonly name: string;
  readonly group: CheckGroup;
  readonly title: string;
  readonly judge: (facts: MachineFacts) => Outcome;
}

export const ok = (found: string): Outcome => ({ kind: 'ok', found });

export const limited = (found: string, means: string, command: string | null = null): Outcome => ({
  kind: 'limited',
  found,
  means,
  command,
});

export const missing = (found: string, means: string, command: string | null = null): Outcome => ({
  kind: 'missing',
  found,
  means,
  command,
});

export const unknown = (found: string, means: string, command: string | null = null): Outcome => ({
  kind: 'unknown',
  found,
  means,
  command,
});

/** Capabilities hold for its own processes only. */
export const countsInside = ({ initialNamespaces }: RightsFacts): boolean => initialNamespaces.user === false;

/** Why processes of others are not seen; null: they are. */
export function hiddenProcesses({ has, userId, initialNamespaces }: RightsFacts): string | null {
  if (initialNamespaces.pid === false) return 'the host’s processes are in another pid namespace';
  if (initialNamespaces.user === false) return 'processes outside of this user namespace cannot be looked into';
  return has.has('CAP_SYS_PTRACE') ? null : `user ${String(userId)} cannot look into processes of others`;
}

/** Whether programs may be loaded at all: without it nothing was tried. */
export const mayLoad = ({ has }: RightsFacts): boolean =>
  has.has('CAP_SYS_ADMIN') || (has.has('CAP_BPF') && has.has('CAP_PERFMON'));
