// The tables that all threads of a Firefox Profiler file share (`profile.shared` of the processed format): frames, functions, libraries,
// stacks and texts, in columns. Frames keep their index; hidden ones leave the stacks. Pure.

import type { Frame, FrameKind } from '../model/frame.ts';
import type { Profile } from '../model/profile.ts';
import { escapeControls } from './escape-folded.ts';
import type { RenderOptions } from './format.ts';
import { jsonArray, jsonColumns } from './json-pieces.ts';
import { type VisibleFrames, visibleFrames } from './visible-stacks.ts';

/** Categories and their colours (of the profiler's closed list), by kind of frame. `Other` must be there and grey. */
const CATEGORIES = {
  interpreted: { name: 'Java (interpreted)', color: 'yellow' },
  c1: { name: 'Java (C1)', color: 'lightblue' },
  c2: { name: 'Java (compiled)', color: 'green' },
  inlined: { name: 'Java (inlined)', color: 'blue' },
  'java-native': { name: 'Java (native method)', color: 'magenta' },
  stub: { name: 'JVM stub', color: 'purple' },
  native: { name: 'Native', color: 'orange' },
  vm: { name: 'JVM', color: 'red' },
  kernel: { name: 'Kernel', color: 'brown' },
  marker: { name: 'Other', color: 'grey' },
} as const satisfies Record<FrameKind, { name: string; color: string }>;
const CATEGORY_INDEX = new Map(Object.keys(CATEGORIES).map((kind, index) => [kind, index]));
/** resourceTypes.library of the profiler. */
const LIBRARY = 1;

/** `meta.categories`. */
export const FIREFOX_CATEGORIES: readonly object[] = Object.values(CATEGORIES).map((category) => ({
  ...category,
  subcategories: ['Other'],
}));

/** Texts → indexes in order of appearance. */
type Indexes = Map<string, number>;

function indexIn(indexes: Indexes, text: string): number {
  const index = indexes.get(text) ?? indexes.size;
  indexes.set(text, index);
  return index;
}

/** The tables' JSON; gives the row of the stack table for each of the profile's stacks. */
export function* firefoxTables(profile: Profile, options: RenderOptions): Generator<string, Int32Array> {
  const visible = visibleFrames(profile, options);
  const strings: Indexes = new Map();
  yield* functionTables(visible.frames, strings);
  yield ',"nativeSymbols":{"address":[],"functionSize":[],"libIndex":[],"name":[],"length":0}';
  yield ',"sources":{"id":[],"filename":[],"startLine":[],"startColumn":[],"sourceMapURL":[],"length":0},"stackTable":';
  const { prefix, frame, rowOf } = stackTable(profile, visible);
  yield* jsonColumns({ prefix, frame }, `"length":${String(prefix.length)}`);
  yield ',"stringArray":';
  yield* jsonArray([...strings.keys()].map((text) => JSON.stringify(text)));
  yield '}';
  return rowOf;
}

/** Frames, the functions they are of, the libraries those are in. */
function* functionTables(frames: readonly Frame[], strings: Indexes): Generator<string> {
  const functions: Indexes = new Map();
  const resources: Indexes = new Map();
  const [func, name, resource] = [[] as number[], [] as number[], [] as number[]];
  for (const frame of frames) {
    const [text, library] = [escapeControls(frame.name), escapeControls(frame.library)];
    const index = indexIn(functions, `${text}\0${library}`);
    func.push(index);
    name[index] = indexIn(strings, text);
    resource[index] = library === '' ? -1 : indexIn(resources, library);
  }
  const all = frames.length;
  const frameColumns = {
    address: repeat(-1, all),
    inlineDepth: frames.map(({ kind }) => (kind === 'inlined' ? 1 : 0)),
    category: frames.map(({ kind }) => CATEGORY_INDEX.get(kind) ?? 0),
    subcategory: repeat(0, all),
    func,
    nativeSymbol: repeat('null', all),
    innerWindowID: repeat(0, all),
    line: frames.map(({ line }) => (line === 0 ? 'null' : line)),
    column: repeat('null', all),
  };
  yield '{"frameTable":';
  yield* jsonColumns(frameColumns, `"length":${String(all)}`);
  const [no, none] = [repeat('false', functions.size), repeat('null', functions.size)];
  yield ',"funcTable":';
  yield* jsonColumns(
    { name, isJS: no, relevantForJS: no, resource, source: none, lineNumber: none, columnNumber: none },
    `"length":${String(functions.size)}`,
  );
  const unknown = repeat('null', resources.size);
  const names = [...resources.keys()].map((library) => indexIn(strings, library));
  yield ',"resourceTable":';
  yield* jsonColumns(
    { lib: unknown, name: names, host: unknown, type: repeat(LIBRARY, resources.size) },
    `"length":${String(resources.size)}`,
  );
}

interface StackRows {
  readonly prefix: readonly (number | 'null')[];
  readonly frame: readonly number[];
  /** By the profile's stacks. */
  readonly rowOf: Int32Array;
}

/** Stacks without hidden frames; one whose frames are all hidden is the frame that stands for them, alone. */
function stackTable({ stacks }: Profile, { frames, isHidden }: VisibleFrames): StackRows {
  const [prefix, frame] = [[] as (number | 'null')[], [] as number[]];
  const rowOf = new Int32Array(stacks.prefix.length);
  stacks.frame.forEach((own, stack) => {
    const parent = stacks.prefix[stack] ?? -1;
    const above = parent < 0 ? -1 : (rowOf[parent] ?? -1);
    rowOf[stack] = isHidden(own) ? above : prefix.push(above < 0 ? 'null' : above) - 1;
    if (!isHidden(own)) frame.push(own);
  });
  if (rowOf.includes(-1)) {
    const allHidden = prefix.push('null') - 1;
    frame.push(frames.length - 1);
    rowOf.forEach((row, stack) => (rowOf[stack] = row < 0 ? allHidden : row));
  }
  return { prefix, frame, rowOf };
}

function repeat<Value extends string | number>(value: Value, times: number): readonly Value[] {
  return Array.from({ length: times }, () => value);
}
