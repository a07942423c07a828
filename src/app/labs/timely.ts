// Waiting that ends: with the result, after a time, or when the learner has had enough.

import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from '../../model/errors.ts';

/** Rejects with an OperatorError when it takes too long, and with the reason of `stop` once that is aborted. */
export async function timely<Result>(
  work: Promise<Result>,
  { timeMs, who, stop }: { readonly timeMs: number; readonly who: string; readonly stop: AbortSignal },
): Promise<Result> {
  // What is given up on may fail later.
  work.catch(() => undefined);
  stop.throwIfAborted();
  const over = new AbortController();
  try {
    return await Promise.race([
      work,
      sleep(timeMs, undefined, { signal: over.signal, ref: false }).then((): never => {
        throw new OperatorError(
          'environment',
          `${who} did not answer within ${String(timeMs / 1000)} s`,
          'is the machine overloaded?',
        );
      }),
      rejectionOf(stop, over.signal),
    ]);
  } finally {
    over.abort();
  }
}

/** Rejects once `stop` is aborted, until `over`. */
function rejectionOf(stop: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise<never>((_, reject) => {
    const leave = (): void => reject(stop.reason as Error);
    if (stop.aborted) leave();
    else stop.addEventListener('abort', leave, { once: true, signal: over });
  });
}
