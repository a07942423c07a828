// What a profiling run came to, in numbers: the typed summary that the terminal shows as text and `--json` prints as it is.
// Its JSON form is documented in docs/summary-json.md; a change that breaks readers raises `SUMMARY_VERSION`.

import type { ApproximateReason, FrameKind, UnfinishedReason } from './frame.ts';
import type { ProfiledEvent } from './events.ts';
import type { Profile } from './profile.ts';
import type { Pid, Tid } from './units.ts';

export const SUMMARY_VERSION = 1;

/** How many samples stand in one row, and their share of all. */
export interface ThreadSamples {
  readonly pid: Pid;
  readonly tid: Tid;
  /** Hostile text. */
  readonly name: string;
  readonly samples: number;
}

/** The same of all processes of one name. */
export interface ProcessSamples {
  /** As the frame has it: a program's name, a main class, a kernel thread in brackets. Hostile text. */
  readonly name: string;
  readonly samples: number;
}

/** One method of the hottest: weights of samples that end in it, and of samples that have it anywhere. */
export interface HotMethod {
  /** As {@link Frame.name}: lines, signatures and kinds of compilation are put together. Hostile text. */
  readonly name: string;
  /** Kind of the frame seen most often under this name. */
  readonly kind: FrameKind;
  readonly selfPercent: number;
  readonly totalPercent: number;
}

/** A flag of the target's VM that changes how the profile is to be read. */
export interface TargetFlag {
  readonly name: string;
  readonly value: string;
  /** What it means for this profile, one short sentence; '' when the value is the harmless one. */
  readonly note: string;
}

/** What is known of one profiled process. */
export interface TargetFacts {
  readonly pid: Pid;
  /** Main class, jar, module …; hostile text; '' when it is no JVM. */
  readonly mainClass: string;
  /** Path of a program that is no JVM, or the command as it was typed; hostile text; '' for a JVM. */
  readonly program: string;
  readonly jdkVersion: string;
  /** As containerOf() of src/target labels it: `docker 1f2e3d4c5b6a`, `service tomcat9`; '' for neither, or not known. */
  readonly container: string;
  readonly vmFlags: readonly TargetFlag[];
}

/** What a person would call it: the main class, the program without its folders; '' when neither is known. */
export function targetName({ mainClass, program }: Pick<TargetFacts, 'mainClass' | 'program'>): string {
  return mainClass === '' ? program.slice(program.lastIndexOf('/') + 1) : mainClass;
}

export interface WrittenFile {
  /** `-` is standard output. */
  readonly path: string;
  readonly format: string;
  readonly bytes: number;
  /** Why it is not complete; null: it is. */
  readonly problem: string | null;
}

/** Why sampling ended; `full`: the recording holds no more. */
export type RunEnd = 'duration' | 'interrupted' | 'target-exited' | 'full' | 'failed';

/** That the budget was reached, and what was done about it. */
export interface RateReduction {
  /** The lowest rate that a CPU was sampled at; 0: of an event. */
  readonly lowestRateHz: number;
  /** Samples the run really took; what outputs call samples are the ticks they stand for. 0: not known, of a merged recording. */
  readonly takenSamples: number;
  /** Ticks of bursts before the rate was lowered for them: not in the profile, and no sample stands for them. */
  readonly skippedTicks: number;
}

/** What the run knows besides the profile. */
export interface RunFacts {
  readonly targets: readonly TargetFacts[];
  /** All processes were sampled (`--all`): the first frame of every stack is its process, `targets` are the JVMs met. */
  readonly isWholeMachine: boolean;
  readonly kernel: string;
  readonly bpftraceVersion: string;
  /** Of CPU ticks; 0: of an event. */
  readonly rateHz: number;
  /** What was sampled; null: CPU ticks, or recordings of several rates, put together. */
  readonly event: ProfiledEvent | null;
  /** Of sampling, from ready to stop. */
  readonly durationMs: number;
  readonly end: RunEnd;
  readonly lostEvents: number;
  /** Samples whose head or tail was lost: counted, not in the profile. */
  readonly brokenSamples: number;
  /** null: every tick was sampled. Otherwise a sample's weight is the ticks it stands for. */
  readonly reduction: RateReduction | null;
  readonly files: readonly WrittenFile[];
}

/** What is known besides the profile: the input of summarize() next to it. */
export interface SummaryFacts extends RunFacts {
  /** Whether all of it is jtrace's; of another tool's profile it knows neither how whole its stacks are nor what was lost. */
  readonly isOwnRun: boolean;
}

export interface ProfileSummary extends SummaryFacts {
  readonly version: typeof SUMMARY_VERSION;
  /** Samples in the profile. */
  readonly samples: number;
  /** All weight, in `weightUnit`s. */
  readonly weight: number;
  readonly weightUnit: Profile['weightUnit'];
  /** Most samples first. */
  readonly threads: readonly ThreadSamples[];
  /** Of the whole machine, what stands in the first frame, most samples first; else empty. */
  readonly processes: readonly ProcessSamples[];
  readonly leafKinds: Readonly<Record<FrameKind, number>>;
  readonly outcomes: {
    readonly complete: number;
    readonly approximate: number;
    readonly unfinished: number;
    /** A sample with two reasons counts under both. */
    readonly approximateReasons: Readonly<Partial<Record<ApproximateReason, number>>>;
    readonly unfinishedReasons: Readonly<Partial<Record<UnfinishedReason, number>>>;
  };
  /** Rows of `--top`; empty when none were asked for. */
  readonly hottest: readonly HotMethod[];
}
