// `jtrace doctor`: its arguments → a DoctorRequest; then what was found, for people or as JSON. Needs no rights: it says what is missing.

import type { DoctorReport, DoctorRequest } from '../../model/doctor.ts';
import { EXIT } from '../../model/errors.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { DOCTOR_FLAGS } from '../flags/doctor-flags.ts';
import { parseProcess } from '../flags/parse-process.ts';
import { flagValues } from '../parse-arguments.ts';
import { sudoHint } from '../require-rights.ts';
import { doctorJson } from '../terminal/doctor-json.ts';
import { renderDoctor } from '../terminal/doctor-report.ts';
import { renderChoice } from '../terminal/process-table.ts';
import type { Streams } from '../terminal/streams.ts';
import { createTheme } from '../terminal/theme.ts';

const TEXT_COLUMNS = 80;
const CLEAR_LINE = '\r\u001b[K';

const EXIT_CODES = {
  ready: EXIT.ok,
  limited: EXIT.incomplete,
  unusable: EXIT.environment,
} as const satisfies Record<DoctorReport['verdict'], number>;

export const DOCTOR_COMMAND: Command = {
  name: 'doctor',
  summary: 'What this machine can do for jtrace, what not, and what changes it',
  synopsis: '[PID | NAME]',
  description:
    'Checks rights, kernel, bpftrace (each kind of probe is tried), symbols and the JVMs of this machine; with PID or NAME also that ' +
    'process. Problems come first, each with the one command that changes it. Changes nothing itself. Exit code 0: all that jtrace ' +
    'needs is there; 1: it works with limits; 3: it cannot run here.',
  flags: DOCTOR_FLAGS,
  words: { atMost: 1, whenMore: 'one process at a time', offers: 'jvms' },
  takesCommand: false,
  examples: [
    { typed: 'sudo jtrace doctor', does: 'the machine and its JVMs' },
    { typed: 'sudo jtrace doctor Bootstrap', does: 'and one process, by main class' },
    { typed: 'sudo jtrace doctor --evidence', does: 'and why sampling is, or is not, safe on this kernel' },
    { typed: 'jtrace doctor --json | jq .verdict', does: 'for programs' },
  ],
  run: runDoctorCommand,
};

async function runDoctorCommand(args: ParsedArguments, { stdout, stderr, env }: Streams): Promise<number> {
  const flags = flagValues(DOCTOR_FLAGS, args);
  const [word] = args.words;
  const request: DoctorRequest = {
    target: word === undefined ? null : parseProcess(word),
    evidence: flags.evidence,
    bpftracePath: flags.bpftrace,
    ownCommand: sudoHint(args.argv),
  };
  // Loaded late: help and usage errors need none of it.
  const { runDoctor } = await import('../../app/doctor.ts');
  const tell = (doing: string): unknown => (stderr.isTTY === true ? stderr.write(`${CLEAR_LINE}${doing}`) : undefined);
  const answer = await runDoctor(request, tell).finally(() => tell(''));
  if (answer.kind === 'several') {
    for (const line of renderChoice(answer.choice, TEXT_COLUMNS, 'jtrace doctor PID')) stderr.write(`${line}\n`);
    return EXIT.usage;
  }
  const { report } = answer;
  const text = flags.json ? doctorJson(report) : renderDoctor(report, TEXT_COLUMNS, createTheme(stdout, env)).join('\n');
  stdout.write(`${text}\n`);
  return EXIT_CODES[report.verdict];
}
