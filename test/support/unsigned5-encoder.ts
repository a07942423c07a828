// Numbers → UNSIGNED5 bytes, as HotSpot writes them (JDK 17: hotspot/share/code/compressedStream.cpp, write_int_mb; JDK 20 and later:
// hotspot/share/utilities/unsigned5.hpp, whose bytes exclude 0).

const [LOW_LIMIT, HIGH_COUNT, MAX_BYTES] = [192, 64, 5];

export const encodeUnsigned5 = (value: number): number[] => encode(value, 0);

/** As JDK 20 and later write it. */
export const encodeUnsigned5WithoutZeros = (value: number): number[] => encode(value, 1);

function encode(value: number, excludedLow: 0 | 1): number[] {
  const bytes: number[] = [];
  const lowCount = LOW_LIMIT - excludedLow;
  for (let rest = value >>> 0; ;) {
    if (rest < lowCount || bytes.length === MAX_BYTES - 1) return [...bytes, (rest + excludedLow) & 0xff];
    rest -= lowCount;
    bytes.push(LOW_LIMIT + (rest % HIGH_COUNT));
    rest = Math.floor(rest / HIGH_COUNT);
  }
}

/** write_signed_int: the sign goes into the lowest bit. */
export const encodeSigned5 = (value: number): number[] => encodeUnsigned5((value << 1) ^ (value >> 31));
