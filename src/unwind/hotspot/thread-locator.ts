// Where the capture program finds a thread's own JavaThread*, without any table, in the thread's memory (hotspot/share/runtime/
// thread.cpp Thread::_thr_current; JDK 8: threadLocalStorage.cpp). By libjvm's symbol where there is one; in a stripped libjvm by
// looking where the threads the VM lists hold their own address. Glibc's dynamic thread vector and struct pthread; elsewhere null.
//
// | JDK           | place                                     | tested (test/real/jdk)        |
// |---------------|-------------------------------------------|-------------------------------|
// | 8             | pthread_getspecific: the control block    | old-jdks, stripped-vm         |
// | 11, 17 and on | thread-local of libjvm's own TLS module   | old-jdks; stripped-vm without symbol |
// | aarch64       | by the thread-local's TLS descriptor; not without symbol, nor JDK 8 | test/real/aarch64.test.ts |

import { CONTROL_BLOCK_MODULE_ID, type JvmThreadLocator } from '../../model/program.ts';
import type { MappedLibrary, TargetReader } from '../../model/target.ts';
import { MAX_PROBED_THREADS } from '../limits.ts';
import { type Block, MemoryFault, MemoryView } from '../memory-view.ts';
import type { HotspotProcess } from './hotspot-process.ts';

/** libjvm's thread-local with the current Thread. */
const CURRENT_THREAD_SYMBOL = '_ZN6Thread12_thr_currentE';
/** A module id is a small counter: a process has at most some hundred libraries with thread-locals. */
const MAX_TLS_MODULE_ID = 4096;
/** The block beside a thread's control block: some kilobytes. Programs of aarch64 map nothing so low. */
const MAX_STATIC_TLS_BYTES = 65_536;
/** The same words at the same place in this many threads are no accident. */
const MIN_AGREEING_THREADS = 2;
/** libjvm's thread-locals take 41 (JDK 11) to 96 bytes (21). */
const TLS_BLOCK_BYTES = 512;
/** glibc's struct pthread has 2304 bytes, values of the first 32 keys at 0x310. */
const CONTROL_BLOCK_BYTES = 2304;
/** A key's sequence number counts how often it was made and deleted, odd while in use (glibc, struct pthread_key_data). */
const MAX_KEY_SEQUENCE = 1 << 16;

/**
 * The capture program reads glibc's dynamic thread vector. musl's has other entries (dtv[n] is a pointer, dtv[0] the length, where glibc
 * has pairs and the length before them: src/internal/pthread_impl.h), so that what stood there would be taken for a thread.
 */
const MUSL = /\/ld-musl-[^/]+$|-linux-musl\/libc\.so$/;

/** null: not to be found (yet): too few threads, or the VM keeps them elsewhere. */
export function threadLocator(reader: TargetReader, process: HotspotProcess): JvmThreadLocator | null {
  try {
    if (reader.maps()?.some(({ path }) => MUSL.test(path)) === true) return null;
    const place = reader.architecture === 'aarch64' ? descriptorPlace(reader, process.libjvm) : findPlace(reader, process);
    if (place === null) return null;
    const { anchor, javaThread } = process.layout;
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

type Place = Pick<JvmThreadLocator, 'tlsModuleId' | 'tlsOffsetBytes'>;

function findPlace(reader: TargetReader, process: HotspotProcess): Place | null {
  const { libjvm } = process;
  const memory = new MemoryView(reader);
  const slot = reader.tlsModuleSlot(libjvm);
  const offset = reader.symbolNamed(libjvm, CURRENT_THREAD_SYMBOL);
  if (slot !== null) {
    const tlsModuleId = memory.word(slot + libjvm.bias);
    if (tlsModuleId <= 0 || tlsModuleId > MAX_TLS_MODULE_ID) return null;
    if (offset !== null) return { tlsModuleId, tlsOffsetBytes: offset };
    const tlsOffsetBytes = findInBlocks(memory, process, (pthread) => tlsBlock(memory, pthread, tlsModuleId));
    if (tlsOffsetBytes !== null) return { tlsModuleId, tlsOffsetBytes };
  }
  const found = findInBlocks(memory, process, (pthread) => memory.block(pthread, CONTROL_BLOCK_BYTES), isKeyValue);
  return found === null ? null : { tlsModuleId: CONTROL_BLOCK_MODULE_ID, tlsOffsetBytes: found };
}

/**
 * A TLS descriptor holds a resolver and its argument: the distance from the thread pointer where the variable lies in the static block,
 * or the address of {module id, offset} where it does not (glibc sysdeps/aarch64/dl-tlsdesc.h).
 */
function descriptorPlace(reader: TargetReader, libjvm: MappedLibrary): Place | null {
  const offset = reader.symbolNamed(libjvm, CURRENT_THREAD_SYMBOL);
  const slot = offset === null ? null : reader.tlsDescriptorSlot(libjvm, offset);
  if (slot === null) return null;
  const memory = new MemoryView(reader);
  const [resolver, argument] = [memory.word(slot + libjvm.bias), memory.word(slot + libjvm.bias + 8)];
  if (resolver === 0 || argument === 0) return null;
  if (argument < MAX_STATIC_TLS_BYTES) return { tlsModuleId: CONTROL_BLOCK_MODULE_ID, tlsOffsetBytes: argument };
  const [tlsModuleId, tlsOffsetBytes] = [memory.word(argument), memory.word(argument + 8)];
  return tlsModuleId <= 0 || tlsModuleId > MAX_TLS_MODULE_ID ? null : { tlsModuleId, tlsOffsetBytes };
}

/** libjvm's TLS block of a thread, as far as it can be read; null: the thread has none. */
function tlsBlock(memory: MemoryView, pthread: number, moduleId: number): Block | null {
  const vector = memory.word(pthread + 8);
  if (memory.word(vector - 16) < moduleId) return null;
  const address = memory.word(vector + 16 * moduleId);
  return memory.isPlausible(address) ? memory.block(address, TLS_BLOCK_BYTES) : null;
}

/** The thread's start routine's argument is the JavaThread, too: only a value with a key's sequence number before it counts. */
function isKeyValue(block: Block, offset: number): boolean {
  const sequence = offset < 8 ? 0 : block.word(offset - 8);
  return sequence % 2 === 1 && sequence <= MAX_KEY_SEQUENCE;
}

/**
 * The first offset at which every listed thread's block holds that thread's JavaThread*; a thread that is starting or ending may
 * hold zero there. `blockOf` gives a thread's block by its pthread_t, which is glibc's thread pointer.
 */
function findInBlocks(
  memory: MemoryView,
  process: HotspotProcess,
  blockOf: (pthread: number) => Block | null,
  isPlace: (block: Block, offset: number) => boolean = () => true,
): number | null {
  const { javaThread, osThreadPthreadId } = process.layout;
  if (osThreadPthreadId === null) return null;
  const seen: { readonly thread: number; readonly block: Block }[] = [];
  for (const thread of process.threads.all().slice(0, MAX_PROBED_THREADS)) {
    try {
      const pthread = memory.word(memory.word(thread + javaThread.osThread) + osThreadPthreadId);
      const block = memory.isPlausible(pthread) ? blockOf(pthread) : null;
      if (block !== null) seen.push({ thread, block });
    } catch (error) {
      // A thread that ended meanwhile; the others are enough.
      if (!(error instanceof MemoryFault)) throw error;
    }
  }
  const size = Math.min(...seen.map(({ block }) => block.bytes.length));
  for (let offset = 0; offset + 8 <= size && seen.length > 0; offset += 8) {
    const holding = seen.filter(({ thread, block }) => block.word(offset) === thread && isPlace(block, offset));
    const agree = seen.every(({ thread, block }) => [0, thread].includes(block.word(offset)));
    if (agree && holding.length >= MIN_AGREEING_THREADS) return offset;
  }
  return null;
}
