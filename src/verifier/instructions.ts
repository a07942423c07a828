// An instruction as the verifier prints it (kernel/bpf/disasm.c) → what it does, in words. `0: (7b) *(u64 *)(r10 -8) = r1`: its
// number, its code, its text.

const REGISTER = String.raw`[rw]\d{1,2}`;
const NUMBER = String.raw`-?(?:0x[0-9a-f]{1,16}|\d{1,20})`;
const PLACE = String.raw`\((u8|u16|u32|u64|s8|s16|s32) \*\)\((r\d{1,2}) ?([+-]\d{1,6})\)`;
const BY = String.raw`pc([+-]\d{1,10})`;

const BYTES: Readonly<Record<string, string>> = {
  u8: '1 byte',
  s8: '1 byte, with its sign',
  u16: '2 bytes',
  s16: '2 bytes, with their sign',
  u32: '4 bytes',
  s32: '4 bytes, with their sign',
  u64: '8 bytes',
};

/** `at`: the instruction's own number; jumps are counted from the one behind it. */
type Words = (parts: readonly string[], at: number) => string;

const FORMS: readonly (readonly [RegExp, Words])[] = [
  form(
    String.raw`\*${PLACE} = (${REGISTER}|${NUMBER})`,
    ([size = '', base = '', offset = '', value = '']) => `writes ${bytes(size)} to ${memory(base, offset)}: ${shown(value)}`,
  ),
  form(
    String.raw`(${REGISTER}) = \*${PLACE}`,
    ([to = '', size = '', base = '', offset = '']) => `reads ${bytes(size)} from ${memory(base, offset)} into ${shown(to)}`,
  ),
  form(
    String.raw`r0 = \*\((u8|u16|u32) \*\)skb\[(.{1,40})\]`,
    ([size = '', at = '']) => `reads ${bytes(size)} of the packet, at ${at}, into R0; at its end the program ends`,
  ),
  form(`(${REGISTER}) = (${REGISTER})`, ([to = '', from = '']) => `copies ${shown(from)} to ${shown(to)}`),
  form(
    String.raw`(${REGISTER}) = \((s8|s16|s32)\) ?(${REGISTER})`,
    ([to = '', size = '', from = '']) => `puts ${bytes(size)} of ${shown(from)} into ${shown(to)}`,
  ),
  form(`(${REGISTER}) = -(${REGISTER})`, ([to = '', from = '']) => `puts ${shown(from)} with the other sign into ${shown(to)}`),
  form(String.raw`(${REGISTER}) = (?:(be|le)|bswap)(16|32|64) (${REGISTER})`, ([to = '', order, bits = '', from = '']) =>
    order === undefined
      ? `turns round the bytes of ${shown(from)}, ${bits} bits of it, into ${shown(to)}`
      : `puts ${bits} bits of ${shown(from)} into ${shown(to)}, ${order === 'be' ? 'the highest' : 'the lowest'} byte first`,
  ),
  form(
    `(r\\d{1,2}) = (0x[0-9a-f]{9,16})`,
    ([to = '']) => `puts an address or a large number into ${shown(to)}: most often a map`,
  ),
  form(`(${REGISTER}) = (${NUMBER})(?: ll)?`, ([to = '', value = '']) => `puts ${value} into ${shown(to)}`),
  form(
    String.raw`(r\d{1,2}) = (map|subprog)\[(.{1,60})\]`,
    ([to = '', what = '', which = '']) =>
      `puts the address of ${what === 'map' ? 'a map' : 'a function'} (${which}) into ${shown(to)}`,
  ),
  form(
    String.raw`(${REGISTER}) (s?)(\+|-|\*|/|%|&|\||\^|<<|>>)= (${REGISTER}|${NUMBER})`,
    ([to = '', signed = '', sign = '', by = '']) =>
      `${shown(to)} ${sign} ${shown(by)}${signed === '' ? '' : ' (signed)'}, kept in ${shown(to)}`,
  ),
  form(
    String.raw`lock \*${PLACE} (\+|&|\||\^)= (${REGISTER})`,
    ([size = '', base = '', offset = '', sign = '', by = '']) =>
      `${sign} ${shown(by)} on ${bytes(size)} at ${memory(base, offset)}, at one go (atomic)`,
  ),
  form(
    String.raw`(${REGISTER}) = (?:lock )?(atomic(?:64)?_(?:fetch_(?:add|and|or|xor)|xchg|cmpxchg)|load_acquire)\(${PLACE}(?:, ${REGISTER}){0,2}\)`,
    ([to = '', what = '', size = '', base = '', offset = '']) =>
      `${what.replace(/^atomic(?:64)?_/u, '')} on ${bytes(size)} at ${memory(base, offset)}, at one go (atomic); ` +
      `what was there comes into ${shown(to)}`,
  ),
  form(
    String.raw`store_release\(${PLACE}, (${REGISTER})\)`,
    ([size = '', base = '', offset = '', value = '']) =>
      `writes ${bytes(size)} to ${memory(base, offset)}: ${shown(value)}, behind all that was written before`,
  ),
  form(
    String.raw`call ([A-Za-z_][\w.]{0,120})#(-?\d{1,10})`,
    ([name = '']) => `calls ${name}; its arguments are R1 to R5, its result comes in R0, and R1 to R5 are gone`,
  ),
  form(`call ${BY}`, ([by = ''], at) => `calls the function of the program that begins at instruction ${String(target(at, by))}`),
  form(`callx? (r\\d{1,2})`, ([register = '']) => `calls the function whose address is in ${shown(register)}`),
  form(
    `if (${REGISTER}) (==|!=|s?[<>]=?|&) (${REGISTER}|${NUMBER}) goto ${BY}`,
    ([left = '', sign = '', right = '', by = ''], at) => {
      const signed = sign.startsWith('s') ? ' as signed numbers' : '';
      const condition = `${shown(left)} ${sign.replace(/^s/u, '')} ${shown(right)}${signed}`;
      return `${way(at, by)} if ${condition}; the verifier follows both ways unless it knows which`;
    },
  ),
  form(`(?:goto|gotol|goto_or_nop) ${BY}`, ([by = ''], at) => `${way(at, by)}${by.startsWith('-') ? ': a loop' : ''}`),
  form(
    `may_goto ${BY}`,
    ([by = ''], at) => `${way(at, by)} when the loop has gone on for too long; a loop with it needs no bound`,
  ),
  form('exit', () => 'ends the program, or the function; R0 is the result'),
];

function form(pattern: string, words: Words): readonly [RegExp, Words] {
  return [new RegExp(`^${pattern}$`, 'u'), words];
}

export interface ReadInstruction {
  readonly number: number;
  readonly text: string;
  /** What stands behind it since 5.17: the state of what changed. '': nothing. */
  readonly state: string;
  /** null: a form that is not explained. */
  readonly words: string | null;
}

const LINE = /^(\d{1,7}): \(([0-9a-f]{2})\) ([^;]{1,400})(?:; ?(.*))?$/su;
/** Since 5.17 the state behind a branch may stand on its line: `if r1 > r7 goto pc+1 2723: R0=…`. */
const JOINED = /^(\d{1,7}: \([0-9a-f]{2}\) [^;]{1,120}?) \d{1,7}: ((?:frame\d{1,2}: ?)?(?:R\d{1,2}|fp-).*)$/su;

/** Since 7.x: where pointers to the stack go, behind an instruction (`\tr1: fp0+0 -> fp0-16`, ` // r1=fp0-16`). */
const TRACKED = /\s*(?:\t| \/\/ ).*$/su;

/** null: the line is no instruction. */
export function readInstruction(line: string): ReadInstruction | null {
  const [, number, , text, state = ''] = LINE.exec(line.replace(JOINED, '$1 ; $2')) ?? [];
  if (number === undefined || text === undefined) return null;
  const own = text.replace(TRACKED, '').trim();
  for (const [pattern, words] of FORMS) {
    const match = pattern.exec(own);
    if (match !== null) return { number: Number(number), text: own, state, words: words(match.slice(1), Number(number)) };
  }
  return { number: Number(number), text: own, state, words: null };
}

function shown(register: string): string {
  if (/^r\d/u.test(register)) return register.toUpperCase();
  return /^w\d/u.test(register) ? `the lower half of R${register.slice(1)}` : register;
}

function bytes(size: string): string {
  return BYTES[size] ?? size;
}

function target(at: number, by: string): number {
  return at + 1 + Number(by);
}

function way(at: number, by: string): string {
  return `goes ${by.startsWith('-') ? 'back ' : ''}to instruction ${String(target(at, by))}`;
}

function memory(base: string, offset: string): string {
  if (base === 'r10') return `the stack at ${offset}`;
  return /^[+-]0$/u.test(offset) ? `where ${shown(base)} points` : `where ${shown(base)} points, ${offset}`;
}
