// Every pc of an adapter from compiled to interpreted code: where the caller's return address and sp are. The code is that of JDK 17
// (`-XX:+PrintAdapterHandlers`): the test of the call site's patching, then the frame for the interpreter.

import { describe, expect, test } from 'vitest';
import { adapterState } from '../../../../src/unwind/hotspot/adapter-state.ts';

const ADDRESS = 0x7f00_0000_1000;
/** mov r11, rsp; sub rsp, 0x10; push rax; jmp r11: the other direction, whose push is no pop. */
const I2C = [0x4c, 0x8b, 0xdc, 0x48, 0x83, 0xec, 0x10, 0x50, 0x41, 0xff, 0xe3];
/** cmp qword [rbx + 0x48], 0; je +5; … */
const CHECK = [0x48, 0x83, 0x7b, 0x48, 0x00, 0x74, 0x05, 0x90, 0x90, 0x90, 0x90, 0x90];
const POP_RAX = [0x58];
const PUT_BACK = [0x48, 0x89, 0x04, 0x24];
/** mov [rsp + 8], rsi; mov rcx, [rbx + 0x38]; jmp rcx */
const REST = [0x48, 0x89, 0x74, 0x24, 0x08, 0x48, 0x8b, 0x4b, 0x38, 0xff, 0xe1];

describe.each([
  ['small', [0x4c, 0x8b, 0xec], [0x48, 0x83, 0xec, 0x10]],
  ['many arguments', [0x4c, 0x8b, 0xec], [0x48, 0x81, 0xec, 0x10, 0x02, 0x00, 0x00]],
  ['the other form of the move', [0x49, 0x89, 0xe5], [0x48, 0x83, 0xec, 0x20]],
])('an adapter, %s', (_, saveSp, makeRoom) => {
  const pieces = [I2C, CHECK, POP_RAX, saveSp, makeRoom, PUT_BACK, REST];
  const code = { address: ADDRESS, bytes: Uint8Array.from(pieces.flat()) };
  const startOf = (index: number): number => ADDRESS + pieces.slice(0, index).flat().length;

  test('before the pop the return address is where the call put it', () => {
    for (const pc of [ADDRESS, startOf(1), startOf(2)]) expect(adapterState(code, pc)).toBe(null);
  });

  test('after it the return address is in rax, with the caller’s sp', () => {
    for (const pc of [startOf(3), startOf(4)]) expect(adapterState(code, pc)).toEqual({ kind: 'popped', returnRegister: 0 });
  });

  test('once there is room for arguments the caller’s sp is in r13', () => {
    expect(adapterState(code, startOf(5))).toEqual({ kind: 'adapted', returnRegister: 0, senderSpRegister: 13 });
    for (const pc of [startOf(6), startOf(6) + 5, startOf(6) + 9])
      expect(adapterState(code, pc)).toEqual({ kind: 'adapted', returnRegister: null, senderSpRegister: 13 });
  });

  test('code that only looks like it is none', () => {
    const other = { address: ADDRESS, bytes: Uint8Array.from([...POP_RAX, ...saveSp, ...makeRoom, 0x90, 0x90, 0x90, 0x90]) };
    expect(adapterState(other, ADDRESS + other.bytes.length)).toBe(null);
  });
});
