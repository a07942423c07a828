// The way out of a StubRoutine: from an instruction of its code, where its return address and its caller's frame pointer are, exactly. The code
// is followed in mind, every way until one reaches a `ret`, keeping what becomes of rsp, rbp and what was put into stack slots; in code
// that keeps to its stack all ways tell the same. So stubs may push, align, keep frames inside frames, or jump to each other as they like, and need
// neither names nor known ends. Of a jump through a table one way stands for all. Leaves out ways through other indirect jumps, and
// values that were computed otherwise than by moves and constants.

import type { CodeReader, RegisterPath, StubState } from './code-bytes.ts';
import { flowOf, instructionReader } from './x86-flow.ts';
import type { X86Instruction, X86Memory } from './x86-instruction.ts';
import { writtenRegisters } from './x86-writes.ts';

/** The longest stub, of AES in Galois counter mode, has 5,000 instructions. */
const MAX_INSTRUCTIONS = 8192;
/** Ways not followed yet, and what one has stored: code that branches and stores without end would take time and memory with their product. */
const [MAX_PENDING_WAYS, MAX_SLOTS] = [512, 96];
/** Words of words: an outer frame pointer in an inner frame is one. */
const MAX_LOADS = 4;
const [RSP, RBP] = [4, 5];
/** string_indexof has tables of 10, of which the first 6 may be of sizes that do not come here. */
const TABLE_ENTRIES = 8;
/** Opcode of jumps, calls and pushes by ModRM, and the length of the move of a constant that tells a jump its table. */
const [JUMP_GROUP, MOVE_BYTES] = [0xff, 10];
/** In place of a register: the value is a constant. */
const CONSTANT = -1;
/** A call leaves all others as it likes. */
const SAVED_BY_CALLEE: ReadonlySet<number> = new Set([3, RSP, RBP, 12, 13, 14, 15]);

/** null: not known. */
type Value = RegisterPath | null;

/** Where one way has come to. */
interface Way {
  readonly pc: number;
  readonly registers: Value[];
  /** What was stored, by where. */
  readonly slots: Map<string, Value>;
}

/** `code` reads what lies between the blob's begin and end; at `barrier` another frame's code begins. null: no way is known. */
export function wayOut(code: CodeReader, pc: number, begin: number, end: number, barrier: number): StubState | null {
  const instructionAt = instructionReader(code, begin, end);
  const entry = Array.from({ length: 16 }, (_, register): Value => ({ register, path: [0] }));
  // At a jump through a table, one step back: there the code says which table.
  const from =
    instructionAt(pc)?.opcode === JUMP_GROUP && isMoveOfConstant(instructionAt(pc - MOVE_BYTES)) ? pc - MOVE_BYTES : pc;
  const ways: Way[] = [{ pc: from, registers: entry, slots: new Map() }];
  const seen = new Set<number>();
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    for (let at = way.pc; at >= begin && at < end && at !== barrier && !seen.has(at);) {
      if (seen.size >= MAX_INSTRUCTIONS) return null;
      seen.add(at);
      const instruction = instructionAt(at);
      if (instruction === null) break;
      const next = at + instruction.length;
      const flow = flowOf(instruction);
      if (flow === 'return') {
        const [returnAt, fp] = [way.registers[RSP], way.registers[RBP]];
        if (returnAt && fp && returnAt.register !== CONSTANT && fp.register !== CONSTANT)
          return { kind: 'way-out', returnAt, fp };
      }
      if (flow === 'return' || flow === 'nowhere') break;
      if (ways.length >= MAX_PENDING_WAYS || way.slots.size > MAX_SLOTS) return null;
      if (flow === 'branch') ways.push({ pc: next + instruction.immediate, registers: [...way.registers], slots: new Map(way.slots) }); // prettier-ignore
      if (flow === 'on') follow(instruction, way);
      if (flow === 'table') at = targetOfTable(code, begin, end, addressOf(instruction.memory, way.registers, true));
      else at = flow === 'jump' ? next + instruction.immediate : next;
    }
  }
  return null;
}

/** Where jumps through a table in the code go: the last entry looked at that is code, since indices that never occur may have none; 0: nowhere. */
function targetOfTable(code: CodeReader, begin: number, end: number, table: Value): number {
  const at = table?.register === CONSTANT && table.path.length === 1 ? (table.path[0] ?? 0) : 0;
  const size = 8 * TABLE_ENTRIES;
  if (at < begin || at + size > end) return 0;
  const { buffer, byteOffset } = code(at, at + size).bytes;
  const words = new DataView(buffer, byteOffset, size);
  const targets = Array.from({ length: TABLE_ENTRIES }, (_, i) => Number(words.getBigUint64(8 * i, true)));
  return targets.findLast((target) => target >= begin && target < end) ?? 0;
}

/** mov r, imm64. */
function isMoveOfConstant(instruction: X86Instruction | null): boolean {
  if (instruction === null || instruction.map !== 0 || !instruction.isWide) return false;
  return instruction.opcode >= 0xb8 && instruction.opcode <= 0xbf;
}

const plus = (value: Value | undefined, offset: number): Value =>
  value ? { register: value.register, path: [...value.path.slice(0, -1), (value.path.at(-1) ?? 0) + offset] } : null;
const keyOf = ({ register, path }: RegisterPath): string => `${String(register)}:${path.join()}`;

/** What an instruction that goes on to the next does. */
function follow(instruction: X86Instruction, way: Way): void {
  const { map, isVector, opcode, reg, rm, low, memory, isWide, immediate } = instruction;
  const { registers } = way;
  const load = (at: Value): Value => {
    if (at === null || at.path.length > MAX_LOADS) return null;
    const stored = way.slots.get(keyOf(at));
    return stored === undefined ? { register: at.register, path: [...at.path, 0] } : stored;
  };
  const store = (at: Value, value: Value): void => {
    if (at !== null) way.slots.set(keyOf(at), value);
  };
  const push = (value: Value): void => {
    registers[RSP] = plus(registers[RSP], -8);
    store(registers[RSP] ?? null, value);
  };
  const pop = (): Value => {
    const value = load(registers[RSP] ?? null);
    registers[RSP] = plus(registers[RSP], 8);
    return value;
  };
  const operation = reg & 7;
  if (map === 0 && !isVector) {
    if (opcode >= 0x50 && opcode <= 0x57) return push(registers[low] ?? null);
    if (opcode >= 0x58 && opcode <= 0x5f) return void (registers[low] = pop());
    if (opcode === 0x68 || opcode === 0x6a || opcode === 0x9c || (opcode === 0xff && operation === 6)) return push(null);
    if (opcode === 0x9d) return void pop();
    if (opcode === 0x8f) {
      const value = pop();
      if (rm >= 0) registers[rm] = value;
      return;
    }
    if (opcode === 0xc9) {
      registers[RSP] = registers[RBP] ?? null;
      registers[RBP] = pop();
      return;
    }
    if (opcode === 0xe8 || (opcode === 0xff && (operation === 2 || operation === 3))) {
      for (let i = 0; i < registers.length; i += 1) if (!SAVED_BY_CALLEE.has(i)) registers[i] = null;
      return;
    }
    if (isMoveOfConstant(instruction)) return void (registers[low] = { register: CONSTANT, path: [immediate] });
    if (isWide && opcode === 0x89) {
      if (rm >= 0) registers[rm] = registers[reg] ?? null;
      else store(addressOf(memory, registers), registers[reg] ?? null);
      return;
    }
    if (isWide && opcode === 0x8b)
      return void (registers[reg] = rm >= 0 ? (registers[rm] ?? null) : load(addressOf(memory, registers)));
    if (isWide && opcode === 0x8d) return void (registers[reg] = addressOf(memory, registers));
    if (isWide && (opcode === 0x81 || opcode === 0x83) && rm >= 0 && (operation === 0 || operation === 5)) {
      registers[rm] = plus(registers[rm], operation === 0 ? immediate : -immediate);
      return;
    }
  }
  for (const register of writtenRegisters(instruction)) if (register >= 0) registers[register] = null;
}

/** `atIndex0`: where it is with nothing in the index register. */
function addressOf(memory: X86Memory | null, registers: readonly Value[], atIndex0 = false): Value {
  return memory === null || (memory.index >= 0 && !atIndex0) || memory.base < 0
    ? null
    : plus(registers[memory.base], memory.displacement);
}
