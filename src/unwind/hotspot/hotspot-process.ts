// What is known of one JVM while it lives: its tables and layout, code cache, interpreter, stubs, methods, threads. Made once
// libjvm is mapped and the VM has made its code cache; until then it says what is missing, and is asked again.

import { type JvmThreadLocator, STATIC_TLS_MODULE_ID } from '../../model/program.ts';
import type { MappedLibrary, TargetReader } from '../../model/target.ts';
import { ARCHITECTURES } from '../arch/architectures.ts';
import { MemoryFault, MemoryView, pageCached } from '../memory-view.ts';
import { CodeCache } from './code-cache.ts';
import { CodeIndex } from './code-index.ts';
import { type Codelet, readCodelets } from './codelets.ts';
import { JavaThreads } from './java-threads.ts';
import { type HotspotLayout, readLayout } from './layout.ts';
import { Methods } from './methods.ts';
import { readStubNames, type StubNames } from './stub-names.ts';
import { ThreadNames } from './thread-names.ts';
import { readVmFlags, type VmFlags } from './vm-flags.ts';
import { readVmTables } from './vm-tables.ts';

export interface HotspotProcess {
  readonly libjvm: MappedLibrary;
  readonly layout: HotspotLayout;
  readonly code: CodeIndex;
  readonly codelets: readonly Codelet[];
  readonly stubs: StubNames;
  readonly methods: Methods;
  readonly threads: JavaThreads;
  readonly threadNames: ThreadNames;
  readonly flags: VmFlags;
  /** `*StubRoutines::_call_stub_return_address`: the pc of every entry frame. */
  readonly callStubReturn: number;
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
    const frozen = new MemoryView(pageCached(reader));
    return {
      kind: 'ready',
      process: {
        libjvm,
        layout,
        code: new CodeIndex(memory, layout, cache, ARCHITECTURES[reader.architecture]),
        codelets: readCodelets(frozen, layout),
        stubs: readStubNames(reader, libjvm, cache),
        methods: new Methods(memory, layout),
        threads: new JavaThreads(memory, layout),
        threadNames: new ThreadNames(memory, layout),
        flags: readVmFlags(frozen, layout),
        callStubReturn,
      },
    };
  } catch (error) {
    if (error instanceof MemoryFault) return reader.alive() ? { kind: 'starting' } : { kind: 'gone' };
    throw error;
  }
}

/** libjvm's thread-local with the current Thread (hotspot/share/runtime/thread.cpp). */
const CURRENT_THREAD_SYMBOL = '_ZN6Thread12_thr_currentE';
/** A module id is a small counter: a process has at most some hundred libraries with thread-locals. */
const MAX_TLS_MODULE_ID = 4096;
/** The block beside a thread's control block: some kilobytes. Programs of aarch64 map nothing so low. */
const MAX_STATIC_TLS_BYTES = 65_536;

/** Where the capture program finds a thread's JavaThread; null without .symtab, or before the library is relocated. */
export function threadLocator(reader: TargetReader, process: HotspotProcess): JvmThreadLocator | null {
  const { libjvm, layout } = process;
  try {
    const place = reader.architecture === 'aarch64' ? descriptorPlace(reader, libjvm) : modulePlace(reader, libjvm);
    if (place === null || place.tlsModuleId <= 0) return null;
    const { anchor, javaThread } = layout;
    return {
      pid: reader.pid,
      ...place,
      lastJavaSpOffsetBytes: javaThread.anchor + anchor.lastJavaSp,
      lastJavaPcOffsetBytes: javaThread.anchor + anchor.lastJavaPc,
      lastJavaFpOffsetBytes: javaThread.anchor + anchor.lastJavaFp,
    };
  } catch (error) {
    if (error instanceof MemoryFault) return null;
    throw error;
  }
}

type ThreadLocalPlace = Pick<JvmThreadLocator, 'tlsModuleId' | 'tlsOffsetBytes'>;

function modulePlace(reader: TargetReader, libjvm: MappedLibrary): ThreadLocalPlace | null {
  const slot = reader.tlsModuleSlot(libjvm);
  const offset = reader.symbolNamed(libjvm, CURRENT_THREAD_SYMBOL);
  if (slot === null || offset === null) return null;
  const tlsModuleId = new MemoryView(reader).word(slot + libjvm.bias);
  return tlsModuleId > MAX_TLS_MODULE_ID ? null : { tlsModuleId, tlsOffsetBytes: offset };
}

/**
 * A TLS descriptor holds a resolver and its argument: the distance from the thread pointer where the variable lies in the static block,
 * or the address of {module id, offset} where it does not (glibc sysdeps/aarch64/dl-tlsdesc.h).
 */
function descriptorPlace(reader: TargetReader, libjvm: MappedLibrary): ThreadLocalPlace | null {
  const offset = reader.symbolNamed(libjvm, CURRENT_THREAD_SYMBOL);
  const slot = offset === null ? null : reader.tlsDescriptorSlot(libjvm, offset);
  if (slot === null) return null;
  const memory = new MemoryView(reader);
  const [resolver, argument] = [memory.word(slot + libjvm.bias), memory.word(slot + libjvm.bias + 8)];
  if (resolver === 0 || argument === 0) return null;
  if (argument < MAX_STATIC_TLS_BYTES) return { tlsModuleId: STATIC_TLS_MODULE_ID, tlsOffsetBytes: argument };
  const [tlsModuleId, tlsOffsetBytes] = [memory.word(argument), memory.word(argument + 8)];
  return tlsModuleId > MAX_TLS_MODULE_ID ? null : { tlsModuleId, tlsOffsetBytes };
}
