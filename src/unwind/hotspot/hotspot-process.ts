// What is known of one JVM while it lives: its tables and layout, code cache, interpreter, stubs, methods, threads. Made once
// libjvm is mapped and the VM has made its code cache; until then it says what is missing, and is asked again.

import type { MappedLibrary, TargetReader } from '../../model/target.ts';
import { ARCHITECTURES } from '../arch/architectures.ts';
import { FrozenMemory } from '../frozen-memory.ts';
import { MemoryFault, MemoryView } from '../memory-view.ts';
import { CodeCache } from './code-cache.ts';
import { CodeIndex } from './code-index.ts';
import { type Codelet, readCodelets } from './codelets.ts';
import { JavaThreads } from './java-threads.ts';
import { type HotspotLayout, readLayout } from './layout.ts';
import { Methods } from './methods.ts';
import { readStubNames, type StubNames } from './stub-names.ts';
import { ThreadNames } from './thread-names.ts';
import { VirtualThreads } from './virtual-threads.ts';
import { readVmFlags, type VmFlags } from './vm-flags.ts';
import { readVmTables } from './vm-tables.ts';

export interface HotspotProcess {
  readonly libjvm: MappedLibrary;
  readonly layout: HotspotLayout;
  /** What all of the below read through. */
  readonly memory: MemoryView;
  readonly code: CodeIndex;
  readonly codelets: readonly Codelet[];
  readonly stubs: StubNames;
  readonly methods: Methods;
  readonly threads: JavaThreads;
  readonly threadNames: ThreadNames;
  readonly virtualThreads: VirtualThreads;
  readonly flags: VmFlags;
  /** `*StubRoutines::_call_stub_return_address`: the pc of every entry frame. */
  readonly callStubReturn: number;
  /** Where Continuation.enterSpecial goes on when the continuation returns; null: not known (yet). */
  enterSpecialReturn(): number | null;
}

export type AttachResult =
  | { readonly kind: 'ready'; readonly process: HotspotProcess }
  /** libjvm is there, what the VM makes at its start is not yet: ask again. */
  | { readonly kind: 'starting' }
  | { readonly kind: 'unsupported'; readonly detail: string }
  /** No libjvm mapped. */
  | { readonly kind: 'no-vm' }
  | { readonly kind: 'gone' };

const LIBJVM = '/libjvm.so';

/** Reads what is needed to walk Java frames of the process behind `reader`. Bounded, never throws for what the target is. */
export function attachHotspot(reader: TargetReader): AttachResult {
  const maps = reader.maps();
  if (maps === null) return { kind: 'gone' };
  const mapping = maps.find(({ path }) => path.endsWith(LIBJVM));
  if (mapping === undefined) return { kind: 'no-vm' };
  const libjvm = reader.library(mapping);
  if (libjvm === null) return { kind: 'unsupported', detail: `${mapping.path} cannot be read` };
  if (reader.symbolNamed(libjvm, 'gHotSpotVMStructs') === null)
    return { kind: 'unsupported', detail: `${mapping.path} is not HotSpot: it has no gHotSpotVMStructs` };
  const tables = readVmTables(reader, libjvm);
  if (tables === null) return reader.alive() ? { kind: 'starting' } : { kind: 'gone' };
  const result = readLayout(tables);
  if (result.kind === 'unsupported') return { kind: 'unsupported', detail: `this JDK has no ${result.missing}` };
  const { layout } = result;
  const memory = new MemoryView(reader);
  try {
    const cache = new CodeCache(memory, layout);
    const callStubReturn = memory.word(layout.callStubReturnAddress);
    if (callStubReturn === 0 || memory.word(layout.interpreter.code) === 0 || !cache.refresh()) return { kind: 'starting' };
    const frozen = new FrozenMemory(reader);
    const enterSpecialAt =
      layout.continuation === null
        ? null
        : (layout.continuation.returnPc ?? variableNamed(reader, libjvm, ENTER_SPECIAL_RETURN_SYMBOL));
    const flags = readVmFlags(frozen, layout);
    const threadNames = new ThreadNames(memory, layout, flags.heap);
    return {
      kind: 'ready',
      process: {
        libjvm,
        layout,
        memory,
        code: new CodeIndex(memory, layout, cache, ARCHITECTURES[reader.architecture]),
        codelets: readCodelets(frozen, layout),
        stubs: readStubNames(reader, libjvm, cache, callStubReturn),
        methods: new Methods(memory, layout),
        threads: new JavaThreads(memory, layout, (tid) =>
          reader.threadIdInside === undefined ? tid : reader.threadIdInside(tid),
        ),
        threadNames,
        virtualThreads: new VirtualThreads(memory, layout, threadNames),
        flags,
        callStubReturn,
        enterSpecialReturn: () => enterSpecialReturn(memory, enterSpecialAt),
      },
    };
  } catch (error) {
    if (error instanceof MemoryFault) return reader.alive() ? { kind: 'starting' } : { kind: 'gone' };
    throw error;
  }
}

/** ContinuationEntry::_return_pc, where the tables do not have it (21 to 24). */
const ENTER_SPECIAL_RETURN_SYMBOL = '_ZN17ContinuationEntry10_return_pcE';

function variableNamed(reader: TargetReader, library: MappedLibrary, name: string): number | null {
  const address = reader.symbolNamed(library, name);
  return address === null ? null : address + library.bias;
}

/** It is made when the first continuation runs, and then stays. */
function enterSpecialReturn(memory: MemoryView, variable: number | null): number | null {
  if (variable === null) return null;
  try {
    const pc = memory.word(variable);
    return pc === 0 ? null : pc;
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}
