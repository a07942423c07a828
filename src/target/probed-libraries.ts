// Libraries that a process has mapped, by their names without `.so` (`libjvm`, `libc`): the path that a probe in them takes, the functions and USDT probes that they have.
// In the process's own root, so that one in a container is right, too.

import { closeSync, statSync } from 'node:fs';
import type { Pid } from '../model/units.ts';
import { fileSource } from './elf/byte-source.ts';
import { readElfFile, sectionNamed } from './elf/elf-file.ts';
import { readRawSymbols } from './elf/raw-symbols.ts';
import { MAX_MAPS_BYTES, parseMaps } from './maps.ts';
import { openInTargetRoot } from './processes/open-in-root.ts';
import { readProc } from './processes/read-proc.ts';

/** What a library has to attach to. */
export interface LibraryProbes {
  /** As it can stand in a probe. */
  readonly path: string;
  /** Of all functions, parts that are jumped to (`.cold`) left out. */
  readonly functions: readonly string[];
  hasUsdt(provider: string, name: string): boolean;
}

/** libjvm's notes have 52 KB. */
const MAX_NOTES_BYTES = 4 * 1024 * 1024;
const NO_NOTES = Buffer.alloc(0);
/** Nothing that could end a path within a probe. */
const PROBE_PATH = /^(\/[A-Za-z0-9_.+-][A-Za-z0-9_.@+-]*)+$/u;
const SPLIT_OFF = /\.cold(?:\.\d+)?$/u;
/** What a probe can name: the target writes its symbols, and they become text of a program that root runs. */
const PROBE_NAME = /^[A-Za-z_.][A-Za-z0-9_.]{0,999}$/u;

/** null: the process has no library of that name, its file is gone, or its path cannot stand in a probe. */
export function probedLibrary(pid: Pid, name: string): LibraryProbes | null {
  const isIt = new RegExp(`/${name.replaceAll('+', '\\+')}(?:-[0-9.]+)?\\.so(?:\\.[0-9.]+)?$`, 'u');
  const maps = parseMaps(readProc(`/proc/${String(pid)}/maps`, MAX_MAPS_BYTES)?.toString('utf8') ?? '');
  const mapping = maps.find(({ path, permissions, deleted }) => !deleted && permissions.includes('x') && isIt.test(path));
  if (mapping === undefined) return null;
  const path = pathFor(pid, mapping.path);
  const fd = PROBE_PATH.test(path) ? openInTargetRoot(pid, mapping.path) : null;
  if (fd === null) return null;
  try {
    return { path, ...probesIn(fd) };
  } finally {
    closeSync(fd);
  }
}

function probesIn(fd: number): Pick<LibraryProbes, 'functions' | 'hasUsdt'> {
  const source = fileSource(fd);
  const file = readElfFile(source);
  const names = new Set<string>();
  for (const table of file === null ? [] : readRawSymbols(source, file)) {
    const columns = { starts: new Float64Array(table.count), sizes: new Float64Array(table.count), symbols: new Uint32Array(table.count) }; // prettier-ignore
    const count = table.addFunctions(columns, 0, 0);
    for (const symbol of columns.symbols.subarray(0, count)) names.add(table.name(symbol));
  }
  const section = file === null ? undefined : sectionNamed(file, '.note.stapsdt');
  const notes =
    section === undefined || section.sizeBytes > MAX_NOTES_BYTES
      ? NO_NOTES
      : (source.read(section.fileOffset, section.sizeBytes) ?? NO_NOTES);
  return {
    functions: [...names].filter((function_) => PROBE_NAME.test(function_) && !SPLIT_OFF.test(function_)),
    // Both names stand behind each other, each with its NUL.
    hasUsdt: (provider, probe) => notes.includes(`${provider}\0${probe}\0`),
  };
}

/** The plain path where it is the same file: what bpftrace says names it. */
function pathFor(pid: Pid, path: string): string {
  const inRoot = `/proc/${String(pid)}/root${path}`;
  return isSameFile(path, inRoot) ? path : inRoot;
}

function isSameFile(one: string, other: string): boolean {
  try {
    const [left, right] = [statSync(one), statSync(other)];
    return left.dev === right.dev && left.ino === right.ino;
  } catch {
    return false;
  }
}
