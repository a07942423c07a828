// Where a leaf's frame stands in code that HotSpot generated, from the code bytes: compiled methods, native wrappers, runtime stubs
// and StubRoutines. Rules first; callers check what comes of them and fall back to plausibility, marked approximate.
// Sources: x86-code.ts names the assemblers; AsyncGetCallTrace and async-profiler's stackFrame_x64.cpp solve the same problem.

import type { CodeIndex, KnownBlob } from './code-index.ts';
import type { Codelet } from './codelets.ts';
import { exceptionBlobState } from './exception-blob-state.ts';
import type { PhysicalFrame } from './physical-frame.ts';
import type { StubNames } from './stub-names.ts';
import { afterEpilogueState, type CodeBytes, epilogueState, type FrameState, matches, prologueState, WHOLE } from './x86-code.ts';

/** How a stub's frame is left. */
export type StubState =
  | FrameState
  /** rbp is the stub's frame pointer. */
  | { readonly kind: 'frame-pointer' };

const AT_RETURN_ADDRESS: FrameState = { kind: 'partial', returnAt: 0, savedFpAt: null };
/** push rbp; mov rbp, rsp, as MacroAssembler::enter emits it. */
const ENTER = [0x55, 0x48, 0x8b, 0xec] as const;
const [PUSH_FIRST, PUSH_LAST, REX_B] = [0x50, 0x57, 0x41];
/** Their names (hotspot/share/code/codeBlob.cpp). */
const OPTO_BLOBS: ReadonlySet<string> = new Set(['ExceptionBlob', 'UncommonTrapBlob']);
/** They have some 200 bytes. */
const MAX_OPTO_BLOB_BYTES = 4096;
/** A prologue spans at most a stack bang, push, mov, sub and a clinit barrier: searched this far before frame_complete. */
const MAX_PROLOGUE_BYTES = 96;

/** State of a compiled method's (or native wrapper's) frame at a leaf pc. Throws MemoryFault. */
export function compiledLeafState(index: CodeIndex, known: KnownBlob, pc: number): FrameState {
  let state = known.leafStates.get(pc);
  if (state === undefined) {
    state = findCompiledState(index, known, pc);
    known.leafStates.set(pc, state);
  }
  return state;
}

function findCompiledState(index: CodeIndex, known: KnownBlob, pc: number): FrameState {
  const { blob } = known;
  const osrEntry = blob.nmethod?.osrEntry ?? 0;
  if (pc < blob.frameComplete) {
    const start = Math.max(blob.codeBegin, blob.frameComplete - MAX_PROLOGUE_BYTES);
    const state = prologueState(index.code(start, blob.frameComplete), pc, start, blob.frameComplete);
    // Code before a prologue of unknown shape (inline cache check, barrier) has pushed nothing.
    return state ?? AT_RETURN_ADDRESS;
  }
  // C1 code compiled for on-stack replacement has a second prologue, far behind frame_complete.
  if (osrEntry > blob.frameComplete && pc >= osrEntry && pc < osrEntry + MAX_PROLOGUE_BYTES) {
    const end = Math.min(blob.codeEnd, osrEntry + MAX_PROLOGUE_BYTES);
    const state = prologueState(index.code(osrEntry, end), pc, osrEntry, end);
    if (state !== null && state.kind === 'partial') return state;
  }
  const code = index.codeAround(blob, pc);
  return epilogueState(code, pc) ?? afterEpilogueState(code, pc) ?? WHOLE;
}

/** State of a runtime stub's frame at a leaf pc: built by enter, or like a C2 method's. Throws MemoryFault. */
export function runtimeStubLeafState(index: CodeIndex, known: KnownBlob, pc: number): StubState {
  const { blob } = known;
  if (OPTO_BLOBS.has(blob.name)) {
    const state = exceptionBlobState(
      index.code(blob.codeBegin, Math.min(blob.codeEnd, blob.codeBegin + MAX_OPTO_BLOB_BYTES)),
      pc,
    );
    if (state !== null) return state;
  }
  const entered = enteredState(index, blob.codeBegin, pc);
  if (entered !== null && entered.kind === 'partial') return entered;
  const code = index.codeAround(blob, pc);
  const end = epilogueState(code, pc) ?? afterEpilogueState(code, pc);
  if (end !== null) return end;
  if (entered !== null) return entered;
  if (pc >= blob.frameComplete) return WHOLE;
  return prologueState(index.code(blob.codeBegin, blob.frameComplete), pc, blob.codeBegin, blob.frameComplete) ?? WHOLE;
}

/**
 * State in a blob without a frame size: adapters have only the return address on top of the stack; C1's barrier stubs
 * (g1_post_barrier_slow) begin with enter and call the VM; others (slow_subtype_check, unwind_exception) save some registers, or
 * align the stack for a call. Throws MemoryFault.
 */
export function framelessStubState(index: CodeIndex, known: KnownBlob, { pc, isLeaf }: PhysicalFrame): StubState {
  const { blob } = known;
  const entered = enteredState(index, blob.codeBegin, pc);
  const around = index.codeAround(blob, pc);
  if (!isLeaf) return entered ?? { kind: 'partial', returnAt: alignedBy(around, pc), savedFpAt: null };
  const saved = savedRegisterBytes(index.code(blob.codeBegin, Math.min(pc, blob.codeEnd)));
  return epilogueState(around, pc) ?? entered ?? { kind: 'partial', returnAt: saved, savedFpAt: null };
}

/** Bytes pushed by the run of push instructions that a stub begins with, up to the end of `code`. */
function savedRegisterBytes(code: CodeBytes): number {
  let [at, pushed] = [0, 0];
  for (;;) {
    const length = code.bytes[at] === REX_B ? 2 : 1;
    const opcode = code.bytes[at + length - 1] ?? 0;
    if (opcode < PUSH_FIRST || opcode > PUSH_LAST) return pushed;
    at += length;
    pushed += 8;
  }
}

/** What MacroAssembler::call_VM_leaf_base takes off again right after its call: it aligns the stack where it must. */
function alignedBy(code: CodeBytes, pc: number): number {
  return matches(code, pc, [0x48, 0x83, 0xc4, 0x08]) ? 8 : 0;
}

/** Torn down, or about to be: what the code says of a StubRoutine wherever it begins; null: nothing. Throws MemoryFault. */
export function stubRoutineEndState(index: CodeIndex, known: KnownBlob, pc: number): FrameState | null {
  const code = index.codeAround(known.blob, pc);
  return epilogueState(code, pc) ?? afterEpilogueState(code, pc);
}

/** State of a frame in StubRoutines (arraycopy, CRC32, …) at a leaf pc. Throws MemoryFault. */
export function stubRoutineLeafState(index: CodeIndex, known: KnownBlob, stubs: StubNames, pc: number): StubState {
  const end = stubRoutineEndState(index, known, pc);
  if (end !== null) return end;
  const stub = stubs.at(pc);
  const entered = stub === null ? null : enteredState(index, stub.start, pc);
  return entered ?? AT_RETURN_ADDRESS;
}

/** generate_forward_exception ends so: pop rdx takes the throwing pc off the stack; mov rax, [r15 + pending exception]; … jmp rbx. */
const POP_THROWING_PC = [0x5a, 0x49, 0x8b] as const;
/** As its name is spelt in all JDKs. */
const FORWARD_EXCEPTION = /^forward.exception$/u;
const RDX = 2;
/** Called in its middle, for the handler: call_VM_leaf takes 8 bytes where that aligns the stack, and gives them back (sub, add). */
const ALIGN = [0x48, 0x83, 0xec, 0x08] as const;

/**
 * State in the stub that leads an exception of a native method, or of the VM, to its handler: no frame, the return address into the throwing
 * code is on top of the stack until it is popped. `code`: from the stub's start to its end. `isLeaf` false: it called C++.
 */
export function forwardExceptionState(code: CodeBytes, pc: number, isLeaf: boolean): FrameState {
  if (!isLeaf) return { kind: 'partial', returnAt: alignedBy(code, pc), savedFpAt: null };
  for (let at = code.address; at < pc; at += 1) {
    if (matches(code, at, POP_THROWING_PC)) return { kind: 'popped', returnRegister: RDX };
  }
  const isAligned = matches(code, pc - ALIGN.length, ALIGN) || matches(code, pc, [0x48, 0x83, 0xc4, 0x08]);
  return { kind: 'partial', returnAt: isAligned ? 8 : 0, savedFpAt: null };
}

/** The same by the stub's name; null: it is another. Throws MemoryFault. */
export function forwardingState(index: CodeIndex, stub: Codelet, { pc, isLeaf }: PhysicalFrame): FrameState | null {
  return FORWARD_EXCEPTION.test(stub.description) ? forwardExceptionState(index.code(stub.start, stub.end), pc, isLeaf) : null;
}

/** State in code that begins with enter; null: it does not. Throws MemoryFault. */
export function enteredState(index: CodeIndex, start: number, pc: number): StubState | null {
  if (!matches(index.code(start, start + ENTER.length), start, ENTER)) return null;
  if (pc === start) return AT_RETURN_ADDRESS;
  if (pc < start + ENTER.length) return { kind: 'partial', returnAt: 8, savedFpAt: 0 };
  return { kind: 'frame-pointer' };
}
