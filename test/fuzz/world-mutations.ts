// Mutations of a recorded world, applied: to its memory, to the sample, to what is answered about libraries.

import type { CapturedStack, RawSample, StackChunk } from '../../src/model/sample.ts';
import type { KernelSymbols, Mapping, TargetReader } from '../../src/model/target.ts';
import type { RegisterRule, UnwindRule } from '../../src/model/unwind-rule.ts';
import { asAddress, asElfAddress, PAGE_BYTES } from '../../src/model/units.ts';
import { QUESTIONS } from '../../src/target/recording/format.ts';
import { encodeModifiedUtf8 } from '../../src/unwind/hotspot/symbol-text.ts';
import { numberOf, wordOf } from './hostile-values.ts';
import type { OverlayMemory } from './overlay-memory.ts';
import type { RecordedWorld } from './recorded-world.ts';
import type { Mutation } from './target.ts';

const num = (part: string | number | undefined): number => Number(part ?? 0);
const txt = (part: string | number | undefined): string => String(part ?? '');
/** Registers and words come to the unwinder as the nearest number. */
const address = (part: string | number | undefined) => asAddress(numberOf(txt(part) || '0'));

/** A Symbol's length stands right before its body (hotspot/share/oops/symbol.hpp). */
const SYMBOL_LENGTH_BYTES = 2;

export function mutateMemory(memory: OverlayMemory, mutations: readonly Mutation[]): void {
  for (const [kind, ...parts] of mutations) {
    const at = num(parts[0]);
    if (kind === 'flip') change(memory, at, 1, (bytes) => (bytes[0] = (bytes[0] ?? 0) ^ (1 << num(parts[1]))));
    else if (kind === 'word') change(memory, at, 8, (bytes) => bytes.writeBigUInt64LE(wordOf(txt(parts[1]))));
    else if (kind === 'half') change(memory, at, 4, (bytes) => bytes.writeUInt32LE(num(parts[1])));
    else if (kind === 'copy') copy(memory, at, num(parts[1]), num(parts[2]));
    else if (kind === 'hole') memory.remove(at, num(parts[1]));
    else if (kind === 'fill') memory.write(at, new Uint8Array(num(parts[1])).fill(num(parts[2])));
    else if (kind === 'text') memory.write(at, encodeModifiedUtf8(txt(parts[2])).subarray(0, num(parts[1])));
    else if (kind === 'symbol') writeSymbol(memory, at, num(parts[1]), txt(parts[2]));
    else if (kind === 'bytes') memory.write(at, Uint8Array.from(txt(parts[1]).split(','), Number));
    else if (kind === 'ground') memory.lay(wordOf(txt(parts[0])));
  }
}

/** Only what is there is changed: mutations do not make memory appear. */
function change(memory: OverlayMemory, at: number, sizeBytes: number, how: (bytes: Buffer) => unknown): void {
  const bytes = Buffer.alloc(sizeBytes);
  if (!memory.read(at, bytes)) return;
  how(bytes);
  memory.write(at, bytes);
}

function copy(memory: OverlayMemory, from: number, to: number, sizeBytes: number): void {
  const bytes = new Uint8Array(Math.min(sizeBytes, PAGE_BYTES));
  if (memory.read(from, bytes)) memory.write(to, bytes);
}

/** A Symbol of any length, its text over and over: what the VM would have kept of such a name. */
function writeSymbol(memory: OverlayMemory, body: number, lengthBytes: number, text: string): void {
  const encoded = encodeModifiedUtf8(text === '' ? ' ' : text);
  const bytes = Buffer.alloc(lengthBytes, encoded);
  memory.write(body, bytes);
  memory.write(body - SYMBOL_LENGTH_BYTES, Uint8Array.of(lengthBytes & 0xff, lengthBytes >> 8));
}

export function hostileSample(sample: RawSample, mutations: readonly Mutation[]): RawSample {
  let changed = sample;
  for (const [kind, ...parts] of mutations) changed = changeSample(changed, kind, parts);
  return changed;
}

function changeSample(sample: RawSample, kind: string, parts: readonly (string | number)[]): RawSample {
  const { stack, registers, anchor } = sample;
  const withStack = (part: Partial<CapturedStack>): RawSample => ({ ...sample, stack: { ...stack, ...part } });
  const start = stack.chunks[0]?.address ?? 0;
  switch (kind) {
    case 'register': {
      const name = txt(parts[0]);
      if (registers === null || !Object.hasOwn(registers, name)) return sample;
      return { ...sample, registers: { ...registers, [name]: numberOf(txt(parts[1])) } };
    }
    case 'no-registers':
      return { ...sample, registers: null };
    case 'stack':
      return withStack({ chunks: withWords(stack.chunks, start + num(parts[0]), 1, wordOf(txt(parts[1]))) });
    case 'stack-fill':
      return withStack({ chunks: withWords(stack.chunks, start + num(parts[0]), num(parts[1]), wordOf(txt(parts[2]))) });
    case 'stack-copy':
      return withStack({ chunks: copied(stack.chunks, start + num(parts[0]), start + num(parts[1]), num(parts[2])) });
    case 'drop-chunk':
      return withStack({ chunks: stack.chunks.filter((_, i) => i !== parts[0]), lostChunks: stack.lostChunks + 1 });
    case 'unreadable': {
      const at = start + num(parts[0]);
      return withStack({ unreadablePages: [...stack.unreadablePages, asAddress(at - (at % PAGE_BYTES))] });
    }
    case 'cut': {
      const [first] = stack.chunks;
      if (first === undefined) return sample;
      const half = first.bytes.length >> 1;
      return withStack({ chunks: [{ address: first.address, bytes: first.bytes.subarray(0, half - (half % 8)) }], cut: true });
    }
    case 'lost':
      return withStack({ lostChunks: num(parts[0]) });
    case 'stack-end':
      return withStack({ end: address(parts[0]) });
    case 'shift':
      return withStack({ chunks: stack.chunks.map(({ address: at, bytes }) => ({ address: asAddress(Math.max(0, at + num(parts[0]))), bytes })) }); // prettier-ignore
    case 'anchor':
      return anchor === null ? sample : { ...sample, anchor: { ...anchor, [txt(parts[0])]: address(parts[1]) } };
    case 'no-anchor':
      return { ...sample, anchor: null };
    case 'comm':
      return { ...sample, comm: txt(parts[0]).slice(0, 15) };
    default:
      return sample;
  }
}

function withWords(chunks: readonly StackChunk[], from: number, count: number, word: bigint): StackChunk[] {
  return chunks.map(({ address: at, bytes }) => {
    const [first, last] = [Math.max(0, from - at), Math.min(bytes.length - 8, from - at + 8 * (count - 1))];
    if (first > last) return { address: at, bytes };
    const copy_ = Buffer.from(bytes);
    for (let offset = first; offset <= last; offset += 8) copy_.writeBigUInt64LE(word, offset);
    return { address: at, bytes: new Uint8Array(copy_.buffer, copy_.byteOffset, copy_.length) };
  });
}

function copied(chunks: readonly StackChunk[], from: number, to: number, sizeBytes: number): StackChunk[] {
  return chunks.map(({ address: at, bytes }) => {
    if (from < at || to < at || from >= at + bytes.length || to >= at + bytes.length) return { address: at, bytes };
    return { address: at, bytes: bytes.slice().copyWithin(to - at, from - at, from - at + sizeBytes) };
  });
}

export function kernelOf({ kernelAnswer }: RecordedWorld, mutations: readonly Mutation[]): KernelSymbols {
  const name = mutations.find(([kind]) => kind === 'kernel')?.[1];
  return {
    symbolAt(at) {
      const found = kernelAnswer(QUESTIONS.kernel(at)) as ReturnType<KernelSymbols['symbolAt']>;
      return found === null || name === undefined ? found : { name: txt(name), library: `[${txt(name)}]` };
    },
  };
}

/** Answers of the world, changed. */
export function hostileReader(reader: TargetReader, mutations: readonly Mutation[]): TargetReader {
  const hostile: TargetReader = { ...reader };
  for (const [kind, ...parts] of mutations) {
    const before = { ...hostile };
    let [questions, symbols] = [0, 0];
    if (kind === 'native-name' || kind === 'native-range')
      hostile.symbolAt = (library, at) => {
        const found = before.symbolAt(library, at);
        if (found === null || (symbols += 1) % 4 !== num(parts[0])) return found;
        if (kind === 'native-name') return { ...found, name: txt(parts[1]) };
        return { ...found, start: asElfAddress(numberOf(txt(parts[1]))), sizeBytes: numberOf(txt(parts[2])) };
      };
    else if (kind === 'bias' || kind === 'no-library')
      hostile.library = (mapping) => {
        const found = before.library(mapping);
        if (found === null || (questions += 1) % 4 !== num(parts[0])) return found;
        return kind === 'bias' ? { ...found, bias: numberOf(txt(parts[1])) } : null;
      };
    else if (kind === 'rule')
      hostile.unwindRule = (library, at) =>
        (symbols += 1) % 3 === num(parts[0]) ? hostileRule(parts) : before.unwindRule(library, at);
    else if (kind === 'mapping')
      hostile.maps = () => {
        const maps = before.maps();
        return maps === null || parts[1] === 'none' ? null : changedMaps(maps, parts);
      };
    else if (kind === 'dies-after') {
      hostile.read = (at, into) => (questions += 1) <= num(parts[0]) && before.read(at, into);
      hostile.maps = () => (questions <= num(parts[0]) ? before.maps() : null);
      hostile.alive = () => questions <= num(parts[0]);
    }
  }
  return hostile;
}

/** What a library's tables may say of a place: offsets, registers, expressions of any kind. */
function hostileRule([, cfaRegister, cfaOffset, expression, where, offset]: readonly (string | number)[]): UnwindRule {
  const code = txt(expression) === '' ? [] : txt(expression).split(',').map(Number);
  const saved = ((): RegisterRule => {
    switch (txt(where)) {
      case 'undefined':
      case 'same':
        return { kind: txt(where) === 'same' ? 'same' : 'undefined' };
      case 'saved-at':
      case 'computed':
        return { kind: txt(where) === 'computed' ? 'computed' : 'saved-at', expression: code };
      case 'register':
        return { kind: 'register', register: num(offset) };
      default:
        return { kind: 'saved', offset: num(offset) };
    }
  })();
  return {
    cfa: num(cfaRegister) < 0 ? { kind: 'computed', expression: code } : { kind: 'register', register: num(cfaRegister), offset: num(cfaOffset) },
    returnAddress: saved,
    registers: [{ register: 6, rule: saved }, { register: num(cfaRegister) + 1, rule: saved }],
    isSignalFrame: num(offset) % 2 !== 0,
  };
} // prettier-ignore

function changedMaps(maps: readonly Mapping[], [which, how, value, path]: readonly (string | number)[]): readonly Mapping[] {
  const index = num(which) % Math.max(1, maps.length);
  return maps.map((mapping, i) => {
    if (how === 'swap') return maps[maps.length - 1 - i] ?? mapping;
    if (i !== index) return mapping;
    if (how === 'path') return { ...mapping, path: `/${txt(path)}` };
    return how === 'start' ? { ...mapping, start: address(value) } : { ...mapping, end: address(value) };
  });
}
