// Call frame information as bytes, for tests that make it up: a CIE and its functions, as assemblers write them.

const DW_EH_PE_PCREL_SDATA4 = 0x1b;

export function uleb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    if (rest === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export function sleb(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = ((rest % 128) + 128) % 128;
    rest = Math.floor(rest / 128);
    if ((rest === 0 && low < 64) || (rest === -1 && low >= 64)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export interface EncodedFunction {
  readonly start: number;
  readonly sizeBytes: number;
  readonly instructions: readonly number[];
}

export interface EncodedSection {
  readonly kind: 'eh_frame' | 'debug_frame';
  readonly wide?: boolean;
  readonly isSignal?: boolean;
  /** Address of the section (eh_frame). */
  readonly address: number;
  readonly functions: readonly EncodedFunction[];
}

/** CFA = rsp + 8, return address at CFA - 8: what holds at a function's first instruction. */
export const INITIAL = [0x0c, ...uleb(7), ...uleb(8), 0x80 | 16, ...uleb(1)];

export function encodeFrames({ kind, wide = false, isSignal = false, address, functions }: EncodedSection): Uint8Array {
  const isEh = kind === 'eh_frame';
  const bytes: number[] = [];
  const little = (value: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
  const entry = (content: readonly number[]): void => {
    const padded = [...content, ...new Array<number>((8 - (content.length % 8)) % 8).fill(0)];
    bytes.push(...(wide ? [0xff, 0xff, 0xff, 0xff, ...little(padded.length, 8)] : little(padded.length, 4)), ...padded);
  };
  const idBytes = wide ? 8 : 4;
  const id = isEh ? little(0, idBytes) : new Array<number>(idBytes).fill(0xff);
  const augmentation = isEh ? [...Buffer.from(isSignal ? 'zRS' : 'zR'), 0] : [0];
  const sizes = isEh ? [] : [8, 0];
  entry([
    ...id,
    isEh ? 1 : 4,
    ...augmentation,
    ...sizes,
    ...uleb(1),
    ...sleb(-8),
    16,
    ...(isEh ? [1, DW_EH_PE_PCREL_SDATA4] : []),
    ...INITIAL,
  ]);
  for (const { start, sizeBytes, instructions } of functions) {
    const field = bytes.length + (wide ? 12 : 4);
    const pointer = isEh ? little(field, idBytes) : little(0, idBytes);
    const place = address + field + idBytes;
    const range = isEh
      ? [...little(start - place, 4), ...little(sizeBytes, 4), 0]
      : [...little(start, 8), ...little(sizeBytes, 8)];
    entry([...pointer, ...range, ...instructions]);
  }
  return Uint8Array.from([...bytes, 0, 0, 0, 0]);
}
