// Attach points in a library that is named only (`uprobe:libjvm:Unsafe_Park`, `usdt:libjvm:hotspot:gc__begin`): the name becomes the path of the file that the process under
// observation has mapped, a wildcard of a uprobe the functions it fits, and what this build of the library does not have is left out beside what it has. bpftrace itself finds
// only libraries of the machine's own search path, and takes what is missing differently: 0.17 passes over it in silence, 0.23 warns, 0.27 refuses; of USDT all refuse.

import { type AttachPoint, providersOf } from './attach-point.ts';
import type { Probe, ScriptProgram } from './program-structure.ts';
import type { Edit } from './rewrite.ts';

/** A file that attach points can stand in. */
export interface ProbedLibrary {
  readonly path: string;
  /** Names of functions that the pattern fits, those that are only parts of one (`.cold`) left out. */
  functionsLike(pattern: string): readonly string[];
  hasUsdt(provider: string, name: string): boolean;
}

export interface LibraryProblem {
  readonly start: number;
  readonly attachPoint: string;
  /** `no-library`: the process has none of that name; `no-probe`: none of the probe's attach points is in it. */
  readonly kind: 'no-library' | 'no-probe';
  readonly library: string;
}

export interface LibraryEdits {
  readonly edits: readonly Edit[];
  readonly problems: readonly LibraryProblem[];
}

const KINDS: readonly string[] = ['uprobe', 'uretprobe', 'usdt'];
/** Names that bpftrace has no way of its own for: where they are not found, it is said. */
const ONLY_OF_PROCESSES: readonly string[] = ['libjvm'];
const LIBRARY_NAME = /^lib[A-Za-z0-9_+-]+$/u;
/** What can be looked for among functions; an offset or a language in front are bpftrace's. */
const FUNCTION_PATTERN = /^[A-Za-z0-9_.*]+$/u;

/** `find`: null when the process has no such library, or there is no process. */
export function libraryEdits(program: ScriptProgram, find: (name: string) => ProbedLibrary | null): LibraryEdits {
  const edits: Edit[] = [];
  const problems: LibraryProblem[] = [];
  for (const probe of program.probes) {
    const found = inLibraries(probe, find);
    const [first] = probe.attachPoints;
    const last = probe.attachPoints.at(-1);
    if (found === null || first === undefined || last === undefined) continue;
    if (found.kind === 'problem') problems.push(found.problem);
    // Each by itself, so that what is wrong with another is told of its own place; unless one of them has to go.
    else if (found.texts.every((text) => text !== ''))
      for (const [index, { start, end, text: before }] of probe.attachPoints.entries()) {
        const text = found.texts[index] ?? '';
        if (text !== before) edits.push({ start, end, text });
      }
    else edits.push({ start: first.start, end: last.end, text: found.texts.filter((text) => text !== '').join(', ') });
  }
  return { edits, problems };
}

type Found =
  // Of each attach point; '': there is nothing that it names.
  { readonly kind: 'texts'; readonly texts: readonly string[] } | { readonly kind: 'problem'; readonly problem: LibraryProblem };

/** null: nothing of it is in such a library. */
function inLibraries({ attachPoints }: Probe, find: (name: string) => ProbedLibrary | null): Found | null {
  const texts: string[] = [];
  let missing: LibraryProblem | null = null;
  let isOurs = false;
  for (const point of attachPoints) {
    const name = libraryOf(point);
    const library = name === null ? null : find(name);
    if (name === null || (library === null && !ONLY_OF_PROCESSES.includes(name))) {
      texts.push(point.text);
      continue;
    }
    isOurs = true;
    const problem = { start: point.start, attachPoint: point.text, library: name };
    if (library === null) return { kind: 'problem', problem: { ...problem, kind: 'no-library' } };
    const places = placesOf(point, library);
    if (places.length === 0) missing ??= { ...problem, kind: 'no-probe' };
    texts.push(places.join(', '));
  }
  if (!isOurs) return null;
  return texts.every((text) => text === '') && missing !== null
    ? { kind: 'problem', problem: missing }
    : { kind: 'texts', texts };
}

function libraryOf(point: AttachPoint): string | null {
  const [, library = ''] = point.parts;
  return LIBRARY_NAME.test(library) && providersOf(point).some((provider) => KINDS.includes(provider)) ? library : null;
}

function placesOf(point: AttachPoint, library: ProbedLibrary): readonly string[] {
  const [kind = '', , ...rest] = point.parts;
  const at = (place: string): string => `${kind}:${library.path}:${place}`;
  if (providersOf(point).includes('usdt')) {
    const [provider = '', name = ''] = rest;
    return rest.length !== 2 || library.hasUsdt(provider, name) ? [at(rest.join(':'))] : [];
  }
  const [pattern = ''] = rest;
  if (rest.length !== 1 || !FUNCTION_PATTERN.test(pattern)) return [at(point.spelled.split(':').slice(2).join(':'))];
  return library.functionsLike(pattern).map(at);
}
