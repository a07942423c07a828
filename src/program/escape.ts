// A typed value → its bpftrace source text, one function per placeholder type. Each throws on a value that its type cannot carry;
// none lets a value become anything but one token (or one list of tokens).

/** Text that came out of a template (template.ts, renderPart): the only text that stands in another one as it is. */
export class TemplatePart {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export type TemplateValue =
  boolean | number | string | readonly number[] | readonly string[] | TemplatePart | readonly TemplatePart[];

/** Longest string literal: BPFTRACE_STRLEN of 0.17 goes up to 200, and one byte is the terminator's. */
const MAX_STRING_BYTES = 199;
/** The longest probe name that makes sense: a 4096-byte path, a symbol, punctuation. */
const MAX_PROBE_CHARS = 5000;

type Escape = (value: TemplateValue, name: string) => string;

export const ESCAPES = {
  /** A non-negative integer that is exact in JavaScript. */
  uint: (value, name) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw refuse(name, 'uint', value);
    return String(value);
  },
  /** Any 64-bit value, given as 16 hex digits in a string: masks. */
  mask: (value, name) => {
    if (typeof value !== 'string' || !/^[0-9a-f]{16}$/.test(value)) throw refuse(name, 'mask', value);
    return `(uint64)0x${value}`;
  },
  /** A string literal with its quotes. Bytes that a literal cannot hold as they are become octal escapes: three digits, so that a digit may follow. */
  string: (value, name) => {
    if (typeof value !== 'string') throw refuse(name, 'string', value);
    const bytes = Buffer.from(value, 'utf8');
    if (bytes.length > MAX_STRING_BYTES || bytes.includes(0)) throw refuse(name, 'string', value);
    let text = '';
    for (const byte of bytes) {
      const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
      text += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
    }
    return `"${text}"`;
  },
  /** A word of the language chosen by jtrace itself (a mode, a function), never by a user. */
  word: (value, name) => {
    if (typeof value !== 'string' || !/^[a-z_][a-z0-9_]{0,63}$/.test(value)) throw refuse(name, 'word', value);
    return value;
  },
  /** The name of a field of a struct, or of a tracepoint's argument. */
  field: (value, name) => {
    if (typeof value !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(value)) throw refuse(name, 'field', value);
    return value;
  },
  /** A probe: provider, colons, and parts without anything that could end the probe and begin code. */
  probe: (value, name) => {
    if (typeof value !== 'string' || !isProbe(value)) throw refuse(name, 'probe', value);
    return value;
  },
  /** Several of them, for one block. */
  probes: (value, name) => {
    const probes: readonly unknown[] = Array.isArray(value) ? value : [];
    if (probes.length === 0 || !probes.every((probe) => typeof probe === 'string' && isProbe(probe)))
      throw refuse(name, 'probes', value);
    return probes.join(',\n');
  },
  /** Templates that were rendered before, one after the other. */
  part: (value, name) => {
    const parts = value instanceof TemplatePart ? [value] : value;
    if (!Array.isArray(parts) || !parts.every((part): part is TemplatePart => part instanceof TemplatePart))
      throw refuse(name, 'part', typeof value);
    return parts.map(({ text }) => text).join('\n');
  },
  /** The path of a program or library within a probe, as in `uprobe:PATH:name`: nothing that could end it or begin a comment. */
  'probe-path': (value, name) => {
    if (typeof value !== 'string' || value.length > MAX_PROBE_CHARS || !/^(\/[A-Za-z0-9_.+-][A-Za-z0-9_.@+-]*)+$/.test(value)) {
      throw refuse(name, 'probe-path', value);
    }
    return value;
  },
  /** The name of a function within a probe, of C or mangled; no pattern, and no `$`: `$1` there is an argument of bpftrace's command line. */
  symbol: (value, name) => {
    if (typeof value !== 'string' || !/^[A-Za-z_.][A-Za-z0-9_.]{0,999}$/.test(value)) throw refuse(name, 'symbol', value);
    return value;
  },
  /** One statement `NAME[item] = 1;` per item: a set as a map; the placeholder's name is the map's. */
  'pid-set': (value, name) => {
    const pids = numbersOf(value, name, 'pid-set');
    return pids.map((pid) => `@${name}[(uint64)${String(pid)}] = (uint64)1;`).join(' ');
  },
  /** Entries of a map from pid to number: `NAME[pid] = value;` from a flat list of pairs. */
  'pid-map': (value, name) => {
    const flat = numbersOf(value, name, 'pid-map');
    if (flat.length % 2 !== 0) throw refuse(name, 'pid-map', value);
    const entries: string[] = [];
    for (let index = 0; index < flat.length; index += 2) {
      entries.push(`@${name}[(uint64)${String(flat[index])}] = (uint64)${String(flat[index + 1])};`);
    }
    return entries.join(' ');
  },
} as const satisfies Record<string, Escape>;

export type PlaceholderType = keyof typeof ESCAPES;

/** Whether a text can be a probe: see the placeholder's type. */
export function isProbe(text: string): boolean {
  return text.length <= MAX_PROBE_CHARS && /^[a-z]+:[A-Za-z0-9_.:/@$+*-]+$/.test(text) && !/\/\*|\/\//.test(text);
}

function numbersOf(value: TemplateValue, name: string, type: string): readonly number[] {
  if (!Array.isArray(value)) throw refuse(name, type, value);
  return value.map((item: unknown) => {
    if (typeof item !== 'number' || !Number.isSafeInteger(item) || item < 0) throw refuse(name, type, value);
    return item;
  });
}

function refuse(name: string, type: string, value: TemplateValue): Error {
  return new Error(`template: ${name} is no ${type}: ${JSON.stringify(value).slice(0, 80)}`);
}
