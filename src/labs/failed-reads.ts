// What bpftrace says of a read that failed with −EFAULT, when it is asked to tell (TraceOptions.tellsFailedReads).

export const EFAULT = -14;
/** "Bad address (-14)" as 0.17 says it, "retcode: -14" as later ones do. */
const FAILED_READ = /\(-14\)|retcode:? -14/u;

/** The error of the reads that these lines tell of: {@link EFAULT}, or 0. */
export function errorOfReads(lines: readonly string[]): number {
  return lines.some((line) => FAILED_READ.test(line)) ? EFAULT : 0;
}
