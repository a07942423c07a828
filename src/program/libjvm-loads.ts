// How files are opened is looked at, and which JVMs there are → the program of `jtrace watch` (templates/libjvm-loads.bt). Pure but for
// reading the template. What it prints is read by src/bpftrace/birth-records.ts.

import type { ArchitectureName } from '../model/architecture.ts';
import type { BpftraceVersion, Dialect } from '../model/dialect.ts';
import type { BpftraceProgram } from '../model/program.ts';
import type { Pid } from '../model/units.ts';
import type { ProbeStyle } from '../model/watch.ts';
import { fentryNames } from './dialects.ts';
import { renderTemplate } from './template.ts';
import { readTemplate } from './templates.ts';

/** JVMs, and programs that opened a libjvm.so without mapping it: some 90 bytes of kernel memory each, two maps. Beyond it the sweep serves. */
const MAX_PROCESSES = 16_384;
/** A program's text is to stay small; the ends of more JVMs are found by the sweep. */
const MAX_RUNNING = 1000;
/** Often enough that ready is told soon and a leftover ends soon; ten wake-ups a second are nothing. */
const HEARTBEAT_MS = 100;

/** Every way a program opens a file comes through it, since Linux 5.6. */
const OPENING = 'do_sys_openat2';
/** Every way a program maps a file. */
const MAPPING = 'vm_mmap_pgoff';

export interface LibjvmLoadsValues {
  readonly style: ProbeStyle;
  /** JVMs whose ends are to be told, too. */
  readonly running: readonly Pid[];
  /** Younger ones have no open(2). */
  readonly architecture: ArchitectureName;
}

export function renderLibjvmLoads({ style, running, architecture }: LibjvmLoadsValues, dialect: Dialect): BpftraceProgram {
  const text = renderTemplate(readTemplate('libjvm-loads.bt'), {
    ...probesOf(style, dialect.version, architecture),
    syscalls: style === 'tracepoint',
    kprobe: style === 'kprobe',
    fentry: style === 'fentry',
    running: running.length > 0,
    ...(running.length > 0 ? { jvm: running.slice(0, MAX_RUNNING) } : {}),
    heartbeatMs: HEARTBEAT_MS,
  });
  const environment = { [dialect.mapSizeVariable]: String(MAX_PROCESSES) };
  return { text, environment, unsafe: false, arguments: dialect.quietArguments };
}

interface Probes {
  readonly opened: readonly string[];
  readonly mapped: readonly string[];
}

function probesOf(style: ProbeStyle, version: BpftraceVersion, architecture: ArchitectureName): Probes {
  switch (style) {
    case 'kprobe':
      return { opened: [`kretprobe:${OPENING}`], mapped: [`kprobe:${MAPPING}`] };
    case 'fentry': {
      const { entry, exit } = fentryNames(version);
      return { opened: [`${exit}:${OPENING}`], mapped: [`${entry}:${MAPPING}`] };
    }
    case 'tracepoint': {
      const calls = [...(architecture === 'x86-64' ? ['open'] : []), 'openat', 'openat2'];
      return {
        opened: calls.map((call) => `tracepoint:syscalls:sys_exit_${call}`),
        mapped: ['tracepoint:syscalls:sys_enter_mmap'],
      };
    }
    default:
      return style satisfies never;
  }
}
