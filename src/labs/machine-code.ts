// x86-64 code, looked through byte by byte for direct calls and for fields at an offset. Pure.

const [CALL, JUMP] = [0xe8, 0xe9];
const CALL_BYTES = 5;
/** No index: the base alone. */
const SIB = 0x24;

/** A direct call or jump. */
export interface Call {
  readonly at: bigint;
  readonly bytes: readonly number[];
  readonly name: string;
}

/** Wherever a byte could be a direct call that leads to one of the functions: by chance that does not happen. */
export function callsIn(code: readonly number[], start: bigint, functions: ReadonlyMap<string, bigint>): readonly Call[] {
  const found: Call[] = [];
  for (let at = 0; at + CALL_BYTES <= code.length; at++) {
    if (code[at] !== CALL && code[at] !== JUMP) continue;
    const target = BigInt.asUintN(64, start + BigInt(at + CALL_BYTES) + BigInt(int32At(code, at + 1)));
    const name = [...functions].find(([, address]) => address === target)?.[0];
    if (name !== undefined) found.push({ at: start + BigInt(at), bytes: code.slice(at, at + CALL_BYTES), name });
  }
  return found;
}

/** Offsets of `addl $1,OFFSET(%reg)` (83 /0) and `incl OFFSET(%reg)` (ff /0), with an offset of 32 bits. */
export function countedUp(code: readonly number[]): readonly number[] {
  const found = new Set<number>();
  for (let at = 0; at < code.length; at++) {
    const [operation, modrm = 0, sib] = code.slice(at, at + 3);
    if ((operation !== 0x83 && operation !== 0xff) || (modrm & 0xf8) !== 0x80) continue;
    const hasSib = (modrm & 7) === 4;
    if (hasSib && sib !== SIB) continue;
    const offsetAt = at + (hasSib ? 3 : 2);
    if (operation === 0x83 && code[offsetAt + 4] !== 1) continue;
    const offset = offsetAt + 4 <= code.length ? int32At(code, offsetAt) : 0;
    if (offset > 0) found.add(offset);
  }
  return [...found];
}

/** Whether the four bytes of an offset stand anywhere behind the byte of a register (mod 2), or the one that rsp and r12 need besides. */
export function holdsOffset(code: readonly number[], offset: number): boolean {
  return code.some((byte, at) => at + 5 <= code.length && (byte >> 6 === 2 || byte === SIB) && int32At(code, at + 1) === offset);
}

function int32At(code: readonly number[], at: number): number {
  return (code[at] ?? 0) | ((code[at + 1] ?? 0) << 8) | ((code[at + 2] ?? 0) << 16) | ((code[at + 3] ?? 0) << 24);
}
