// What one recording may hold: profiles are built within it, `.jtrace` files are written and read within it (recording/limits.ts).

/** Some 50 bytes each in memory: 1.6 GB; 9 hours of the default budget without a pause. */
export const MAX_SAMPLES = 1 << 25;
/** Of all processes together: threads come and go, and each is one row. */
export const MAX_THREADS = 1 << 20;
/** Sums of more are not exact. */
export const MAX_WEIGHT = Number.MAX_SAFE_INTEGER;
/** perf's own limit is a tenth of it. */
export const MAX_RATE_HZ = 1e6;
/** Some 30 years: recordings that are put together add up. */
export const MAX_DURATION_MS = 1e12;
