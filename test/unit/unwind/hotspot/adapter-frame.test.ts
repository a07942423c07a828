import { expect, test } from 'vitest';
import type { RegisterName } from '../../../../src/model/registers.ts';
import { X86_64_REGISTERS } from '../../../../src/model/registers.ts';
import { adapterCaller, redirectedCaller } from '../../../../src/unwind/hotspot/adapter-frame.ts';
import { StackWindow } from '../../../../src/unwind/stack-window.ts';

const CODE = 0x7f00_0000_1000;
const STACK = 0x7ffd_0000_0000;
const RETURN = 0x7f00_0000_9990;
/** The stack's word at rsp. */
const ON_TOP = 0x7f00_0000_8880;

function callerAt(bytes: readonly number[], offset: number): readonly number[] | null {
  const word = Buffer.alloc(8);
  word.writeBigUInt64LE(BigInt(ON_TOP));
  const chunks = [{ address: STACK as never, bytes: new Uint8Array(word) }];
  const window = new StackWindow({ chunks, unreadablePages: [], end: (STACK + 4096) as never } as never, null);
  const values = { rip: CODE + offset, rsp: STACK, rbp: 0x77, rax: RETURN, r13: STACK + 0x68 };
  const registers = Object.fromEntries(X86_64_REGISTERS.map((name) => [name, 0])) as Record<RegisterName, number>;
  const found = adapterCaller({ address: CODE, bytes: Uint8Array.from(bytes) }, window, { ...registers, ...values });
  return found === null ? null : [found.pc, found.sp, found.fp];
}

test('C2I of JDK 17: pop rax; mov r13, rsp; sub rsp; mov [rsp], rax; mov [rsp+8], r8d', () => {
  const code = [0x58, 0x4c, 0x8b, 0xec, 0x48, 0x83, 0xec, 0x30, 0x48, 0x89, 0x04, 0x24, 0x44, 0x89, 0x44, 0x24, 0x08];
  expect(callerAt(code, 0)).toBeNull();
  expect(callerAt(code, 1)).toEqual([RETURN, STACK, 0x77]);
  expect(callerAt(code, 4)).toEqual([RETURN, STACK + 0x68, 0x77]);
  expect(callerAt(code, 8)).toEqual([RETURN, STACK + 0x68, 0x77]);
  expect(callerAt(code, 12)).toEqual([ON_TOP, STACK + 0x68, 0x77]);
});

test('C2I of JDK 21 to 27: lea r13, [rsp+8]; pop rax; sub rsp; push rax; mov [rsp+0x60], rsi', () => {
  const code = [0x4c, 0x8d, 0x6c, 0x24, 0x08, 0x58, 0x48, 0x83, 0xec, 0x60, 0x50, 0x48, 0x89, 0x74, 0x24, 0x60];
  expect(callerAt(code, 0)).toBeNull();
  expect(callerAt(code, 5)).toBeNull();
  expect(callerAt(code, 6)).toEqual([RETURN, STACK + 0x68, 0x77]);
  expect(callerAt(code, 10)).toEqual([RETURN, STACK + 0x68, 0x77]);
  expect(callerAt(code, 11)).toEqual([ON_TOP, STACK + 0x68, 0x77]);
});

test('I2C: mov r11, rsp; pop rax; sub rsp; and rsp, -16; push rax', () => {
  const code = [0x4c, 0x8b, 0xdc, 0x58, 0x48, 0x83, 0xec, 0x30, 0x48, 0x83, 0xe4, 0xf0, 0x50, 0x49, 0x8b, 0xc3];
  expect(callerAt(code, 3)).toBeNull();
  expect(callerAt(code, 4)).toEqual([RETURN, STACK, 0x77]);
  expect(callerAt(code, 12)).toEqual([RETURN, STACK, 0x77]);
  expect(callerAt(code, 13)).toBeNull();
});

test('C2I that has its call redirected: mov r13, rsp; mov rax, [rsp]; and rsp, -16; pushf; …; mov rsp, r13', () => {
  const code = [0x4c, 0x8b, 0xec, 0x48, 0x8b, 0x04, 0x24, 0x48, 0x83, 0xe4, 0xf0, 0x9c, 0x9d, 0x49, 0x8b, 0xe5, 0x90];
  const word = Buffer.alloc(8);
  word.writeBigUInt64LE(BigInt(RETURN));
  const chunks = [{ address: (STACK + 0x68) as never, bytes: new Uint8Array(word) }];
  const window = new StackWindow({ chunks, unreadablePages: [], end: (STACK + 4096) as never } as never, null);
  const bytes = { address: CODE, bytes: Uint8Array.from(code) };
  const registers = Object.fromEntries(X86_64_REGISTERS.map((name) => [name, name === 'r13' ? STACK + 0x68 : 0])) as Record<RegisterName, number>; // prettier-ignore
  const called = new Float64Array(17).fill(NaN);
  called[13] = STACK + 0x68;
  const at = (offset: number, isLeaf: boolean): readonly number[] | null => {
    const frame = { pc: CODE + offset, sp: STACK, fp: 0x77, isLeaf, registers: isLeaf ? undefined : called };
    const found = redirectedCaller(bytes, window, frame, isLeaf ? registers : null);
    return found === null ? null : [found.pc, found.sp, found.fp];
  };
  const caller = [RETURN, STACK + 0x70, 0x77];
  expect([0, 3, 7, 11, 12, 13, 16].map((offset) => at(offset, true))).toEqual([
    null,
    caller,
    caller,
    caller,
    caller,
    caller,
    null,
  ]);
  expect(at(12, false)).toEqual(caller);
  // A caller whose r13 is not known.
  expect(redirectedCaller(bytes, window, { pc: CODE + 12, sp: STACK, fp: 0, isLeaf: false }, null)).toBeNull();
});
