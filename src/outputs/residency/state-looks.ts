// How the states of pages are shown: a letter in a strip of the terminal, a colour of the heat map, a word. A new
// state does not compile until it has a look.

import type { ShownState } from '../../model/page-range.ts';

export interface StateLook {
  readonly glyph: string;
  readonly word: string;
  /** BPF can read it. */
  readonly isReadable: boolean;
  /** Told apart by people who do not see red and green, and by their lightness. */
  readonly colour: string;
}

export const STATE_LOOKS: Readonly<Record<ShownState, StateLook>> = {
  writable: { glyph: '#', word: 'readable and writable', isReadable: true, colour: '#1b7837' },
  'read-only': { glyph: '=', word: 'readable, not writable', isReadable: true, colour: '#7fbf7b' },
  cached: { glyph: 'c', word: 'in memory, not in the page tables', isReadable: false, colour: '#f1a340' },
  protected: { glyph: 'n', word: 'access taken (PROT_NONE or NUMA)', isReadable: false, colour: '#762a83' },
  swapped: { glyph: 's', word: 'swapped out', isReadable: false, colour: '#b2182b' },
  special: { glyph: 'm', word: 'being moved', isReadable: false, colour: '#4393c3' },
  guarded: { glyph: 'k', word: 'guarded by a key', isReadable: false, colour: '#c2a5cf' },
  absent: { glyph: '.', word: 'absent', isReadable: false, colour: '#d9d9d9' },
  unmapped: { glyph: ' ', word: 'not mapped', isReadable: false, colour: '#ffffff' },
};
