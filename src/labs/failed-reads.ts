// What bpftrace says of a read that failed with −EFAULT, when it is asked to tell (TraceOptions.tellsFailedReads).

/** "Bad address (-14)" as 0.17 says it, "retcode: -14" as later ones do. */
export const FAILED_READ = /\(-14\)|retcode:? -14/u;
