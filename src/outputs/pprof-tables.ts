// What samples of a pprof profile refer to by number: locations, functions, mappings and texts, numbered when they are first asked for
// and written when all samples are. Inlined frames are lines of the location of the code they were inlined into.

import type { Frame, FrameKind } from '../model/frame.ts';
import { StackColumns } from '../model/stack-columns.ts';
import { escapeControls } from './escape-folded.ts';
import { ProtobufMessage } from './protobuf-message.ts';

/** Field numbers of profile.proto. */
const PROFILE = { mapping: 3, location: 4, function: 5, stringTable: 6 } as const;
const MAPPING = { id: 1, filename: 5, hasFunctions: 7, hasFilenames: 8, hasLineNumbers: 9, hasInlineFrames: 10 } as const;
const LOCATION = { id: 1, mappingId: 2, line: 4 } as const;
const LINE = { functionId: 1, line: 2 } as const;
const FUNCTION = { id: 1, name: 2, systemName: 3, filename: 4 } as const;

/** Mappings of code that lies in no file; null: the library's path is the mapping. src/inputs/pprof.ts reads them back. */
const KIND_MAPPINGS: Readonly<Record<FrameKind, string | null>> = {
  interpreted: '[interpreted]',
  c1: '[c1]',
  c2: '[c2]',
  inlined: '[inlined]', // only where what it was inlined into is hidden or lost
  'java-native': '[java-native]',
  stub: '[stub]',
  native: null,
  vm: null,
  kernel: '[kernel]',
  marker: '[marker]',
};

/** Texts → ids from `first` on, in order of appearance. */
class Ids {
  readonly keys: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #first: number;
  constructor(first: number) {
    this.#first = first;
  }
  of(key: string): number {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.keys.push(key) - 1 + this.#first;
    this.#ids.set(key, id);
    return id;
  }
}

export class PprofTables {
  readonly #frames: readonly Frame[];
  readonly #strings = new Ids(0);
  readonly #mappings = new Ids(1);
  readonly #functions = new Ids(1);
  /** Frames of one location as a path, the innermost at its beginning; its end is the location's group. */
  readonly #groups = new StackColumns();
  readonly #idOfGroup: number[] = [];
  readonly #locations: number[] = [];

  /** `program`: what was profiled; '' when that is not known. */
  constructor(frames: readonly Frame[], program: string) {
    this.#frames = frames;
    this.text(''); // profile.proto: string 0 is empty
    // profile.proto: the first mapping is the main program, which pprof calls the file.
    if (program !== '') this.#mappings.of(program);
  }

  /** The index of a text, with its control characters escaped. */
  text(text: string): number {
    return this.#strings.of(escapeControls(text));
  }

  /** Ids of a stack's locations; both leaf first. */
  locations(leafFirst: readonly number[]): number[] {
    const ids: number[] = [];
    let group = -1;
    for (const frame of leafFirst) {
      group = this.#groups.child(group, frame);
      if (this.#frames[frame]?.kind === 'inlined') continue;
      ids.push(this.#locationOf(group));
      group = -1;
    }
    if (group >= 0) ids.push(this.#locationOf(group));
    return ids;
  }

  /** All that was asked for, as fields of the profile. protobuf's fields may stand in any order. */
  *pieces(): Generator<Uint8Array> {
    for (const [index, group] of this.#locations.entries()) {
      yield new ProtobufMessage().message(PROFILE.location, this.#location(index + 1, group)).bytes();
    }
    for (const [index, key] of this.#functions.keys.entries()) {
      const [name = '', signature = '', library = ''] = key.split('\0');
      const message = new ProtobufMessage()
        .uint(FUNCTION.id, index + 1)
        .uint(FUNCTION.name, this.text(name))
        .uint(FUNCTION.systemName, this.text(`${name}${signature}`))
        .uint(FUNCTION.filename, this.text(library));
      yield new ProtobufMessage().message(PROFILE.function, message).bytes();
    }
    for (const [index, name] of this.#mappings.keys.entries()) {
      const message = new ProtobufMessage().uint(MAPPING.id, index + 1).uint(MAPPING.filename, this.text(name));
      // All there is to be known is here: readers need not look for the files.
      for (const has of [MAPPING.hasFunctions, MAPPING.hasFilenames, MAPPING.hasLineNumbers, MAPPING.hasInlineFrames]) message.uint(has, 1); // prettier-ignore
      yield new ProtobufMessage().message(PROFILE.mapping, message).bytes();
    }
    for (const text of this.#strings.keys) yield new ProtobufMessage().text(PROFILE.stringTable, text).bytes();
  }

  #locationOf(group: number): number {
    return (this.#idOfGroup[group] ??= this.#locations.push(group));
  }

  #location(id: number, group: number): ProtobufMessage {
    const outermostFirst: Frame[] = [];
    for (let at = group; at >= 0; at = this.#groups.prefix[at] ?? -1) {
      const frame = this.#frames[this.#groups.value[at] ?? -1];
      if (frame !== undefined) outermostFirst.push(frame);
    }
    const message = new ProtobufMessage().uint(LOCATION.id, id);
    const [outermost] = outermostFirst;
    if (outermost !== undefined) message.uint(LOCATION.mappingId, this.#mappings.of(mappingName(outermost)));
    for (const { name, signature, library, line } of outermostFirst.reverse()) {
      const functionId = this.#functions.of([name, signature, library].map(escapeControls).join('\0'));
      message.message(LOCATION.line, new ProtobufMessage().uint(LINE.functionId, functionId).uint(LINE.line, line));
    }
    return message;
  }
}

function mappingName({ kind, library }: Frame): string {
  return KIND_MAPPINGS[kind] ?? (library === '' ? `[${kind}]` : library);
}
