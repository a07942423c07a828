// Recorded answers → the answer to a question now. Answers to one question stand in order of time, and between samples; while a
// sample is replayed, the ones recorded with it come in turn, and the last one stays when they are used up. So a walk that asks
// more or less often than the recorded one still gets what was true at its sample.

import type { RecordedAnswer } from './read-recording.ts';

interface Queue {
  readonly answers: readonly RecordedAnswer[];
  /** Index of the next one to be given. */
  next: number;
}

/** All answers of a recording by question. */
export class AnswerQueues {
  readonly #queues = new Map<string, Queue>();

  constructor(answers: readonly RecordedAnswer[]) {
    const lists = new Map<string, RecordedAnswer[]>();
    for (const answer of answers) {
      const known = lists.get(answer.question.key);
      if (known === undefined) lists.set(answer.question.key, [answer]);
      else known.push(answer);
    }
    for (const [key, list] of lists) this.#queues.set(key, { answers: list, next: 0 });
  }

  /** The answer to give after `afterSamples` samples; null: this was never asked. */
  take(key: string, afterSamples: number): RecordedAnswer | null {
    const queue = this.#queues.get(key);
    if (queue === undefined) return null;
    const { answers } = queue;
    // Not asked as often as recorded: what belongs to earlier samples is over.
    while ((answers[queue.next]?.afterSamples ?? Infinity) < afterSamples) queue.next++;
    const upcoming = answers[queue.next];
    if (upcoming !== undefined && upcoming.afterSamples === afterSamples) {
      queue.next++;
      return upcoming;
    }
    // None (left) for this sample: the last one before, or else the first one after, which is the nearest that is known.
    return answers[queue.next - 1] ?? upcoming ?? null;
  }
}
