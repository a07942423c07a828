// What to call the virtual thread that was mounted at a sample. Its Continuation stands in the ContinuationEntry, on the copied stack, and
// so is the one of the tick: continuation → its Runnable → the VirtualThread → its name (java.lang.VirtualThread.VThreadContinuation,
// JDK 21 to 27). Each object is believed by its class alone: a collection between tick and reading can at worst give the name of
// another virtual thread. Programs have millions of them, so numbers at the end of names become one label, and labels have a bound.

import { MAX_VIRTUAL_LABELS } from '../limits.ts';
import { MemoryFault, type MemoryView } from '../memory-view.ts';
import { className, fieldOffset } from './field-offsets.ts';
import type { HotspotLayout } from './layout.ts';
import type { ThreadNames } from './thread-names.ts';

/** Virtual threads without a name, and those whose name cannot be had. */
export const UNNAMED = 'virtual';
const CONTINUATION = 'java/lang/VirtualThread$VThreadContinuation';
const MAX_NAME_CHARACTERS = 100;
/** The JDK has one class of each: more are not the JDK's. */
const MAX_CLASSES = 16;

export class VirtualThreads {
  readonly #memory: MemoryView;
  readonly #layout: HotspotLayout;
  readonly #names: ThreadNames;
  readonly #labels = new Set<string>();
  /** Of fields, by class and name. */
  readonly #offsets = new Map<string, number>();

  constructor(memory: MemoryView, layout: HotspotLayout, names: ThreadNames) {
    this.#memory = memory;
    this.#layout = layout;
    this.#names = names;
  }

  /** The label of the virtual thread whose Continuation is at `continuation`. Never throws for what the target is. */
  label(continuation: number): string {
    const name = this.#name(continuation);
    const label = name === null ? UNNAMED : labelOf(name);
    if (!this.#labels.has(label) && this.#labels.size >= MAX_VIRTUAL_LABELS) return UNNAMED;
    this.#labels.add(label);
    return label;
  }

  #name(continuation: number): string | null {
    try {
      const oops = this.#names.heap();
      const { names } = this.#layout;
      if (oops === null || names === null || oops.isStale(continuation)) return null;
      const klass = oops.klass(continuation);
      if (className(this.#memory, this.#layout, klass) !== CONTINUATION) return null;
      const target = this.#offset(this.#memory.word(klass + names.superclass), 'target', 'Ljava/lang/Runnable;');
      if (target === null) return null;
      const runnable = oops.field(continuation + target);
      const runnableKlass = oops.klass(runnable);
      if (!className(this.#memory, this.#layout, runnableKlass).startsWith(`${CONTINUATION}$`)) return null;
      const thread = this.#offset(runnableKlass, 'val$vthread', 'Ljava/lang/VirtualThread;');
      return thread === null ? null : this.#names.ofObject(oops, oops.field(runnable + thread));
    } catch (error) {
      if (error instanceof MemoryFault) return null;
      throw error;
    }
  }

  /** Both classes belong to the JDK and are never unloaded. */
  #offset(klass: number, name: string, type: string): number | null {
    const key = `${String(klass)} ${name}`;
    const known = this.#offsets.get(key);
    if (known !== undefined) return known;
    const offset = fieldOffset(this.#memory, this.#layout, klass, name, type);
    if (offset !== null && this.#offsets.size < MAX_CLASSES) this.#offsets.set(key, offset);
    return offset;
  }
}

/** `vt-17` and `vt-18` are both `virtual vt-*`. */
export function labelOf(name: string): string {
  const common = name.slice(0, MAX_NAME_CHARACTERS).replace(/\d+$/u, '*').trim();
  return common === '' ? UNNAMED : `${UNNAMED} ${common}`;
}
