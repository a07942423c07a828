// CodeBlob (hotspot/share/code/codeBlob.hpp): where its code begins and ends, how large its frames are, what kind it is.

import { fromItself, i32At, type Place, pointerAt } from './place.ts';
import type { Shape, TableReader } from './table-reader.ts';

export interface CodeBlobLayout {
  readonly name: number;
  /** Of the whole blob, in bytes. */
  readonly size: number;
  /** In words; 0 or -1: none. */
  readonly frameSize: number;
  readonly frameComplete: { readonly at: number; readonly isShort: boolean };
  readonly codeBegin: Place;
  readonly codeEnd: Place;
  /** CodeBlob::_kind and the numbers of the kinds; null: kinds are told by the blobs' names. */
  readonly kind: { readonly at: number; readonly numbers: BlobKindNumbers } | null;
  readonly sizeBytes: number;
}

/** CodeBlobKind by HotSpot's own names. A kind that a VM does not have is null. */
export type BlobKindNumbers = Readonly<Record<BlobKindName, number | null>>;

export type BlobKindName = (typeof KIND_NAMES)[number];
const KIND_NAMES = [
  'Nmethod',
  'Buffer',
  'Adapter',
  'Vtable',
  'MHAdapter',
  'RuntimeStub',
  'Deoptimization',
  'Safepoint',
  'Exception',
  'UncommonTrap',
  'Upcall',
] as const;

interface CodeExtent {
  readonly codeBegin: Place;
  readonly codeEnd: Place;
  readonly frameComplete: CodeBlobLayout['frameComplete'];
}

const EXTENT = {
  pointers: {
    jdks: '9 to 22',
    read: (look) => ({
      codeBegin: pointerAt(look.field('CodeBlob', '_code_begin')),
      codeEnd: pointerAt(look.field('CodeBlob', '_code_end')),
      frameComplete: { at: look.field('CodeBlob', '_frame_complete_offset'), isShort: false },
    }),
  },
  offsets: {
    jdks: '8, 23 and later',
    read: (look) => ({
      codeBegin: fromItself(i32At(look.field('CodeBlob', '_code_offset'))),
      codeEnd: fromItself(i32At(look.field('CodeBlob', '_data_offset'))),
      frameComplete: {
        at: look.field('CodeBlob', '_frame_complete_offset'),
        isShort: look.tables.fieldType('CodeBlob', '_frame_complete_offset') === 'int16_t',
      },
    }),
  },
} as const satisfies Record<string, Shape<CodeExtent>>;

export function codeBlobLayout(look: TableReader): CodeBlobLayout {
  return {
    name: look.field('CodeBlob', '_name'),
    size: look.field('CodeBlob', '_size'),
    frameSize: look.field('CodeBlob', '_frame_size'),
    ...look.firstOf<CodeExtent>(EXTENT),
    kind: look.optional(() => ({ at: look.field('CodeBlob', '_kind'), numbers: kindNumbers(look) })),
    sizeBytes: look.size('CodeBlob'),
  };
}

function kindNumbers(look: TableReader): BlobKindNumbers {
  // Without this one the numbers are not exported, and the names tell.
  look.constant('CodeBlobKind::Nmethod');
  const entries = KIND_NAMES.map((name) => [name, look.tables.intConstant(`CodeBlobKind::${name}`)]);
  return Object.fromEntries(entries) as Record<BlobKindName, number | null>;
}
