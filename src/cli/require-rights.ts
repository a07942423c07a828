// Not the right to profile → one line that says what is missing, and what to type: BPF needs privileges, and so does the target's memory.
// Root has them on a host; in a container its engine decides, and a user may have been given them without being root.
// What only some bpftraces or some targets need is not asked for here: where it is missing, that is told when it is met.

import { readFileSync, readlinkSync } from 'node:fs';
import { type Capability, effectiveCapabilities, missingToLoad } from '../model/capabilities.ts';
import { OperatorError } from '../model/errors.ts';
import { shellQuote } from './shell-quote.ts';

/** Arguments repeated in the hint; more would hide the point. */
const MAX_HINT_CHARS = 160;
/** PROC_USER_INIT_INO, include/linux/proc_ns.h: the same in every kernel. */
const INITIAL_USER_NAMESPACE = 'user:[4026531837]';
const CONTAINER_HINT = `docker run --pid=host ${['BPF', 'PERFMON', 'SYS_PTRACE', 'DAC_READ_SEARCH'].map((name) => `--cap-add=${name}`).join(' ')} … (docs/containers.md)`;

/** Who jtrace runs as. */
export interface OwnRights {
  readonly userId: number;
  readonly has: ReadonlySet<Capability>;
  /** Capabilities count only in a user namespace below the machine's. */
  readonly inUserNamespace: boolean;
}

/** Throws an environment error unless jtrace may profile. `args` are those of the operator, repeated in the hint. */
export function requireRights(args: readonly string[], { userId, has, inUserNamespace }: OwnRights = ownRights()): void {
  const missing = missingToLoad(has);
  if (userId !== 0 && missing.length === 2) {
    throw new OperatorError(
      'environment',
      'jtrace must run as root: it loads BPF programs and reads memory of other processes',
      sudoHint(args),
    );
  }
  if (inUserNamespace) {
    throw new OperatorError(
      'environment',
      'jtrace runs in a user namespace of its own (a rootless container?), whose root has no rights over the machine',
      'run it on the host as root, or in a container that root has started without user namespaces',
    );
  }
  // Another user's own processes may be open to him without it.
  const lacks = userId === 0 && !has.has('CAP_SYS_PTRACE') ? [...missing, 'CAP_SYS_PTRACE'] : missing;
  if (lacks.length === 0) return;
  const who = userId === 0 ? 'root lacks' : 'jtrace lacks';
  throw new OperatorError('environment', `${who} ${lacks.join(', ')} here (a container?)`, CONTAINER_HINT);
}

/** The same command with all rights. */
export function sudoHint(args: readonly string[]): string {
  // PATH is kept so that node and bpftrace are found; the full path of jtrace because sudo looks in its own places.
  const command = ['sudo', 'env', '"PATH=$PATH"', shellQuote(launcherPath()), ...args.map(shellQuote)].join(' ');
  return command.length <= MAX_HINT_CHARS ? command : `sudo env "PATH=$PATH" ${shellQuote(launcherPath())} …`;
}

function ownRights(): OwnRights {
  const userId = process.geteuid?.() ?? 0;
  try {
    const has = effectiveCapabilities(readFileSync('/proc/self/status', 'utf8'));
    return { userId, has, inUserNamespace: readlinkSync('/proc/self/ns/user') !== INITIAL_USER_NAMESPACE };
  } catch {
    return { userId, has: new Set(), inUserNamespace: false };
  }
}

/** What to type for jtrace itself: the launcher tells its own path; without it the script that node was given. */
export function launcherPath(): string {
  return process.env['JTRACE_LAUNCHER'] ?? process.argv[1] ?? 'jtrace';
}
