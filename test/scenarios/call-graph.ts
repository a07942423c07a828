// What a sampled stack of a work (works.ts) can be: each pair of neighbours among its Java frames is a call of the work's graph, the
// oldest is the worker's run(), and as many frames of a recursion as the program makes. A lost, doubled, or wrongly named frame breaks one of these.

/** A frame as `.jsonl` has it, and what the check needs of it. */
export interface SampledFrame {
  readonly kind: string;
  /** Without the programs' package. */
  readonly name: string;
  /** 0: not known. */
  readonly line: number;
}

export interface SampledStack {
  /** Oldest first; Java frames and marks of names that could not be read. */
  readonly frames: readonly SampledFrame[];
  /** The walk reached the end, so that the oldest frame is the first there is. */
  readonly whole: boolean;
}

export interface CallGraph {
  /** Callees by caller. `LIB` is any method of the JDK; a name may end with `*`. Calls within the JDK are not looked at. */
  readonly calls: Readonly<Record<string, readonly string[]>>;
  /**
   * So many frames that match, in a stack with frame `above`. That one must never be inlined: in a leaf's own compiled code the VM may tell
   * the inlined calls of a neighbouring instruction, its callers are exact.
   */
  readonly counts?: readonly { readonly above: string; readonly matching: RegExp; readonly exactly: number }[];
  /** A rule of the work's own; null: the stack keeps it. */
  readonly rule?: (frames: readonly SampledFrame[]) => string | null;
}

const PACKAGE = 'scenarios/';
const LIBRARY = /^(java|javax|jdk|sun|com\/sun)\//u;
const JAVA_KINDS: ReadonlySet<string> = new Set(['interpreted', 'c1', 'c2', 'inlined', 'java-native']);
export const ROOT = 'Scenarios$Worker.run';

/** Of all frames, leaf first, those that are looked at, oldest first. */
export function javaFrames(
  frames: readonly { readonly kind: string; readonly name: string; readonly line?: number; readonly marker?: string }[],
): SampledFrame[] {
  return frames
    .filter(({ kind, marker }) => JAVA_KINDS.has(kind) || marker === 'unresolved')
    .map(({ kind, name, line = 0 }) => ({ kind, name: name.startsWith(PACKAGE) ? name.slice(PACKAGE.length) : name, line }))
    .reverse();
}

/** Why the program cannot have had this stack; null: it can. */
export function impossibility({ frames, whole }: SampledStack, graph: CallGraph): string | null {
  const [oldest] = frames;
  if (oldest === undefined) return null;
  if (whole && oldest.name !== ROOT) return `begins with ${oldest.name}`;
  for (const [index, { name }] of frames.entries()) {
    const caller = frames[index - 1]?.name;
    if (caller !== undefined && !isCall(caller, name, graph)) return `${caller} -> ${name}`;
  }
  for (const { above, matching, exactly } of graph.counts ?? []) {
    if (!whole || !frames.some(({ name }) => name === above)) continue;
    const count = frames.filter(({ name }) => matching.test(name)).length;
    if (count !== exactly) return `${count} frames ${String(matching)} above ${above}, not ${exactly}`;
  }
  return graph.rule?.(frames) ?? null;
}

function isCall(caller: string, callee: string, { calls }: CallGraph): boolean {
  if (LIBRARY.test(caller) && LIBRARY.test(callee)) return true;
  return Object.entries(calls).some(([from, to]) => fits(caller, from) && to.some((pattern) => fits(callee, pattern)));
}

function fits(name: string, pattern: string): boolean {
  if (pattern === 'LIB') return LIBRARY.test(name);
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
