// A golden recording → one world per sample: memory and answers as they were at that sample, and the sample itself. Made once; cases
// change copies. Beside it what the untouched walk read: the places where a change is seen.

import type { ArchitectureName } from '../../src/model/architecture.ts';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RawSample } from '../../src/model/sample.ts';
import type { MappedLibrary, Mapping, NativeSymbol, TargetReader } from '../../src/model/target.ts';
import type { UnwindRule } from '../../src/model/unwind-rule.ts';
import { asElfAddress } from '../../src/model/units.ts';
import { QUESTIONS, questionKey, type Question } from '../../src/target/recording/format.ts';
import { type RecordedAnswer, readRecording, type Recording } from '../../src/target/recording/read-recording.ts';
import { REPOSITORY } from '../support/repository.ts';
import { BaseMemory } from './overlay-memory.ts';

const FOLDER = join(REPOSITORY, 'test/fixtures/recordings');

export const RECORDINGS: readonly string[] = readdirSync(FOLDER).filter((name) => name.endsWith('.jreads')).sort(); // prettier-ignore

/** One sample and all that was known at it. */
export interface RecordedWorld {
  readonly architecture: ArchitectureName;
  readonly sample: RawSample;
  readonly memory: BaseMemory;
  /** The answers to all questions but reads. null: not asked, or not known. */
  readonly answer: (question: Question) => unknown;
  /** Kernel symbols. */
  readonly kernelAnswer: (question: Question) => unknown;
}

/** By `name.jreads#index`. */
export class RecordedWorlds {
  readonly #recordings = new Map<string, Recording>();
  readonly #worlds = new Map<string, RecordedWorld>();

  get names(): readonly string[] {
    return RECORDINGS.flatMap((name) => this.#recording(name).samples.map((_, index) => `${name}#${String(index)}`));
  }

  world(base: string): RecordedWorld | null {
    const known = this.#worlds.get(base);
    if (known !== undefined) return known;
    const [name = '', index = ''] = base.split('#');
    const recording = RECORDINGS.includes(name) ? this.#recording(name) : null;
    const sample = recording?.samples[Number(index)];
    if (recording === null || sample === undefined) return null;
    const world = worldAt(recording, sample, Number(index) + 1);
    this.#worlds.set(base, world);
    return world;
  }

  #recording(name: string): Recording {
    let recording = this.#recordings.get(name);
    if (recording === undefined) this.#recordings.set(name, (recording = readRecording(join(FOLDER, name))));
    return recording;
  }
}

/** `afterSamples`: the number of samples up to the one in hand. */
function worldAt(recording: Recording, sample: RawSample, afterSamples: number): RecordedWorld {
  const memory = new BaseMemory();
  const answers = new Map<string, RecordedAnswer>();
  const later: RecordedAnswer[] = [];
  for (const answer of recording.answers) {
    const { question, value } = answer;
    if (answer.afterSamples > afterSamples) later.push(answer);
    else if (question.method !== 'read') answers.set(question.key, answer);
    else if (typeof value === 'string' && question.pid === sample.pid) memory.add(Number(question.args[0]), Buffer.from(value, 'base64'), false); // prettier-ignore
  }
  for (const answer of later) {
    const { question, value } = answer;
    if (question.method !== 'read') {
      if (!answers.has(question.key)) answers.set(question.key, answer);
    } else if (typeof value === 'string' && question.pid === sample.pid) memory.add(Number(question.args[0]), Buffer.from(value, 'base64'), true); // prettier-ignore
  }
  memory.seal();
  const maps = answers.get(questionKey(sample.pid, QUESTIONS.maps()))?.value;
  const mappings = Array.isArray(maps) ? maps.map((id) => recording.value(Number(id))) : null;
  const ask = (pid: number, question: Question): unknown =>
    question[0] === 'maps' ? mappings : (answers.get(questionKey(pid, question))?.value ?? null);
  return {
    architecture: recording.architecture,
    sample,
    memory,
    answer: (question) => ask(sample.pid, question),
    kernelAnswer: (question) => ask(0, question),
  };
}

/** The world as the unwinder sees it; `read` is the memory's. The recordings are our own: their answers have the model's types. */
export function worldReader({ sample, answer, architecture }: RecordedWorld, read: TargetReader['read']): TargetReader {
  const address = (value: unknown) => (typeof value === 'number' ? asElfAddress(value) : null);
  return {
    pid: sample.pid,
    architecture,
    read,
    maps: () => answer(QUESTIONS.maps()) as readonly Mapping[] | null,
    library: (mapping) => answer(QUESTIONS.library(mapping)) as MappedLibrary | null,
    symbolAt: (library, at) => answer(QUESTIONS.symbolAt(library, at)) as NativeSymbol | null,
    unwindRule: (library, at) => answer(QUESTIONS.unwindRule(library, at)) as UnwindRule | null,
    symbolNamed: (library, name) => address(answer(QUESTIONS.symbolNamed(library, name))),
    tlsModuleSlot: (library) => address(answer(QUESTIONS.tlsModuleSlot(library))),
    tlsDescriptorSlot: (library, offset) => address(answer(QUESTIONS.tlsDescriptorSlot(library, offset))),
    threadComm: () => null,
    alive: () => true,
  };
}
