// Whether bytes end with a call instruction: what stands before every return address that a call pushed.

/** Intel SDM volume 2, CALL: e8 rel32, or ff /2 with a ModRM operand (prefixes before it do not matter). */
export function endsWithCall(bytes: Uint8Array): boolean {
  const n = bytes.length;
  if (bytes[n - 5] === 0xe8) return true;
  for (let length = 2; length <= 7; length += 1) {
    const modrm = bytes[n - length + 1];
    if (bytes[n - length] !== 0xff || modrm === undefined || ((modrm >> 3) & 7) !== 2) continue;
    const [mode, register] = [modrm >> 6, modrm & 7];
    const sib = mode !== 3 && register === 4 ? 1 : 0;
    const base = sib === 1 ? (bytes[n - length + 2] ?? 0) & 7 : register;
    const displacement = mode === 1 ? 1 : mode === 2 || (mode === 0 && base === 5) ? 4 : 0;
    if (length === 2 + sib + displacement) return true;
  }
  return false;
}

/** mov r10, imm64; call r10: how compiled code calls what a rel32 does not reach (x86_64.ad, Java_To_Runtime). */
export const CALL_THROUGH_R10_BYTES = 13;

/** Where the call that ends `bytes` (the last {@link CALL_THROUGH_R10_BYTES} before `pc`) goes; null: no such call, or indirect. */
export function callTarget(bytes: Uint8Array, pc: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const n = bytes.length;
  if (
    n === CALL_THROUGH_R10_BYTES &&
    bytes[0] === 0x49 &&
    bytes[1] === 0xba &&
    bytes[10] === 0x41 &&
    bytes[11] === 0xff &&
    bytes[12] === 0xd2
  )
    return view.getUint32(2, true) + view.getUint32(6, true) * 0x1_0000_0000;
  if (bytes[n - 5] === 0xe8) return pc + view.getInt32(n - 4, true);
  return null;
}
