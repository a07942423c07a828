// StackBytesValues → the program that captures registers, anchors and raw stacks (templates/stack-bytes.bt). Pure but for reading
// the template. Decides every bound that the program works under; what it prints is parsed by src/bpftrace/records.ts.

import { type ArchitectureName, USER_ADDRESS_END_OF } from '../model/architecture.ts';
import type { Dialect } from '../model/dialect.ts';
import {
  type CaptureProgram,
  CONTROL_BLOCK_MODULE_ID,
  type EventCapture,
  type JvmThreadLocator,
  type StackBytesValues,
} from '../model/program.ts';
import { PAGE_BYTES, WORD_BYTES } from '../model/units.ts';
import { bufferPages } from './buffer-pages.ts';
import { type BudgetValues, budgetValues } from './capture-budget.ts';
import { TemplatePart } from './escape.ts';
import { eventParts } from './event-parts.ts';
import { renderPart, renderTemplate, type TemplateValues } from './template.ts';
import { readTemplate } from './templates.ts';

/**
 * How far a stack's end may lie above sp to be believed: the largest -Xss HotSpot takes is 1 GiB. Further away, fsbase belongs to
 * another mapping (coroutine, signal stack).
 */
export const MAX_STACK_DISTANCE_BYTES = 1024 ** 3;
/** Copied when the stack's end is not known: most stacks are below it (facts: 16 KiB covers p99 of 18 of 22 workloads). */
export const UNKNOWN_END_WINDOW_BYTES = 16 * 1024;
/** Kernel stacks are 16 KiB; deeper than this was never seen, and 127 is 0.17's limit. */
const KERNEL_STACK_FRAMES = 127;
/** Threads that may wait at once: all entries of a map are there from the start, so a map of many is memory of the kernel. */
const MAX_WAITING_THREADS = 16_384;
/** The privilege bits of cs. */
const USER_MODE = 3;
/** Bits that a locator's fields have in a feed word; JVMs that exceed them cannot be told to the program. */
const LOCATOR_LIMITS = { pid: 2 ** 22, tlsModuleId: 2 ** 20, tlsOffsetBytes: 2 ** 42, anchorOffsetBytes: 2 ** 14 } as const;

export interface StackBytesContext {
  /** The process whose comm feeds the running program: jtrace itself. */
  readonly feederPid: number;
  /** CPUs that may tick: sizes the buffers, and the time slots of stopAtSample. */
  readonly cpus: number;
  /** Default: x86-64. */
  readonly architecture?: ArchitectureName;
  /** The kernel's, as `getconf PAGESIZE` says; matters on aarch64. Default: 4096. */
  readonly kernelPageBytes?: number;
}

/** THREAD_SIZE of aarch64 where a page is not larger than it (arch/arm64/include/asm/memory.h: a stack is whole pages). */
const AARCH64_KERNEL_STACK_BYTES = 16 * 1024;

/** The window a dialect can really copy when `wantedBytes` are asked: whole pages, at least one, at most the verifier's limit. */
export function stackWindowBytes(wantedBytes: number, dialect: Dialect): number {
  const pages = Math.ceil(wantedBytes / PAGE_BYTES);
  return Math.min(Math.max(pages, 1) * PAGE_BYTES, dialect.maxStackBytes);
}

/** Whether a locator fits the program's fields; one that does not is left out (anchors of that JVM are then not captured). */
export function locatorFits(locator: JvmThreadLocator): boolean {
  const within = (value: number, limit: number): boolean => Number.isSafeInteger(value) && value >= 0 && value < limit;
  return (
    within(locator.pid, LOCATOR_LIMITS.pid) &&
    locator.tlsModuleId > 0 &&
    within(locator.tlsModuleId, LOCATOR_LIMITS.tlsModuleId) &&
    within(locator.tlsOffsetBytes, LOCATOR_LIMITS.tlsOffsetBytes) &&
    within(locator.lastJavaSpOffsetBytes, LOCATOR_LIMITS.anchorOffsetBytes) &&
    within(locator.lastJavaPcOffsetBytes, LOCATOR_LIMITS.anchorOffsetBytes) &&
    within(locator.lastJavaFpOffsetBytes, LOCATOR_LIMITS.anchorOffsetBytes)
  );
}

/** Renders the capture program. `values.stackBytes` above the dialect's limit is clamped, see {@link stackWindowBytes}. */
export function renderStackBytes(values: StackBytesValues, dialect: Dialect, context: StackBytesContext): CaptureProgram {
  const { architecture = 'x86-64', kernelPageBytes = PAGE_BYTES } = context;
  const windowBytes = stackWindowBytes(values.stackBytes, dialect);
  const jvms = values.jvms.filter(locatorFits);
  const pairs = (field: Exclude<keyof JvmThreadLocator, 'pid'>): number[] => jvms.flatMap((jvm) => [jvm.pid, jvm[field]]);
  const { event = null } = values;
  const isAarch64 = architecture === 'aarch64';
  const kernelStackBytes = isAarch64 ? { kernelStackBytes: Math.max(AARCH64_KERNEL_STACK_BYTES, kernelPageBytes) } : {};
  const budget = values.budget === null ? null : budgetValues(values.budget);
  const everywhere = {
    ticks: event === null,
    wholeMachine: values.pids === 'all',
    stopAtSample: values.stopAtSample,
    budget: budget !== null,
    feederPid: context.feederPid,
    ...(budget === null ? {} : { windowMostSamples: budget.windowMostSamples }),
  };
  const inSamples = {
    ...everywhere,
    ...(budget === null ? {} : { windowMostKilobytes: budget.windowMostKilobytes }),
    cpus: context.cpus,
    chunkBytes: dialect.chunkBytes,
    chunkMask: BigInt.asUintN(64, -BigInt(dialect.chunkBytes)).toString(16),
    maxChunks: windowBytes / dialect.chunkBytes,
    maxStackDistanceBytes: MAX_STACK_DISTANCE_BYTES,
    unknownEndWindowBytes: UNKNOWN_END_WINDOW_BYTES,
    userAddressEnd: USER_ADDRESS_END_OF[architecture],
    controlBlockModule: CONTROL_BLOCK_MODULE_ID,
    kernelStackMode: dialect.kernelStackMode,
    kernelStackFrames: KERNEL_STACK_FRAMES,
    aarch64: isAarch64,
    ...kernelStackBytes,
  };
  const tickProbes = [`profile:hz:${String(values.rateHz)}`];
  const parts = event === null ? null : eventParts(event.part, { ...event, rateHz: values.rateHz, aarch64: isAarch64, ...kernelStackBytes }); // prettier-ignore
  const samplesAt = (probes: readonly string[], own: TemplateValues): TemplatePart =>
    renderPart(readTemplate('stack-sample.bt'), { ...inSamples, probes, ...own });
  const samples: TemplatePart[] = [];
  if (event === null || parts === null) {
    samples.push(samplesAt(tickProbes, { spaced: true, asksMode: true, kernelStack: values.kernelStack }));
  } else {
    if (event.alsoTicks === true) {
      const none = new TemplatePart('');
      const own = { spaced: true, filterPart: none, takenPart: parts.tickPart, anchoredPart: none };
      samples.push(samplesAt(tickProbes, { asksMode: true, mode: 0, kernelStack: values.kernelStack, ...own }), none);
    }
    const { filterPart, takenPart, anchoredPart } = parts;
    const mode = event.mode === 'user' ? USER_MODE : 0;
    const kernelStack = values.kernelStack && event.hasKernelStack;
    const own = { spaced: false, filterPart, takenPart, anchoredPart };
    samples.push(samplesAt(event.probes, { asksMode: event.mode === 'either', mode, kernelStack, ...own }));
  }
  const text = renderTemplate(readTemplate('stack-bytes.bt'), {
    ...everywhere,
    spaced: event === null || event.alsoTicks === true,
    samples,
    rateHz: values.rateHz,
    ...(parts === null ? {} : { besidePart: parts.besidePart, endPart: parts.endPart }),
    windowBytes,
    target: values.pids === 'all' ? [] : values.pids,
    jvm_module: pairs('tlsModuleId'),
    jvm_tls: pairs('tlsOffsetBytes'),
    jvm_sp: pairs('lastJavaSpOffsetBytes'),
    jvm_pc: pairs('lastJavaPcOffsetBytes'),
    jvm_fp: pairs('lastJavaFpOffsetBytes'),
    chunkWords: dialect.chunkBytes / WORD_BYTES,
    followChildren: values.followChildren,
    ...(budget === null ? {} : budgetOutsideSamples(budget)),
  });
  const weighs = event === null ? null : weighsOf(event);
  // Events come as often as the budget allows.
  const rateHz = event === null ? values.rateHz : (values.budget?.samplesPerSecond ?? values.rateHz) / context.cpus;
  const pages = bufferPages({ rateHz, windowBytes, cpus: context.cpus, dialect });
  return {
    text,
    environment: {
      BPFTRACE_PERF_RB_PAGES: String(pages),
      ...(mayWaitMany(event) ? { [dialect.mapSizeVariable]: String(MAX_WAITING_THREADS) } : {}),
    },
    unsafe: values.stopAtSample,
    arguments: dialect.quietArguments,
    chunkBytes: dialect.chunkBytes,
    windowBytes,
    ...(weighs === null ? {} : { weighs }),
    ...(event?.oneIn === undefined ? {} : { eachCounts: event.oneIn }),
    ...(event === null ? {} : { probes: event.probes }),
  };
}

/** Whether each thread that waits is noted in a map. */
function mayWaitMany(event: EventCapture | null): boolean {
  return event?.part === 'event-offcpu.bt' || event?.part === 'event-wall.bt' || event?.part === 'event-lock.bt';
}

/** When an event's weight is known: with its sample, when the wait ends, when what was asked for has ended. null: each counts. */
function weighsOf({ unit, part }: EventCapture): NonNullable<CaptureProgram['weighs']> | null {
  if (unit === 'samples') return null;
  switch (part) {
    case 'event-offcpu.bt':
      return 'waits';
    case 'event-wall.bt':
      return 'wall';
    case 'event-operation.bt':
      return 'spans';
    default:
      return 'sizes';
  }
}

/** Without what only a sample's block asks for. */
function budgetOutsideSamples({ windowMostKilobytes: _, ...values }: BudgetValues): Omit<BudgetValues, 'windowMostKilobytes'> {
  return values;
}
