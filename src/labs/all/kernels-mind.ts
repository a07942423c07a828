// Lab 12: what the running kernel tells of itself: where fields lie (BTF), where functions are (kallsyms), and their machine code, read through eBPF
// and looked through by hand for the freeze of kernels 5.19 to 6.2. jtrace doctor (src/doctor), which takes the instructions apart, is the judge.

import type { CheckOutcome, Measurements } from '../../model/lab.ts';
import type { Lab } from '../lab.ts';
import { type Call, callsIn, countedUp, holdsOffset } from '../machine-code.ts';
import { equals, holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom } from '../room.ts';

const NAME = 'kernels-mind';

const COPY = 'copy_from_user_nofault';
const CHECK = '__check_object_size';
/** First half of the fix. */
const OKAY = 'nmi_uaccess_okay';
/** Second step of the defect. */
const FIND = 'find_vmap_area';
const FUNCTIONS = [COPY, CHECK, OKAY, FIND] as const;

/** Whose offsets are measured; the last is the one that the freeze check reads of. */
const FIELDS = ['stack', 'mm', 'pid', 'pagefault_disabled'] as const;
/** Of pagefault_disabled on Debian 12's 6.1 (docs/doctor.md). */
const OFFSET_ON_6_1 = 0x1418;
/** Another kernel's structure differs by one field, or by fifty. */
const ELSEWHERE_BYTES = 64;
/** The two are 208 and 544 bytes at most on 5.10 to 7.2. */
const MOST_CODE_BYTES = 2048;
/** Of code, in a line of output: three columns each. */
const LINE_BYTES = 24;
const NOT_X86 = 'the check by hand reads x86-64 code only';

export const KERNELS_MIND: Lab = {
  id: NAME,
  needs: ['cc', 'objdump'],
  steps: [
    { key: 'ruler', predictions: ['moves'] },
    { key: 'field' },
    { key: 'names' },
    { key: 'code', predictions: ['okay'] },
    { key: 'disassembled' },
    { key: 'verdict' },
  ],
  run,
  predictions: {
    moves: (measured) => ({ kind: 'choice', key: measured['pagefault_disabledAt'] === OFFSET_ON_6_1 ? 'same' : 'other' }),
    okay: (measured) => {
      const okayAt = measured['okayAt'];
      return okayAt === undefined ? { kind: 'unknown' } : { kind: 'choice', key: okayAt === '' ? 'absent' : 'there' };
    },
  },
  checks: {
    ruler: (measured) => {
      const offsets = FIELDS.map((field) => numberOf(measured, `${field}At`));
      const isSo =
        offsets.every((offset) => offset > 0 && offset < numberOf(measured, 'taskBytes')) &&
        new Set(offsets).size === FIELDS.length;
      return holds(isSo, offsets.join(', '), `four places within ${numberOf(measured, 'taskBytes')} bytes`);
    },
    field: (measured) => equals(measured['pidByHand'], measured['pidByName'] ?? Number.NaN),
    names: (measured) =>
      ifNamed(
        measured,
        equals(`${String(measured['addressByBpf'])} ${String(measured['nameByBpf'])}`, `${String(measured['address'])} ${COPY}`),
      ),
    code: (measured) =>
      ifRead(measured, () =>
        holds(measured['isBlank'] === false, `${numberOf(measured, 'copyBytes')} bytes`, 'bytes that are not all zero'),
      ),
    'field-in-code': (measured) =>
      ifRead(measured, () => {
        const [found, field] = [offsetsOf(measured), numberOf(measured, 'pagefault_disabledAt')];
        return holds(found.includes(field), found.map(hex).join(', ') || 'none', hex(field));
      }),
    disassembled: (measured) =>
      ifRead(measured, () => equals(measured['objdumpCalls'] ?? 'nothing', String(measured['copyCalls']))),
    calls: (measured) => ifJudged(measured, () => equals(measured['evidence'], String(measured['doctorEvidence']))),
    verdict: (measured) => ifJudged(measured, () => equals(measured['verdict'], String(measured['doctorVerdict']))),
  },
  exercise: {
    offset: (measured) => ({
      kind: 'word',
      oneOf: [hex(numberOf(measured, 'pagefault_disabledAt')), String(numberOf(measured, 'pagefault_disabledAt'))],
    }),
    target: () => ({ kind: 'word', oneOf: ['ffffffff8108b8a0', '0xffffffff8108b8a0'] }),
    absent: () => ({ kind: 'choice', key: 'unknown' }),
    core: () => ({ kind: 'choice', key: 'load' }),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME);
  const worker = await room.start(program);
  await room.step('ruler');
  const ruler = await measureFields(room, worker, program);
  await room.step('field');
  const field = await readField(room, worker, program, numberOf(ruler, 'pidAt'));
  await room.step('names');
  const names = await lookUp(room);
  await room.step('code');
  const code = await readCode(room, names, numberOf(ruler, 'pagefault_disabledAt'));
  await room.step('disassembled');
  const disassembled = await disassemble(room, worker, names, code);
  await room.step('verdict');
  const verdict = await compare(room, names, code);
  const { measurements: named } = names;
  return { ...ruler, ...field, ...named, ...(code?.measurements ?? {}), ...disassembled, ...verdict };
}

async function measureFields(room: LabRoom, worker: LabProgram, program: string): Promise<Measurements> {
  const trace = await room.trace(`${NAME}-ruler`, { program });
  await worker.order('look');
  await trace.said(/^measured$/u);
  const lines = (await trace.stop()).join('\n');
  const after = (word: string): number => Number(new RegExp(`^${word} (\\d+)$`, 'mu').exec(lines)?.[1]);
  const at = after('pagefault_disabled');
  room.show(`pagefault_disabled lies at ${at}, ${hex(at)}; on Debian 12's 6.1 at ${OFFSET_ON_6_1}, ${hex(OFFSET_ON_6_1)}`);
  return { taskBytes: after('size'), ...Object.fromEntries(FIELDS.map((name) => [`${name}At`, after(name)])) };
}

async function readField(room: LabRoom, worker: LabProgram, program: string, pidAt: number): Promise<Measurements> {
  const trace = await room.trace(`${NAME}-field`, { program, pidAt, elsewhereAt: pidAt + ELSEWHERE_BYTES });
  await worker.order('look');
  const [, byName, byHand, elsewhere] = await trace.said(/^name (\d+) hand (\d+) elsewhere (-?\d+)$/u);
  await trace.stop();
  return { pidByName: Number(byName), pidByHand: Number(byHand), elsewhere: Number(elsewhere) };
}

interface Named {
  /** Of the four functions; those that this kernel does not name are missing. */
  readonly addresses: ReadonlyMap<string, bigint>;
  readonly sizes: ReadonlyMap<string, number>;
  readonly isX86: boolean;
  readonly measurements: Measurements;
}

async function lookUp(room: LabRoom): Promise<Named> {
  const { stdout: machine } = await room.command('uname', '-r', '-m');
  const [kernel = '', processor = ''] = machine.trim().split(' ');
  const { stdout } = await room.command('grep', '-E', '-A', '4', ` (${FUNCTIONS.join('|')})$`, '/proc/kallsyms');
  const symbols = [...stdout.matchAll(/^([0-9a-f]{16}) \w (\S+)/gmu)].map(([, address = '0', name = '']) => ({
    address: BigInt(`0x${address}`),
    name,
  }));
  const addresses = new Map<string, bigint>();
  const sizes = new Map<string, number>();
  for (const { address, name } of symbols) {
    if (!FUNCTIONS.some((one) => one === name) || address === 0n) continue;
    addresses.set(name, address);
    const next = symbols
      .filter((other) => other.address > address)
      .reduce<bigint | null>((least, other) => (least === null || other.address < least ? other.address : least), null);
    if (next !== null) sizes.set(name, Number(next - address));
  }
  const measurements: Record<string, string> = {
    kernel,
    address: (addresses.get(COPY) ?? 0n).toString(16),
    addressByBpf: '',
    nameByBpf: '',
  };
  if (addresses.has(COPY)) {
    const trace = await room.trace(`${NAME}-names`);
    const [, address = ''] = await trace.said(/^address ([0-9a-f]+)$/u);
    const [, name = ''] = await trace.said(/^name (\S+)$/u);
    await trace.stop();
    measurements['addressByBpf'] = address;
    measurements['nameByBpf'] = name;
  }
  return { addresses, sizes, isX86: processor === 'x86_64', measurements };
}

interface Read {
  readonly copyHex: string;
  readonly copyCalls: string;
  readonly measurements: Measurements;
  /** What the verdict rests on. */
  readonly evidence: ReadonlyMap<string, string>;
}

async function readCode(room: LabRoom, { addresses, sizes, isX86 }: Named, fieldAt: number): Promise<Read | null> {
  const [copyBytes, checkBytes] = [sizes.get(COPY), sizes.get(CHECK)].map((size) => Math.min(size ?? 0, MOST_CODE_BYTES));
  if (!isX86 || copyBytes === undefined || checkBytes === undefined || copyBytes === 0 || checkBytes === 0) return null;
  const trace = await room.trace(`${NAME}-code`, { copyBytes, checkBytes, lineBytes: LINE_BYTES });
  await trace.said(/^read$/u);
  const lines = await trace.stop();
  const copy = bytesOf(lines, COPY).slice(0, copyBytes);
  const check = bytesOf(lines, CHECK).slice(0, checkBytes);
  const copyCalls = callsIn(copy, addresses.get(COPY) ?? 0n, addresses);
  const checkCalls = callsIn(check, addresses.get(CHECK) ?? 0n, addresses);
  for (const { at, bytes, name } of [...copyCalls, ...checkCalls])
    room.show(`${at.toString(16)}  ${bytes.map(hexByte).join(' ')}  call ${name}`);
  const counted = countedUp(copy);
  for (const offset of counted) room.show(`one is added to the field at ${hex(offset)}`);
  const placeOf = (calls: readonly Call[], name: string): string =>
    calls.find((call) => call.name === name)?.at.toString(16) ?? '';
  const readsField = holdsOffset(check, fieldAt);
  return {
    copyHex: copy.map(hexByte).join(''),
    copyCalls: calledNames(copyCalls),
    evidence: new Map([
      [OKAY, placeOf(copyCalls, OKAY)],
      [CHECK, placeOf(copyCalls, CHECK)],
      [FIND, placeOf(checkCalls, FIND)],
      ['reads', readsField ? 'yes' : ''],
      ['counts', counted.includes(fieldAt) ? 'yes' : ''],
    ]),
    measurements: {
      copyBytes,
      isBlank: copy.every((byte) => byte === 0),
      copyCalls: calledNames(copyCalls),
      okayAt: placeOf(copyCalls, OKAY),
      countedUp: counted,
      readsField,
    },
  };
}

/** The code again, by a tool that takes all of its instructions apart. */
async function disassemble(room: LabRoom, worker: LabProgram, { addresses }: Named, code: Read | null): Promise<Measurements> {
  if (code === null) return {};
  const file = `${room.folder}/${COPY}.bin`;
  const start = addresses.get(COPY) ?? 0n;
  await worker.order(`write ${file} ${code.copyHex}`);
  const objdump = `objdump -D -b binary -m i386:x86-64 --adjust-vma=0x${start.toString(16)} ${file}`;
  const { stdout } = await room.command('sh', '-c', `${objdump} | grep -E 'call|jmp|addl|incl'`);
  const names = new Map([...addresses].map(([name, address]) => [address.toString(16), name]));
  const calls = [...stdout.matchAll(/\b(?:call|jmp)q?\s+0x([0-9a-f]+)/gu)].flatMap(([, target = '']) => names.get(target) ?? []);
  const objdumpCalls = stdout === '' ? 'no call at all' : [...new Set(calls)].sort().join(', ');
  room.show(`by objdump: calls ${objdumpCalls || 'none of them'}`, `by hand: calls ${code.copyCalls || 'none of them'}`);
  return { objdumpCalls };
}

async function compare(room: LabRoom, { measurements: { kernel } }: Named, code: Read | null): Promise<Measurements> {
  if (code === null) return {};
  const { stdout } = await room.jtraceFrom(/^The freeze of kernels /u, 'doctor', '--evidence');
  const [, doctorVerdict] = /^The freeze of .*\n +(not affected|fixed|vulnerable|unknown)\b/mu.exec(stdout) ?? [];
  const verdict = verdictOf(String(kernel), code.evidence);
  const doctorAt = (name: string): string =>
    new RegExp(`^ +([0-9a-f]{16})  [0-9a-f ]+  (?:call|jmp) ${name}$`, 'mu').exec(stdout)?.[1] ?? '';
  const told = (at: (name: string) => string): string =>
    [OKAY, CHECK, FIND].map((name) => `${name} ${at(name) || 'not called'}`).join(', ');
  const evidence = told((name) => code.evidence.get(name) ?? '');
  const doctorEvidence = told(doctorAt);
  room.show(`by hand: ${verdict}`, `jtrace doctor: ${doctorVerdict ?? 'nothing'}`);
  return { verdict, evidence, doctorEvidence, ...(doctorVerdict === undefined ? {} : { doctorVerdict }) };
}

/** As src/doctor/freeze-verdict.ts, from what was found by hand. */
function verdictOf(release: string, evidence: ReadonlyMap<string, string>): string {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/u.exec(release) ?? [];
  const version = Number(major) * 1000 + Number(minor);
  if (version < 5019 || version > 6002) return 'not affected';
  const isThere = (what: string): boolean => (evidence.get(what) ?? '') !== '';
  if (isThere(OKAY)) return 'fixed';
  if (!isThere(CHECK) || !isThere(FIND) || !isThere('counts')) return 'unknown';
  return isThere('reads') ? 'fixed' : 'vulnerable';
}

/** The bytes under `code NAME`. */
function bytesOf(lines: readonly string[], name: string): readonly number[] {
  const from = lines.findIndex((line) => line.startsWith(`code ${name} `)) + 1;
  const bytes: number[] = [];
  for (const line of from === 0 ? [] : lines.slice(from)) {
    if (!/^[0-9a-f]{2}( [0-9a-f]{2})* *$/u.test(line)) break;
    bytes.push(...line.trim().split(' ').map((pair) => Number.parseInt(pair, 16))); // prettier-ignore
  }
  return bytes;
}

const calledNames = (calls: readonly Call[]): string => [...new Set(calls.map(({ name }) => name))].sort().join(', ');
const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
const hex = (value: number): string => `0x${value.toString(16)}`;

function offsetsOf(measured: Measurements): readonly number[] {
  const value = measured['countedUp'];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  return values.filter((one): one is number => typeof one === 'number');
}

function ifNamed(measured: Measurements, outcome: CheckOutcome): CheckOutcome {
  return measured['address'] === '0'
    ? { kind: 'not-possible', because: 'the kernel hides its addresses (kernel.kptr_restrict), or has no such function' }
    : outcome;
}

function ifRead(measured: Measurements, outcome: () => CheckOutcome): CheckOutcome {
  if (measured['copyBytes'] === undefined)
    return { kind: 'not-possible', because: `${NOT_X86}, and needs the addresses of functions` };
  return outcome();
}

function ifJudged(measured: Measurements, outcome: () => CheckOutcome): CheckOutcome {
  return ifRead(measured, () =>
    measured['doctorVerdict'] === undefined ? { kind: 'not-possible', because: 'jtrace doctor gave no verdict' } : outcome(),
  );
}
