// Numbers → UNSIGNED5 bytes, as HotSpot writes them (JDK 17: hotspot/share/code/compressedStream.cpp, write_int_mb).

const [LOW_LIMIT, HIGH_COUNT, MAX_BYTES] = [192, 64, 5];

export function encodeUnsigned5(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value >>> 0; ;) {
    if (rest < LOW_LIMIT || bytes.length === MAX_BYTES - 1) return [...bytes, rest & 0xff];
    rest -= LOW_LIMIT;
    bytes.push(LOW_LIMIT + (rest % HIGH_COUNT));
    rest = Math.floor(rest / HIGH_COUNT);
  }
}

/** write_signed_int: the sign goes into the lowest bit. */
export const encodeSigned5 = (value: number): number[] => encodeUnsigned5((value << 1) ^ (value >> 31));
