// `jtrace report` and `jtrace merge` from request to exit code: read, put together, filter, group, write, tell.

import type { CallTree } from '../model/call-tree.ts';
import { EXIT } from '../model/errors.ts';
import type { Frame } from '../model/frame.ts';
import type { Recording } from '../model/recording.ts';
import type { ReportRequest } from '../model/request.ts';
import type { Ui } from '../model/ui.ts';
import { foldedFrame } from '../outputs/folded.ts';
import { visibleProfile } from '../outputs/hidden-frames.ts';
import type { RenderOptions } from '../outputs/format.ts';
import { callTree } from '../profile/call-tree.ts';
import { filterRecording } from '../profile/filter.ts';
import { groupRecording, groupsOnly } from '../profile/group.ts';
import { mergeRecordings } from '../profile/merge.ts';
import { problemsOf } from '../profile/merge-facts.ts';
import { summarize } from '../profile/summarize.ts';
import { summaryFacts } from '../profile/summary-facts.ts';
import { finishOutput } from './output-files.ts';
import { openRecording } from './open-recording.ts';
import { recordingOutputs } from './recording-outputs.ts';
import { tellNoSamples } from './tell-no-samples.ts';

/** Calls below each other: more is recursion, and a tree of it tells nothing. */
const MAX_TREE_DEPTH = 200;

interface Input {
  readonly path: string;
  readonly recording: Recording;
}

/** Gives the exit code. Throws OperatorErrors. */
export async function runReport(request: ReportRequest, ui: Ui): Promise<number> {
  const inputs: Input[] = [];
  // One after the other: `-` and FIFOs are read in the order they were named.
  for (const path of request.inputs) inputs.push({ path, recording: await openRecording(path) });
  const whole = mergeRecordings(inputs.map(({ recording }) => recording));
  tellProblems(inputs, whole, ui);

  const filtered = filterRecording(whole, request.filter);
  const shown = request.by === null ? filtered : groupRecording(filtered, request.by);
  const outputs = recordingOutputs(request.outputs, request, () => shown);
  const files = await Promise.all(outputs.map((output) => finishOutput(output)));
  if (request.treePercent !== null) ui.tree(treeOf(shown, request.treePercent, request));
  const hottestOf = request.by === null ? visibleProfile(filtered.profile, request) : groupsOnly(filtered, request.by);
  ui.summary(summarize(filtered.profile, summaryFacts(filtered, files), request.top, hottestOf));
  tellNoSamples(filtered, ui);
  return whole.facts.problems.length > 0 || files.some(({ problem }) => problem !== null) ? EXIT.incomplete : EXIT.ok;
}

/** What is wrong with each input, and with all of them together; and where weights had to change to be comparable. */
function tellProblems(inputs: readonly Input[], whole: Recording, ui: Ui): void {
  for (const { path, recording } of inputs)
    for (const problem of recording.facts.problems) ui.message('warning', `${path}: ${problem}`);
  const told = new Set(inputs.flatMap(({ recording }) => [...recording.facts.problems, ...problemsOf(recording.facts)]));
  for (const problem of whole.facts.problems) if (!told.has(problem)) ui.message('warning', problem);
  if (inputs.some(({ recording }) => recording.profile.weightUnit !== whole.profile.weightUnit))
    ui.message('note', 'a sample does not stand for the same time in all files: all weights are CPU time, in nanoseconds');
}

function treeOf(recording: Recording, minPercent: number, options: RenderOptions): CallTree {
  const { profile } = options.byThread ? groupRecording(recording, 'thread') : recording;
  const nameOf = (frame: Frame): string => foldedFrame(frame, options.lines);
  return callTree(visibleProfile(profile, options), { minPercent, maxDepth: MAX_TREE_DEPTH, nameOf });
}
