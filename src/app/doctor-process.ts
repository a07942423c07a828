// One process that was asked for, looked into: whose it is, where it runs, whether its waiting threads can be walked right now, and what
// would spoil a profile of it. Read only: nothing is stopped or attached.

import { endedFindings, type ProcessFacts, processFindings } from '../doctor/checks/process-checks.ts';
import { effectiveCapabilities } from '../model/capabilities.ts';
import { OperatorError } from '../model/errors.ts';
import type { Finding, JvmFinding } from '../model/doctor.ts';
import type { TargetProcess } from '../model/process.ts';
import { UNFINISHED_TEXTS } from '../model/reason-texts.ts';
import type { Mapping, TargetReader } from '../model/target.ts';
import { asElfAddress, type Pid } from '../model/units.ts';
import { readText } from '../target/machine/read-file.ts';
import { openTarget } from '../target/open-target.ts';
import { MAX_STATUS_BYTES, pidInside } from '../target/processes/namespace-ids.ts';
import { hasPerfMap } from '../target/perf-map/target-perf-map.ts';
import { hasEnded } from '../target/processes/has-ended.ts';
import { userIdOf } from '../target/processes/process-owner.ts';
import { createProcessUnwinder } from '../unwind/process-unwinder.ts';
import { samplesOfWaiting } from './warm-up.ts';

/** Of a program's code: somewhere among so many places there is a function that its tables know. */
const TRIED_PLACES = 64;
const MAX_LABEL_CHARS = 200;
/** Reasons named. */
const MAX_REASONS = 3;
const NO_SYMBOLS = { symbolAt: () => null };

/**
 * What is told of one process. It was found before the machine was looked at, and may have ended by now: what /proc does not say any more
 * would look like rights that are missing. `jvm`: what was found of it among the JVMs; null: it is none.
 */
export function findingsOfProcess(process_: TargetProcess, jvm: JvmFinding | null): readonly Finding[] {
  const facts = lookAtProcess(process_, jvm);
  return hasEnded(process_.pid, process_.startTicks) ? endedFindings(process_.pid) : processFindings(facts);
}

function lookAtProcess(process_: TargetProcess, jvm: JvmFinding | null): ProcessFacts {
  const { pid, threads, container } = process_;
  const status = readText(`/proc/${String(pid)}/status`, MAX_STATUS_BYTES) ?? '';
  const own = readText('/proc/self/status', MAX_STATUS_BYTES) ?? '';
  const label =
    process_.vm === 'none' ? process_.program : `${process_.main.name} (JVM, JDK ${process_.jdk === '' ? '?' : process_.jdk})`;
  const known = {
    label: label.slice(0, MAX_LABEL_CHARS),
    isOwnUser: userIdOf(pid) === process.geteuid?.(),
    hasPtrace: effectiveCapabilities(own).has('CAP_SYS_PTRACE'),
    container: container.slice(0, MAX_LABEL_CHARS),
    pidInside: pidInside(pid) ?? pid,
    threads,
    hasPerfMap: hasPerfMap(pid),
    swappedKb: Number(/^VmSwap:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0),
    debugNonSafepoints: jvm?.flags['DebugNonSafepoints'] ?? null,
  };
  try {
    const reader = openTarget(pid);
    try {
      const maps = reader.maps();
      if (maps === null) return { ...known, walked: null, unwindTables: null, generatesCode: false };
      return {
        ...known,
        walked: walkWaiting(pid, reader),
        unwindTables: hasUnwindTables(reader, maps),
        generatesCode: process_.vm === 'none' && maps.some(isGeneratedCode),
      };
    } finally {
      reader.close();
    }
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { ...known, walked: null, unwindTables: null, generatesCode: false };
  }
}

/** The stacks of its threads that wait now, as a sample would have them. */
function walkWaiting(pid: Pid, reader: TargetReader): NonNullable<ProcessFacts['walked']> {
  const nowNs = Number(process.hrtime.bigint());
  const unwinder = createProcessUnwinder(reader, NO_SYMBOLS, { reread: true });
  try {
    unwinder.beginBatch(nowNs / 1e6);
    const outcomes = samplesOfWaiting(pid, reader, nowNs).map((sample) => unwinder.resolve(sample).stack.outcome);
    const reasons = outcomes.flatMap((outcome) => (outcome.kind === 'unfinished' ? [UNFINISHED_TEXTS[outcome.reason]] : []));
    return {
      stacks: outcomes.length,
      complete: outcomes.filter(({ kind }) => kind !== 'unfinished').length,
      reasons: [...new Set(reasons)].slice(0, MAX_REASONS),
    };
  } finally {
    unwinder.release();
  }
}

/** Whether the first program that it maps says how to find callers; null: there is none, or it cannot be read. */
function hasUnwindTables(reader: TargetReader, maps: readonly Mapping[]): boolean | null {
  const code = maps.find(({ permissions, path }) => permissions.includes('x') && path.startsWith('/'));
  const library = code === undefined ? null : reader.library(code);
  if (code === undefined || library === null) return null;
  const step = Math.max(1, Math.floor((code.end - code.start) / TRIED_PLACES));
  for (let place = 0; place < TRIED_PLACES; place += 1) {
    const address = asElfAddress(code.start + place * step - library.bias);
    if (reader.unwindRule(library, address) !== null) return true;
  }
  return false;
}

/** Memory with code and without a file. */
function isGeneratedCode({ permissions, path }: Mapping): boolean {
  return permissions.includes('x') && (path === '' || path.startsWith('/memfd:') || path.startsWith('[anon'));
}
