// A user's program that did not start → whose affair it is (the program's, or the machine's), in a line; bpftrace's words are the cause,
// whole, for whoever tells their places in the program's own text.

import type { ChildExit } from '../child/start-child.ts';
import { OperatorError } from '../model/errors.ts';
import { explainFailure } from './explain-failure.ts';
import type { MachineAnswers } from './machine.ts';

/** Said of a place in the program, or of all of it. */
const ABOUT_THE_PROGRAM =
  /^[^\s:]+:\d+[\d:-]*: ERROR: |^No probes to attach|^ERROR: (?:Could not resolve symbol|unexpected end of file)|^FATAL: Invalid probe type/m;
const CANNOT_ATTACH = /Error attaching|Could not attach|Unable to attach|Failed to attach|create_probe_event|perf_event_open/i;
const NO_PROCESS = /No such process|pid \d+ .*not exist/i;
const NO_RIGHTS = /Operation not permitted|lockdown|capability|root user/i;
const WANTS_TYPES = /install BTF information|BTF is required/i;

/** The program is more than the kernel takes: to follow (its verifier), or of its 512 bytes of stack. */
const TOO_MUCH =
  /Error loading (?:BPF )?program|Loading BPF object\(s\) failed|stack limit|program is too large|Failed to load BPF|Error loading BPF/i;

/** Whether a smaller program of the same meaning may start where this one did not. */
export function isTooMuchForKernel(error: OperatorError): boolean {
  return error.cause instanceof Error && TOO_MUCH.test(error.cause.message);
}

/** Why bpftrace ended before the probes of a user's program were attached. */
export function explainScriptFailure(exit: ChildExit, messages: readonly string[], machine: MachineAnswers): OperatorError {
  // What went wrong before what is only remarked: nobody reads on for long.
  const isError = (text: string): boolean => /\bERROR: /.test(text);
  const words = [...messages.filter(isError), ...messages.filter((text) => !isError(text))].join('\n');
  const told = (kind: OperatorError['kind'], message: string, hint: string): OperatorError =>
    new OperatorError(kind, message, hint, { cause: new Error(words) });
  const isAboutProgram = ABOUT_THE_PROGRAM.test(words);
  if (exit.startError === null && machine.mayLoad && machine.hasTracefs && !WANTS_TYPES.test(words)) {
    if (NO_PROCESS.test(words)) return told('usage', 'the process has ended', 'give the PID of one that runs');
    if (isAboutProgram) return told('usage', 'bpftrace does not take the program', '');
    if (CANNOT_ATTACH.test(words))
      return told('environment', 'bpftrace could not attach the probes', 'does this kernel have them?');
    if (!NO_RIGHTS.test(words))
      return told('environment', `bpftrace could not start the program (${exit.signal ?? `status ${String(exit.code)}`})`, '');
  }
  return explainFailure(exit, messages, machine);
}
