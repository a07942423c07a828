// What a program may ask of the process that it is confined to: its libraries, as attach points name them, and, of a JVM, where the names of classes lie. Each is read once.

import type { Pid } from '../model/units.ts';
import type { ClassOffsets } from '../script/class-names.ts';
import { starMatcher } from '../script/glob.ts';
import type { ProbedLibrary } from '../script/library-edits.ts';
import { openTarget } from '../target/open-target.ts';
import { probedLibrary } from '../target/probed-libraries.ts';
import { classPlaces } from '../unwind/hotspot/class-places.ts';

/** Finds a library by its name without `.so`; null: the process has none, or there is no process. */
export function librariesOf(pid: Pid | null): (name: string) => ProbedLibrary | null {
  const known = new Map<string, ProbedLibrary | null>();
  return (name) => {
    if (pid === null) return null;
    const found = known.get(name);
    if (found !== undefined) return found;
    const library = read(pid, name);
    known.set(name, library);
    return library;
  };
}

function read(pid: Pid, name: string): ProbedLibrary | null {
  const probes = probedLibrary(pid, name);
  if (probes === null) return null;
  const { path, functions } = probes;
  return {
    path,
    functionsLike: (pattern) => {
      const fits = starMatcher(pattern);
      return functions.filter((name) => fits(name));
    },
    hasUsdt: (provider, probe) => probes.hasUsdt(provider, probe),
  };
}

/** null: no process, no JVM that has started, or one that does not tell. */
export function classOffsetsOf(pid: Pid | null): ClassOffsets | null {
  if (pid === null) return null;
  const target = openTarget(pid);
  try {
    return classPlaces(target);
  } finally {
    target.close();
  }
}
