// The recording of reads (`.jreads`; profiles are `.jtrace`, src/recording): every question asked of targets and of the kernel's
// symbols, with its answer, and the samples, in order of time.
// Gzip members (each whole, so that a crash keeps all before it) of JSON lines:
//   {"format":"jtrace-recording","version":1}      the first line; with "architecture":"aarch64" where it is not x86-64
//   ["=", VALUE-ID, JSON]                           a value that later lines refer to; written once
//   ["?", QUESTION-ID, PID, METHOD, ARGUMENT…]      a question; written once. PID 0: the kernel's symbols
//   ["!", QUESTION-ID, VALUE-ID]                    it was asked, and this was the answer
//   ["s", SAMPLE]                                   a sample (sample-codec.ts); answers after it are most likely about it
//   ["end", SAMPLES, ANSWERS]                       the last line: without it the recording broke off
// Values: memory is base64, or null where it could not be read; maps is a list of value ids, one per mapping; everything else is
// the answer of the model as it is. Ids count up from 0. Another layout is another version: readers refuse what they do not know.

import type { MappedLibrary, Mapping } from '../../model/target.ts';
import type { KernelAddress } from '../../model/units.ts';

export const RECORDING_FORMAT = 'jtrace-recording';
export const RECORDING_VERSION = 1;

/** Whether unpacked text is that of a recording. */
export function beginsAsRecordedReads(start: Uint8Array): boolean {
  return Buffer.from(start.subarray(0, 64)).toString('latin1').startsWith(`{"format":"${RECORDING_FORMAT}"`);
}

/** Methods of TargetReader as they stand in a recording, and the kernel's one. */
export type QuestionMethod =
  | 'read'
  | 'maps'
  | 'library'
  | 'symbolAt'
  | 'generatedCodeAt'
  | 'unwindRule'
  | 'symbolNamed'
  | 'tlsModuleSlot'
  | 'tlsDescriptorSlot'
  | 'threadComm'
  | 'threadIdInside'
  | 'alive'
  | 'kernel';

/** What a question is told apart by, besides the process. */
export type QuestionArgument = number | string;

/** A question as the recorder writes it and the replayer looks it up. */
export type Question = readonly [method: QuestionMethod, ...args: QuestionArgument[]];

/** The questions of the model, as data: one row per method, so that recorder and replayer cannot differ. */
export const QUESTIONS = {
  read: (address: number, sizeBytes: number): Question => ['read', address, sizeBytes],
  maps: (): Question => ['maps'],
  library: ({ start, end, permissions, fileOffsetBytes, path, fileId }: Mapping): Question => {
    return ['library', start, end, permissions, fileOffsetBytes, fileId, path];
  },
  symbolAt: (library: MappedLibrary, address: number): Question => ['symbolAt', library.key, address],
  generatedCodeAt: (address: number): Question => ['generatedCodeAt', address],
  unwindRule: (library: MappedLibrary, address: number): Question => ['unwindRule', library.key, address],
  symbolNamed: (library: MappedLibrary, name: string): Question => ['symbolNamed', library.key, name],
  tlsModuleSlot: (library: MappedLibrary): Question => ['tlsModuleSlot', library.key],
  tlsDescriptorSlot: (library: MappedLibrary, offset: number): Question => ['tlsDescriptorSlot', library.key, offset],
  threadComm: (tid: number): Question => ['threadComm', tid],
  threadIdInside: (tid: number): Question => ['threadIdInside', tid],
  alive: (): Question => ['alive'],
  kernel: (address: KernelAddress): Question => ['kernel', address.toString(16)],
} satisfies Record<QuestionMethod, (...args: never[]) => Question>;

/** Where the kernel's questions are kept: no process has this number. */
export const KERNEL_PID = 0;

/** The key of a question among all of a recording. */
export const questionKey = (pid: number, question: Question): string => JSON.stringify([pid, ...question]);
