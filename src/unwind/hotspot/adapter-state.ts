// Where the caller of a leaf in an adapter from compiled to interpreted code stands. Such an adapter takes the return address off the
// stack, keeps the caller's sp in r13 for the interpreter, makes room for arguments and puts the return address below them: from there on
// the caller begins at r13. Source: SharedRuntime gen_c2i_adapter (hotspot/cpu/x86/sharedRuntime_x86_64.cpp), the same in JDK 8 to 27.

import { type CodeBytes, matches } from './x86-code.ts';

/** The return address is on top of the stack, or in a register; the caller's sp is in a register. Numbers are the processor's. */
export interface AdapterState {
  readonly kind: 'adapted';
  readonly returnRegister: number | null;
  readonly senderSpRegister: number;
}

/** A state of a leaf whose return address was popped, with sp still the caller's. */
interface PoppedState {
  readonly kind: 'popped';
  readonly returnRegister: number;
}

const RAX = 0;
const R13 = 13;
const ANY = -1;
const POP_RAX = [0x58] as const;
/** mov r13, rsp: HotSpot's assembler takes the first. */
const SAVE_SP: readonly (readonly number[])[] = [[0x4c, 0x8b, 0xec], [0x49, 0x89, 0xe5]]; // prettier-ignore
/** sub rsp, extra space. */
const MAKE_ROOM: readonly (readonly number[])[] = [[0x48, 0x83, 0xec, ANY], [0x48, 0x81, 0xec, ANY, ANY, ANY, ANY]]; // prettier-ignore
/** mov [rsp], rax */
const PUT_BACK = [0x48, 0x89, 0x04, 0x24] as const;

/** null: the return address is still where the call put it, or no such code is there. `code`: the whole adapter. */
export function adapterState(code: CodeBytes, pc: number): AdapterState | PoppedState | null {
  const end = code.address + code.bytes.length;
  for (let at = code.address; at < end && at < pc; at += 1) {
    if (!matches(code, at, POP_RAX)) continue;
    const save = at + POP_RAX.length;
    const saving = SAVE_SP.find((pattern) => matches(code, save, pattern));
    if (saving === undefined) continue;
    const room = save + saving.length;
    const making = MAKE_ROOM.find((pattern) => matches(code, room, pattern));
    if (making === undefined || !matches(code, room + making.length, PUT_BACK)) continue;
    if (pc <= room) return { kind: 'popped', returnRegister: RAX };
    const isBack = pc > room + making.length;
    return { kind: 'adapted', returnRegister: isBack ? null : RAX, senderSpRegister: R13 };
  }
  return null;
}
