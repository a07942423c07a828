// An instruction as the verifier prints it (kernel/bpf/disasm.c) → what it does, in words. `0: (7b) *(u64 *)(r10 -8) = r1`: its number, its code, its text.

const REGISTER = String.raw`[rw]\d{1,2}`;
const NUMBER = String.raw`-?(?:0x[0-9a-f]{1,16}|\d{1,20})`;
const MEMORY = String.raw`\*\((u8|u16|u32|u64|s8|s16|s32) \*\)\((r\d{1,2}) ?([+-]\d{1,6})\)`;

const BYTES: Readonly<Record<string, string>> = { u8: '1 byte', s8: '1 byte', u16: '2 bytes', s16: '2 bytes', u32: '4 bytes', s32: '4 bytes', u64: '8 bytes' };

type Words = (parts: readonly string[]) => string;

const FORMS: readonly (readonly [RegExp, Words])[] = [
  [new RegExp(`^${MEMORY} = (${REGISTER}|${NUMBER})$`, 'u'), ([size = '', base = '', offset = '', value = '']) => `writes ${BYTES[size] ?? size} to ${memory(base, offset)}: ${shown(value)}`],
  [new RegExp(`^(${REGISTER}) = ${MEMORY}$`, 'u'), ([to = '', size = '', base = '', offset = '']) => `reads ${BYTES[size] ?? size} from ${memory(base, offset)} into ${shown(to)}`],
  [new RegExp(`^(${REGISTER}) = (r\\d{1,2}|w\\d{1,2})$`, 'u'), ([to = '', from = '']) => `copies ${shown(from)} to ${shown(to)}`],
  [new RegExp(`^(r\\d{1,2}) = (0x[0-9a-f]{5,16})$`, 'u'), ([to = '']) => `puts an address or a large number into ${shown(to)}: most often a map`],
  [new RegExp(`^(${REGISTER}) = (${NUMBER})$`, 'u'), ([to = '', value = '']) => `puts ${value} into ${shown(to)}`],
  [new RegExp(`^(${REGISTER}) (\\+|-|\\*|/|%|&|\\||\\^|<<|>>|s>>)= (${REGISTER}|${NUMBER})$`, 'u'), ([to = '', sign = '', by = '']) => `${shown(to)} ${sign} ${shown(by)}, kept in ${shown(to)}`],
  [/^call ([A-Za-z_]\w{0,100})#(\d{1,6})$/u, ([name = '']) => `calls ${name}; its arguments are R1 to R5, its result comes in R0, and R1 to R5 are gone`],
  [/^call pc([+-]\d{1,7})$/u, ([by = '']) => `calls a function of the program, ${by} instructions from here`],
  [new RegExp(`^if (${REGISTER}) (==|!=|>|<|>=|<=|s>|s<|s>=|s<=|&) (${REGISTER}|${NUMBER}) goto pc([+-]\\d{1,7})$`, 'u'), ([left = '', sign = '', right = '', by = '']) => `goes ${by} instructions on if ${shown(left)} ${sign.replace(/^s/u, '')} ${shown(right)}${sign.startsWith('s') ? ' as signed numbers' : ''}; the verifier follows both ways`],
  [/^goto pc(\+\d{1,7})$/u, ([by = '']) => `goes ${by} instructions on`],
  [/^goto pc(-\d{1,7})$/u, ([by = '']) => `goes back by ${by.slice(1)} instructions: a loop`],
  [/^exit$/u, () => 'ends the program, or the function; R0 is the result'],
];

interface ReadInstruction {
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

/** null: the line is no instruction. */
export function readInstruction(line: string): ReadInstruction | null {
  const [, number, , text, state = ''] = LINE.exec(line.replace(JOINED, '$1 ; $2')) ?? [];
  if (number === undefined || text === undefined) return null;
  const own = text.trim();
  for (const [pattern, words] of FORMS) {
    const match = pattern.exec(own);
    if (match !== null) return { number: Number(number), text: own, state, words: words(match.slice(1)) };
  }
  return { number: Number(number), text: own, state, words: null };
}

function shown(register: string): string {
  if (/^r\d/u.test(register)) return register.toUpperCase();
  return /^w\d/u.test(register) ? `the lower half of R${register.slice(1)}` : register;
}

function memory(base: string, offset: string): string {
  if (base === 'r10') return `the stack at ${offset}`;
  return offset === '+0' ? `where ${shown(base)} points` : `where ${shown(base)} points, ${offset}`;
}
