// Where a mapping of an ELF file lies → the library's bias (mapped address minus the file's own). Any mapped piece of any segment
// will do, also the pieces a segment was cut into by mprotect (RELRO). One page of a file often belongs to two segments and is
// mapped twice, sometimes with the same rights: then the other mappings of the file decide.

import type { Mapping } from '../../model/target.ts';
import { PAGE_BYTES } from '../../model/units.ts';
import { PT_LOAD, type Segment } from './elf-file.ts';

/** Mappings of one file that are looked at: a library has about 5, one loaded into many namespaces (dlmopen) some dozens. */
const MAX_SIBLINGS = 256;

/** The bias; null: no segment is mapped from that place of the file. `siblings` gives all mappings of the file, when it is needed. */
export function mappingBias(segments: readonly Segment[], mapping: Mapping, siblings: () => readonly Mapping[]): number | null {
  const candidates = candidateBiases(segments, mapping);
  if (candidates.size <= 1) return [...candidates.keys()][0] ?? null;
  const others = siblings().slice(0, MAX_SIBLINGS).map((other) => candidateBiases(segments, other)); // prettier-ignore
  let best: { readonly bias: number; readonly support: number; readonly score: number } | null = null;
  for (const [bias, score] of candidates) {
    const support = others.filter((other) => other.has(bias)).length;
    if (best === null || support > best.support || (support === best.support && score > best.score))
      best = { bias, support, score };
  }
  return best?.bias ?? null;
}

/** Possible biases, and how well the mapping fits the segment each comes from. */
function candidateBiases(segments: readonly Segment[], mapping: Mapping): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const segment of segments) {
    const first = segment.fileOffset - (segment.fileOffset % PAGE_BYTES);
    const isInside = mapping.fileOffsetBytes >= first && mapping.fileOffsetBytes < segment.fileOffset + segment.fileBytes;
    const bias = mapping.start - (segment.address - segment.fileOffset + mapping.fileOffsetBytes);
    if (segment.type !== PT_LOAD || !isInside || !Number.isSafeInteger(bias)) continue;
    const begins = mapping.fileOffsetBytes === first ? 4 : 0;
    const executable = segment.executable === mapping.permissions.includes('x') ? 2 : 0;
    const writable = segment.writable === mapping.permissions.includes('w') ? 1 : 0;
    found.set(bias, Math.max(found.get(bias) ?? 0, begins + executable + writable));
  }
  return found;
}
