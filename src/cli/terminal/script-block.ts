// The newest snapshots of a program's maps → the lines that stand on a terminal while it runs: as many as fit, each map with its
// largest entries. Every map gets an equal share of the height; what one does not need the others get. Pure.

import type { MapSnapshot } from '../../model/script.ts';
import { cutEnd } from '../../outputs/display-width.ts';
import { mapText, type MapText, moreLine } from '../../outputs/script/map-text.ts';
import type { FactsOfMaps } from '../../model/script-result.ts';

/** A map with fewer lines tells nothing: then some maps are not shown. An entry, and how many more there are. */
const MIN_MAP_LINES = 2;

export interface BlockSize {
  readonly columns: number;
  readonly lines: number;
}

/** At most `size.lines` lines of at most `size.columns` columns. */
export function scriptBlock(maps: readonly MapSnapshot[], facts: FactsOfMaps, size: BlockSize): readonly string[] {
  if (maps.length === 0 || size.lines <= 0) return [];
  const most = Math.max(1, Math.floor((size.lines + 1) / (MIN_MAP_LINES + 1)));
  // One line is for those that are not shown.
  const shown = maps.length <= most ? maps : maps.slice(0, Math.max(1, Math.floor(size.lines / (MIN_MAP_LINES + 1))));
  const hidden = maps.length - shown.length;
  const room = size.lines - (hidden > 0 ? 1 : 0);
  const look = { columns: size.columns, isWhole: false, maxEntries: Math.max(1, room) };
  const texts = shown.map((map) => mapText(map, facts.get(map.name), look));
  const separators = shown.length - 1;
  const shares = fairShares(texts.map(heightOf), room - separators);
  const lines = texts.flatMap((text, index) => [...(index > 0 ? [''] : []), ...fitted(text, shares[index] ?? 0)]);
  if (hidden > 0) lines.push(`… ${String(hidden)} more maps`);
  return lines.slice(0, size.lines).map((line) => cutEnd(line, size.columns));
}

function heightOf({ head, entries, more }: MapText): number {
  return head.length + entries.reduce((sum, lines) => sum + lines.length, 0) + (more > 0 ? 1 : 0);
}

/** What each gets of what there is: who needs less than an equal share leaves the rest to the others. */
export function fairShares(needs: readonly number[], all: number): readonly number[] {
  const shares = needs.map(() => 0);
  let left = all;
  const open = [...needs.keys()].sort((a, b) => (needs[a] ?? 0) - (needs[b] ?? 0));
  open.forEach((index, position) => {
    const share = Math.min(needs[index] ?? 0, Math.max(0, Math.floor(left / (open.length - position))));
    shares[index] = share;
    left -= share;
  });
  return shares;
}

/** Whole entries while they fit; of the first one, as much as there is room. */
function fitted(text: MapText, room: number): readonly string[] {
  if (heightOf(text) <= room) return [...text.head, ...text.entries.flat(), ...(text.more > 0 ? [moreLine(text.more)] : [])];
  const lines = [...text.head];
  let shown = 0;
  for (const entry of text.entries) {
    if (lines.length + entry.length > room - 1) break; // the last line says how many more
    lines.push(...entry);
    shown += 1;
  }
  const [first = []] = text.entries;
  if (shown === 0) lines.push(...first.slice(0, Math.max(1, room - 1 - lines.length)));
  const more = text.entries.length + text.more - Math.max(1, shown);
  return [...lines, more > 0 ? moreLine(more) : '…'].slice(0, Math.max(0, room));
}
