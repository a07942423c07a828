// A sorted column of addresses → where in it an address belongs: the look-up of functions, kernel symbols and unwind rules.

/** Index of the last value that is not above `wanted`; -1: none. */
export function lastNotAbove(sorted: Float64Array | Uint32Array, wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
