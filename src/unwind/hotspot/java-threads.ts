// The VM's list of JavaThreads: by kernel thread id, their anchors and their names
// (hotspot/share/runtime/threadSMR.hpp, thread.hpp, osThread.hpp). The list is replaced whenever a thread starts or ends: it is read
// again when an unknown thread turns up, at most once per batch of samples. The VM knows its threads by the ids of its own pid
// namespace, samples have those of jtrace's: each is asked for once per batch.

import type { Tid } from '../../model/units.ts';
import { MAX_JAVA_THREADS } from '../limits.ts';
import { MemoryFault, type MemoryView } from '../memory-view.ts';
import type { HotspotLayout } from './layout.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

export class JavaThreads {
  readonly #memory: MemoryView;
  readonly #layout: HotspotLayout;
  readonly #idInside: (tid: Tid) => number | null;
  readonly #maxThreads: number;
  /** By the VM's own ids. */
  #byId = new Map<number, number>();
  readonly #ids = new Map<Tid, number | null>();
  #listRead = false;

  constructor(
    memory: MemoryView,
    layout: HotspotLayout,
    idInside: (tid: Tid) => number | null = (tid) => tid,
    maxThreads = MAX_JAVA_THREADS,
  ) {
    this.#maxThreads = maxThreads;
    this.#memory = memory;
    this.#layout = layout;
    this.#idInside = idInside;
  }

  beginBatch(): void {
    this.#listRead = false;
    this.#ids.clear();
  }

  /** The JavaThread* of a kernel thread; null: none of the VM's Java threads, or gone. */
  address(tid: Tid): number | null {
    const id = this.#idOf(tid);
    if (id === null) return null;
    const known = this.#byId.get(id);
    if (known !== undefined && this.#tidOf(known) === id) return known;
    if (!this.#listRead) this.#readList();
    return this.#byId.get(id) ?? null;
  }

  #idOf(tid: Tid): number | null {
    const known = this.#ids.get(tid);
    if (known !== undefined) return known;
    const id = this.#idInside(tid);
    this.#ids.set(tid, id);
    return id;
  }

  /** All JavaThreads of the list as it is now. */
  all(): readonly number[] {
    this.#readList();
    return [...this.#byId.values()];
  }

  /**
   * The thread's last Java frame as its anchor says now, which is after the tick: null when it has none, or the list does not
   * know the thread. Throws MemoryFault.
   */
  anchorNow(tid: Tid): PhysicalFrame | null {
    const thread = this.address(tid);
    if (thread === null) return null;
    const { anchor, javaThread } = this.#layout;
    const words = this.#memory.block(thread + javaThread.anchor, 24);
    const sp = words.word(anchor.lastJavaSp);
    if (sp === 0) return null;
    const pc = words.word(anchor.lastJavaPc);
    return callerFrame(pc === 0 ? this.#memory.word(sp - 8) : pc, sp, words.word(anchor.lastJavaFp));
  }

  #tidOf(thread: number): number | null {
    try {
      return this.#memory.i32(this.#memory.word(thread + this.#layout.javaThread.osThread) + this.#layout.osThreadId);
    } catch (error) {
      if (error instanceof MemoryFault) return null;
      throw error;
    }
  }

  #readList(): void {
    this.#listRead = true;
    const found = new Map<number, number>();
    try {
      for (const thread of this.#listed()) {
        const id = this.#tidOf(thread);
        if (id !== null) found.set(id, thread);
      }
    } catch (error) {
      // The list was replaced while it was read: what was seen so far counts, the next batch reads again.
      if (!(error instanceof MemoryFault)) throw error;
    }
    for (const [id, thread] of this.#byId) {
      if (found.size >= this.#maxThreads) break;
      if (!found.has(id) && this.#tidOf(thread) === id) found.set(id, thread);
    }
    this.#byId = found;
  }

  /** Every JavaThread* of the VM's list. Throws MemoryFault, also in the midst of it. */
  *#listed(): Generator<number> {
    const at = this.#layout.threads;
    if (at.kind === 'list') {
      const list = this.#memory.word(at.head);
      const length = Math.min(this.#memory.u32(list + at.length), MAX_JAVA_THREADS);
      const threads = this.#memory.block(this.#memory.word(list + at.threads), 8 * length);
      for (let i = 0; i < length; i += 1) yield threads.word(8 * i);
      return;
    }
    let thread = this.#memory.word(at.head);
    for (let i = 0; thread !== 0 && i < MAX_JAVA_THREADS; i += 1) {
      yield thread;
      thread = this.#memory.word(thread + at.next);
    }
  }
}
