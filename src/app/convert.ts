// `jtrace convert` and `jtrace diff`: files of any profiler → recordings → outputs. Nothing is sampled, and nothing needs root.

import type { DiffProfile } from '../model/diff-profile.ts';
import type { Recording } from '../model/recording.ts';
import type { WrittenFile } from '../model/summary.ts';
import { diffFormatOf } from '../outputs/diff-formats.ts';
import type { RenderOptions } from '../outputs/format.ts';
import { diffRecordings } from '../profile/diff.ts';
import { inputName, openRecording } from './open-recording.ts';
import { finishOutput, type Output, sweepLeftovers } from './output-files.ts';
import { recordingOutputs } from './recording-outputs.ts';
import { RENDER_RESOURCES } from './render-resources.ts';

/** A recording that was read, and the files it was written to; what could not be written whole says so. */
export interface Converted {
  readonly recording: Recording;
  readonly files: readonly WrittenFile[];
}

/** Outputs are checked already. Throws the OperatorErrors of reading. */
export async function convertRecording(input: string, outputs: readonly string[], options: RenderOptions): Promise<Converted> {
  const recording = await openRecording(input);
  return { recording, files: await writeAll(recordingOutputs(outputs, options, () => recording)) };
}

export interface Compared {
  readonly diff: DiffProfile;
  /** What was wrong with A, and with B, one line each. */
  readonly problems: readonly string[];
  readonly files: readonly WrittenFile[];
}

/** The same for two recordings and their difference. */
export async function compareRecordings(inputA: string, inputB: string, outputs: readonly string[]): Promise<Compared> {
  const names = [inputName(inputA), inputName(inputB)] as const;
  const [before, after] = withTitles(await openRecording(inputA), await openRecording(inputB), names);
  const diff = diffRecordings(before, after, names);
  const files = await writeAll(
    outputs.map((path): Output => {
      const format = diffFormatOf(path);
      if (format === null) throw new Error(`${path}: outputs are checked before anything runs`);
      return { path, format: format.name, render: () => format.render({ before, after, diff }, RENDER_RESOURCES) };
    }),
  );
  const problems = [before, after].flatMap(({ facts }, side) =>
    facts.problems.map((problem) => `${names[side] ?? ''}: ${problem}`),
  );
  return { diff, problems: [...problems, ...diff.problems], files };
}

/** Two runs of one program, or files of one name in two folders: their paths tell them apart. */
function withTitles(a: Recording, b: Recording, names: readonly [string, string]): readonly [Recording, Recording] {
  if (a.facts.title !== b.facts.title) return [a, b];
  const named = ({ profile, facts }: Recording, title: string): Recording => ({ profile, facts: { ...facts, title } });
  return [named(a, names[0]), named(b, names[1])];
}

async function writeAll(outputs: readonly Output[]): Promise<readonly WrittenFile[]> {
  const files: WrittenFile[] = [];
  for (const output of outputs) {
    sweepLeftovers(output.path);
    files.push(await finishOutput(output));
  }
  return files;
}
