// What bpftrace has loaded, by its open files: /proc/PID/fdinfo of BPF programs and maps (bpf_prog_show_fdinfo, bpf_map_show_fdinfo in
// kernel/bpf/syscall.c), and the names of programs by their tags in /proc/kallsyms (bpf_prog_<tag>_<name>). No bpftool is needed, and none could
// tell more of the runs; sizes of the translated code only it can.

import { readdirSync, readFileSync } from 'node:fs';
import type { LoadedMap, LoadedObjects, LoadedProgram } from '../model/loaded.ts';

/** enum bpf_prog_type and enum bpf_map_type (uapi/linux/bpf.h), as far as bpftrace uses them, in bpftool's words. */
const PROGRAM_TYPES: Readonly<Record<string, string>> = {
  '2': 'kprobe',
  '5': 'tracepoint',
  '7': 'perf_event',
  '17': 'raw_tracepoint',
  '26': 'tracing',
};
const MAP_TYPES: Readonly<Record<string, string>> = {
  '1': 'hash',
  '2': 'array',
  '3': 'prog_array',
  '4': 'perf_event_array',
  '5': 'percpu_hash',
  '6': 'percpu_array',
  '7': 'stack_trace',
  '9': 'lru_hash',
  '10': 'lru_percpu_hash',
  '27': 'ringbuf',
};
/** More files than a bpftrace has that attaches to a hundred thousand functions by one each are not looked at. */
const MAX_FILES = 20_000;

/** null: it has ended. `names`: of programs by tag. */
export function loadedObjects(pid: number, names: (tag: string) => string): LoadedObjects | null {
  const programs = new Map<number, LoadedProgram>();
  const maps = new Map<number, LoadedMap>();
  let files: string[];
  try {
    files = readdirSync(`/proc/${String(pid)}/fdinfo`).slice(0, MAX_FILES);
  } catch {
    return null;
  }
  for (const file of files) {
    const facts = fdinfoOf(pid, file);
    const program = facts === null ? null : programOf(facts, names);
    if (program !== null) programs.set(program.id, program);
    const map = facts === null ? null : mapOf(facts);
    if (map !== null) maps.set(map.id, map);
  }
  if (programs.size === 0 && maps.size === 0) return null;
  const byId = (a: { readonly id: number }, b: { readonly id: number }): number => a.id - b.id;
  return { programs: [...programs.values()].sort(byId), maps: [...maps.values()].sort(byId) };
}

/** The text of kallsyms → names by tag. */
export function programNames(kallsyms: string): ReadonlyMap<string, string> {
  return new Map([...kallsyms.matchAll(/ bpf_prog_([0-9a-f]{16})_([^\s[]+)/gu)].map(([, tag = '', name = '']) => [tag, name]));
}

/** Files of other kinds, and links, which name a program too, are neither. */
export function programOf(facts: ReadonlyMap<string, string>, names: (tag: string) => string): LoadedProgram | null {
  const type = facts.get('prog_type');
  const id = numberAt(facts, 'prog_id');
  if (type === undefined || id === null) return null;
  return {
    id,
    type: PROGRAM_TYPES[type] ?? type,
    name: names(facts.get('prog_tag') ?? ''),
    verifiedInstructions: numberAt(facts, 'verified_insns'),
    runs: numberAt(facts, 'run_cnt') ?? 0,
    runNs: numberAt(facts, 'run_time_ns') ?? 0,
    bytes: numberAt(facts, 'memlock') ?? 0,
  };
}

export function mapOf(facts: ReadonlyMap<string, string>): LoadedMap | null {
  const type = facts.get('map_type');
  const id = numberAt(facts, 'map_id');
  if (type === undefined || id === null) return null;
  return {
    id,
    type: MAP_TYPES[type] ?? type,
    keyBytes: numberAt(facts, 'key_size') ?? 0,
    valueBytes: numberAt(facts, 'value_size') ?? 0,
    mostEntries: numberAt(facts, 'max_entries') ?? 0,
    bytes: numberAt(facts, 'memlock') ?? 0,
  };
}

/** `name:\tvalue` lines. */
export function fdinfoFacts(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^(\w+):\s*(\S*)/gmu)].map(([, name = '', value = '']) => [name, value]));
}

function fdinfoOf(pid: number, file: string): ReadonlyMap<string, string> | null {
  try {
    return fdinfoFacts(readFileSync(`/proc/${String(pid)}/fdinfo/${file}`, 'latin1'));
  } catch {
    return null;
  }
}

function numberAt(facts: ReadonlyMap<string, string>, name: string): number | null {
  const text = facts.get(name);
  return text === undefined || !/^\d+$/u.test(text) ? null : Number(text);
}
