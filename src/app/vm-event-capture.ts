// An event inside HotSpot → what the capture program is told of it: where its sides are attached in this libjvm, and where it finds the names that it prints. A
// side that this libjvm has not is left out and said; one that has none of those that sample is refused.

import { OperatorError } from '../model/errors.ts';
import type { ProbePlace } from '../model/events.ts';
import type { EventCapture } from '../model/program.ts';
import type { MappedLibrary, TargetReader } from '../model/target.ts';
import type { Pid } from '../model/units.ts';
import type { VmEventRow, VmEventSide } from '../model/vm-events.ts';
import { isProbe } from '../program/escape.ts';
import { openTarget } from '../target/open-target.ts';
import { type LibraryProbes, probedLibrary } from '../target/probed-libraries.ts';
import { type BlockerPlace, blockerPlace } from '../unwind/hotspot/blocker-place.ts';
import { type ClassPlaces, classPlaces } from '../unwind/hotspot/class-places.ts';
import { gcCausePlace } from '../unwind/hotspot/gc-cause-place.ts';
import { readVmTables } from '../unwind/hotspot/vm-tables.ts';

type PartValues = NonNullable<EventCapture['partValues']>;

interface VmEventCapture {
  readonly capture: EventCapture;
  /** What this JVM cannot say, for the operator. */
  readonly notes: readonly string[];
}

interface Found {
  readonly sampled: readonly string[];
  readonly values: PartValues;
}

export function vmEventCapture(row: VmEventRow, pid: Pid | null, leastNs: number): VmEventCapture {
  if (pid === null)
    throw new OperatorError(
      'usage',
      `--event ${row.name} is looked up in a JVM that runs: it goes with a PID or NAME only`,
      'start the COMMAND yourself, then profile its JVM',
    );
  const library = probedLibrary(pid, 'libjvm');
  const reader = openTarget(pid);
  try {
    const mapping = reader.maps()?.find(({ path, permissions }) => /\/libjvm\.so$/u.test(path) && permissions.includes('x'));
    const libjvm = mapping === undefined ? null : reader.library(mapping);
    if (libjvm === null)
      throw new OperatorError(
        'usage',
        `process ${String(pid)} is no JVM, and --event ${row.name} is one of JVMs`,
        'see docs/events.md',
      );
    if (library === null)
      throw new OperatorError(
        'environment',
        `the libjvm of process ${String(pid)} cannot be attached to`,
        'its file was replaced (restart the JVM), or its path has characters that no probe can have (a link to the JDK without them would do)',
      );
    return inLibrary(row, leastNs, { library, reader, libjvm });
  } finally {
    reader.close();
  }
}

interface Vm {
  readonly library: LibraryProbes;
  readonly reader: TargetReader;
  readonly libjvm: MappedLibrary;
}

function inLibrary(row: VmEventRow, leastNs: number, vm: Vm): VmEventCapture {
  const sides = row.sides.map((side) => ({ side, found: sideIn(side, vm.library) }));
  // USDT probes first: of one behind a uprobe, 0.17 takes all there are.
  const all = sides.flatMap(({ found }) => found?.sampled ?? []);
  const probes = [...all.filter(isUsdt), ...all.filter((probe) => !isUsdt(probe))];
  if (probes.length === 0)
    throw new OperatorError(
      'environment',
      `this JVM's libjvm has neither the USDT probes nor the functions that --event ${row.name} needs`,
      'Debian builds JDK 8 so: --event offcpu shows its waits, --event uprobe:LIBJVM:JVM_GC its System.gc(); docs/events.md has the rest',
    );
  const missing = sides.filter(({ found }) => found === null).map(({ side }) => side.without);
  const sidesThere = Object.fromEntries(sides.map(({ side, found }) => [side.name, found !== null]));
  const extras = extrasOf(row, vm, sidesThere);
  const { unit, mode, hasKernelStack, part } = row;
  return {
    capture: {
      ...{ unit, mode, hasKernelStack, part, leastNs, probes },
      partValues: {
        ...known(row, sidesThere),
        ...Object.fromEntries(sides.flatMap(({ found }) => Object.entries(found?.values ?? {}))),
        ...extras.values,
      },
    },
    notes: [...missing, ...extras.notes],
  };
}

/** Sides that the template asks for. */
function known({ part }: VmEventRow, sides: Readonly<Record<string, boolean>>): PartValues {
  if (part === 'event-lock.bt') return sides;
  return part === 'event-compile.bt' ? { tiers: sides['tiers'] ?? false } : {};
}

function sideIn({ sampled, beside }: VmEventSide, library: LibraryProbes): Found | null {
  const there = sampled.map((place) => probeOf(place, library));
  const values: Record<string, readonly string[]> = {};
  for (const [name, places] of Object.entries(beside)) {
    const probes = places.map((place) => probeOf(place, library));
    if (probes.includes(null)) return null;
    values[name] = present(probes);
  }
  return there.includes(null) ? null : { sampled: present(there), values };
}

function isUsdt(probe: string): boolean {
  return probe.startsWith('usdt:');
}

function present(probes: readonly (string | null)[]): readonly string[] {
  return probes.filter((probe) => probe !== null);
}

/** null: this libjvm has none of its names. */
function probeOf(place: ProbePlace, library: LibraryProbes): string | null {
  const { path } = library;
  switch (place.kind) {
    case 'probe':
      return place.probe;
    case 'libjvm-usdt': {
      const { name, provider = 'hotspot' } = place;
      return library.hasUsdt(provider, name) ? checked(`usdt:${path}:${provider}:${name}`) : null;
    }
    case 'libjvm-function': {
      const name = place.names.find((one) => library.functions.includes(one));
      return name === undefined ? null : checked(`${place.isReturn === true ? 'uretprobe' : 'uprobe'}:${path}:${name}`);
    }
    default:
      return place satisfies never;
  }
}

function checked(probe: string): string | null {
  return isProbe(probe) ? probe : null;
}

function extrasOf(
  { part, sides }: VmEventRow,
  { reader, libjvm }: Vm,
  there: Readonly<Record<string, boolean>>,
): { readonly values: PartValues; readonly notes: readonly string[] } {
  switch (part) {
    case 'event-lock.bt':
      return classValues(classPlaces(reader), () => blockerPlace(reader), there);
    case 'event-operation.bt': {
      const place = gcCausePlace(reader, libjvm);
      if (place === null)
        return {
          values: { causes: false },
          notes: ['causes of collections are not told: the JVM keeps no performance counters (-XX:-UsePerfData)'],
        };
      return { values: { causes: true, causeAt: place.cause, lastCauseAt: place.lastCause }, notes: [] };
    }
    case 'event-compile.bt': {
      const level = readVmTables(reader, libjvm)?.offset('CompileTask', '_comp_level') ?? null;
      if (level !== null) return { values: { levelAt: level }, notes: [] };
      // Where the function is missing, that is said already.
      const words = sides.flatMap(({ name, without }) => (name === 'tiers' && there[name] === true ? [without] : []));
      return { values: { tiers: false }, notes: words };
    }
    default:
      return { values: {}, notes: [] };
  }
}

const NO_MONITOR_CLASSES = 'classes of monitors are not told: this JVM does not say whose they are';
const NO_BLOCKERS = 'classes that threads are parked for are not told: this JVM does not say where it notes them';
const NO_CLASSES = {
  ...{ classes: false, handles: false, monitorClasses: false, blockers: false, narrowOops: false },
  ...{ wholeClasses: false, narrowClasses: false, compactClasses: false },
} as const;

/** All that leads from a monitor or a thread to the name of a class. `findBlocker`: asked where it matters. `there`: sides of the event that this libjvm has. */
export function classValues(
  places: ClassPlaces | null,
  findBlocker: () => BlockerPlace | null,
  there: Readonly<Record<string, boolean>>,
): { readonly values: PartValues; readonly notes: readonly string[] } {
  if (places === null)
    return {
      values: NO_CLASSES,
      notes: ['classes are not told: this JVM hides how its objects name them (generational ZGC does)'],
    };
  const blocker = findBlocker();
  const { monitorObject, name, body, length } = places;
  const isHandle = monitorObject?.isHandle ?? blocker?.threadObject.isHandle ?? true;
  return {
    values: {
      ...NO_CLASSES,
      classes: true,
      handles: isHandle,
      monitorClasses: monitorObject !== null,
      ...(monitorObject === null ? {} : { monitorObjectAt: monitorObject.at }),
      blockers: blocker !== null,
      ...(blocker === null
        ? {}
        : { threadObjectAt: blocker.threadObject.at, blockerAt: blocker.blocker, narrowOops: blocker.narrow !== null }),
      ...(blocker?.narrow == null ? {} : { oopShift: blocker.narrow.shift, oopBase: blocker.narrow.base }),
      ...headerValues(places.header),
      ...{ nameAt: name, textAt: body, lengthAt: length },
    },
    notes: [
      ...(monitorObject === null && there['monitors'] === true ? [NO_MONITOR_CLASSES] : []),
      ...(blocker === null && there['parks'] === true ? [NO_BLOCKERS] : []),
    ],
  };
}

function headerValues(header: ClassPlaces['header']): PartValues {
  const kinds = {
    wholeClasses: header.kind === 'whole',
    narrowClasses: header.kind === 'narrow',
    compactClasses: header.kind === 'compact',
  };
  switch (header.kind) {
    case 'whole':
      return { ...kinds, classAt: header.at };
    case 'narrow':
      return { ...kinds, classAt: header.at, classShift: header.shift, classBase: header.base };
    case 'compact':
      return { ...kinds, classFrom: header.from, classShift: header.shift, classBase: header.base };
    default:
      return header satisfies never;
  }
}
