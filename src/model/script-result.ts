// What a bpftrace program of the user's left behind: what all outputs at its end are made from.

import type { KeyPartKind, MapSnapshot, ScriptSource } from './script.ts';

/** What the program's text says of a map, and bpftrace's output does not. */
export interface MapFacts {
  /** Parts of the key, in order; empty: a map without keys. null: not known. */
  readonly key: readonly KeyPartKind[] | null;
  /** What its numbers are of, behind a number: `bytes`, `events`; '': not known. */
  readonly unit: string;
}

/** By the map's name. A map may be missing: then nothing is known of it. */
export type FactsOfMaps = ReadonlyMap<string, MapFacts>;

export interface ScriptResult {
  readonly source: ScriptSource;
  /** The last snapshot of each map that was printed, in the order of their first. */
  readonly maps: readonly MapSnapshot[];
  readonly mapFacts: FactsOfMaps;
  /** What the program wrote besides maps, as it came. Bounded: the newest. */
  readonly text: string;
  /** Characters of older text that are not kept. */
  readonly omittedCharacters: number;
  /** bpftrace's warnings and helper errors. Bounded: the first. */
  readonly messages: readonly string[];
  /** Events that bpftrace could not deliver. */
  readonly lostEvents: number;
  /** Attached. */
  readonly probes: number;
  readonly durationMs: number;
  /** As bpftrace says it. */
  readonly bpftraceVersion: string;
}

/** What is known of a run besides what it says. */
export type RunOfScript = Pick<ScriptResult, 'source' | 'mapFacts' | 'durationMs' | 'bpftraceVersion'>;
