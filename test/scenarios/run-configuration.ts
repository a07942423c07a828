// One configuration on one JDK: a JVM with its works, sampled by the built jtrace, every sample of every work held against what is known.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JdkVersion } from '../support/jdks.ts';
import { AHEAD, runJtrace } from '../support/run-jtrace.ts';
import { type ScenarioPrograms, run } from './built-programs.ts';
import { impossibility, javaFrames, type SampledFrame } from './call-graph.ts';
import type { Configuration } from './configurations.ts';
import { WORKS, type WorkName, workOfRound, type WorkSpec } from './works.ts';

/** Per work; fewer say little. On a busy machine it takes several runs. */
const LEAST_SAMPLES = 60;
const MOST_RUNS = 4;
const SAMPLING = ['-d', '3s', '--sample-budget', '5000', '--byte-budget', '256m', '-q'] as const;
const RATE: readonly string[] = ['-F', '499'];
/** Of each sort of fault, as examples. */
const SHOWN = 4;

export interface WorkReport {
  readonly work: WorkName;
  readonly samples: number;
  readonly complete: number;
  /** Outcomes that are not complete, with how many. */
  readonly others: Readonly<Record<string, number>>;
  readonly impossible: number;
  readonly examples: readonly string[];
  /** Empty: all that is known holds. */
  readonly faults: readonly string[];
}

export interface ConfigurationReport {
  readonly jdk: JdkVersion;
  readonly configuration: string;
  readonly works: readonly WorkReport[];
  readonly faults: readonly string[];
}

interface Sample {
  readonly tid: number;
  readonly outcome: string;
  readonly complete: boolean;
  readonly cut: boolean;
  readonly frames: readonly SampledFrame[];
  readonly text: string;
}

/** Throws when the JVM or jtrace cannot be run at all. */
export async function runConfiguration(
  programs: ScenarioPrograms,
  javaHome: string,
  jdk: JdkVersion,
  configuration: Configuration,
): Promise<ConfigurationReport> {
  const java = join(javaHome, 'bin/java');
  const flags = [...configuration.flags(jdk), ...archiveFlags(programs, java, jdk, configuration)];
  const jvm = await programs.start(java, flags, configuration.works);
  const samples: Sample[] = [];
  let byWork = new Map<WorkName, Sample[]>();
  try {
    for (
      let runs = 0;
      runs < MOST_RUNS && !configuration.works.every((work) => hasEnough(byWork.get(work) ?? [], work, configuration));
      runs++
    ) {
      samples.push(...(await sampled(programs, jvm.pid, configuration.sampling ?? RATE)));
      byWork = sorted(samples, configuration.works);
    }
  } finally {
    await jvm.stop();
  }
  const works = configuration.works.map((work) => judged(work, byWork.get(work) ?? [], configuration));
  const faults = works.flatMap(({ work, faults: own }) => own.map((fault) => `${work}: ${fault}`));
  if (configuration.collector && !configuration.collector.test(jvm.collectors)) faults.push(`collectors: ${jvm.collectors}`);
  const kinds = new Set([...byWork.values()].flat().flatMap(({ frames }) => frames.map(({ kind }) => kind)));
  for (const kind of configuration.kinds?.some ?? []) if (!kinds.has(kind)) faults.push(`no ${kind} frames`);
  for (const kind of configuration.kinds?.none ?? []) if (kinds.has(kind)) faults.push(`${kind} frames`);
  return { jdk, configuration: configuration.name, works, faults };
}

/** As many as say something, with all that must be among them: a method of a twentieth of a work's time is not in every 60. */
function hasEnough(samples: readonly Sample[], work: WorkName, { blurred = false }: Configuration): boolean {
  const seen = namesIn(samples);
  return samples.length >= LEAST_SAMPLES && (blurred || WORKS[work].mustSee.every((method) => seen.has(method)));
}

function namesIn(samples: readonly Sample[]): ReadonlySet<string> {
  return new Set(samples.flatMap(({ frames }) => frames.map(({ name }) => name)));
}

/** Makes the archive by a run of its own; the flags that use it, and refuse to run without it. */
function archiveFlags(
  programs: ScenarioPrograms,
  java: string,
  jdk: JdkVersion,
  { archive, flags, works }: Configuration,
): string[] {
  if (archive === undefined) return [];
  const file = programs.path(`${archive}-${String(jdk)}`);
  const [make, use] = {
    'app-cds': [[`-XX:ArchiveClassesAtExit=${file}`], [`-XX:SharedArchiveFile=${file}`, '-Xshare:on']],
    // The JDK's own helper that starts the second JVM cannot run where the JDK was only unpacked.
    'aot-cache': [
      [`-XX:AOTCacheOutput=${file}`, '-Djdk.lang.Process.launchMechanism=FORK'],
      [`-XX:AOTCache=${file}`, '-XX:AOTMode=on'],
    ],
  }[archive] as [string[], string[]];
  // An agent that may redefine classes forbids dumping them; it may be there when they are used.
  const dumped = works.filter((work) => work !== 'redefine');
  run(java, programs.arguments([...flags(jdk), ...make, '-Dscenarios.warmMs=50'], dumped));
  return use;
}

async function sampled(programs: ScenarioPrograms, pid: number, extra: readonly string[]): Promise<Sample[]> {
  const file = programs.path(`${String(pid)}.jsonl`);
  const { status, stderr } = await runJtrace(['profile', String(pid), ...SAMPLING, ...extra, '-o', file], { through: AHEAD });
  if (status !== 0) throw new Error(`jtrace ended with ${String(status)}: ${stderr}`);
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text.split('\n').filter(Boolean).map(parseSample);
}

interface Line {
  readonly tid: number;
  readonly outcome: {
    readonly kind: string;
    readonly reason?: string;
    readonly reasons?: readonly string[];
    readonly detail?: string;
  };
  readonly frames: readonly { readonly kind: string; readonly name: string; readonly line?: number; readonly marker?: string }[];
}

function parseSample(text: string): Sample {
  const { tid, outcome, frames } = JSON.parse(text) as Line;
  const reasons = outcome.reasons?.join('+') ?? outcome.reason;
  return {
    tid,
    outcome: reasons === undefined ? outcome.kind : `${outcome.kind} ${reasons}`,
    complete: outcome.kind === 'complete',
    cut: outcome.reason === 'stack-cut',
    frames: javaFrames(frames),
    text: `${outcome.detail ?? ''} ${frames.slice(0, 8).map(({ kind, name }) => `${kind}:${name}`).join(' < ')}`, // prettier-ignore
  };
}

/** A thread's work is the one whose round() any of its stacks has; all its samples count, also those without a Java frame. */
function sorted(samples: readonly Sample[], running: readonly WorkName[]): Map<WorkName, Sample[]> {
  const workOf = new Map<number, WorkName>();
  for (const { tid, frames } of samples) {
    for (const { name } of frames.slice(0, 3)) {
      const work = workOfRound(name, running);
      if (work !== null) workOf.set(tid, work);
    }
  }
  const byWork = new Map<WorkName, Sample[]>();
  for (const sample of samples) {
    const work = workOf.get(sample.tid);
    if (work !== undefined) byWork.set(work, [...(byWork.get(work) ?? []), sample]);
  }
  return byWork;
}

/** Where all code is thrown out and made again within milliseconds, some is gone or other code when its sample is looked up (docs/how-it-works.md). */
const CHURNING = { leastComplete: 0.85, mostImpossible: 0.08 } as const;

function judged(work: WorkName, samples: readonly Sample[], { blurred = false, churning = false }: Configuration): WorkReport {
  const known: WorkSpec = WORKS[work];
  const spec = { ...known, ...(churning ? CHURNING : {}), graph: { ...known.graph, ...(churning ? { unloads: true } : {}) } };
  const isEnded = ({ complete, cut }: Sample): boolean => complete || (spec.ends === 'cut' && cut);
  const others = samples.filter((sample) => !isEnded(sample));
  const unresolved = spec.mostUnresolved === undefined ? [] : samples.filter(hasUnresolved);
  const impossible = samples.flatMap(({ frames, complete, outcome, text }) => {
    const why = impossibility({ frames, whole: complete || outcome.startsWith('approximate') }, spec.graph);
    if (why === null) return [];
    return [{ told: `impossible: ${why} (${outcome}: ${text})`, isOfInlinedLeaf: frames.at(-1)?.kind === 'inlined' }];
  });
  const seen = namesIn(samples);
  const faults: string[] = [];
  if (samples.length < LEAST_SAMPLES) faults.push(`only ${samples.length} samples`);
  const counted = samples.length - others.length;
  if (others.length > spec.allowedOthers && counted / samples.length < spec.leastComplete)
    faults.push(`${counted} of ${samples.length} complete`);
  // In a leaf's own compiled code the VM may tell the inlined calls of a neighbouring instruction: once is no fault.
  const forgiven = impossible.some(({ isOfInlinedLeaf }) => isOfInlinedLeaf) ? 1 : 0;
  if (impossible.length - forgiven > spec.mostImpossible * samples.length) faults.push(`${impossible.length} impossible stacks`);
  if (unresolved.length > Math.max(spec.allowedOthers, (spec.mostUnresolved ?? 0) * samples.length))
    faults.push(`${unresolved.length} of ${samples.length} with unresolved methods`);
  for (const method of spec.mustSee) if (!blurred && !seen.has(method)) faults.push(`${method} never seen`);
  return {
    work,
    samples: samples.length,
    complete: counted,
    others: countBy(others.map(({ outcome }) => outcome)),
    impossible: impossible.length,
    examples: [
      ...impossible.slice(0, SHOWN).map(({ told }) => told),
      ...others.slice(0, SHOWN).map(({ outcome, text }) => `${outcome}: ${text}`),
    ],
    faults,
  };
}

function hasUnresolved({ frames }: Sample): boolean {
  return frames.some(({ name }) => name.startsWith('[unresolved'));
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
