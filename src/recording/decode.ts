// The bytes of a `.jtrace` file → a recording: every index, count and size is checked. A file that was cut gives all that stands
// before the cut, and says so in its facts; one that is damaged, none at all, or of a newer jtrace is refused with one line.

import { OperatorError } from '../model/errors.ts';
import type { Recording, RecordingFacts } from '../model/recording.ts';
import { fieldsOf, wholeOf } from './checked.ts';
import { decodeFacts } from './decode-facts.ts';
import { DecodedTables } from './decoded-tables.ts';
import { FORMAT_VERSION } from './limits.ts';
import { Damage, unpackUnits } from './units.ts';

const ANOTHER_COPY = 'copy it again from where it was recorded';

/** `name` is what errors call the file. Throws OperatorErrors. */
export function decodeRecording(bytes: Uint8Array, name: string): Recording {
  try {
    return decode(bytes, name);
  } catch (error) {
    if (!(error instanceof Damage)) throw error;
    throw new OperatorError('usage', `${name} is damaged: ${error.message}`, ANOTHER_COPY, { cause: error });
  }
}

function decode(bytes: Uint8Array, name: string): Recording {
  const units = unpackUnits(bytes);
  let facts: RecordingFacts | null = null;
  let tables: DecodedTables | null = null;
  let isEnded = false;
  let step = units.next();
  for (; step.done !== true; step = units.next()) {
    const unit = fieldsOf(parse(step.value), 'a part');
    if (tables === null) {
      checkVersion(unit['jtrace'], name);
      tables = new DecodedTables(unit['weightUnit']);
    } else if (isEnded || unit['jtrace'] !== undefined) {
      throw new Damage('more follows after its end; files are put together by jtrace merge');
    }
    if (unit['facts'] !== undefined) facts = decodeFacts(unit['facts']);
    tables.add(unit);
    isEnded = unit['end'] === true;
  }
  if (tables === null || facts === null) {
    const hint = 'the run was killed before its first second was over, or its disk was full';
    throw new OperatorError('usage', `${name} ends before anything was recorded`, hint);
  }
  const { profile } = tables;
  if (isEnded && step.value === null) return { profile, facts };
  return { profile, facts: factsOfCut(facts, profile.samples.timeNs, step.value ?? bytes.length) };
}

/** What the end would have told is taken from the samples. */
function factsOfCut(facts: RecordingFacts, timeNs: readonly number[], cutAt: number): RecordingFacts {
  let [least, most] = [timeNs[0] ?? facts.startNs, timeNs[0] ?? facts.startNs];
  for (const time of timeNs) {
    if (time < least) least = time;
    if (time > most) most = time;
  }
  const problem = `the file ends early, at byte ${String(cutAt)}: jtrace was killed, or its disk was full`;
  const durationMs = Math.max(facts.run?.durationMs ?? 0, (most - least) / 1e6);
  return {
    ...facts,
    startNs: facts.hasTimes ? least : facts.startNs,
    run: facts.run === null ? null : { ...facts.run, durationMs, end: 'failed' },
    problems: [...facts.problems, problem],
  };
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
    throw new Damage('a part of it is no JSON', { cause });
  }
}
