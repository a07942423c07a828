// The caller of a leaf right behind a system call that no call frame information speaks of: libc's clone and clone3, whose information ends
// before the call because it would be wrong in the new thread. The thread that made the call has its return address on top of the stack.
// Told by the direct call before it, which led here, or to the stub of another library's function (libpthread's call, up to glibc 2.33); the new thread's stack begins with something else. x86-64.

import { WORD_BYTES } from '../../model/units.ts';
import type { StackWindow } from '../stack-window.ts';
import type { NativeCode } from './native-code.ts';
import type { NativeCaller, NativePoint } from './native-point.ts';

const SYSCALL = [0x0f, 0x05];
/** From the beginning of the function: glibc's and musl's are 30 to 50 bytes in. */
const MAX_FUNCTION_BYTES = 128;

/** endbr64, and the prefix that a linkage stub's jump may have. */
const ENDBR64 = [0xf3, 0x0f, 0x1e, 0xfa];
const BND = 0xf2;
/** jmp [rip + distance]. */
const JUMP_BY_TABLE = [0xff, 0x25];

/** null: no such leaf. */
export function callerBehindSystemCall(point: NativePoint, code: NativeCode, window: StackWindow): NativeCaller | null {
  const { calls, registers: machine } = code.architecture;
  if (!point.isLeaf || !calls.pushReturnAddress) return null;
  const before = new Uint8Array(SYSCALL.length);
  if (!code.read(point.pc - before.length, before) || SYSCALL.some((byte, i) => before[i] !== byte)) return null;
  const pc = window.tryWord(point.sp);
  if (pc === null || !code.isReturnAddress(pc)) return null;
  const target = code.callTarget(pc);
  const led = target !== null && target < point.pc && point.pc - target <= MAX_FUNCTION_BYTES;
  if (!led && (target === null || !isLinkageStub(target, code))) return null;
  const sp = point.sp + WORD_BYTES;
  const registers = point.registers?.slice();
  if (registers !== undefined) {
    registers[machine.returnAddress] = pc;
    registers[machine.stackPointer] = sp;
  }
  return { point: { pc, sp, fp: point.fp, isLeaf: false, registers }, adjoining: true };
}

/** Whether a stub of a procedure linkage table is at `target`: where it leads to is in a table. */
function isLinkageStub(target: number, code: NativeCode): boolean {
  const bytes = new Uint8Array(ENDBR64.length + 1 + JUMP_BY_TABLE.length);
  if (!code.read(target, bytes)) return false;
  const afterMark = ENDBR64.every((byte, i) => bytes[i] === byte) ? ENDBR64.length : 0;
  const jump = bytes[afterMark] === BND ? afterMark + 1 : afterMark;
  return JUMP_BY_TABLE.every((byte, i) => bytes[jump + i] === byte);
}
