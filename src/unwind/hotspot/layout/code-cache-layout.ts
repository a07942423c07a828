// CodeCache, CodeHeap and the blocks in it (hotspot/share/code/codeCache.hpp, memory/heap.hpp, utilities/growableArray.hpp).

import type { Shape, TableReader } from './table-reader.ts';

/** Where the VM keeps its CodeHeaps: `at` is the address of the variable. */
export type HeapsPlace =
  | { readonly kind: 'one'; readonly at: number }
  | { readonly kind: 'array'; readonly at: number; readonly length: number; readonly data: number };

export interface CodeCacheLayout {
  readonly heaps: HeapsPlace;
  readonly codeHeap: {
    readonly memory: number;
    readonly segmap: number;
    readonly log2SegmentSize: number;
    readonly sizeBytes: number;
  };
  readonly virtualSpace: { readonly low: number; readonly high: number; readonly highBoundary: number };
  readonly heapBlock: { readonly sizeBytes: number; readonly used: number };
}

const arrayOf = (base: string): Shape<HeapsPlace>['read'] => {
  return (look) => ({
    kind: 'array',
    at: look.global('CodeCache', '_heaps'),
    length: look.field(base, '_len'),
    data: look.field('GrowableArray<int>', '_data'),
  });
};

const HEAPS = {
  array: { jdks: '16 and later', read: arrayOf('GrowableArrayBase') },
  genericArray: { jdks: '9 to 15', read: arrayOf('GenericGrowableArray') },
  one: { jdks: '8', read: (look) => ({ kind: 'one', at: look.global('CodeCache', '_heap') }) },
} as const satisfies Record<string, Shape<HeapsPlace>>;

export function codeCacheLayout(look: TableReader): CodeCacheLayout {
  return {
    heaps: look.firstOf<HeapsPlace>(HEAPS),
    codeHeap: {
      memory: look.field('CodeHeap', '_memory'),
      segmap: look.field('CodeHeap', '_segmap'),
      log2SegmentSize: look.field('CodeHeap', '_log2_segment_size'),
      sizeBytes: look.size('CodeHeap'),
    },
    virtualSpace: {
      low: look.field('VirtualSpace', '_low'),
      high: look.field('VirtualSpace', '_high'),
      highBoundary: look.field('VirtualSpace', '_high_boundary'),
    },
    heapBlock: { sizeBytes: look.size('HeapBlock'), used: look.field('HeapBlock::Header', '_used') },
  };
}
