// A tiny simulator of what instructions do to the stack pointer and to rbp: tests write code as a list of instructions with their
// bytes, and it computes where the return address and the caller's rbp are before each of them.

/** What an instruction does to the stack; everything else it does is of no interest. */
export type StackEffect =
  | { readonly kind: 'none' }
  | { readonly kind: 'push-rbp' }
  | { readonly kind: 'pop-rbp' }
  /** rbp = rsp. */
  | { readonly kind: 'set-rbp' }
  /** rsp -= bytes (negative: +=). */
  | { readonly kind: 'sub'; readonly bytes: number }
  /** [rsp + at] = rbp. */
  | { readonly kind: 'save-rbp'; readonly at: number }
  /** rsp = rbp; pop rbp. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'ret' }
  /** Out of the function, or to a part of it that is listed elsewhere. */
  | { readonly kind: 'jump' };

export interface Instruction {
  readonly text: string;
  readonly bytes: readonly number[];
  readonly effect: StackEffect;
}

/** The state before an instruction, seen from the stack pointer. */
export interface SimulatedState {
  readonly offset: number;
  readonly text: string;
  /** The return address is at sp + returnAt. */
  readonly returnAt: number;
  /** Where the caller's rbp was saved, from sp; null: nowhere yet, or it is below sp by now. */
  readonly savedFpAt: number | null;
  /** rbp still (or again) holds the caller's value. */
  readonly isFpCallers: boolean;
  /** rbp - sp while rbp points into the frame; null: it does not. */
  readonly fpFromSp: number | null;
}

const int32 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff];
const instruction = (text: string, bytes: readonly number[], effect: StackEffect = { kind: 'none' }): Instruction => {
  return { text, bytes, effect };
};

/** The instructions HotSpot's assemblers use around frames, as they encode them. */
export const X86 = {
  pushRbp: instruction('push rbp', [0x55], { kind: 'push-rbp' }),
  popRbp: instruction('pop rbp', [0x5d], { kind: 'pop-rbp' }),
  /** 48 8b ec: HotSpot's assembler; compilers of C emit 48 89 e5. */
  movRbpRsp: instruction('mov rbp, rsp', [0x48, 0x8b, 0xec], { kind: 'set-rbp' }),
  subRsp8: (bytes: number) => instruction(`sub rsp, ${bytes}`, [0x48, 0x83, 0xec, bytes], { kind: 'sub', bytes }),
  subRsp32: (bytes: number) => instruction(`sub rsp, ${bytes}`, [0x48, 0x81, 0xec, ...int32(bytes)], { kind: 'sub', bytes }),
  addRsp8: (bytes: number) => instruction(`add rsp, ${bytes}`, [0x48, 0x83, 0xc4, bytes], { kind: 'sub', bytes: -bytes }),
  addRsp32: (bytes: number) =>
    instruction(`add rsp, ${bytes}`, [0x48, 0x81, 0xc4, ...int32(bytes)], { kind: 'sub', bytes: -bytes }),
  saveRbp8: (at: number) => instruction(`mov [rsp + ${at}], rbp`, [0x48, 0x89, 0x6c, 0x24, at], { kind: 'save-rbp', at }),
  saveRbp32: (at: number) =>
    instruction(`mov [rsp + ${at}], rbp`, [0x48, 0x89, 0xac, 0x24, ...int32(at)], { kind: 'save-rbp', at }),
  leave: instruction('leave', [0xc9], { kind: 'leave' }),
  ret: instruction('ret', [0xc3], { kind: 'ret' }),
  retImm: (bytes: number) => instruction(`ret ${bytes}`, [0xc2, bytes, 0], { kind: 'ret' }),
  bang: instruction('mov [rsp - 0x14000], eax', [0x89, 0x84, 0x24, 0x00, 0xc0, 0xfe, 0xff]),
  vzeroupper: instruction('vzeroupper', [0xc5, 0xf8, 0x77]),
  poll8: instruction('cmp rsp, [r15 + 0x70]', [0x49, 0x3b, 0x67, 0x70]),
  poll32: instruction('cmp rsp, [r15 + 0x348]', [0x49, 0x3b, 0xa7, 0x48, 0x03, 0, 0]),
  pollPage: instruction('test eax, [rip + polling page]', [0x85, 0x05, 0x10, 0x20, 0x30, 0x00]),
  movR10Page: instruction('mov r10, polling page', [0x49, 0xba, 0, 0x10, 0, 0, 0xff, 0x7f, 0, 0]),
  movR10Poll8: instruction('mov r10, [r15 + 0x70]', [0x4d, 0x8b, 0x57, 0x70]),
  movR10Poll32: instruction('mov r10, [r15 + 0x100]', [0x4d, 0x8b, 0x97, 0, 1, 0, 0]),
  pollR10: instruction('test [r10], eax', [0x41, 0x85, 0x02]),
  ja: instruction('ja poll stub', [0x0f, 0x87, 0x20, 0, 0, 0]),
  pendingException: instruction('cmp [r15 + 8], 0', [0x49, 0x83, 0x7f, 0x08, 0x00]),
  jne: instruction('jne exception pending', [0x0f, 0x85, 0x20, 0, 0, 0]),
  nop: instruction('nop', [0x90]),
  addEaxEdx: instruction('add eax, edx', [0x03, 0xc2]),
  leaR10: instruction('lea r10, [rip - 0x40]', [0x4c, 0x8d, 0x15, 0xc0, 0xff, 0xff, 0xff]),
  savePollPc: instruction('mov [r15 + 0x390], r10', [0x4d, 0x89, 0x97, 0x90, 0x03, 0, 0]),
  jmp32: instruction('jmp handler', [0xe9, 0, 0x10, 0, 0], { kind: 'jump' }),
  jmpR10: instruction('jmp r10', [0x41, 0xff, 0xe2], { kind: 'jump' }),
  jmpRax: instruction('jmp rax', [0xff, 0xe0], { kind: 'jump' }),
} as const;

export const bytesOf = (code: readonly Instruction[]): number[] => code.flatMap(({ bytes }) => bytes);

/** States before each instruction of a function from its entry, or of a part that is entered with the frame gone. */
export function simulate(code: readonly Instruction[]): SimulatedState[] {
  const states: SimulatedState[] = [];
  // Bytes below the return address; where rbp was saved and where it points, counted the same way.
  let [depth, offset] = [0, 0];
  let saved: number | null = null;
  let fp: number | 'caller' = 'caller';
  for (const { text, bytes, effect } of code) {
    states.push({
      offset,
      text,
      returnAt: depth,
      savedFpAt: saved !== null && saved <= depth ? depth - saved : null,
      isFpCallers: fp === 'caller',
      fpFromSp: fp === 'caller' ? null : depth - fp,
    });
    offset += bytes.length;
    switch (effect.kind) {
      case 'push-rbp':
        depth += 8;
        saved = depth;
        break;
      case 'pop-rbp':
        depth -= 8;
        fp = 'caller';
        break;
      case 'set-rbp':
        fp = depth;
        break;
      case 'sub':
        depth += effect.bytes;
        break;
      case 'save-rbp':
        saved = depth - effect.at;
        break;
      case 'leave':
        if (fp === 'caller') throw new Error('leave without a frame pointer');
        depth = fp - 8;
        fp = 'caller';
        break;
      case 'none':
      case 'ret':
      case 'jump':
        break;
      default:
        effect satisfies never;
    }
  }
  return states;
}
