// The offsets and addresses the unwinder needs, looked up once by name in the VM's tables: everything that differs between
// JDKs stands in layout/, nowhere else, as shapes with names. Known per library build (offsets) and per process (static addresses), read
// together because the tables hold both. What a JDK does not export is null where the walk can do without it, and makes the VM
// unsupported where not.
//
// | JDK            | this layout, x86-64: tested by                                                            |
// |----------------|-------------------------------------------------------------------------------------------|
// | 8, 11          | test/real/jdk/old-jdks.test.ts                                                            |
// | 17             | test/real/accuracy.test.ts (the debugger oracle), the recordings of test/golden           |
// | 21, 25, 26, 27 | test/real/jdk/new-jdks.test.ts, test/real/jdk/virtual-threads.test.ts                     |
// | others         | expected from the shapes, tested by nothing; refused by name of what is missing           |

import { type CodeBlobLayout, codeBlobLayout } from './layout/code-blob-layout.ts';
import { type CodeCacheLayout, codeCacheLayout } from './layout/code-cache-layout.ts';
import { type ContinuationLayout, continuationLayout } from './layout/continuation-layout.ts';
import { type FlagsLayout, flagsLayout } from './layout/flags-layout.ts';
import { type InterpreterLayout, interpreterLayout } from './layout/interpreter-layout.ts';
import { type MethodLayout, methodLayout } from './layout/method-layout.ts';
import { type NamesLayout, namesLayout } from './layout/names-layout.ts';
import { type NmethodLayout, nmethodLayout } from './layout/nmethod-layout.ts';
import { type StreamLayout, streamLayout } from './layout/stream-layout.ts';
import { Missing, TableReader } from './layout/table-reader.ts';
import { type ThreadLayout, threadLayout } from './layout/thread-layout.ts';
import { type UpcallLayout, upcallLayout } from './layout/upcall-layout.ts';
import type { VmTables } from './vm-tables.ts';

export interface HotspotLayout extends CodeCacheLayout, MethodLayout, ThreadLayout {
  readonly codeBlob: CodeBlobLayout;
  readonly nmethod: NmethodLayout;
  readonly stream: StreamLayout;
  readonly interpreter: InterpreterLayout;
  readonly flags: FlagsLayout | null;
  /** What the oops of thread names need; null: names stay comm. */
  readonly names: NamesLayout | null;
  /** null: a VM that does not tell of upcalls. */
  readonly upcall: UpcallLayout | null;
  /** null: a VM without virtual threads. */
  readonly continuation: ContinuationLayout | null;
}

export type LayoutResult =
  | { readonly kind: 'supported'; readonly layout: HotspotLayout }
  /** `missing`: the first `Type::field` that the VM does not export. */
  | { readonly kind: 'unsupported'; readonly missing: string };

/** Looks the layout up in the VM's tables. Never throws for what the target is. */
export function readLayout(tables: VmTables): LayoutResult {
  const look = new TableReader(tables);
  try {
    return {
      kind: 'supported',
      layout: {
        ...codeCacheLayout(look),
        codeBlob: codeBlobLayout(look),
        nmethod: nmethodLayout(look),
        stream: streamLayout(look),
        ...methodLayout(look),
        ...threadLayout(look),
        interpreter: interpreterLayout(look),
        flags: flagsLayout(look),
        names: namesLayout(look),
        upcall: upcallLayout(look),
        continuation: continuationLayout(look),
      },
    };
  } catch (error) {
    if (error instanceof Missing) return { kind: 'unsupported', missing: error.message };
    throw error;
  }
}
