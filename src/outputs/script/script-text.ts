// The maps of a program at its end → text: those with one number each in one block, the others apart by an empty line.

import type { MapSnapshot } from '../../model/script.ts';
import { type MapLook, mapLines } from './map-text.ts';
import type { FactsOfMaps } from '../../model/script-result.ts';

/** Lines; none when there are no maps. */
export function mapsText(maps: readonly MapSnapshot[], facts: FactsOfMaps, look: MapLook): readonly string[] {
  const lines: string[] = [];
  let wasScalar = true;
  for (const map of maps) {
    const isScalar = isOneLine(map);
    if (lines.length > 0 && !(isScalar && wasScalar)) lines.push('');
    // Not push(...): of a large map there are more than a call takes.
    for (const line of mapLines(map, facts.get(map.name), look)) lines.push(line);
    wasScalar = isScalar;
  }
  return lines;
}

function isOneLine({ entries }: MapSnapshot): boolean {
  const [first] = entries;
  return first === undefined || (first.key === null && ['number', 'text', 'tuple'].includes(first.value.kind));
}
