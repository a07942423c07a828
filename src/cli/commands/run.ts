// `jtrace run`: its arguments → a RunRequest, checked; then the run, and what the program puts out on the terminal.

import { existsSync } from 'node:fs';
import { readScript, scriptNames } from '../../catalogue/catalogue.ts';
import { loadScript } from '../../catalogue/load-script.ts';
import { OperatorError } from '../../model/errors.ts';
import type { RunNeeds, RunRequest, RunTarget } from '../../model/run-request.ts';
import type { ScriptSource } from '../../model/script.ts';
import { SCRIPT_ENDINGS, scriptFormatOf } from '../../outputs/script/script-formats.ts';
import { checkOutputs } from '../check-outputs.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { RUN_FLAGS, type RunFlagValues } from '../flags/run-flags.ts';
import { scriptFlags } from '../flags/script-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import { readProgram } from '../read-program.ts';
import { requireRights } from '../require-rights.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import { stopWithReader } from '../stop-with-reader.ts';
import { createScriptUi } from '../terminal/script-ui.ts';
import type { Streams } from '../terminal/streams.ts';

export const RUN_COMMAND: Command = {
  name: 'run',
  summary: 'A bpftrace program, with whole stacks of Java at any probe',
  synopsis: "-e 'PROGRAM' | FILE.bt | SCRIPT [-p PID|NAME | -- COMMAND ARG…]",
  description:
    'Runs a bpftrace program, yours or one of the catalogue (jtrace list), and shows what it prints and its maps. jstack, or jstack(N), stands for the whole ' +
    'stack, Java and native, wherever ustack may. With -p the program is confined to a process and ends with it; a ' +
    'COMMAND is started when all probes are attached, and the program ends with it. What the program gives to exit() is the exit code.',
  flags: RUN_FLAGS,
  moreFlags: scriptFlags,
  words: {
    atMost: 1,
    whenMore: 'one program at a time; a COMMAND with arguments must stand after --',
    offers: scriptNames(),
  },
  takesCommand: true,
  examples: [
    {
      typed: "jtrace run -d 5s -e 'profile:hz:99 { @[comm] = count(); }'",
      does: 'which programs run, for 5 s',
    },
    {
      typed: "jtrace run -e 'tracepoint:syscalls:sys_enter_openat { @[jstack] = count(); }' -p Bootstrap -o opens.html",
      does: 'who opens files in a JVM: flame graph of the whole stacks',
    },
    {
      typed: 'jtrace run --engine bytes -e \'uprobe:libc:abort { printf("%s", jstack); }\' -p Bootstrap',
      does: 'rare events: each with its own stack, sent whole',
    },
    { typed: 'jtrace run slow-syscalls --min 5ms', does: 'a script of the catalogue' },
    {
      typed: "jtrace run -e 'uprobe:libc:malloc { @bytes = hist(arg0); }' -p postgres",
      does: 'sizes of what a process allocates, until Ctrl-C',
    },
    {
      typed: 'jtrace run latency.bt -o latency.txt -- java -jar app.jar',
      does: 'a file, with a command from its start to its end',
    },
  ],
  run: runRunCommand,
};

async function runRunCommand(args: ParsedArguments, streams: Streams): Promise<number> {
  const request = runRequest(args, flagValues(RUN_FLAGS, args));
  if (!request.printProgram) checkOutputs(request.outputs, { formatOf: scriptFormatOf, endings: SCRIPT_ENDINGS });
  requireRights(args.argv);
  // Loaded late: help and usage errors need none of it.
  const { runUserScript } = await import('../../app/run.ts');
  const ui = createScriptUi(request, streams);
  const signals = stopOnSignals(ui);
  const reader = stopWithReader(streams.stdout);
  try {
    return await runUserScript(request, ui, { stop: AbortSignal.any([signals.stop, reader.stop]) });
  } finally {
    reader.release();
    signals.release();
    ui.close();
  }
}

/** Arguments and flags → the request, defaults filled in. Throws OperatorErrors. */
export function runRequest(args: ParsedArguments, flags: RunFlagValues): RunRequest {
  const target = runTarget(args, flags);
  if (flags.quiet && flags.verbose)
    throw new OperatorError('usage', '-q/--quiet and -v/--verbose contradict each other', 'give one of them');
  if (flags.json && flags.output.includes('-'))
    throw new OperatorError('usage', '--json and -o - both want standard output', 'write the maps to a file: -o out.txt');
  const name = scriptOf(args, flags);
  return {
    ...(name === null
      ? { source: readProgram(flags.program, args.words[0] ?? null, scriptNames()), needs: null }
      : scriptRun(name, args, flags, target)),
    target,
    durationMs: flags.duration,
    unsafe: flags.unsafe,
    engine: flags.engine ?? 'auto',
    json: flags.json,
    outputs: flags.output,
    printProgram: flags['print-program'],
    showLoaded: flags['show-loaded'],
    bpftracePath: flags.bpftrace,
    acceptFreezeRisk: flags['accept-freeze-risk'],
    verbosity: flags.quiet ? 'quiet' : flags.verbose ? 'verbose' : 'normal',
  };
}

/** The script of the catalogue that is meant; null: a program of the user's. A file wins over a script of that name: it is here. */
function scriptOf({ words: [word] }: ParsedArguments, { program }: RunFlagValues): string | null {
  return program === null && word !== undefined && scriptNames().includes(word) && !existsSync(word) ? word : null;
}

function scriptRun(
  name: string,
  { flags: given }: ParsedArguments,
  { unsafe }: RunFlagValues,
  target: RunTarget,
): { readonly source: ScriptSource; readonly needs: RunNeeds } {
  const values = [...given]
    .filter(([flag]) => !Object.hasOwn(RUN_FLAGS, flag))
    .map(([flag, texts]) => [flag, onlyOf(flag, texts)] as const);
  const { source, needs } = loadScript(name, new Map(values));
  const { process } = readScript(name).header;
  if (process.kind === 'refused' && target.kind !== 'everyone')
    throw new OperatorError('usage', `${name} cannot be confined to a process`, process.help);
  if (process.kind === 'needed' && target.kind === 'everyone')
    throw new OperatorError('usage', `${name} looks at one process, and none was given`, 'say which: -p PID or -p NAME');
  if (needs.features.includes('unsafe') && !unsafe)
    throw new OperatorError(
      'usage',
      `${name} changes what it looks at, and runs with --unsafe only`,
      `jtrace show ${name} says what it does`,
    );
  return { source, needs: { stringBytes: needs.stringBytes, kernelProbes: needs.features.includes('kprobes') } };
}

function onlyOf(flag: string, texts: readonly string[]): string {
  if (texts.length > 1) throw new OperatorError('usage', `--${flag} was given ${String(texts.length)} times`, 'give it once');
  return texts[0] ?? '';
}

function runTarget({ commandLine }: ParsedArguments, { pid, 'as-root': asRoot }: RunFlagValues): RunTarget {
  if (commandLine !== null) {
    if (pid !== null) throw new OperatorError('usage', 'both -p/--pid and a COMMAND were given', 'give one of them');
    const [program, ...rest] = commandLine;
    if (program === undefined || program === '')
      throw new OperatorError('usage', 'no COMMAND stands after --', "jtrace run -e 'PROGRAM' -- COMMAND ARG…");
    return { kind: 'command', argv: [program, ...rest], asRoot };
  }
  if (asRoot)
    throw new OperatorError(
      'usage',
      '--as-root says how to run a COMMAND, and there is none',
      "jtrace run -e 'PROGRAM' --as-root -- COMMAND ARG…",
    );
  return pid ?? { kind: 'everyone' };
}
