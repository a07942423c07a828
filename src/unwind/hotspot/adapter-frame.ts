// The caller of a leaf in an I2C/C2I adapter on x86-64. C2I takes the return address off the stack, makes room for the interpreter's arguments
// below it and puts it back: from then on its caller's sp is only in r13. I2C moves it, too, but what it is called from keeps a frame
// pointer. Where compiled code has called C2I although the callee is compiled by now, it first lets the VM redirect that call, below an aligned stack.
// Sources: hotspot/cpu/x86/sharedRuntime_x86_64.cpp, gen_c2i_adapter, gen_i2c_adapter, patch_callers_callsite; the bytes are those of JDK 8 to 27.

import { asX86, type Registers } from '../../model/registers.ts';
import { X86_64_DWARF } from '../../model/unwind-rule.ts';
import { type CodeBytes, matches } from '../arch/code-bytes.ts';
import type { StackWindow } from '../stack-window.ts';
import { callerFrame, type PhysicalFrame } from './physical-frame.ts';

const ANY = -1;
const SUB_RSP = [
  [0x48, 0x83, 0xec, ANY],
  [0x48, 0x81, 0xec, ANY, ANY, ANY, ANY],
] as const;

/** How C2I begins: where in `begin` the pop of the return address stands, and what puts it back. */
const C2I_FORMS = [
  // pop rax; mov r13, rsp; …; mov [rsp], rax: up to JDK 18
  { begin: [0x58, 0x4c, 0x8b, 0xec], popAt: 0, r13From: 4, back: [0x48, 0x89, 0x04, 0x24] },
  // lea r13, [rsp + 8]; pop rax; …; push rax: later
  { begin: [0x4c, 0x8d, 0x6c, 0x24, 0x08, 0x58], popAt: 5, r13From: 5, back: [0x50] },
] as const;
/** mov r11, rsp; pop rax; [sub]; and rsp, -16; push rax */
const I2C_BEGIN = [0x4c, 0x8b, 0xdc, 0x58] as const;
const I2C_POP_AT = 3;
const AND_RSP = [0x48, 0x83, 0xe4, 0xf0] as const;
const PUSH_RAX = [0x50] as const;
/** mov r13, rsp; mov rax, [rsp]; and rsp, -16: then all registers are pushed and the VM is called; r13 stays until mov rsp, r13. */
const REDIRECT_BEGIN = [0x4c, 0x8b, 0xec, 0x48, 0x8b, 0x04, 0x24, 0x48, 0x83, 0xe4, 0xf0] as const;
const RESTORE_RSP = [0x49, 0x8b, 0xe5] as const;
/** It saves and restores 16 registers and at most 32 vectors, in some 600 bytes. */
const MAX_REDIRECT_BYTES = 2048;

/** `code`: the adapter's, up to behind the moves at pc. null: pc stands where the return address is on top of the stack. */
export function adapterCaller(code: CodeBytes, window: StackWindow, given: Registers): PhysicalFrame | null {
  const registers = asX86(given);
  const pc = registers.rip;
  const inI2c = matches(code, code.address, I2C_BEGIN) ? pushEnd(code, code.address + I2C_BEGIN.length) : null;
  if (inI2c !== null && pc > code.address + I2C_POP_AT && pc < inI2c)
    return callerFrame(registers.rax, registers.rsp, registers.rbp);
  for (let at = pc; at >= code.address; at -= 1) {
    const form = C2I_FORMS.find(({ begin }) => matches(code, at, begin));
    if (form === undefined) continue;
    if (pc <= at + form.popAt) return null;
    const sp = pc < at + form.r13From ? registers.rsp : registers.r13;
    const behindSub = afterSub(code, at + form.begin.length);
    const isBack = matches(code, behindSub, form.back) && pc >= behindSub + form.back.length;
    return callerFrame(isBack ? window.word(registers.rsp) : registers.rax, sp, registers.rbp);
  }
  return null;
}

function afterSub(code: CodeBytes, at: number): number {
  return at + (SUB_RSP.find((pattern) => matches(code, at, pattern))?.length ?? 0);
}

/** End of I2C's push of the return address; null: it is not as expected. */
function pushEnd(code: CodeBytes, at: number): number | null {
  const aligned = afterSub(code, at);
  const push = aligned + AND_RSP.length;
  return matches(code, aligned, AND_RSP) && matches(code, push, PUSH_RAX) ? push + PUSH_RAX.length : null;
}

/**
 * The caller of C2I while it has its call redirected, for a leaf there and for the frame that called the VM; null: it is not at that. `code`: as in
 * {@link adapterCaller}.
 */
export function redirectedCaller(
  code: CodeBytes,
  window: StackWindow,
  { pc, fp, registers: known }: PhysicalFrame,
  leaf: Registers | null,
): PhysicalFrame | null {
  const r13 = leaf === null ? (known?.[X86_64_DWARF.bytecodePointer] ?? NaN) : asX86(leaf).r13;
  if (!window.covers(r13)) return null;
  for (let at = pc - 1; at >= Math.max(code.address, pc - MAX_REDIRECT_BYTES); at -= 1) {
    if (matches(code, at, RESTORE_RSP)) return null;
    if (matches(code, at, REDIRECT_BEGIN)) return callerFrame(window.word(r13), r13 + 8, fp);
  }
  return null;
}
