// `jtrace lab`: which lab, what of it, and how; then src/app/labs.

import { findLab, LABS } from '../../labs/labs.ts';
import { labWords } from '../../labs/words.ts';
import { OperatorError } from '../../model/errors.ts';
import type { Command, ParsedArguments } from '../command.ts';
import { LAB_FLAGS, type LabFlagValues } from '../flags/lab-flags.ts';
import { flagValues } from '../parse-arguments.ts';
import { stopOnSignals } from '../stop-on-signals.ts';
import { createLabUi } from '../terminal/lab-ui.ts';
import type { Streams } from '../terminal/streams.ts';

const DOINGS = ['list', 'show', 'run', 'check', 'report'] as const;
type Doing = (typeof DOINGS)[number];
const DEFAULT_LANGUAGE = 'en';

export const LAB_COMMAND: Command = {
  name: 'lab',
  summary: 'Labs about what BPF can and cannot see, which check the answer',
  synopsis: 'list | show LAB | run LAB | check LAB | report',
  description:
    'Each lab asks a question, lets you predict the answer, measures it on this machine with a bpftrace program that is shown and explained, ' +
    'checks it, and explains why. Under a minute each. What a lab changes (swap space, settings, files) is put back, also after Ctrl-C, and ' +
    'after kill -9 by the next one. LAB is a name or a number.',
  flags: LAB_FLAGS,
  words: {
    atMost: 2,
    whenMore: 'one lab at a time',
    get offers() {
      return [...DOINGS, ...LABS.map(({ id }) => id)];
    },
  },
  takesCommand: false,
  examples: [
    { typed: 'jtrace lab list', does: 'all labs, and which you have done' },
    { typed: 'sudo jtrace lab run page-not-there', does: 'begin with the first' },
    { typed: 'sudo jtrace lab run 1 --auto', does: 'the same without questions' },
    { typed: 'jtrace lab run 1 --recorded', does: 'without root: what was measured elsewhere' },
    { typed: 'jtrace lab check 1', does: 'answer the questions of its exercise' },
    { typed: 'jtrace lab report -o labs.html', does: 'a page of all that you have done' },
  ],
  run: runLabCommand,
};

async function runLabCommand(args: ParsedArguments, streams: Streams): Promise<number> {
  const flags = flagValues(LAB_FLAGS, args);
  const [doing, word] = args.words;
  if (!isDoing(doing)) {
    throw new OperatorError(
      'usage',
      doing === undefined ? 'what to do is not given' : `labs know no '${doing.slice(0, 40)}'`,
      'jtrace lab list | show LAB | run LAB | check LAB | report',
    );
  }
  const takesLab = doing !== 'list' && doing !== 'report';
  if (takesLab && word === undefined) throw new OperatorError('usage', 'which lab is not given', 'jtrace lab list shows all');
  if (!takesLab && word !== undefined) throw new OperatorError('usage', `${doing} takes no LAB`, `jtrace lab ${doing}`);
  const lab = word === undefined ? null : findLab(word);
  const language = flags.language ?? DEFAULT_LANGUAGE;
  // Loaded late: help and usage errors need none of it.
  const labs = await import('../../app/labs/labs.ts');
  const ui = createLabUi(labWords(language), process.stdin, streams);
  const signals = stopOnSignals({ message: () => ui.note('stopping; what the lab changed is put back') });
  const records = await labs.recordsFolder(flags.records, process.env);
  const request = { language, records, environment: process.env };
  try {
    switch (doing) {
      case 'list':
        return labs.listLabs(request, ui);
      case 'report':
        return await labs.reportLabs({ ...request, path: flags.output ?? 'labs.html' }, ui);
      case 'show':
        return labs.showLab({ ...request, lab: required(lab) }, ui);
      case 'check':
        return await labs.checkExercise(
          { ...request, lab: required(lab), answers: flags.answer, bpftracePath: flags.bpftrace },
          ui,
          signals.stop,
        );
      case 'run':
        return await labs.runLab(runRequest(required(lab), flags, request), ui, signals.stop);
      default:
        return doing satisfies never;
    }
  } catch (error) {
    // At a question outside of a room.
    if (signals.stop.aborted && !(error instanceof OperatorError))
      throw new OperatorError('incomplete', 'the lab was broken off', 'begin again when you like');
    throw error;
  } finally {
    signals.release();
    ui.close();
  }
}

function isDoing(word: string | undefined): word is Doing {
  return DOINGS.some((doing) => doing === word);
}

function required<Value>(value: Value | null): Value {
  if (value === null) throw new Error('no lab');
  return value;
}

function runRequest<Request>(lab: (typeof LABS)[number], flags: LabFlagValues, request: Request) {
  return { ...request, lab, isAuto: flags.auto, isRecorded: flags.recorded, bpftracePath: flags.bpftrace };
}
