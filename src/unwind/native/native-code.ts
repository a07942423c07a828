// pc → library, symbol and frame for native code of one process, and whether the function there keeps a frame pointer. Mappings
// are read again when a pc lies in none of them, at most once per batch of samples, and now and then to see whether a library was
// replaced by another at the same place (dlclose, dlopen): names are wrong for at most that long. So are those of code that a runtime
// other than HotSpot has generated, which its perf map tells (Node, .NET).

import type { Frame } from '../../model/frame.ts';
import type { Mapping, TargetReader } from '../../model/target.ts';
import type { UnwindRule } from '../../model/unwind-rule.ts';
import { asAddress, asElfAddress } from '../../model/units.ts';
import type { Architecture } from '../arch/architecture.ts';
import { ARCHITECTURES } from '../arch/architectures.ts';
import type { CodeBytes } from '../arch/code-bytes.ts';
import { MAX_CACHE_ENTRIES } from '../limits.ts';
import type { MappingRoom } from './mapping-room.ts';
import { nameOf, nativeFrame, type NativePlace } from './native-place.ts';

/** Of a function's code before a leaf pc that is looked at: larger ones are followed by their frame pointers. */
const MAX_FUNCTION_BYTES = 16 * 1024;
/** What may lie between a pc and the return of its function. */
const EPILOGUE_BYTES = 64;
/** Reading the 300 mappings of a JVM costs 0.3 ms. */
const MAPS_AGE_MS = 500;
/** Libraries met before they are asked for: short programs have about five. */
const MAX_PRIMED = 64;
const VM_LIBRARY = /\/libjvm\.so$/;
/** Mappings that runtimes put generated code into: anonymous ones (also shared, or with a name), and memory that .NET maps twice. */
const OF_NO_FILE = /^(?:|\[anon.*\]|\/\/anon|\/dev\/zero|\/memfd:.*)$/s;

export class NativeCode {
  readonly architecture: Architecture;
  readonly #reader: TargetReader;
  #maps: readonly Mapping[] = [];
  #mapsReadInBatch = -1;
  #mapsReadAtMs = 0;
  #batch = 0;
  readonly #places = new Map<number, NativePlace>();
  /** Places in code of no file: collected and made anew all the time, so asked for again. */
  readonly #generated = new Map<number, NativePlace>();
  #generatedAtMs = 0;
  readonly #hasPerfMap: () => boolean;
  readonly #room: MappingRoom | null;
  readonly #prologues = new Map<string, number | null>();
  /** Code of files does not change while it is mapped: kept until mappings do, so that an ended process keeps its chains. */
  readonly #returns = new Map<number, boolean>();
  readonly #signalReturns = new Map<number, boolean>();
  readonly #frames = new WeakMap<NativePlace, Frame>();
  readonly #framePointers = new WeakMap<NativePlace, number | null>();
  readonly #rules = new WeakMap<NativePlace, UnwindRule | null>();

  /**
   * `hasPerfMap`: whether the process may name its generated code; a JVM's own tables are better. `room`: what it shares with other
   * processes; null: it is the only one.
   */
  constructor(reader: TargetReader, hasPerfMap: () => boolean = () => false, room: MappingRoom | null = null) {
    this.#room = room;
    this.#reader = reader;
    this.architecture = ARCHITECTURES[reader.architecture];
    this.#hasPerfMap = hasPerfMap;
  }

  /** `nowMs`: time of the samples to come, so that a replay asks what the run asked. */
  beginBatch(nowMs: number): void {
    this.#batch += 1;
    if (nowMs - this.#generatedAtMs > MAPS_AGE_MS || this.#generated.size > MAX_CACHE_ENTRIES) {
      this.#generatedAtMs = nowMs;
      this.#generated.clear();
    }
    if (this.#places.size > 0 && nowMs - this.#mapsReadAtMs > MAPS_AGE_MS) {
      this.#mapsReadAtMs = nowMs;
      this.#readMaps();
    }
    if (this.#places.size > MAX_CACHE_ENTRIES) this.#places.clear();
    if (this.#prologues.size > MAX_CACHE_ENTRIES) this.#prologues.clear();
    if (this.#signalReturns.size > MAX_CACHE_ENTRIES) this.#signalReturns.clear();
    if (this.#returns.size > MAX_CACHE_ENTRIES) this.#returns.clear();
  }

  /** Reads the mappings and meets the libraries of their code: what is known of those outlives the process. */
  prime(): void {
    this.#readMaps();
    const code = this.#maps.filter(({ permissions, path }) => path.startsWith('/') && permissions.includes('x'));
    for (const mapping of code.slice(0, MAX_PRIMED)) this.#reader.library(mapping);
  }

  /** Mappings changed (exec, dlopen seen), or are too many: forget what was derived from the old ones. */
  forget(): void {
    this.#room?.release(this);
    this.#maps = [];
    this.#mapsReadInBatch = -1;
    this.#places.clear();
    this.#signalReturns.clear();
    this.#returns.clear();
  }

  /** What is mapped executable at `pc`; null: nothing. For return addresses pass pc - 1: a call may end its function. */
  at(pc: number): NativePlace | null {
    const known = this.#places.get(pc) ?? this.#generated.get(pc);
    if (known !== undefined) return known;
    const mapping = this.#mappingAt(pc);
    if (mapping === null || !mapping.permissions.includes('x')) return null;
    const library = mapping.path === '' ? null : this.#reader.library(mapping);
    if (library === null && this.#hasPerfMap()) return this.#generatedAt(pc, mapping);
    const elfAddress = library === null ? pc : pc - library.bias;
    const symbol = library === null ? null : this.#reader.symbolAt(library, asElfAddress(elfAddress));
    const itself: NativePlace = { mapping, library, symbol, isVm: VM_LIBRARY.test(mapping.path), generated: null, elfAddress };
    const place = this.#takenFrom(itself) ?? itself;
    this.#places.set(pc, place);
    return place;
  }

  /** The place in the function that a linker took the code at `place` out of; null: it took none there. */
  #takenFrom(place: NativePlace): NativePlace | null {
    const { takenOut, takenOutBytes, goesBackTo } = this.architecture.native;
    const { symbol, library } = place;
    if (takenOut === null || symbol === null || library === null || !takenOut.test(symbol.name)) return null;
    const code = { address: symbol.start + library.bias, bytes: new Uint8Array(takenOutBytes) };
    const pc = this.#reader.read(code.address, code.bytes) ? goesBackTo(code) : null;
    if (pc === null || pc < place.mapping.start || pc >= place.mapping.end) return null;
    const from = this.#reader.symbolAt(library, asElfAddress(pc - library.bias));
    return { ...place, symbol: from, elfAddress: pc - library.bias };
  }

  #generatedAt(pc: number, mapping: Mapping): NativePlace {
    const symbol = this.#reader.generatedCodeAt?.(asAddress(pc)) ?? null;
    const generated = symbol !== null ? 'named' : OF_NO_FILE.test(mapping.path) ? 'unnamed' : null;
    const place: NativePlace = { mapping, library: null, symbol, isVm: false, generated, elfAddress: pc };
    this.#generated.set(pc, place);
    return place;
  }

  read(address: number, into: Uint8Array): boolean {
    return this.#reader.read(address, into);
  }

  /** Whether `pc` stands in the code that a signal handler returns to (at a leaf also behind its first instruction). */
  isSignalReturn(pc: number, isLeaf: boolean): boolean {
    const place = this.at(pc);
    // No libc gives it a symbol of a function: whatever has one is something else. Call frame information does speak of it.
    const { returnCode, returnSteps, returnSymbols } = this.architecture.signals;
    const name = place === null ? null : nameOf(place);
    if (place === null || (name !== null && !returnSymbols.includes(name))) return false;
    const key = isLeaf ? pc : -pc;
    let known = this.#signalReturns.get(key);
    if (known === undefined) {
      const bytes = new Uint8Array(returnCode.length);
      const starts = isLeaf ? returnSteps : [0];
      known = starts.some((offset) => this.#reader.read(pc - offset, bytes) && returnCode.every((byte, i) => bytes[i] === byte));
      this.#signalReturns.set(key, known);
    }
    return known;
  }

  /** Whether `pc` is code right after a call instruction. */
  isReturnAddress(pc: number): boolean {
    let known = this.#returns.get(pc);
    if (known === undefined) {
      if (this.at(pc) === null) return false;
      const { longestBytes, endsWithCall } = this.architecture.calls;
      const bytes = new Uint8Array(longestBytes);
      if (!this.#reader.read(pc - longestBytes, bytes)) return false;
      known = endsWithCall(bytes);
      this.#returns.set(pc, known);
    }
    return known;
  }

  /** Where the direct call right before `pc` goes; null: none there. */
  callTarget(pc: number): number | null {
    const { directBytes, target } = this.architecture.calls;
    const bytes = new Uint8Array(directBytes);
    return this.#reader.read(pc - directBytes, bytes) ? target(bytes, pc) : null;
  }

  /** How to find the caller of a frame at `place`; null: its library does not say. */
  unwindRule(place: NativePlace): UnwindRule | null {
    const { library, elfAddress } = place;
    if (library === null) return null;
    let known = this.#rules.get(place);
    if (known === undefined) {
      known = this.#reader.unwindRule(library, asElfAddress(elfAddress));
      this.#rules.set(place, known);
    }
    return known;
  }

  /**
   * Address right after `push rbp; mov rbp, rsp` of the function at `place`; null: the function does not keep a frame pointer, or
   * its start is not known.
   */
  framePointerFrom(place: NativePlace): number | null {
    let known = this.#framePointers.get(place);
    if (known === undefined) {
      known = this.#findFramePointer(place);
      this.#framePointers.set(place, known);
    }
    return known;
  }

  #findFramePointer({ symbol, library, generated }: NativePlace): number | null {
    if (symbol === null || (library === null && generated === null)) return null;
    const bias = library?.bias ?? 0;
    const key = `${library?.key ?? symbol.name}+${String(symbol.start)}`;
    let offset = this.#prologues.get(key);
    if (offset === undefined) {
      const { searchBytes, framePointerFrom } = this.architecture.native;
      const bytes = Buffer.alloc(Math.min(searchBytes, Math.max(symbol.sizeBytes, 8)));
      offset = this.#reader.read(symbol.start + bias, bytes) ? framePointerFrom(bytes) : null;
      this.#prologues.set(key, offset);
    }
    // Kept without the base: a library may come back elsewhere.
    return offset === null ? null : symbol.start + bias + offset;
  }

  /** The code of the function at `place` from its start to behind `pc`; null: not known, or too large. */
  functionCode({ symbol, library }: NativePlace, pc: number): CodeBytes | null {
    if (symbol === null || library === null) return null;
    const address = symbol.start + library.bias;
    const sizeBytes = Math.min(symbol.sizeBytes, pc - address + EPILOGUE_BYTES);
    if (sizeBytes <= 0 || sizeBytes > MAX_FUNCTION_BYTES) return null;
    const bytes = new Uint8Array(sizeBytes);
    return this.#reader.read(address, bytes) ? { address, bytes } : null;
  }

  /** The frame shown for a place: one object per function. */
  frame(place: NativePlace): Frame {
    const known = this.#frames.get(place);
    if (known !== undefined) return known;
    const frame = nativeFrame(place, this.#hasPerfMap());
    this.#frames.set(place, frame);
    return frame;
  }

  #mappingAt(pc: number): Mapping | null {
    const found = search(this.#maps, pc);
    if (found !== null || this.#mapsReadInBatch === this.#batch) return found;
    this.#readMaps();
    this.#mapsReadInBatch = this.#batch;
    return search(this.#maps, pc);
  }

  /** However the mappings come to be read: where code changed, nothing derived from the old ones holds. */
  #readMaps(): void {
    const maps = this.#reader.maps();
    if (maps === null) return;
    if (!sameCode(maps, this.#maps)) this.forget();
    this.#maps = maps;
    this.#room?.hold(this, maps);
  }
}

/** Whether the executable mappings of files are the same: others come and go all the time. */
function sameCode(a: readonly Mapping[], b: readonly Mapping[]): boolean {
  const code = (maps: readonly Mapping[]): string =>
    maps
      .filter(({ permissions, path }) => path !== '' && permissions.includes('x'))
      .map(({ start, end, fileId, path }) => `${String(start)} ${String(end)} ${fileId} ${path}`)
      .join();
  return code(a) === code(b);
}

function search(maps: readonly Mapping[], pc: number): Mapping | null {
  let [low, high] = [0, maps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((maps[middle]?.start ?? 0) <= pc) low = middle + 1;
    else high = middle;
  }
  const found = maps[low - 1];
  return found !== undefined && pc < found.end ? found : null;
}
