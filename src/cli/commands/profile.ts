// `jtrace profile`: its arguments → a ProfileRequest, checked; then the run, and what it tells drawn on the terminal.

import { OperatorError } from '../../model/errors.ts';
import { eventNamed } from '../../model/events.ts';
import type { ProfileRequest, ProfileTarget } from '../../model/request.ts';
import { escapeForTerminal } from '../../outputs/escape-terminal.ts';
import { checkOutputs, checkRecording } from '../check-outputs.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { parseProcess } from '../flags/parse-process.ts';
import {
  DEFAULT_BUDGET,
  DEFAULT_DURATION_MS,
  DEFAULT_RATE_HZ,
  DEFAULT_STACK_BYTES,
  DEFAULT_TOP_ROWS,
  PROFILE_FLAGS,
  type ProfileFlagValues,
} from '../flags/profile-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import { requireRights } from '../require-rights.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import type { Streams } from '../terminal/streams.ts';
import { createTerminalUi } from '../terminal/terminal-ui.ts';

export const PROFILE_COMMAND: Command = {
  name: 'profile',
  summary: 'Where a JVM, another program or the machine spends its CPU time',
  synopsis: '[PID | NAME | --all | -- COMMAND ARG…]',
  description:
    'Samples the full stacks of a process: of a JVM Java and native, of any other program native. NAME is a main class, a jar, a ' +
    "program's name, or a word of a command line, JVMs first; without PID or NAME the only JVM of this machine is meant. A COMMAND is " +
    'started and profiled from its first instruction to its end.',
  flags: PROFILE_FLAGS,
  words: { atMost: 1, whenMore: 'one process at a time; a COMMAND with arguments must stand after --', offers: 'jvms' },
  takesCommand: true,
  examples: [
    { typed: 'jtrace profile', does: 'the only JVM, for 10 s: hottest methods and summary' },
    { typed: 'jtrace profile Bootstrap -d 30s -o out.folded', does: 'by main class, 30 s, to a file' },
    { typed: 'jtrace profile 4711 -o flame.html', does: 'a flame graph page, for a browser' },
    {
      typed: 'jtrace profile 4711 -o x.jtrace && jtrace report x.jtrace --tree',
      does: 'a recording, looked at as often as you like',
    },
    { typed: 'jtrace profile postgres -d 30s -o pg.html', does: 'a program that is no JVM' },
    { typed: 'jtrace profile 4711 --event offcpu -o blocked.html', does: 'where its threads wait, and for how long' },
    { typed: 'jtrace profile --all -o machine.html', does: 'the whole machine, process by process' },
    { typed: 'jtrace profile -o out.folded -- java -jar app.jar', does: 'a command from start to end' },
  ],
  run: runProfileCommand,
};

async function runProfileCommand(args: ParsedArguments, streams: Streams): Promise<number> {
  const request = profileRequest(args, flagValues(PROFILE_FLAGS, args));
  // A program is only printed: nothing is sampled, and nothing written.
  if (!request.printProgram) {
    checkOutputs(request.outputs);
    if (request.recordReads !== null) checkRecording(request.recordReads);
  }
  requireRights(args.argv);
  // Loaded late: help and usage errors need none of it.
  const { runProfile } = await import('../../app/profile.ts');
  const ui = createTerminalUi(request, streams);
  const signals = stopOnSignals(ui);
  try {
    return await runProfile(request, ui, { stop: signals.stop });
  } finally {
    signals.release();
    ui.close();
  }
}

/** Events whose weight is how long a thread waited. */
const WAITS: readonly string[] = ['offcpu', 'lock'];

/** Arguments and flags → the request, defaults filled in. Throws OperatorErrors of kind usage. */
export function profileRequest(args: ParsedArguments, flags: ProfileFlagValues): ProfileRequest {
  const target = profileTarget(args, flags);
  const outputs = flags.output;
  if (flags.quiet && flags.verbose)
    throw new OperatorError('usage', '-q/--quiet and -v/--verbose contradict each other', 'give one of them');
  if (flags.json && outputs.includes('-')) {
    throw new OperatorError('usage', '--json and -o - both want standard output', 'write the profile to a file: -o out.folded');
  }
  if (flags.event !== null && eventNamed(flags.event)?.alsoTicks !== true && flags.frequency !== null)
    throw new OperatorError(
      'usage',
      '-F/--frequency is the rate of CPU ticks, and --event has none',
      '--sample-budget bounds the samples a second',
    );
  if (flags['min-blocked'] !== null && !WAITS.includes(flags.event ?? ''))
    throw new OperatorError(
      'usage',
      `--min-blocked is of --event ${WAITS.join(' and ')}`,
      'jtrace profile --event offcpu --min-blocked 5ms',
    );
  if (flags.waker && flags.event !== 'offcpu')
    throw new OperatorError('usage', '--waker is of --event offcpu', 'jtrace profile --event offcpu --waker');
  if (flags['interval-bytes'] !== null && flags.event !== 'nativemem')
    throw new OperatorError(
      'usage',
      '--interval-bytes is of --event nativemem',
      'jtrace profile PID --event nativemem --interval-bytes 512k',
    );
  const shownByDefault = outputs.length === 0 && !flags.json && !flags.quiet;
  return {
    target,
    durationMs: flags.duration ?? (target.kind === 'command' ? null : DEFAULT_DURATION_MS),
    rateHz: flags.frequency ?? DEFAULT_RATE_HZ,
    event: flags.event,
    minBlockedNs: flags['min-blocked'] ?? 0,
    waker: flags.waker,
    intervalBytes: flags['interval-bytes'] ?? 0,
    budget: {
      samplesPerSecond: flags['sample-budget'] ?? DEFAULT_BUDGET.samplesPerSecond,
      bytesPerSecond: flags['byte-budget'] ?? DEFAULT_BUDGET.bytesPerSecond,
    },
    outputs,
    byThread: flags.threads,
    lines: flags.lines,
    kernel: !flags['no-kernel'],
    native: !flags['no-native'],
    stackBytes: flags['stack-bytes'] ?? DEFAULT_STACK_BYTES,
    reread: !flags['no-reread'],
    top: flags.top ?? (shownByDefault ? DEFAULT_TOP_ROWS : 0),
    json: flags.json,
    printProgram: flags['print-program'],
    bpftracePath: flags.bpftrace,
    acceptFreezeRisk: flags['accept-freeze-risk'],
    recordReads: flags['record-reads'],
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}

function profileTarget(args: ParsedArguments, flags: Pick<ProfileFlagValues, 'all' | 'as-root'>): ProfileTarget {
  const { words, commandLine } = args;
  const asRoot = flags['as-root'];
  const subject = words[0] ?? null;
  if (flags.all && subject !== null)
    throw new OperatorError('usage', `both a process ('${shown(subject)}') and -a/--all were given`, 'give one of them');
  if (flags.all && commandLine !== null) {
    const hint = 'give one of them; what a COMMAND does beside all else: start it yourself while jtrace profile --all runs';
    throw new OperatorError('usage', 'both a COMMAND and -a/--all were given', hint);
  }
  if (commandLine !== null) {
    const [program, ...rest] = commandLine;
    if (subject !== null) {
      throw new OperatorError('usage', `both a process ('${shown(subject)}') and a COMMAND were given`, 'give one of them');
    }
    if (program === undefined || program === '')
      throw new OperatorError('usage', 'no COMMAND stands after --', 'jtrace profile -- COMMAND ARG…');
    return { kind: 'command', argv: [program, ...rest], asRoot };
  }
  if (asRoot)
    throw new OperatorError(
      'usage',
      '--as-root says how to run a COMMAND, and there is none',
      'jtrace profile --as-root -- COMMAND ARG…',
    );
  if (flags.all) return { kind: 'all' };
  if (subject === null) return { kind: 'only-jvm' };
  return parseProcess(subject);
}

function shown(text: string): string {
  return escapeForTerminal(text, 60);
}
