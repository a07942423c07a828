// Recordings that are put together or compared must be of one kind of event: page faults and blocked time are no sum. Pure.

import { OperatorError } from '../model/errors.ts';
import type { Recording } from '../model/recording.ts';

const TICKS = { name: 'cpu', counts: '' };

/** Throws an OperatorError that names two kinds. Of another tool's profile it is not known: its unit alone is looked at elsewhere. */
export function requireOneEvent(recordings: readonly Recording[], names: readonly string[]): void {
  const known = recordings.flatMap(({ facts: { run, title } }, i) =>
    run === null ? [] : [{ ...(run.event ?? TICKS), of: names[i] ?? title }],
  );
  const [first] = known;
  const other = known.find(({ counts }) => counts !== first?.counts);
  if (first === undefined || other === undefined) return;
  throw new OperatorError(
    'usage',
    `${first.of} is of the event ${first.name}, ${other.of} of ${other.name}: they have no common measure`,
    'give profiles of one event',
  );
}
