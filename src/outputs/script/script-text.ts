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
    lines.push(...mapLines(map, facts.get(map.name), look));
    wasScalar = isScalar;
  }
  return lines;
}

function isOneLine({ entries }: MapSnapshot): boolean {
  const [first] = entries;
  return first === undefined || (first.key === null && ['number', 'text', 'tuple'].includes(first.value.kind));
}
