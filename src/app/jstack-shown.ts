// What a program with `jstack` puts out → the same with stacks in the place of their identities. Identities that are one stack to the reader become one
// entry, as the map's function says: counts and sums are added, the largest stays the largest.

import type { KeyPart, KeyParts, MapEntry, MapSnapshot, ScriptValue } from '../model/script.ts';
import type { FactsOfMaps } from '../model/script-result.ts';
import { oneText, stackOf, valueParts } from '../outputs/script/key-parts.ts';
import { splitKey } from '../outputs/script/split-key.ts';
import type { Aggregation } from '../script/map-facts.ts';
import { framesOf, isWholeStack, NOTHING_KNOWN, type ValueShape } from '../script/value-shape.ts';
import type { ArrivedStack } from './arrived-stacks.ts';
import { mergedValue } from './merged-value.ts';
import type { JstackFacts } from './prepare-script.ts';

/** Stacks by their identity. */
export interface ShownStacks {
  /** null: it has not arrived. */
  readonly stack: (id: number) => ShownStack | null;
  /** The frame that stands for it then. */
  readonly missing: (id: number) => string;
}

const OWN_MAP = /^@__jt_/u;
const IDENTITY = /^\d{1,13}$/u;
/** All frames. */
const WHOLE: ValueShape = { ...NOTHING_KNOWN, frames: new Map([[null, 0]]) };
/** A number by itself, in a text. */
const NUMBER = /(?<![\w.])\d{1,13}(?![\w.])/gu;

/** A stack's frames as they are shown, and what is known of each. */
export type ShownStack = Pick<ArrivedStack, 'frames' | 'walked'>;

export class JstackShown {
  readonly #facts: JstackFacts;
  readonly #maps: FactsOfMaps;
  readonly #stacks: ShownStacks;
  readonly #marked: RegExp;

  constructor(facts: JstackFacts, maps: FactsOfMaps, stacks: ShownStacks) {
    this.#facts = facts;
    this.#maps = maps;
    this.#stacks = stacks;
    this.#marked = new RegExp(`${facts.mark}:(\\d{1,13}):(\\d{1,6}):`, 'gu');
  }

  /** As bpftrace prints a stack by `%s`. */
  text(text: string): string {
    if (!text.includes(this.#facts.mark)) return text;
    return text.replaceAll(this.#marked, (_, id: string, most: string) =>
      linesOf(this.#shown(Number(id), WHOLE).frames.slice(0, Number(most) || Infinity), '    '),
    );
  }

  /** What `print` was given. */
  value(value: ScriptValue): ScriptValue {
    return this.#value(value, this.#facts.flow.printed);
  }

  /** null: a map of jtrace's own. */
  map({ name, entries }: MapSnapshot): MapSnapshot | null {
    if (OWN_MAP.test(name)) return null;
    const kind: Aggregation = this.#facts.aggregations.get(name) ?? 'value';
    const shape = this.#facts.flow.values.get(name) ?? NOTHING_KNOWN;
    const byKey = new Map<string, MapEntry>();
    const apart: MapEntry[] = [];
    for (const given of entries) {
      const entry = { ...this.#keyed(name, given), value: this.#value(given.value, shape) };
      // Not the key's text: two keys may read the same.
      const same = JSON.stringify(entry.parts?.isExact === true ? entry.parts.parts.map(sameAs) : entry.key);
      const before = byKey.get(same);
      const merged = before === undefined ? entry.value : mergedValue(kind, before.value, entry.value);
      if (merged === null) apart.push(entry);
      else byKey.set(same, { ...entry, value: merged });
    }
    const all = [...byKey.values(), ...apart];
    const shown = kind === 'avg' ? all.map(averageOf) : all;
    return { name, entries: byKey.size === entries.length ? shown : shown.sort(ascending) };
  }

  /** A number that is no stack by the program's text stays one, unless a stack has that identity. */
  #value(value: ScriptValue, shape: ValueShape): ScriptValue {
    if (value.kind === 'tuple')
      return {
        kind: 'tuple',
        values: value.values.map((part, index) => this.#value(part, shape.members?.[index] ?? NOTHING_KNOWN)),
      };
    if (value.kind !== 'number') return value;
    const id = Number(value.value);
    const isKnown = isWholeStack(shape) || this.#stacks.stack(id) !== null;
    return isKnown ? { kind: 'stack', frames: this.#shown(id, shape).frames } : value;
  }

  /** 0: a thread of the kernel, which has none. */
  #shown(id: number, shape: ValueShape): ShownStack {
    if (id === 0) return { frames: [], walked: [] };
    const stack = this.#stacks.stack(id);
    if (stack !== null) {
      const most = (shape.frames.size === 0 ? this.#facts.otherwise : framesOf(shape)) ?? Infinity;
      return { frames: stack.frames.slice(0, most), walked: stack.walked.slice(0, most) };
    }
    const name = this.#stacks.missing(id);
    return { frames: [name], walked: [{ kind: 'marker', name, library: '', marker: 'unfinished' }] };
  }

  #keyed(name: string, { key }: MapEntry): Pick<MapEntry, 'key' | 'parts'> {
    const kinds = this.#maps.get(name)?.key ?? null;
    if (key === null || kinds?.every((kind) => kind === 'value' || kind.startsWith('kernel') || kind.startsWith('user')) === true)
      return { key };
    const stretches = kinds === null ? null : splitKey(key, kinds, 'identity');
    if (kinds === null || stretches === null) {
      const text = this.#named(key);
      return { key: text, parts: oneText(text) };
    }
    const shapes = this.#facts.flow.keys.get(name) ?? [];
    const texts: string[] = [];
    const all = stretches.map(({ text, index, count }): KeyParts => {
      const [kind, shape] = [kinds[index], shapes[index] ?? NOTHING_KNOWN];
      const isKnown = count === 1 && kind === 'unknown' && IDENTITY.test(text) && this.#stacks.stack(Number(text)) !== null;
      if (kind === 'whole-stack' || isKnown) {
        const { frames, walked } = this.#shown(Number(text), shape);
        texts.push(linesOf(frames, ''));
        return { parts: [{ kind: 'stack', whose: 'whole-stack', frames: frames.map(inOneLine), walked }], isExact: true };
      }
      const of = kinds.slice(index, index + count);
      const shown = of.includes('unknown') ? this.#named(text) : text;
      texts.push(shown);
      return kind === 'kernel-stack' || kind === 'user-stack'
        ? { parts: [stackOf(text, kind)], isExact: true }
        : valueParts(shown, of);
    });
    const parts = { parts: all.flatMap((some) => some.parts), isExact: all.every(({ isExact }) => isExact) };
    return { key: texts.join(','), parts };
  }

  /** A text of which nothing is known, with the stacks whose identities stand in it. */
  #named(text: string): string {
    return text.replaceAll(NUMBER, (digits) => {
      const id = Number(digits);
      return id === 0 || this.#stacks.stack(id) === null ? digits : linesOf(this.#shown(id, NOTHING_KNOWN).frames, '');
    });
  }
}

/** What a part of a key is to the reader. */
function sameAs(part: KeyPart): readonly string[] {
  return part.kind === 'text' ? ['text', part.text] : ['stack', ...part.frames];
}

function inOneLine(frame: string): string {
  return frame.replaceAll('\n', ' ');
}

function linesOf(frames: readonly string[], indentation: string): string {
  return `\n${frames.map((frame) => `${indentation}${inOneLine(frame)}\n`).join('')}`;
}

/** `avg` was asked of bpftrace as `stats`. */
function averageOf(entry: MapEntry): MapEntry {
  const { value } = entry;
  return value.kind === 'stats' ? { ...entry, value: { kind: 'number', value: value.average } } : entry;
}

/** As bpftrace sorts: by value; others stay as they are. */
function ascending({ value: a }: MapEntry, { value: b }: MapEntry): number {
  if (a.kind === 'stats' && b.kind === 'stats') return Number(a.total - b.total);
  return a.kind === 'number' && b.kind === 'number' ? (a.value < b.value ? -1 : a.value > b.value ? 1 : 0) : 0;
}
