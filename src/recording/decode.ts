// The bytes of a `.jtrace` file → a recording: every index, count and size is checked. A file that was cut, or is damaged somewhere,
// gives all that stands before that place, and says so in its facts; one that is damaged before anything was recorded, none at
// all, or of a newer jtrace is refused with one line.

import { OperatorError } from '../model/errors.ts';
import type { Recording, RecordingFacts } from '../model/recording.ts';
import { MAX_DURATION_MS } from '../model/recording-limits.ts';
import { fieldsOf, wholeOf } from './checked.ts';
import { decodeFacts } from './decode-facts.ts';
import { DecodedTables } from './decoded-tables.ts';
import { FORMAT_VERSION } from './limits.ts';
import { Damage, unpackUnits } from './units.ts';

const ANOTHER_COPY = 'copy it again from where it was recorded';

/** What the first units of a file say. */
interface Decoded {
  readonly units: number;
  /** null: no unit with facts. */
  readonly recording: Recording | null;
  /** Its last unit is the end of the run. */
  readonly isEnded: boolean;
  /** Where the reading ended, and why; null: the recording is whole. */
  readonly stop: { readonly atByte: number; readonly damage: Damage | null } | null;
}

/** `name` is what errors call the file. Throws OperatorErrors. */
export function decodeRecording(bytes: Uint8Array, name: string): Recording {
  const first = decodeUnits(bytes, name, Infinity);
  const damage = first.stop?.damage ?? null;
  // The damaged unit may have brought some rows before it was found out: read again, without it.
  const { recording, isEnded } = damage === null ? first : decodeUnits(bytes, name, first.units);
  const { stop } = first;
  if (stop !== null && damage !== null && (recording === null || recording.profile.samples.stack.length === 0)) {
    const message = `${name} is damaged ${placeOf(stop.atByte, damage)}, and nothing was recorded before`;
    throw new OperatorError('usage', message, ANOTHER_COPY, { cause: damage });
  }
  if (recording !== null) return stop === null ? recording : { ...recording, facts: factsUntil(recording, stop, isEnded) };
  const hint = 'the run was killed before its first second was over, or its disk was full';
  throw new OperatorError('usage', `${name} ends before anything was recorded`, hint);
}

/** At most `most` units; of a damaged one, only its number counts. */
function decodeUnits(bytes: Uint8Array, name: string, most: number): Decoded {
  let facts: RecordingFacts | null = null;
  let tables: DecodedTables | null = null;
  let isEnded = false;
  let [units, atByte] = [0, 0];
  const decoded = (stop: Decoded['stop']): Decoded => {
    return { units, recording: tables === null || facts === null ? null : { profile: tables.profile, facts }, isEnded, stop };
  };
  const file = unpackUnits(bytes);
  try {
    while (units < most) {
      const step = file.next();
      if (step.done === true) return decoded(isEnded && step.value === null ? null : { atByte, damage: null });
      const unit = fieldsOf(parse(step.value.text), 'a part');
      if (tables === null) {
        checkVersion(unit['jtrace'], name);
        tables = new DecodedTables(unit['weightUnit']);
      } else if (isEnded || unit['jtrace'] !== undefined) {
        throw new Damage('more follows after its end; files are put together by jtrace merge');
      }
      if (unit['facts'] !== undefined) facts = decodeFacts(unit['facts']);
      tables.add(unit);
      isEnded = unit['end'] === true;
      units += 1;
      atByte = step.value.endByte;
    }
    return decoded(null);
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    return decoded({ atByte, damage: error });
  }
}

/** What the end would have told is taken from the samples. */
function factsUntil(
  { profile, facts }: Recording,
  { atByte, damage }: NonNullable<Decoded['stop']>,
  isEnded: boolean,
): RecordingFacts {
  const { timeNs } = profile.samples;
  let last = timeNs[0] ?? facts.startNs;
  for (const time of timeNs) if (time > last) last = time;
  const lastMs = Math.min(Math.max(0, (last - facts.startNs) / 1e6), MAX_DURATION_MS);
  const until = facts.hasTimes ? `${(lastMs / 1000).toFixed(1)} s after its start` : `${String(timeNs.length)} samples`;
  const problem =
    damage === null
      ? `the file ends early, at byte ${String(atByte)} (${until}): jtrace still writes it, was killed, or its disk was full`
      : `the file is damaged ${placeOf(atByte, damage)}: it is whole until there (${until}), the rest is left out`;
  const { run } = facts;
  const brokenOff =
    run === null || isEnded ? run : { ...run, durationMs: Math.max(run.durationMs, lastMs), end: 'failed' as const };
  return { ...facts, run: brokenOff, problems: [...facts.problems, problem] };
}

function placeOf(atByte: number, { message }: Damage): string {
  return `at byte ${String(atByte)} (${message})`;
}

function checkVersion(version: unknown, name: string): void {
  const format = wholeOf(version, 1, Number.MAX_SAFE_INTEGER, 'the version of its format');
  if (format <= FORMAT_VERSION) return;
  const message = `${name} was written by a newer jtrace (format ${String(format)}; this one reads ${String(FORMAT_VERSION)})`;
  throw new OperatorError('usage', message, 'read it with that jtrace, or update this one');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Damage('the part there is no JSON', { cause });
  }
}
