// A run that has no samples → what may be the matter, the likeliest first: for the page, and in short for the terminal.

import type { RecordingFacts } from '../model/recording.ts';
import { escapeForTerminal } from './escape-terminal.ts';

/** Of a probe. */
const MAX_NAME = 100;

/** One sentence or two each. */
export function noSamplesAdvice(run: RecordingFacts['run']): readonly string[] {
  if (run === null) return ['The file it was read from holds no samples.'];
  const lines: string[] = [];
  if (run.end === 'target-exited')
    lines.push('The target ended: jtrace profile -F 999 -- COMMAND samples a short one from its start to its end.');
  if (run.end === 'interrupted') lines.push('Sampling was stopped early: let it run longer.');
  if (run.end === 'failed') lines.push('Sampling broke off: run it again with --verbose to see what bpftrace said.');
  if (run.lostEvents > 0) lines.push('All samples were lost on their way: try a lower --frequency, or a smaller --stack-bytes.');
  if (run.event !== null)
    return [
      ...lines,
      `No event (${escapeForTerminal(run.event.name, MAX_NAME)}) met the process while it was sampled: give it something to do, or sample longer (-d 60s).`,
      'Threads that wait from before the start until after the end are not seen either.',
    ];
  return [
    ...lines,
    'Samples are of CPU time: a process that waits (for work, a lock, the network) has none. Give it load while it is profiled.',
    'Sample longer (-d 60s) or more often (-F 999).',
    'Is it the right process? top -H -p PID shows which threads use the CPU.',
  ];
}
