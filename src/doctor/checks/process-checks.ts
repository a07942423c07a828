// The process that was asked for → what a profile of it will have, and what it will lack.

import type { Finding } from '../../model/doctor.ts';
import type { Pid } from '../../model/units.ts';
import { limited, missing, ok, unknown } from '../check.ts';

/** One process that was asked for, as far as it was looked into. */
export interface ProcessFacts {
  /** E.g. `java (JVM, JDK 17.0.1)`, `postgres`. Hostile text. */
  readonly label: string;
  readonly isOwnUser: boolean;
  readonly hasPtrace: boolean;
  readonly container: string;
  /** Its number in its own pid namespace. */
  readonly pidInside: number;
  readonly threads: number;
  /** Waiting threads whose stacks were walked now, and those that reached their end; null: its memory cannot be read. */
  readonly walked: { readonly stacks: number; readonly complete: number; readonly reasons: readonly string[] } | null;
  /** Whether call frame information of its program was found; null: nobody could look. */
  readonly unwindTables: boolean | null;
  /** Executable memory without a file, that is not a JVM's. */
  readonly generatesCode: boolean;
  readonly hasPerfMap: boolean;
  readonly swappedKb: number;
  /** Of a JVM; null: none, or hidden. */
  readonly debugNonSafepoints: boolean | null;
}

export function processFindings(facts: ProcessFacts): readonly Finding[] {
  const row = (name: string, title: string, outcome: Finding['outcome']): Finding => ({
    id: `process.${name}`,
    group: 'process',
    title,
    outcome,
  });
  const { walked } = facts;
  const where = facts.container === '' ? '' : `, in ${facts.container} as process ${String(facts.pidInside)}`;
  return [
    row('kind', 'process', ok(`${facts.label}, ${String(facts.threads)} ${facts.threads === 1 ? 'thread' : 'threads'}${where}`)),
    row(
      'memory',
      'its memory',
      walked !== null
        ? ok(facts.isOwnUser ? 'readable (the same user)' : 'readable (CAP_SYS_PTRACE)')
        : missing(
            'its memory cannot be read',
            facts.hasPtrace
              ? 'SELinux, AppArmor, a sandbox or a user namespace forbids it even with CAP_SYS_PTRACE: no frame gets a name.'
              : 'CAP_SYS_PTRACE is needed for processes of other users: no frame gets a name.',
          ),
    ),
    row('stacks', 'its stacks', stacks(walked)),
    row('unwind-tables', 'unwind tables', unwindTables(facts.unwindTables)),
    ...(facts.generatesCode
      ? [
          row(
            'perf-map',
            'perf map',
            facts.hasPerfMap
              ? ok('a perf map names the code it generates')
              : limited(
                  'it generates code and writes no perf map',
                  'Its compiled functions have no names. Of Node: node --perf-basic-prof; of .NET: DOTNET_PerfMapEnabled=1.',
                ),
          ),
        ]
      : []),
    ...(facts.swappedKb > 0
      ? [
          row(
            'swap',
            'swapped out',
            limited(
              `${String(Math.ceil(facts.swappedKb / 1024))} MiB of it are swapped out`,
              'BPF cannot read them: such stacks are read again, and are approximate.',
            ),
          ),
        ]
      : []),
    ...(facts.debugNonSafepoints === null
      ? []
      : [
          row(
            'flags',
            'its flags',
            ok(
              facts.debugNonSafepoints
                ? 'DebugNonSafepoints: lines of compiled code are exact'
                : 'lines of compiled leaf frames are approximate (-XX:+UnlockDiagnosticVMOptions -XX:+DebugNonSafepoints)',
            ),
          ),
        ]),
  ];
}

/** Of one that may not be looked into. */
export function closedFindings({ message, hint }: { readonly message: string; readonly hint: string }): readonly Finding[] {
  return [{ id: 'process.memory', group: 'process', title: 'its memory', outcome: missing(message, `${hint}.`) }];
}

/** Of one that was there at first: the rest of it would be about nobody. */
export function endedFindings(pid: Pid): readonly Finding[] {
  const found = `process ${String(pid)} ended while the machine was looked at`;
  return [{ id: 'process.kind', group: 'process', title: 'process', outcome: missing(found, 'Name one that runs.') }];
}

function unwindTables(found: boolean | null): Finding['outcome'] {
  if (found === true) return ok('call frame information');
  const means = 'Native frames are walked by frame pointers, and end where there are none.';
  if (found === false) return limited('its program has no call frame information', means);
  return unknown('its program could not be looked into', `Where it has no call frame information: ${means}`);
}

function stacks(walked: ProcessFacts['walked']): Finding['outcome'] {
  if (walked === null) return unknown('not tried: its memory cannot be read', 'Whether its stacks can be walked is not known.');
  if (walked.stacks === 0) return ok('no thread waits now: none was walked');
  const found = `${String(walked.complete)} of ${String(walked.stacks)} waiting threads walked to their end`;
  if (walked.complete * 2 >= walked.stacks) return ok(found);
  return limited(found, `The others end with: ${walked.reasons.join(', ')} (docs/stack-outcomes.md).`);
}
