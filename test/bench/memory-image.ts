// A recording (--record-reads) → a target that answers from plain memory, as fast as memory is: what the unwinder itself costs, without
// the system calls of a live target and without a replay's look-ups. Memory is as it was read last; where it changed while it was
// recorded, stacks come out different: who measures compares them with a true replay and leaves those out.

import type { Mapping, TargetReader } from '../../src/model/target.ts';
import { PAGE_BYTES, type Pid } from '../../src/model/units.ts';
import { openReplay, type Replay } from '../../src/target/recording/replay.ts';
import { readRecording } from '../../src/target/recording/read-recording.ts';

interface Page {
  readonly bytes: Uint8Array;
  /** 1: this byte was read while recording. */
  readonly known: Uint8Array;
}

/** The process a recording has the most reads of, answering from memory. */
export function openMemoryImage(path: string): { readonly reader: TargetReader; readonly replay: Replay } {
  const replay = openReplay(path, { allowBrokenOff: true });
  const pid = replay.pids[0];
  if (pid === undefined) throw new Error(`${path}: nothing was read`);
  const pages = new Map<number, Page>();
  for (const { question, value } of readRecording(path, { allowBrokenOff: true }).answers)
    if (question.pid === pid && question.method === 'read' && typeof value === 'string')
      keep(pages, Number(question.args[0]), Buffer.from(value, 'base64'));
  return { replay, reader: imageReader(pid, pages, replay) };
}

function keep(pages: Map<number, Page>, address: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const offset = (address + at) % PAGE_BYTES;
    const size = Math.min(PAGE_BYTES - offset, bytes.length - at);
    const number = (address + at - offset) / PAGE_BYTES;
    const page = pages.get(number) ?? { bytes: new Uint8Array(PAGE_BYTES), known: new Uint8Array(PAGE_BYTES) };
    pages.set(number, page);
    page.bytes.set(bytes.subarray(at, at + size), offset);
    page.known.fill(1, offset, offset + size);
    at += size;
  }
}

function imageReader(pid: Pid, pages: ReadonlyMap<number, Page>, replay: Replay): TargetReader {
  const target = replay.target(pid);
  const [libraries, symbols, maps] = [new Map<Mapping, unknown>(), new Map<string, unknown>(), target.maps()];
  const once = <Key, Answer>(answers: Map<Key, unknown>, key: Key, ask: () => Answer): Answer => {
    if (!answers.has(key)) answers.set(key, ask());
    return answers.get(key) as Answer;
  };
  return {
    pid,
    architecture: 'x86-64',
    read(address, into) {
      for (let at = 0; at < into.length;) {
        const offset = (address + at) % PAGE_BYTES;
        const size = Math.min(PAGE_BYTES - offset, into.length - at);
        const page = pages.get((address + at - offset) / PAGE_BYTES);
        if (page === undefined) return false;
        if (page.known.subarray(offset, offset + size).includes(0)) return false;
        into.set(page.bytes.subarray(offset, offset + size), at);
        at += size;
      }
      return true;
    },
    maps: () => maps,
    library: (mapping) => once(libraries, mapping, () => target.library(mapping)),
    symbolAt: (library, address) => once(symbols, `${library.key} ${String(address)}`, () => target.symbolAt(library, address)),
    unwindRule: (library, address) => target.unwindRule(library, address),
    symbolNamed: (library, name) => target.symbolNamed(library, name),
    tlsModuleSlot: (library) => target.tlsModuleSlot(library),
    tlsDescriptorSlot: (library, offset) => target.tlsDescriptorSlot(library, offset),
    threadComm: (tid) => target.threadComm(tid),
    alive: () => true,
  };
}
