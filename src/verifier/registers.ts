// What the verifier knows, as its log writes it → words:
//   R0_w=inv(id=0,umax_value=255,var_off=(0x0; 0xff)) R1=ctx(id=0,off=0,imm=0) fp-8=mmmmmmmm fp-16_w=inv5        5.10
//   R0=scalar(umax=255,var_off=(0x0; 0xff)) R1=ctx(off=0,imm=0) fp-8=mmmmmmmm fp-16=5                            5.18 on
//   R0=scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff)) R1=ctx()                            6.8 on
// Sources: kernel/bpf/verifier.c and log.c, print_verifier_state. Left out: ids, liveness (`_w`, `_r`), the 32-bit halves.

/** `R1` or `fp-16`, and what is in it. */
export interface KnownPlace {
  readonly place: string;
  readonly value: string;
  readonly words: string;
}

/** A state has eleven registers and at most 64 slots for each of eight frames. */
const MAX_PLACES = 600;
const MAX_VALUE_CHARS = 2_000;

const PLACE = /^(R\d{1,2}|fp-\d{1,4})(?:_[rwD]{1,4})?=(.+)$/su;
/** `refs=2,4`; in one that a helper calls `cb`. */
const REFERENCES = /^refs=(\d[\d,]{0,200})$/u;
const STARTS_STATE = /^(?:frame\d{1,2}: ?)?(?:R\d{1,2}|fp-\d{1,4})(?:_[rwD]{1,4})?=/u;

export function isState(text: string): boolean {
  return STARTS_STATE.test(text);
}

/** Of a text that isState. */
export function readState(text: string): readonly KnownPlace[] {
  return words(text.replace(/^frame\d{1,2}: ?/u, '')).flatMap((word) => {
    const references = REFERENCES.exec(word)?.[1];
    if (references !== undefined)
      return [{ place: 'refs', value: references, words: `to be given back before the end: what has id ${references}` }];
    const [, place, value] = PLACE.exec(word) ?? [];
    return place === undefined || value === undefined
      ? []
      : [{ place, value, words: isSlot(place) ? slotWords(value) : valueWords(value) }];
  });
}

function isSlot(place: string): boolean {
  return place.startsWith('fp-');
}

/** Split at blanks outside of brackets: `var_off=(0x0; 0xff)` is one. */
function words(text: string): readonly string[] {
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at <= text.length && out.length < MAX_PLACES; at++) {
    const char = text[at];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === undefined || (char === ' ' && depth <= 0)) {
      if (at > from) out.push(text.slice(from, Math.min(at, from + MAX_VALUE_CHARS)));
      from = at + 1;
    }
  }
  return out;
}

/** What the eight letters of a slot say, in the order of addresses from high to low (kernel/bpf/log.c, slot_type_char). */
const SLOT_LETTERS: Readonly<Record<string, string>> = {
  '?': 'never written',
  m: 'written, of any value',
  '0': 'zero',
  p: 'not needed any more', // 7.x
  r: 'part of a register',
  d: 'a dynptr',
  i: 'an iterator',
  f: 'the state of interrupts',
};

function slotWords(value: string): string {
  if (!/^[?m0prdif]{8}$/u.test(value)) return `a register, kept: ${valueWords(value.replace(/^[?m0p]{4}(?=\S)/u, ''))}`;
  const kinds = [...new Set(value)].map(
    (letter) => `${String(Array.from(value).filter((one) => one === letter).length)} bytes ${SLOT_LETTERS[letter] ?? letter}`,
  );
  return kinds.length === 1 ? `8 bytes, ${SLOT_LETTERS[value[0] ?? ''] ?? value}` : kinds.join(', ');
}

/** By the kind's name; the longest first where one begins with another. */
const POINTERS: readonly (readonly [RegExp, string])[] = [
  [/^ctx/u, 'the context that the program was given'],
  [/^map_value_or_null/u, 'the value of a map, or NULL: not yet compared'],
  [/^map_value/u, 'the value of a map'],
  [/^map_ptr/u, 'a map'],
  [/^map_key/u, 'the key of a map'],
  [/^(?:ringbuf_|alloc_)?mem_or_null/u, 'memory, or NULL: not yet compared'],
  [/^(?:rdonly_|ringbuf_|alloc_|dynptr_)?mem/u, 'memory'],
  [/^dynptr_ptr/u, 'a dynptr'],
  [/^(?:trusted_|rcu_|untrusted_|percpu_|user_)*ptr_or_null_/u, 'a struct of the kernel, or NULL: not yet compared'],
  [/^untrusted_ptr_/u, 'a struct of the kernel that may be gone: to read only'],
  [/^(?:trusted_|rcu_|percpu_|user_)*ptr_/u, 'a struct of the kernel'],
  [/^pkt_end/u, 'the end of the packet'],
  [/^pkt/u, 'the packet'],
  [/^(?:sock|tcp_sock|xdp_sock)/u, 'a socket'],
  [/^func/u, 'a function of the program'],
  [/^(?:rdonly_|rdwr_)?buf/u, 'a buffer of the kernel'],
];

function valueWords(written: string): string {
  const value = written.replace(/^P(?=-?\d|scalar|inv)/u, '');
  const stack = /^fp(-?\d{1,6})/u.exec(value)?.[1];
  if (stack !== undefined) return stack === '0' ? 'the end of the stack (R10)' : `the address of the stack at ${stack}`;
  const constant = /^(?:invP?|scalar\(\s*)?(-?(?:0x[0-9a-f]{1,16}|\d{1,20}))\)?$/u.exec(value)?.[1];
  if (constant !== undefined) return `the number ${constant}`;
  if (/^(?:invP?|scalar|unknown)/u.test(value)) return `a number, ${rangeWords(fieldsOf(value))}`;
  const pointer = POINTERS.find(([pattern]) => pattern.test(value));
  if (pointer === undefined) return 'a value of its own kind';
  // Of a map itself the sizes are those of its keys and values.
  return value.startsWith('map_ptr') ? mapWords(fieldsOf(value)) : `${pointer[1]}${pointerPlace(fieldsOf(value))}`;
}

/** `(id=0,smin=umin=1,var_off=(0x0; 0xff))` → each name with its value; of a chain of names all have the last part. */
function fieldsOf(value: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  const inside = value.slice(value.indexOf('(') + 1);
  for (const part of inside.split(',')) {
    const names = part.replace(/(?<!\))\)+$/u, '').split('=');
    const last = names.pop();
    if (last !== undefined) for (const name of names) fields.set(name.trim().replace(/_value$/u, ''), last);
  }
  return fields;
}

/** Numbers without sign from here on are below zero as numbers with one. */
const SIGN = 1n << 63n;

function rangeWords(fields: ReadonlyMap<string, string>): string {
  const smin = numberOf(fields.get('smin'), 'signed');
  const smax = numberOf(fields.get('smax'), 'signed');
  const umin = numberOf(fields.get('umin'), 'unsigned');
  const umax = numberOf(fields.get('umax'), 'unsigned');
  if (smin === null && smax === null && umin === null && umax === null) return 'any';
  // Since 6.8 a bound that both have is written once, and numbers with a sign as they lie in the register.
  if (umin !== null && umin >= SIGN) return signedWords(BigInt.asIntN(64, umin), umax === null ? -1n : BigInt.asIntN(64, umax));
  if (smin !== null && smin < 0n) return signedWords(smin, smax);
  if (umin === null && umax === null && smin === null) return `signed, at most ${String(smax)}, perhaps below zero`;
  const low = umin ?? smin ?? 0n;
  const high = umax ?? (smin === null ? null : smax);
  return high === null ? `${String(low)} or more` : `from ${String(low)} to ${String(high)}`;
}

function signedWords(low: bigint, high: bigint | null): string {
  return `signed, ${high === null ? `${String(low)} or more` : `from ${String(low)} to ${String(high)}`}`;
}

/** null: there is none, or it is no number. */
function numberOf(text: string | undefined, sign: 'signed' | 'unsigned'): bigint | null {
  if (text === undefined || !/^-?(?:0x[0-9a-f]{1,16}|\d{1,20})$/u.test(text)) return null;
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  return sign === 'signed' ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
}

function mapWords(fields: ReadonlyMap<string, string>): string {
  const size = fields.get('vs');
  const name = fields.get('map');
  return `${name === undefined ? 'a map' : `the map ${name}`}${size === undefined || size === '0' ? '' : `, with values of ${size} bytes`}`;
}

function pointerPlace(fields: ReadonlyMap<string, string>): string {
  const size = fields.get('vs') ?? fields.get('mem_size') ?? fields.get('sz');
  const offset = fields.get('off');
  const parts = [
    ...(size === undefined ? [] : [`${size} bytes`]),
    ...(offset === undefined || offset === '0' ? [] : [`at ${offset}`]),
    ...(fields.get('umax') === undefined ? [] : [`and up to ${fields.get('umax') ?? ''} more`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}
