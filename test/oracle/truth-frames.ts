// The Java frames of one walk from bytes, as they are found: interpreted frames by their slots, compiled ones by the descriptors of
// their nmethod.

import type { BlobFacts, PcDescFacts, ScopeFacts } from './debugger-facts.ts';
import { hexAddress } from './hex-address.ts';
import type { Attachment } from './jhsdb.ts';
import { Unproved } from './leave-by-code.ts';
import { debuggerPcDesc, hotspotPcDesc } from './pc-desc-rules.ts';
import type { StoppedMemory } from './stopped-process.ts';

export interface TruthFrame {
  readonly kind: 'interpreted' | 'compiled';
  readonly method: string;
  /** As HotSpot counts it: 0 at the synchronization entry; -1 for native methods. */
  readonly bci: number;
  /** 0: none. */
  readonly line: number;
  readonly native: boolean;
  /** Number of the physical frame it is in, leaf 0. */
  readonly physical: number;
}

/** A frame about to be recorded: pc is a return address into it. */
export interface Cursor {
  readonly pc: number;
  readonly sp: number;
  /** Where a compiled frame's own words begin (the interpreter may have moved sp). */
  readonly unextendedSp: number;
  readonly fp: number | null;
  /** Its r13, where that is known: an interpreted frame's bytecode pointer, newer than the one in its slot. */
  readonly r13?: number | null;
}

/** A caller without a descriptor of its own: what HotSpot's rule made of it, and what the debugger's makes. */
export interface InexactCaller {
  /** Where its frames begin in the walk's, and how many they are. */
  readonly at: number;
  readonly count: number;
  readonly byDebugger: readonly TruthFrame[];
}

const WORD = 8;
/** Slots of an interpreted frame, in words from fp (cpu/x86/frame_x86.hpp). */
const SENDER_SP_SLOT = -1;
const METHOD_SLOT = -3;
const BCP_SLOT = -8;

export class TruthFrames {
  readonly all: TruthFrame[] = [];
  readonly inexact: InexactCaller[] = [];
  readonly #at: Attachment;
  readonly #memory: StoppedMemory;
  readonly #evidence: string[];
  #physical = 0;

  constructor(at: Attachment, memory: StoppedMemory, evidence: string[]) {
    this.#at = at;
    this.#memory = memory;
    this.#evidence = evidence;
  }

  /** A frame whose slots are filled. `liveBcp` counts when it lies in the method's bytecodes. Answers the caller. */
  async interpreted(fp: number | null, liveBcp: number | null): Promise<Cursor> {
    if (fp === null || fp === 0) throw new Unproved('an interpreted frame without fp');
    const methodAt = this.#word(fp + METHOD_SLOT * WORD);
    const method = await this.#at.method(methodAt);
    if (!method) throw new Unproved(`no Method at ${hexAddress(methodAt)} (frame at fp ${hexAddress(fp)})`);
    const bciOf = (bcp: number | null): number | null =>
      bcp !== null && bcp >= method.bytecodes && bcp < method.bytecodes + method.codeSize ? bcp - method.bytecodes : null;
    const bci = bciOf(liveBcp) ?? bciOf(this.#word(fp + BCP_SLOT * WORD)) ?? 0;
    await this.#push('interpreted', methodAt, bci);
    return this.callerOfInterpreted(fp);
  }

  /** The caller of a frame whose first three words are there. */
  callerOfInterpreted(fp: number): Cursor {
    return {
      pc: this.#word(fp + WORD),
      sp: fp + 2 * WORD,
      unextendedSp: this.#word(fp + SENDER_SP_SLOT * WORD),
      fp: this.#word(fp),
    };
  }

  /** A method that was entered and has run no bytecode. */
  async entered(kind: TruthFrame['kind'], methodAt: number): Promise<void> {
    await this.#push(kind, methodAt, 0);
  }

  /** Compiled code at a return address: an exact descriptor belongs to it, except after calls that cannot stop the thread. */
  async compiledCaller(pc: number, blob: BlobFacts): Promise<void> {
    const offset = pc - blob.codeBegin;
    const descs = await this.#at.pcDescs(pc);
    const exact = descs.find((row) => row.pcOffset === offset && row.scopes.length > 0) ?? null;
    const from = this.all.length;
    const taken = debuggerPcDesc(descs, offset);
    // Without one before the pc it shows the method itself, at its beginning.
    const physical = this.#physical;
    const byDebugger =
      taken?.scopes.map((scope) => this.#inlined(scope)) ??
      (blob.nmethod ? [await this.#frame('compiled', blob.nmethod.method, 0, physical)] : []);
    await this.#scopes(exact ?? hotspotPcDesc(descs, offset), blob);
    if (exact || blob.nmethod?.methodIsNative !== false) return;
    this.#evidence.push(
      `no descriptor at the return to +${hexAddress(offset)} of ${blob.name} (a call that cannot stop the thread): the next one taken`,
    );
    this.inexact.push({ at: from, count: this.all.length - from, byDebugger });
  }

  /** Compiled code where it was interrupted: HotSpot's rule. `returning`: its frame goes, so nothing inlined in it runs any more. */
  async compiledLeaf(pc: number, blob: BlobFacts, returning: boolean): Promise<void> {
    const desc = hotspotPcDesc(await this.#at.pcDescs(pc), pc - blob.codeBegin);
    await this.#scopes(desc && returning ? { ...desc, scopes: desc.scopes.slice(-1) } : desc, blob);
  }

  async #scopes(desc: PcDescFacts | null, { name, nmethod }: BlobFacts): Promise<void> {
    if (!nmethod) throw new Unproved(`${name} has no methods`);
    if (nmethod.methodIsNative) return this.#push('compiled', nmethod.method, 0);
    if (!desc) {
      this.#evidence.push(`no descriptor at or after the pc in ${name}: the method itself at bci 0`);
      return this.#push('compiled', nmethod.method, 0);
    }
    this.all.push(...desc.scopes.map((scope) => this.#inlined(scope)));
    this.#physical++;
  }

  #inlined({ method, bci, line, native }: ScopeFacts): TruthFrame {
    return { kind: 'compiled', method, bci: Math.max(0, bci), line: Math.max(0, line), native, physical: this.#physical };
  }

  async #push(kind: TruthFrame['kind'], methodAt: number, bci: number): Promise<void> {
    this.all.push(await this.#frame(kind, methodAt, bci, this.#physical++));
  }

  async #frame(kind: TruthFrame['kind'], methodAt: number, bci: number, physical: number): Promise<TruthFrame> {
    const method = await this.#at.method(methodAt);
    if (!method) throw new Unproved(`no Method at ${hexAddress(methodAt)}`);
    const line = method.native ? 0 : Math.max(0, await this.#at.lineOf(methodAt, bci));
    return { kind, method: method.name, bci: method.native ? -1 : bci, line, native: method.native, physical };
  }

  #word(address: number): number {
    const value = this.#memory.word(address);
    if (value === null) throw new Unproved(`stack word ${hexAddress(address)} is not readable`);
    return value;
  }
}
