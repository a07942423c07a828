// Walks over synthetic native code: by rules, by frame pointers at every pc of a function, over functions without either, signal frames,
// and chains that lead nowhere.

import { describe, expect, test } from 'vitest';
import type { ArchitectureName } from '../../../../src/model/architecture.ts';
import type { Frame } from '../../../../src/model/frame.ts';
import { asAddress } from '../../../../src/model/units.ts';
import type { UnwindRule } from '../../../../src/model/unwind-rule.ts';
import { ARCHITECTURES } from '../../../../src/unwind/arch/architectures.ts';
import { NativeCode } from '../../../../src/unwind/native/native-code.ts';
import type { NativePoint } from '../../../../src/unwind/native/native-point.ts';
import { type NativeEnd, walkNative } from '../../../../src/unwind/native/native-walk.ts';
import { StackWindow } from '../../../../src/unwind/stack-window.ts';
import { SyntheticMemory, syntheticTarget } from '../../../support/synthetic-target.ts';

const CODE = 0x40_0000;
const STACK = 0x7fff_0000_0000;
const JAVA = 0x7000_0000;
/** push rbp; mov rbp, rsp; nop; call 0; pop rbp; ret: pcs 0, 1, 4, 5 (call), 10 (after it), 11. */
const WITH_FP = [0x55, 0x48, 0x89, 0xe5, 0x90, 0xe8, 0, 0, 0, 0, 0x5d, 0xc3];
/** sub rsp, 8; call 0; add rsp, 8; ret. */
const WITHOUT_FP = [0x48, 0x83, 0xec, 0x08, 0xe8, 0, 0, 0, 0, 0x48, 0x83, 0xc4, 0x08, 0xc3];
const AFTER_CALL = 10;
const RESTORER = [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05];

const FUNCTION_BYTES = 0x20;
const LEAF = CODE;
const MIDDLE = CODE + 0x100;
const PLAIN = CODE + 0x200;
const START = CODE + 0x300;
const RESTORE = CODE + 0x400;

/** `words` from STACK up; the walk from `point`. */
function walk(
  words: readonly number[],
  point: Omit<NativePoint, 'isLeaf'>,
  options: {
    untilSp?: number;
    callsOutOfJava?: boolean;
    path?: string;
    /** No JVM: code of no file may be what a runtime generated. */
    generates?: boolean;
    /** false: whatever is mapped at the path is no library. */
    isFile?: boolean;
    plainName?: string;
    architecture?: ArchitectureName;
    rules?: (address: number) => UnwindRule | null;
    patches?: readonly (readonly [address: number, bytes: readonly number[]])[];
  } = {},
): { readonly end: NativeEnd; readonly names: readonly string[]; readonly guesses: readonly string[] } {
  const memory = new SyntheticMemory();
  for (const at of [LEAF, MIDDLE, PLAIN, START]) memory.write(at, new Uint8Array(FUNCTION_BYTES));
  for (const at of [LEAF, MIDDLE, START]) memory.write(at, WITH_FP);
  memory.write(PLAIN, WITHOUT_FP);
  memory.write(RESTORE, RESTORER);
  for (const [address, bytes] of options.patches ?? []) memory.write(address, bytes);
  const functions = [
    { name: 'leaf', start: LEAF, sizeBytes: FUNCTION_BYTES },
    { name: 'middle', start: MIDDLE, sizeBytes: FUNCTION_BYTES },
    { name: options.plainName ?? 'plain', start: PLAIN, sizeBytes: FUNCTION_BYTES },
    { name: 'start_thread', start: START, sizeBytes: FUNCTION_BYTES },
  ];
  const process = syntheticTarget(memory, {
    path: options.path ?? '/lib/libx.so',
    start: CODE,
    end: CODE + 0x1000,
    functions,
    ...(options.rules === undefined ? {} : { rules: options.rules }),
  });
  const target = {
    ...process,
    architecture: options.architecture ?? process.architecture,
    ...(options.isFile === false ? { library: () => null } : {}),
  };
  const bytes = Buffer.alloc(words.length * 8);
  words.forEach((word, index) => bytes.writeBigUInt64LE(BigInt(word), index * 8));
  const chunks = [{ address: asAddress(STACK), bytes }];
  const end = asAddress(STACK + bytes.length);
  const window = new StackWindow(
    { chunks, unreadablePages: [], end, cut: false, lostChunks: 0 },
    null,
    ARCHITECTURES[target.architecture].returnAddressHighMask,
  );
  const code = new NativeCode(target, () => options.generates ?? false);
  code.beginBatch(1000);
  const frames: Frame[] = [];
  const result = walkNative(
    { ...point, isLeaf: true },
    {
      code,
      window,
      push: (frame) => frames.push(frame),
      isJavaCode: (pc) => pc >= JAVA && pc < JAVA + 0x1000,
      callsOutOfJava: () => options.callsOutOfJava ?? true,
      untilSp: options.untilSp ?? null,
    },
  );
  const names = frames.map(({ name, marker }) => (marker === null ? name : `<${marker}>`));
  return { end: result, names, guesses: [...window.approximations] };
}

/** A call's distance. */
function leBytes(distance: number): readonly number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(distance);
  return [...bytes];
}

const at = (word: number): number => STACK + 8 * word;
/** Frames of middle (rbp saved at word 4) and start_thread (at word 8), whose rbp is 0. */
const CHAIN = [0, 0, 0, 0, at(8), START + AFTER_CALL, 0, 0, 0, 0];

describe('a leaf with a frame pointer, at every pc', () => {
  // Where the return address lies when leaf was called from middle: at word 1, the saved rbp under it.
  const stack = [at(4), MIDDLE + AFTER_CALL, ...CHAIN.slice(2)];
  test.each([
    ['before the push', 0, at(1), at(4)],
    ['before the move', 1, at(0), at(4)],
    ['in the body', 4, at(0), at(0)],
    ['at the pop', 10, at(0), at(0)],
    ['at the ret', 11, at(1), at(4)],
  ])('%s', (_, offset, sp, fp) => {
    const { end, names } = walk(stack, { pc: LEAF + offset, sp, fp });
    expect(names).toEqual(['leaf', 'middle', 'start_thread']);
    expect(end).toEqual({ kind: 'thread-start', overGap: false });
  });
});

test('a leaf that keeps none: the chain in rbp is taken up again, behind a gap', () => {
  const stack = [0, PLAIN, 0, 0, at(8), MIDDLE + AFTER_CALL, 0, 0, 0, START + AFTER_CALL];
  const { end, names } = walk(stack, { pc: PLAIN + 4, sp: at(0), fp: at(4) });
  expect(names).toEqual(['plain', '<native-gap>', 'middle', 'start_thread']);
  expect(end).toEqual({ kind: 'thread-start', overGap: true });
});

test('a chain that leads nowhere: unfinished, unless Java is known below', () => {
  const stack = [0, 0, 0, 0];
  for (const fp of [0, 1, at(1) + 4, at(2), at(400), 2 ** 53]) {
    expect(walk(stack, { pc: PLAIN + 4, sp: at(0), fp }).end).toEqual({
      kind: 'unfinished',
      reason: 'no-unwind-info',
      detail: 'plain',
    });
    const met = walk(stack, { pc: PLAIN + 4, sp: at(0), fp }, { untilSp: at(3) });
    expect(met).toEqual({ end: { kind: 'met' }, names: ['plain', '<native-gap>'], guesses: [] });
  }
});

test('a chain into Java: only behind a call that leaves Java', () => {
  const stack = [at(4), JAVA + 0x10, 0, 0, 0, 0];
  const into = walk(stack, { pc: LEAF + 4, sp: at(0), fp: at(0) });
  expect(into.end).toMatchObject({ kind: 'java', point: { pc: JAVA + 0x10, sp: at(2), fp: at(4), isLeaf: false } });
  const not = walk(stack, { pc: LEAF + 4, sp: at(0), fp: at(0) }, { callsOutOfJava: false });
  expect(not.end).toMatchObject({ kind: 'unfinished', reason: 'no-unwind-info' });
});

test("a signal handler's return: where the kernel put the registers", () => {
  const stack = [at(4), RESTORE, 0, 0, 0, 0];
  const { end, names } = walk(stack, { pc: LEAF + 4, sp: at(0), fp: at(0) });
  expect(end).toEqual({ kind: 'signal', contextAt: at(2) });
  expect(names[0]).toBe('leaf');
  // HotSpot's handler begins with a jump: on top of the stack is the restorer.
  const vm = walk([RESTORE, 0, 0], { pc: PLAIN, sp: at(0), fp: 0 }, { path: '/jdk/lib/server/libjvm.so' });
  expect(vm.end).toEqual({ kind: 'signal', contextAt: at(1) });
});

describe('generated code that no map names', () => {
  const stack = [0, PLAIN, 0, 0, at(8), PLAIN + 9, 0, 0, at(12), PLAIN + 9, 0, 0, 0, PLAIN + 9];
  const point = { pc: PLAIN + 4, sp: at(0), fp: at(4) };

  test.each(['', '[anon:v8]', '/memfd:doublemapper'])("in '%s': its frames follow one another, as a guess", (path) => {
    const { names, guesses } = walk(stack, point, { path, generates: true, isFile: false });
    const base = path === '' ? 'anonymous' : path.slice(path.lastIndexOf('/') + 1);
    expect(names).toEqual(new Array(4).fill(`[${base}]`));
    expect(guesses).toEqual(['unvalidated-step']);
  });

  test('code of a file that cannot be read, and of a JVM, is none: gaps', () => {
    const dll = walk(stack, point, { path: '/lib/kernel32.dll', generates: true, isFile: false });
    expect(dll.names.slice(0, 3)).toEqual(['[kernel32.dll]', '<native-gap>', '[kernel32.dll]']);
    const jvm = walk(stack, point, { path: '' });
    expect(jvm.names.slice(0, 3)).toEqual([
      `[anonymous+0x${(PLAIN + 4).toString(16)}]`,
      '<native-gap>',
      `[anonymous+0x${(PLAIN + 8).toString(16)}]`,
    ]);
    expect([dll.guesses, jvm.guesses]).toEqual([[], []]);
  });
});

test("V8's builtins: a caller keeps a frame pointer wherever its prologue is; a leaf may not have one yet", () => {
  const stack = [0, PLAIN, 0, 0, at(8), PLAIN + 9, 0, 0, at(12), PLAIN + 9, 0, 0, 0, START + AFTER_CALL];
  const { names, guesses } = walk(stack, { pc: PLAIN + 4, sp: at(0), fp: at(4) }, { plainName: 'Builtins_Trampoline' });
  expect(names).toEqual(['Builtins_Trampoline', '<native-gap>', 'Builtins_Trampoline', 'Builtins_Trampoline', 'start_thread']);
  expect(guesses).toEqual([]);
});

describe('behind the system call that makes a thread, where call frame information has ended', () => {
  // At MIDDLE: a call of PLAIN, which is mov r8, rdx; syscall; test rax, rax: the pc is 5 bytes in.
  const callsPlain = [0x55, 0x48, 0x89, 0xe5, 0x90, 0xe8, ...leBytes(PLAIN - (MIDDLE + AFTER_CALL))];
  const patches = [[MIDDLE, callsPlain], [PLAIN, [0x49, 0x89, 0xd0, 0x0f, 0x05, 0x48, 0x85, 0xc0]]] as const; // prettier-ignore
  const starter = [MIDDLE + AFTER_CALL, 0, 0, 0, at(8), START + AFTER_CALL, 0, 0, 0, 0];

  test.each(['clone3', 'plain'])('the one who made it, in %s', (plainName) => {
    const { end, names } = walk(starter, { pc: PLAIN + 5, sp: at(0), fp: at(4) }, { patches, plainName });
    expect(names).toEqual([plainName, 'middle', 'start_thread']);
    expect(end).toEqual({ kind: 'thread-start', overGap: false });
  });

  test.each([
    ['', [0xff, 0x25]],
    [' with a mark of its own', [0xf3, 0x0f, 0x1e, 0xfa, 0xf2, 0xff, 0x25]],
  ])('called by the stub of another library%s', (_, stub) => {
    const stubAt = PLAIN + 0x80;
    const callsStub = [0x55, 0x48, 0x89, 0xe5, 0x90, 0xe8, ...leBytes(stubAt - (MIDDLE + AFTER_CALL))];
    const linked = [[MIDDLE, callsStub], patches[1], [stubAt, [...stub, 0, 0, 0, 0, 0, 0, 0]]] as const; // prettier-ignore
    const { names } = walk(starter, { pc: PLAIN + 5, sp: at(0), fp: at(4) }, { patches: linked, plainName: 'clone' });
    expect(names).toEqual(['clone', 'middle', 'start_thread']);
  });

  test('the new one: its stack begins with its function', () => {
    const { end, names } = walk([START, 0, 0], { pc: PLAIN + 5, sp: at(0), fp: 0 }, { patches, plainName: 'clone3' });
    expect(names).toEqual(['clone3']);
    expect(end.kind).toBe('thread-start');
  });
});

test('a chain in a circle ends', () => {
  const stack = [at(0), MIDDLE + AFTER_CALL, 0, 0];
  expect(walk(stack, { pc: LEAF + 4, sp: at(0), fp: at(0) }).end.kind).toBe('unfinished');
});

test('no code at the pc', () => {
  expect(walk([0], { pc: 0x1234, sp: at(0), fp: 0 }).end).toMatchObject({ kind: 'unfinished', reason: 'unknown-code' });
});

describe('by call frame information', () => {
  const PLAIN_RULE: UnwindRule = {
    cfa: { kind: 'register', register: 7, offset: 16 },
    returnAddress: { kind: 'saved', offset: -8 },
    registers: [{ register: 3, rule: { kind: 'saved', offset: -16 } }],
    isSignalFrame: false,
  };
  const BY_RBX: UnwindRule = { ...PLAIN_RULE, cfa: { kind: 'register', register: 3, offset: 16 }, registers: [] };
  const END: UnwindRule = { ...PLAIN_RULE, returnAddress: { kind: 'undefined' } };

  test('functions that keep no frame pointer: every frame, to the one without a caller', () => {
    const rules = (address: number): UnwindRule | null => (address < START ? PLAIN_RULE : END);
    const stack = [0, PLAIN + 9, 0, PLAIN + 9, 0, START + AFTER_CALL, 0, 0];
    const { end, names } = walk(stack, { pc: PLAIN + 4, sp: at(0), fp: 0 }, { rules });
    expect(names).toEqual(['plain', 'plain', 'plain', 'start_thread']);
    expect(end).toEqual({ kind: 'thread-start', overGap: false });
  });

  test('a frame found by a register that its callee saved', () => {
    const rules = (address: number): UnwindRule | null =>
      address < MIDDLE ? PLAIN_RULE : address < PLAIN ? BY_RBX : address < START ? PLAIN_RULE : END;
    // leaf saved rbx, which holds where middle's frame ends.
    const stack = [at(4), MIDDLE + AFTER_CALL, 0, 0, 0, START + AFTER_CALL, 0, 0];
    const { end, names } = walk(stack, { pc: LEAF + 4, sp: at(0), fp: 0 }, { rules });
    expect(names).toEqual(['leaf', 'middle', 'start_thread']);
    expect(end.kind).toBe('thread-start');
  });

  test('into Java, whatever the call before it: the rule is exact, and so is what it gave back', () => {
    const rules = (): UnwindRule => PLAIN_RULE;
    const { end } = walk([7, JAVA + 0x10, 0], { pc: PLAIN + 4, sp: at(0), fp: at(9) }, { rules, callsOutOfJava: false });
    expect(end).toMatchObject({ kind: 'java', point: { pc: JAVA + 0x10, sp: at(2), fp: at(9) } });
    expect(end.kind === 'java' && end.point.registers?.[3]).toBe(7);
  });

  test('a rule that leads out of code: the frame pointer is asked, and a gap shown', () => {
    const rules = (address: number): UnwindRule | null => (address >= PLAIN && address < START ? PLAIN_RULE : null);
    const stack = [0, 0x99, 0, 0, at(8), MIDDLE + AFTER_CALL, 0, 0, 0, START + AFTER_CALL];
    const { names } = walk(stack, { pc: PLAIN + 4, sp: at(0), fp: at(4) }, { rules });
    expect(names).toEqual(['plain', '<native-gap>', 'middle', 'start_thread']);
  });

  test('a rule that does not lead up: no loop', () => {
    const still: UnwindRule = {
      ...PLAIN_RULE,
      cfa: { kind: 'register', register: 7, offset: 0 },
      returnAddress: { kind: 'saved', offset: 8 },
    };
    const { end } = walk([0, PLAIN + 9, 0], { pc: PLAIN + 4, sp: at(0), fp: 0 }, { rules: () => still });
    expect(end).toMatchObject({ kind: 'unfinished', reason: 'no-unwind-info' });
  });

  test('a return address of 0 ends the stack; a uretprobe is told', () => {
    const rules = (): UnwindRule => PLAIN_RULE;
    expect(walk([0, 0, 0], { pc: PLAIN + 4, sp: at(0), fp: 0 }, { rules }).end.kind).toBe('thread-start');
    const hijacked = walk([0, 0x7fff_ffff_e000, 0], { pc: PLAIN + 4, sp: at(0), fp: 0 }, { rules });
    expect(hijacked.end).toMatchObject({ kind: 'unfinished', reason: 'return-hijacked' });
  });

  // Pages of 4, 16 and 64 KiB; 39 bits of addresses; signed by a function that was entered through the trampoline.
  test.each([0xffff_ffff_f000, 0xffff_ffff_c000, 0xffff_ffff_0000, 0x7f_ffff_f000, 0x0012_ffff_ffff_f000])(
    "a uretprobe on aarch64, at its kernel's place: %d",
    (trampoline) => {
      const rules = (): UnwindRule => ({ ...PLAIN_RULE, cfa: { kind: 'register', register: 31, offset: 16 } });
      const options = { rules, architecture: 'aarch64' } as const;
      const { end } = walk([0, trampoline, 0], { pc: PLAIN + 4, sp: at(0), fp: 0 }, options);
      expect(end).toMatchObject({ kind: 'unfinished', reason: 'return-hijacked' });
      const other = walk([0, 0x7fff_ffff_e000, 0], { pc: PLAIN + 4, sp: at(0), fp: 0 }, options);
      expect(other.end).toMatchObject({ kind: 'unfinished', reason: 'no-unwind-info' });
    },
  );
});

test("an instruction that a linker took out of a function: its frame is the function's", () => {
  // ldr x0, [x0]; b leaf + 8
  const jump = 0x1400_0000 | (((LEAF + 8 - (PLAIN + 4)) >> 2) & 0x03ff_ffff);
  const veneer = [0x00, 0x00, 0x40, 0xf9, ...[0, 8, 16, 24].map((shift) => (jump >>> shift) & 0xff)];
  const rule: UnwindRule = {
    cfa: { kind: 'register', register: 31, offset: 16 },
    returnAddress: { kind: 'saved', offset: -8 },
    registers: [],
    isSignalFrame: false,
  };
  const rules = (address: number): UnwindRule | null =>
    address === LEAF + 8 ? rule : address < START ? null : { ...rule, returnAddress: { kind: 'undefined' } };
  for (const plainName of ['e843419', '__erratum_835769_veneer_1', '__CortexA53843419_1004']) {
    const options = { rules, architecture: 'aarch64', plainName, patches: [[PLAIN, veneer]] } as const;
    for (const pc of [PLAIN, PLAIN + 4]) {
      const { end, names } = walk([0, START + AFTER_CALL, 0], { pc, sp: at(0), fp: 0, link: MIDDLE + AFTER_CALL }, options);
      expect(names).toEqual(['leaf', 'start_thread']);
      expect(end).toEqual({ kind: 'thread-start', overGap: false });
    }
  }
});

test('assembly without information, called directly: its return address is on top of the stack', () => {
  // A call in middle that goes to plain: e8 rel32 right before the return address.
  const calls = [0xe8, ...relative(PLAIN, MIDDLE + AFTER_CALL)];
  const stack = [MIDDLE + AFTER_CALL, 0, 0, 0, at(8), START + AFTER_CALL, 0, 0, 0, 0];
  const { end, names } = walk(stack, { pc: PLAIN + 4, sp: at(0), fp: at(4) }, { patches: [[MIDDLE + 5, calls]] });
  expect(names).toEqual(['plain', 'middle', 'start_thread']);
  expect(end).toEqual({ kind: 'thread-start', overGap: false });
});

function relative(target: number, from: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(target - from);
  return [...bytes];
}
