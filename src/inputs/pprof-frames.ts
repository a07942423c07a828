// Locations of a pprof profile → frames, innermost first: lines of one location are code inlined into its last line's. Kinds come from the
// mappings jtrace writes (`[c2]`, `[kernel]` …), from the library's name, else from the name's form.

import type { Frame, FrameKind } from '../model/frame.ts';
import { importedFrame, kindOfLibrary, kindOfName, markOf } from './imported-frames.ts';
import type { PprofTables } from './pprof-tables.ts';

/** Mapping names of code that lies in no file (src/outputs/pprof.ts). */
const MAPPING_KINDS: Readonly<Record<string, FrameKind>> = {
  '[interpreted]': 'interpreted', '[c1]': 'c1', '[c2]': 'c2', '[inlined]': 'inlined', '[java-native]': 'java-native', '[stub]': 'stub',
  '[native]': 'native', '[vm]': 'vm', '[kernel]': 'kernel', '[marker]': 'marker',
}; // prettier-ignore
/** Stands for a location that a sample names and the file does not have. */
export const LOST = importedFrame({ kind: 'marker', name: '[unresolved: no such location]', marker: 'unresolved' });

/** Gives the frames of a location, innermost first; each is made once. */
export function frameSource({ locations, functions, mappings, text }: PprofTables): (id: number) => readonly Frame[] {
  const made = new Map<number, readonly Frame[]>();
  const make = (id: number): readonly Frame[] => {
    const location = locations.get(id);
    if (location === undefined) return [LOST];
    const library = text(mappings.get(location.mapping) ?? 0);
    const mapped = Object.hasOwn(MAPPING_KINDS, library) ? MAPPING_KINDS[library] : undefined;
    if (location.lines.length === 0) {
      const name = `[${library.replace(/^.*\//, '')}+0x${location.address.toString(16)}]`;
      return [importedFrame({ kind: mapped ?? kindOfLibrary(library) ?? 'native', name, library, marker: 'unresolved' })];
    }
    return location.lines.map(({ function: id_, line }, i) => {
      const { name: nameIndex = 0, systemName = 0, filename = 0 } = functions.get(id_) ?? {};
      const name = text(nameIndex) || text(systemName) || '[unknown]';
      const system = text(systemName);
      const physical = mapped ?? kindOfLibrary(library) ?? kindOfName(name);
      const kind = i < location.lines.length - 1 ? 'inlined' : physical;
      const file = mapped === undefined && library !== '' ? library : text(filename);
      const signature = system.startsWith(`${name}(`) ? system.slice(name.length) : '';
      return importedFrame({ kind, name, signature, line, library: file, marker: markOf(name) });
    });
  };
  return (id) => {
    const frames = made.get(id) ?? make(id);
    made.set(id, frames);
    return frames;
  };
}
