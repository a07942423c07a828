// Events other than CPU ticks that `jtrace profile --event` samples: one row each. What a row cannot say of its program stands in its
// part of the template (templates/event-*.bt). docs/events.md has what each was tried with.

import type { EventPlace, EventShape } from './event-shape.ts';
import { THREAD_EVENTS } from './thread-events.ts';
import { VM_EVENTS } from './vm-events.ts';

export type { EventShape, ProbePlace } from './event-shape.ts';

export interface EventRow extends EventShape {
  readonly name: string;
  /** For help: what is sampled. */
  readonly does: string;
  /** What weights are of: a plural that follows a number, or what a time or a size is. */
  readonly counts: string;
  /** Of {@link VM_EVENTS}: none, they have sides. */
  readonly places: readonly EventPlace[];
}

/** What a profile counts, where it is not CPU ticks: kept in its recording. */
export interface ProfiledEvent {
  /** A row's name, or the probe as it was typed. */
  readonly name: string;
  /** As {@link EventRow.counts}. */
  readonly counts: string;
}

/** Of a probe that was given verbatim. */
export const PROBE_COUNTS = 'events';

export const EVENTS: readonly EventRow[] = [
  {
    name: 'offcpu',
    does: 'time in which threads are blocked',
    counts: 'blocked',
    unit: 'nanoseconds',
    places: [{ kind: 'probe', probe: 'tracepoint:sched:sched_switch' }],
    mode: 'kernel',
    hasKernelStack: true,
    part: 'event-offcpu.bt',
  },
  {
    name: 'faults',
    does: 'page faults',
    counts: 'page faults',
    unit: 'samples',
    places: [{ kind: 'probe', probe: 'tracepoint:exceptions:page_fault_user' }],
    mode: 'kernel',
    hasKernelStack: false,
    part: null,
  },
  {
    name: 'syscalls',
    does: 'system calls',
    counts: 'system calls',
    unit: 'samples',
    places: [{ kind: 'probe', probe: 'tracepoint:raw_syscalls:sys_enter' }],
    mode: 'kernel',
    hasKernelStack: false,
    part: null,
  },
  {
    name: 'alloc',
    does: 'bytes of Java objects, by thread-local buffers',
    counts: 'allocated',
    unit: 'bytes',
    places: [
      {
        kind: 'libjvm-function',
        names: [
          '_ZN11AllocTracer27send_allocation_in_new_tlabEP5KlassPP12HeapWordImplmmP10JavaThread',
          // JDK 11.
          '_ZN11AllocTracer27send_allocation_in_new_tlabEP5KlassP8HeapWordmmP6Thread',
        ],
      },
      {
        kind: 'libjvm-function',
        names: [
          '_ZN11AllocTracer28send_allocation_outside_tlabEP5KlassPP12HeapWordImplmP10JavaThread',
          '_ZN11AllocTracer28send_allocation_outside_tlabEP5KlassP8HeapWordmP6Thread',
        ],
      },
    ],
    mode: 'user',
    hasKernelStack: false,
    part: 'event-alloc.bt',
  },
  {
    name: 'exceptions',
    does: 'exceptions that fill in their stack trace',
    counts: 'exceptions',
    unit: 'samples',
    places: [{ kind: 'libjvm-function', names: ['JVM_FillInStackTrace'] }],
    mode: 'user',
    hasKernelStack: false,
    part: null,
  },
  {
    name: 'classload',
    does: 'classes loaded',
    counts: 'classes loaded',
    unit: 'samples',
    places: [
      {
        kind: 'libjvm-usdt',
        name: 'class__loaded',
        instead: {
          name: 'JVM_DefineClassWithSource',
          words: "classes of the VM's own loader are not seen: this libjvm has no USDT probes",
        },
      },
    ],
    mode: 'user',
    hasKernelStack: false,
    part: null,
  },
  ...THREAD_EVENTS,
  ...VM_EVENTS,
];

/** The row of a name; null: none. */
export function eventNamed(name: string): EventRow | null {
  return EVENTS.find((row) => row.name === name) ?? null;
}

const PROVIDER_MODES: Readonly<Record<string, EventShape['mode']>> = {
  uprobe: 'user',
  uretprobe: 'user',
  usdt: 'user',
  watchpoint: 'user',
  kprobe: 'kernel',
  kretprobe: 'kernel',
  fentry: 'kernel',
  fexit: 'kernel',
  kfunc: 'kernel',
  kretfunc: 'kernel',
  tracepoint: 'kernel',
  rawtracepoint: 'kernel',
  software: 'either',
  hardware: 'either',
};

/** In what mode a probe of bpftrace's provider finds a process; null: no probe of a process's doings. */
export function modeOfProvider(provider: string): EventShape['mode'] | null {
  return Object.hasOwn(PROVIDER_MODES, provider) ? (PROVIDER_MODES[provider] ?? null) : null;
}
