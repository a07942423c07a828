// Where a thread stands → the first caller of its leaf, recording the leaf's own Java frames: native code by the anchor or by its own
// code, a signal handler by the context the kernel saved, the interpreter by its codelet, compiled code and stubs by their way out.

import { callBefore } from './call-site.ts';
import type { BlobFacts } from './debugger-facts.ts';
import { hexAddress } from './hex-address.ts';
import { interpreterLeaf } from './interpreter-leaf.ts';
import { leaveByCode, R13, RBP, RBX, RSP, type Left, type RegisterValues, Unproved } from './leave-by-code.ts';
import type { Cursor } from './truth-frames.ts';
import { stackWord, type WalkContext } from './walk-context.ts';

export type LeafPlace = 'prologue' | 'body' | 'epilogue' | 'stub' | 'native';

/** Native functions between the leaf and the first generated code. */
const MAX_NATIVE_FRAMES = 64;
const WORD = 8;
const VZEROUPPER = Buffer.from([0xc5, 0xf8, 0x77]);
/** REX, opcode, ModRM and an immediate of four bytes. */
const ADD_RSP_BYTES = 7;
const REGISTER_NAMES = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
];
/** mov $15, %rax; syscall: libc's return from a signal handler. Below it lies the frame the kernel made. */
const SIGRETURN = '48c7c00f0000000f05';
const SIGRETURN_SYSCALL_BYTES = 7;
/** struct ucontext: uc_mcontext follows flags, link and stack; its registers in the kernel's order (asm/sigcontext.h). */
const MCONTEXT_OFFSET = 40;
const MCONTEXT_REGISTERS = [8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 3, 2, 0, 1, 4];

interface Point {
  readonly pc: number;
  readonly registers: RegisterValues;
}

/** null: the thread has no Java frames. `placed` is told where the leaf stands as soon as that is known. */
export async function leaveLeaf(context: WalkContext, placed: (place: LeafPlace) => void): Promise<Cursor | null> {
  const saved = context.thread.registers;
  const start: Point = { pc: saved['rip'] ?? 0, registers: REGISTER_NAMES.map((name) => saved[name] ?? null) };
  const blob = await context.at.blob(start.pc);
  if (!blob) {
    placed('native');
    return leaveNative(start, context);
  }
  const left = await leaveGenerated(start, blob, context, placed);
  // The call stub is entered from C++: the Java frames lie beyond that.
  const isGenerated = left.pc === context.at.vm.callStubReturn || (await context.at.blob(left.pc)) !== null;
  return isGenerated ? left : leaveNative({ pc: left.pc, registers: onlyKept(left.sp, left.fp, left.r13 ?? null) }, context);
}

/** What is known of a caller's registers. */
function onlyKept(sp: number, fp: number | null, r13: number | null): RegisterValues {
  return REGISTER_NAMES.map((_, register) => (register === RSP ? sp : register === RBP ? fp : register === R13 ? r13 : null));
}

/** Native or VM code: the anchor if the thread set one, else function by function. */
async function leaveNative(start: Point, context: WalkContext): Promise<Cursor | null> {
  const { anchor, state } = context.thread;
  if (anchor.sp !== 0) {
    const pc = anchor.pc !== 0 ? anchor.pc : stackWord(context, anchor.sp - WORD);
    context.evidence.push(
      `leaf outside the code cache; anchor sp ${hexAddress(anchor.sp)} pc ${hexAddress(pc)} fp ${hexAddress(anchor.fp)}`,
    );
    return { pc, sp: anchor.sp, unextendedSp: anchor.sp, fp: anchor.fp };
  }
  if (state === 'IN_JAVA') return leaveByFunctions(start, context);
  // Most often there are none. But while the VM goes into Java or comes back (JavaCallWrapper) the anchor is empty for a moment.
  try {
    return await leaveByFunctions(start, context);
  } catch (error) {
    if (!(error instanceof Unproved)) throw error;
    context.evidence.push(`leaf outside the code cache, no anchor, state ${state}: no Java frames (${error.message})`);
    return null;
  }
}

/** Native code without an anchor: function by function, each by its own code, to the first generated code. */
async function leaveByFunctions(start: Point, context: WalkContext): Promise<Cursor> {
  let at = start;
  for (let depth = 0; depth < MAX_NATIVE_FRAMES; depth++) {
    const interrupted = signalFrame(at, context);
    if (interrupted) {
      context.evidence.push(`signal frame: interrupted at ${hexAddress(interrupted.pc)}`);
      const blob = await context.at.blob(interrupted.pc);
      if (blob) return leaveGenerated(interrupted, blob, context, () => undefined);
      at = interrupted;
      continue;
    }
    const out = leaveByCode(at.pc, at.registers, context.memory, () => true);
    context.evidence.push(
      `native function left by its own code: return to ${hexAddress(out.returnTo)}, sp ${hexAddress(out.sp)} (${out.why})`,
    );
    if (await context.at.blob(out.returnTo))
      return { pc: out.returnTo, sp: out.sp, unextendedSp: out.sp, fp: out.fp, r13: out.r13 };
    at = { pc: out.returnTo, registers: onlyKept(out.sp, out.fp, out.r13) };
  }
  throw new Unproved('too many native frames');
}

/** Registers as they were when the signal came; null: pc is not at a signal handler's return. */
function signalFrame({ pc, registers }: Point, context: WalkContext): Point | null {
  const isReturn = [pc, pc - SIGRETURN_SYSCALL_BYTES, pc - SIGRETURN_SYSCALL_BYTES - 2].some((from) => {
    const code = context.memory.bytes(from, SIGRETURN.length / 2);
    return code !== null && Buffer.from(code).toString('hex') === SIGRETURN;
  });
  const ucontext = registers[RSP] ?? null;
  if (!isReturn || ucontext === null) return null;
  const words = MCONTEXT_REGISTERS.map((_, index) => stackWord(context, ucontext + MCONTEXT_OFFSET + index * WORD));
  const saved = Array.from({ length: 16 }, (_, register) => words[MCONTEXT_REGISTERS.indexOf(register)] ?? null);
  return { pc: stackWord(context, ucontext + MCONTEXT_OFFSET + MCONTEXT_REGISTERS.length * WORD), registers: saved };
}

async function leaveGenerated(
  point: Point,
  blob: BlobFacts,
  context: WalkContext,
  placed: (place: LeafPlace) => void,
): Promise<Cursor> {
  const { vm } = context.at;
  return point.pc >= vm.interpreterBegin && point.pc < vm.interpreterEnd
    ? leaveInterpreter(point, blob, context, placed)
    : leaveBlob(point, blob, context, placed);
}

async function leaveInterpreter(
  { pc, registers }: Point,
  blob: BlobFacts,
  context: WalkContext,
  placed: (place: LeafPlace) => void,
): Promise<Cursor> {
  const { codelet } = blob;
  if (codelet === null) throw new Unproved('pc in the interpreter, in no codelet');
  const leaf = interpreterLeaf(pc, codelet, registers, context.memory);
  context.evidence.push(`leaf in interpreter codelet "${codelet.name}" +${hexAddress(pc - codelet.begin)}: ${leaf.why}`);
  if (leaf.kind === 'unclear') throw new Unproved(leaf.why);
  placed(leaf.kind === 'there' ? 'body' : leaf.kind === 'gone' ? 'epilogue' : 'prologue');
  if (leaf.kind === 'there') return context.frames.interpreted(registers[RBP] ?? null, registers[R13] ?? null);
  if (leaf.kind !== 'gone') await context.frames.entered('interpreted', registers[RBX] ?? 0);
  if (leaf.kind === 'half') return context.frames.callerOfInterpreted(registers[RBP] ?? 0);
  return { pc: leaf.returnTo, sp: leaf.sp, unextendedSp: leaf.senderSp, fp: leaf.fp };
}

/** Compiled code, stubs, adapters: the code's own way out tells how much of the frame is there. */
async function leaveBlob(
  { pc, registers }: Point,
  blob: BlobFacts,
  context: WalkContext,
  placed: (place: LeafPlace) => void,
): Promise<Cursor> {
  const out =
    calledJustNow(pc, registers, blob, context) ??
    poppedAlready(pc, registers, context) ??
    leaveByCodeOrFrame(pc, registers, blob, context);
  const toCaller = out.sp - (registers[RSP] ?? 0);
  const size = `frame ${String(blob.frameSizeBytes)} bytes, complete at +${hexAddress(blob.frameCompleteOffset)}`;
  context.evidence.push(
    `leaf in ${blob.className} "${blob.name}" +${hexAddress(pc - blob.codeBegin)} (${size}): ${out.why}; ${String(toCaller)} bytes up to the ` +
      `caller, return to ${hexAddress(out.returnTo)}${callBefore(context.memory, out.returnTo)}`,
  );
  if (blob.nmethod) {
    // By the pc before its frame is complete (rbp may still have to be saved). More than its frame: intrinsics push words below it.
    const building = pc - blob.codeBegin < blob.frameCompleteOffset;
    const whole = toCaller >= blob.frameSizeBytes && !takesDown(pc, toCaller, context);
    const place = building ? 'prologue' : whole ? 'body' : 'epilogue';
    placed(place);
    // Before its frame is complete no bytecode of it has run. (An on-stack replacement enters in the middle: HotSpot's rule.)
    if (place === 'prologue' && !blob.nmethod.osr) await context.frames.entered('compiled', blob.nmethod.method);
    else await context.frames.compiledLeaf(pc, blob, place === 'epilogue');
  } else placed('stub');
  // C and the stubs keep r13 for their callers, compiled code does not.
  return { pc: out.returnTo, sp: out.sp, unextendedSp: out.senderSp ?? out.sp, fp: out.fp, r13: blob.nmethod ? null : out.r13 };
}

const keptBy = (registers: RegisterValues): Pick<Left, 'fp' | 'r13'> => ({
  fp: registers[RBP] ?? null,
  r13: registers[R13] ?? null,
});

/** At the first instruction of a stub nothing is pushed yet: on top of the stack is where its call returns to. */
function calledJustNow(pc: number, registers: RegisterValues, blob: BlobFacts, { memory }: WalkContext): Left | null {
  const sp = registers[RSP] ?? null;
  if (blob.nmethod || pc !== blob.codeBegin || sp === null) return null;
  const returnTo = memory.word(sp);
  if (returnTo === null || callBefore(memory, returnTo) === '') return null;
  return { returnTo, sp: sp + WORD, senderSp: null, ...keptBy(registers), why: 'called just now' };
}

/** Between pop R and jmp R: the return address is in R, and nothing of the frame is left. */
function poppedAlready(pc: number, registers: RegisterValues, { memory }: WalkContext): Left | null {
  const code = Buffer.from(memory.bytes(pc - 1, 3) ?? []).toString('hex');
  const [, pop = '', jump = ''] = /^5([89a-f])ffe([0-7])$/u.exec(code) ?? [];
  const register = Number.parseInt(pop, 16) - 8;
  const [returnTo, sp] = [registers[register] ?? null, registers[RSP] ?? null];
  if (register !== Number(jump) || returnTo === null || sp === null || jump === '') return null;
  return { returnTo, sp, senderSp: null, ...keptBy(registers), why: 'its return address is popped, to be jumped to' };
}

/** [vzeroupper;] add rsp, all but rbp's slot and the return address: the first instruction of an epilogue, its frame still whole. */
function takesDown(pc: number, toCaller: number, { memory }: WalkContext): boolean {
  const at = Buffer.from(memory.bytes(pc, VZEROUPPER.length) ?? []).equals(VZEROUPPER) ? pc + VZEROUPPER.length : pc;
  const code = memory.bytes(at, ADD_RSP_BYTES);
  if (code === null || code[0] !== 0x48 || code[2] !== 0xc4) return false;
  const amount = new DataView(code.buffer, code.byteOffset);
  const added = code[1] === 0x83 ? amount.getInt8(3) : code[1] === 0x81 ? amount.getInt32(3, true) : 0;
  return added > 0 && added === toCaller - 2 * WORD;
}

/**
 * By its code; where that leads nowhere (an endless loop has no way out, a slow path of C1 ends with a call that throws) by the frame's
 * size, if the word on top of it is where a call returns to.
 */
function leaveByCodeOrFrame(pc: number, registers: RegisterValues, blob: BlobFacts, context: WalkContext): Left {
  const { memory } = context;
  const { vm } = context.at;
  const isReturn = (address: number): boolean =>
    callBefore(memory, address) !== '' || (address >= vm.interpreterBegin && address < vm.interpreterEnd);
  const byFrame = (because: string): Left | null => {
    if (!blob.nmethod || pc - blob.codeBegin < blob.frameCompleteOffset) return null;
    const sp = (registers[RSP] ?? 0) + blob.frameSizeBytes;
    const returnTo = stackWord(context, sp - WORD);
    if (!isReturn(returnTo)) return null;
    const why = `${because}; the frame's size instead`;
    return { returnTo, sp, senderSp: null, fp: stackWord(context, sp - 2 * WORD), r13: null, why };
  };
  let byCode: Left;
  try {
    byCode = leaveByCode(pc, registers, memory, (address) => address >= blob.codeBegin && address < blob.codeEnd);
  } catch (error) {
    const instead = error instanceof Unproved ? byFrame(error.message) : null;
    if (instead === null) throw error;
    return instead;
  }
  if (isReturn(byCode.returnTo)) return byCode;
  return byFrame(`by its code to ${hexAddress(byCode.returnTo)}, where no call returns to`) ?? byCode;
}
