// Events inside HotSpot that take a time: one row each. They begin and end at probes of libjvm of which some JDKs and stripped libjvms have not all: what can be
// had without the others is a side of its own. The stack is taken where the time ends, or where it was asked for.

import type { EventShape, ProbePlace } from './event-shape.ts';

/** What a row's template names: a side's probes and whether the side is there. */
export interface VmEventSide {
  /** `#if` of the template. */
  readonly name: string;
  /** Where samples are taken; all of them. */
  readonly sampled: readonly ProbePlace[];
  /** Placeholders of the template: where it begins, and what else is noted. */
  readonly beside: Readonly<Record<string, readonly ProbePlace[]>>;
  /** Said where this libjvm has not all of them. */
  readonly without: string;
}

export interface VmEventRow extends EventShape {
  readonly name: string;
  readonly does: string;
  readonly counts: string;
  readonly places: readonly [];
  /** One of those that sample must be there. */
  readonly sides: readonly VmEventSide[];
}

type LibjvmFunction = Extract<ProbePlace, { kind: 'libjvm-function' }>;

const usdt = (name: string, provider = 'hotspot'): ProbePlace => ({ kind: 'libjvm-usdt', name, provider });
const libjvm = (...names: readonly string[]): LibjvmFunction => ({ kind: 'libjvm-function', names });
const returnOf = (place: LibjvmFunction): ProbePlace => ({ ...place, isReturn: true });

/**
 * Where a thread waits that found a monitor taken. The VM's own code calls them, so their return may be probed; those that Java code calls must not be
 * (src/script/uretprobes.ts). No function that is called at the end of the wait is a function of its own in every JDK.
 */
const MONITOR_ENTRIES = [
  '_ZN13ObjectMonitor26enter_with_contention_markEP10JavaThreadR27ObjectMonitorContentionMarkb', // JDK 27
  '_ZN13ObjectMonitor26enter_with_contention_markEP10JavaThreadR27ObjectMonitorContentionMark', // JDK 25, 26
  '_ZN13ObjectMonitor6EnterIEP10JavaThread',
  '_ZN13ObjectMonitor6EnterIEP6Thread', // JDK 11
] as const;

/** Of the VM's operations: when a thread asks for one, and when the VM's thread begins and ends it. */
const OPERATIONS: VmEventSide = {
  name: 'operations',
  sampled: [usdt('vmops__request'), usdt('vmops__begin')],
  beside: {
    operationEnd: [usdt('vmops__end')],
    collection: [usdt('gc__begin')],
    safepointBegin: [usdt('safepoint__begin', 'hs_private')],
    safepointEnd: [usdt('safepoint__end', 'hs_private')],
  },
  without: 'operations of the VM are not seen: this libjvm has no USDT probes',
};

const OPERATION_SHAPE = {
  unit: 'nanoseconds',
  places: [],
  mode: 'user',
  hasKernelStack: false,
  part: 'event-operation.bt',
  sides: [OPERATIONS],
} as const;

export const VM_EVENTS: readonly VmEventRow[] = [
  {
    name: 'lock',
    does: 'time in which threads wait for monitors and are parked, by class',
    counts: 'waited',
    unit: 'nanoseconds',
    places: [],
    mode: 'user',
    hasKernelStack: false,
    part: 'event-lock.bt',
    sides: [
      {
        name: 'monitors',
        sampled: [returnOf(libjvm(...MONITOR_ENTRIES))],
        beside: { monitorBegin: [libjvm(...MONITOR_ENTRIES)] },
        without:
          'monitors (synchronized) are not seen: this libjvm does not name the functions that wait for them (it is stripped)',
      },
      {
        name: 'parks',
        sampled: [usdt('thread__park__end')],
        beside: { parkBegin: [usdt('thread__park__begin')] },
        without: 'parks (java.util.concurrent) are not seen: this libjvm has no USDT probes',
      },
    ],
  },
  { name: 'gc', does: 'pauses of garbage collections, by cause', counts: 'paused', ...OPERATION_SHAPE },
  { name: 'safepoint', does: 'time in which the VM halts all threads, by its operation', counts: 'halted', ...OPERATION_SHAPE },
  {
    name: 'compile',
    does: 'time of JIT compilations, by method and tier',
    counts: 'compiled',
    unit: 'nanoseconds',
    places: [],
    mode: 'user',
    hasKernelStack: false,
    part: 'event-compile.bt',
    sides: [
      {
        name: 'compilations',
        sampled: [usdt('method__compile__end')],
        beside: { compileBegin: [usdt('method__compile__begin')] },
        without: 'compilations are not seen: this libjvm has no USDT probes',
      },
      {
        name: 'tiers',
        sampled: [],
        beside: { compileTask: [libjvm('_ZN13CompileBroker25invoke_compiler_on_methodEP11CompileTask')] },
        without: 'the compiler stands for the tier: this libjvm does not name the function that knows it (it is stripped)',
      },
    ],
  },
];
