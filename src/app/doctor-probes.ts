// What a bpftrace really can here: small programs (src/doctor/probe-programs.ts) run one after the other, each bounded in time, all together
// too. What would not tell anything, or could freeze the kernel, is not tried, and that is told.

import { cpus } from 'node:os';
import type { FoundBpftrace } from '../bpftrace/find.ts';
import { tryListing, tryProgram } from '../bpftrace/try-program.ts';
import {
  ATTACHED,
  beginProgram,
  fentryProgram,
  kprobeProgram,
  MET,
  samplingProgram,
  uprobeProgram,
} from '../doctor/probe-programs.ts';
import { type BufferFacts, PROBE_NAMES, type ProbeName, type Tried } from '../model/machine-facts.ts';
import type { BpftraceProgram } from '../model/program.ts';
import { asPid } from '../model/units.ts';
import { dialectFor } from '../program/dialects.ts';
import { renderStackBytes } from '../program/stack-bytes.ts';
import { hostArchitecture, kernelPageBytes } from '../target/host-architecture.ts';
import { openTarget } from '../target/open-target.ts';

/** Start-up is 0.3 to 0.7 s; on an emulated machine 20 times that. */
const PROBE_TIMEOUT_MS = 60_000;
/** A machine on which every one of them hangs is told so within three minutes. */
const ALL_TIMEOUT_MS = 180_000;
/** jtrace's own call of the C library, which the uprobe meets. */
const CALL_EVERY_MS = 5;
const DEFAULTS = { rateHz: 99, stackBytes: 64 * 1024 } as const;

export type Probes = Readonly<Record<ProbeName, Tried>>;

export function notTried(why: string): Probes {
  return Object.fromEntries(PROBE_NAMES.map((name) => [name, { kind: 'not-tried', why }])) as Record<ProbeName, Tried>;
}

export interface ProbeSettings {
  /** Samples of user stacks could freeze this kernel. */
  readonly isRisky: boolean;
  /** Our numbers are not those that BPF counts by. */
  readonly isOwnNamespace: boolean;
  /** A library that has USDT probes, as a path of ours; null: none at hand. */
  readonly libjvm: string | null;
}

export async function tryProbes(bpftrace: FoundBpftrace, { isRisky, isOwnNamespace, libjvm }: ProbeSettings): Promise<Probes> {
  const untilMs = performance.now() + ALL_TIMEOUT_MS;
  const inTime = async (what: (timeoutMs: number) => Promise<Tried>): Promise<Tried> => {
    const leftMs = untilMs - performance.now();
    return leftMs <= 0
      ? { kind: 'not-tried', why: 'the probes before it took three minutes' }
      : what(Math.min(leftMs, PROBE_TIMEOUT_MS));
  };
  const program = (make: () => BpftraceProgram, awaited = ATTACHED): Promise<Tried> =>
    inTime((timeoutMs) => tryProgram(make(), awaited, { bpftracePath: bpftrace.path, timeoutMs }));
  const begin = await program(beginProgram);
  if (begin.kind !== 'works')
    return { ...notTried(begin.kind === 'too-slow' ? 'the first program did not end in time' : 'no program loads'), begin };
  const library = ownLibrary();
  return {
    begin,
    sampling: isRisky
      ? { kind: 'not-tried', why: 'sampling may freeze this kernel' }
      : await program(() => samplingProgram(ownCapture(bpftrace))),
    uprobe: isOwnNamespace
      ? { kind: 'not-tried', why: 'jtrace is in a pid namespace of its own' }
      : library === null
        ? { kind: 'not-tried', why: 'jtrace itself has no C library that a probe could be put on' }
        : await whileCalling(() => program(() => uprobeProgram(library, process.pid), MET)),
    kprobe: await program(kprobeProgram),
    fentry: await program(() => fentryProgram(bpftrace.version)),
    usdt:
      libjvm === null
        ? { kind: 'not-tried', why: 'no JVM of root’s runs' }
        : await inTime((timeoutMs) => tryListing(`usdt:${libjvm}:*`, { bpftracePath: bpftrace.path, timeoutMs })),
  };
}

/** Of the same program; null: it does not ask. */
export function ownBuffers(bpftrace: FoundBpftrace): BufferFacts | null {
  const pages = Number(ownCapture(bpftrace).environment['BPFTRACE_PERF_RB_PAGES']);
  const isForEach = dialectFor(bpftrace.version).transport === 'perf-buffer-per-cpu';
  return pages > 0 ? { count: isForEach ? cpus().length : 1, pages, pageBytes: kernelPageBytes() } : null;
}

/** What `jtrace profile` would load for this process. */
function ownCapture(bpftrace: FoundBpftrace): ReturnType<typeof renderStackBytes> {
  const values = {
    ...DEFAULTS,
    pids: [asPid(process.pid)],
    followChildren: false,
    event: null,
    budget: null,
    kernelStack: true,
    jvms: [],
    stopAtSample: false,
  };
  return renderStackBytes(values, dialectFor(bpftrace.version), {
    feederPid: process.pid,
    cpus: cpus().length,
    architecture: hostArchitecture(),
    kernelPageBytes: kernelPageBytes(),
  });
}

/** The path of the C library that this process has mapped; null: none, or none that a probe can name. */
function ownLibrary(): string | null {
  const own = openTarget(asPid(process.pid));
  try {
    const paths = (own.maps() ?? []).filter(({ permissions }) => permissions.includes('x')).map(({ path }) => path);
    return paths.find((path) => /^(\/[A-Za-z0-9_.+-]+)*\/(libc\.so\.6|libc-[0-9.]+\.so|ld-musl-\w+\.so\.1)$/.test(path)) ?? null;
  } finally {
    own.close();
  }
}

/** Makes the call that the uprobe waits for until it is told. */
async function whileCalling(run: () => Promise<Tried>): Promise<Tried> {
  const timer = setInterval(() => process.ppid, CALL_EVERY_MS);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}
