// Recording → JSON lines: one object per sample, in order of arrival, with all that is known of it; for jq, scripts and data frames.
// Names are the target's as they are, escaped as JSON. Members (docs/formats.md): `timeNs` since the start of the recording, null
// when not known; `pid`, `tid`, `thread`; `weight` in `unit`; `pc` in hexadecimal, null when not known; `outcome`; `frames`, leaf
// first, each with `kind` and `name`, and with `signature`, `bci`, `line`, `approximate`, `library`, `marker` where they say something. Pure.

import type { Frame, StackOutcome } from '../model/frame.ts';
import type { Recording } from '../model/recording.ts';
import type { OutputFormat, RenderOptions } from './format.ts';
import { visibleFrames } from './visible-stacks.ts';

/** The lines, each with its end. */
export function* sampleLines({ profile, facts }: Recording, options: RenderOptions): Generator<string> {
  const { samples, threads, outcomes, weightUnit } = profile;
  const { frames, leafFirst } = visibleFrames(profile, options);
  const frameTexts = frames.map(frameJson);
  const outcomeTexts = outcomes.map(outcomeJson);
  const threadTexts = threads.map(
    ({ pid, tid, name }) => `"pid":${String(pid)},"tid":${String(tid)},"thread":${JSON.stringify(name)}`,
  );
  for (let i = 0; i < samples.stack.length; i += 1) {
    const timeNs = facts.hasTimes ? String((samples.timeNs[i] ?? 0) - facts.startNs) : 'null';
    const pc = samples.pc[i] ?? 0;
    yield [
      `{"timeNs":${timeNs}`,
      threadTexts[samples.thread[i] ?? -1] ?? '"pid":0,"tid":0,"thread":""',
      `"weight":${String(samples.weight[i] ?? 0)}`,
      `"unit":"${weightUnit}"`,
      `"pc":${pc === 0 ? 'null' : `"0x${pc.toString(16)}"`}`,
      `"outcome":${outcomeTexts[samples.outcome[i] ?? -1] ?? 'null'}`,
      `"frames":[${leafFirst(samples.stack[i] ?? -1)
        .map((frame) => frameTexts[frame])
        .join()}]}\n`,
    ].join();
  }
}

function frameJson({ kind, name, signature, bci, line, lineApproximate, library, marker }: Frame): string {
  return JSON.stringify({
    kind,
    name,
    ...(signature === '' ? {} : { signature }),
    ...(bci < 0 ? {} : { bci }),
    ...(line === 0 ? {} : { line }),
    ...(lineApproximate ? { approximate: true } : {}),
    ...(library === '' ? {} : { library }),
    ...(marker === null ? {} : { marker }),
  });
}

function outcomeJson(outcome: StackOutcome): string {
  return JSON.stringify(outcome);
}

export const JSON_LINES_FORMAT: OutputFormat = {
  name: 'json-lines',
  endings: ['.jsonl', '.ndjson'],
  does: 'one JSON object per sample: jq, scripts, data frames',
  render: (recording, options) => sampleLines(recording, options),
};
