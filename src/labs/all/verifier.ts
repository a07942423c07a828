// Lab 7: small programs, given to the verifier one instruction beside what it takes: stack, loops, branches, padding, ring buffers, size; then a loop in
// bpftrace. What must be refused depends on the kernel, and is checked so (Documentation/bpf, kernel/bpf/verifier.c).

import type { CheckOutcome, MeasuredValue, Measurements, Right } from '../../model/lab.ts';
import { explainVerifierLog } from '../../verifier/explain-log.ts';
import type { Lab } from '../lab.ts';
import { holds, numberOf } from '../outcome.ts';
import type { LabProgram, LabRoom } from '../room.ts';

const NAME = 'verifier';
const EPERM = 1;
const E2BIG = 7;
/** BPF_COMPLEXITY_LIMIT_INSNS, include/linux/bpf.h. */
const MOST_FOLLOWED = 1_000_000;
/** BPF_MAXINSNS, include/uapi/linux/bpf_common.h: what a program may have without CAP_BPF. */
const MOST_UNPRIVILEGED = 4096;

/** Programs of templates/labs/verifier.c, by the step that loads them; the log of the last refused of `explained` is explained in view. */
const STEPS = {
  stack: { programs: ['stack-512', 'stack-520'], explained: 'stack-520' },
  loops: { programs: ['loop-endless', 'loop-1000', 'loop-million', 'loop-helper'], explained: 'loop-endless' },
  branches: { programs: ['branches-unused', 'branches-used', 'compare'], explained: null },
  padding: { programs: ['padding', 'padding-zeroed'], explained: 'padding' },
  ring: {
    programs: ['reserve-256', 'reserve-variable', 'reserve-buckets', 'reserve-dynptr', 'reserve-lost'],
    explained: 'reserve-variable',
  },
} as const satisfies Record<string, { readonly programs: readonly string[]; readonly explained: string | null }>;

/** Of a log that is explained right after it. */
const MOST_SHOWN_LINES = 6;

/** Part of the exercise: its result is not shown. */
const KEPT_QUIET = 'reserve-lost';

export const VERIFIER: Lab = {
  id: NAME,
  needs: ['cc'],
  steps: [
    { key: 'stack', predictions: ['stack'] },
    { key: 'loops', predictions: ['million'] },
    { key: 'branches', predictions: ['branches'] },
    { key: 'padding', predictions: ['padding'] },
    { key: 'ring', predictions: ['variable'] },
    { key: 'size' },
    { key: 'map', predictions: ['map'] },
    { key: 'register' },
  ],
  run,
  predictions: {
    stack: () => ({ kind: 'number', from: 512, to: 512 }),
    million: (measured) => verdict(measured, 'loop-million'),
    branches: (measured) => verdict(measured, 'branches-used'),
    padding: (measured) => verdict(measured, 'padding'),
    variable: (measured) => verdict(measured, 'reserve-variable'),
    map: (measured) => ({ kind: 'choice', key: measured['mapRefused'] === true ? 'refused' : 'accepted' }),
  },
  checks: {
    stack: (measured) => both(accepted(measured, 'stack-512'), refused(measured, 'stack-520', 'stack-bounds')),
    endless: (measured) => refused(measured, 'loop-endless', 'infinite-loop'),
    million: (measured) => both(accepted(measured, 'loop-1000'), tooLarge(measured, 'loop-million')),
    // Before 5.13 no such instruction, before 5.17 no such helper.
    helper: (measured) =>
      isSince(measured, 5, 17)
        ? accepted(measured, 'loop-helper')
        : holds(isRefusedByVerifier(measured, 'loop-helper'), told(measured, 'loop-helper'), 'loop-helper: refused'),
    pruning: (measured) => both(accepted(measured, 'branches-unused'), tooLarge(measured, 'branches-used')),
    compare: (measured) => accepted(measured, 'compare'),
    padding: checkPadding,
    zeroed: (measured) => accepted(measured, 'padding-zeroed'),
    constant: (measured) => both(accepted(measured, 'reserve-256'), refused(measured, 'reserve-variable', 'not-constant')),
    buckets: (measured) => accepted(measured, 'reserve-buckets'),
    dynptr: (measured) =>
      isSince(measured, 5, 19) ? accepted(measured, 'reserve-dynptr') : refused(measured, 'reserve-dynptr', 'helper-unknown'),
    'size-root': (measured) => holds(measured['longRoot'] === 0, resultWords(measured['longRoot']), 'accepted'),
    'size-nobody': checkUnprivileged,
    'map-counter': checkMapCounter,
    'register-counter': (measured) =>
      holds(measured['registerRefused'] === false, measured['registerRefused'] === true ? 'refused' : 'accepted', 'accepted'),
  },
  exercise: {
    lost: (measured) => ({
      kind: 'choice',
      key: keyOfRefusal(measured, 'reserve-lost') === 'unreleased' ? 'unreleased' : 'accepted',
    }),
    // One instruction before the loop, two a round, one behind it.
    rounds: () => ({ kind: 'number', from: 490_000, to: 500_000 }),
    negative: () => ({ kind: 'choice', key: 'unsigned' }),
  },
};

async function run(room: LabRoom): Promise<Measurements> {
  const program = await room.compile(NAME);
  const loader = await room.start(program, room.folder);
  let measured: Measurements = {};
  for (const [step, { programs, explained }] of Object.entries(STEPS)) {
    await room.step(step);
    if (step === 'stack') measured = { kernel: (await room.command('uname', '-r')).stdout.trim() };
    for (const name of programs) measured = { ...measured, ...(await load(room, loader, name)) };
    if (explained !== null && !isAccepted(measured, explained))
      await room.jtrace('explain-verifier', `${room.folder}/${explained}.log`);
  }
  await room.step('size');
  measured = { ...measured, ...(await sizes(room, loader)) };
  await loader.end();
  await room.step('map');
  const said = await room.refused('verifier-map', {}, { mostShownLines: MOST_SHOWN_LINES });
  const log = said?.join('\n') ?? '';
  const { findings } = explainVerifierLog(log);
  measured = { ...measured, mapRefused: said !== null, mapSaid: findings.map(({ message }) => message.key) };
  if (findings.length > 0) await room.jtrace('explain-verifier', room.keep('map.log', `${log}\n`));
  room.show(said === null ? 'the kernel took it' : `refused: ${findings[0]?.line.text.trim() ?? 'bpftrace does not say why'}`);
  await room.step('register');
  const register = await room.refused('verifier-register', {}, { mostShownLines: MOST_SHOWN_LINES });
  room.show(register === null ? 'the kernel took it' : 'refused');
  return { ...measured, registerRefused: register !== null };
}

async function load(room: LabRoom, loader: LabProgram, name: string): Promise<Measurements> {
  const answer = await loader.order(`load ${name}`);
  const log = answer.flatMap((line) => (line.startsWith('| ') ? [line.slice(2)] : []));
  const error = errorOf(answer);
  const followed = Number(/^followed (-?\d+)$/mu.exec(answer.join('\n'))?.[1]);
  const [finding] = error === 0 ? [] : explainVerifierLog(log.join('\n')).findings;
  const said = finding?.line.text.trim() ?? '';
  if (name !== KEPT_QUIET) {
    const count = followed > 0 ? `, ${String(followed)} instructions followed` : '';
    room.show(`${name}: ${error === 0 ? `accepted${count}` : `refused: ${said === '' ? `error ${String(error)}` : said}`}`);
  }
  const key = keyOf(name);
  return {
    [`${key}Error`]: error,
    [`${key}Followed`]: followed,
    [`${key}Said`]: said,
    [`${key}Message`]: finding?.message.key ?? '',
  };
}

async function sizes(room: LabRoom, loader: LabProgram): Promise<Measurements> {
  const insns = MOST_UNPRIVILEGED + 1;
  const longRoot = errorOf(await loader.order(`long ${String(insns)}`));
  const longNobody = errorOf(await loader.order(`unprivileged ${String(insns)}`));
  const { stdout } = await room.command('cat', '/proc/sys/kernel/unprivileged_bpf_disabled');
  room.show(`${String(insns)} instructions as root: ${resultWords(longRoot)}; as nobody: ${resultWords(longNobody)}`);
  return { longRoot, longNobody, unprivilegedDisabled: stdout.trim() };
}

/** NaN, which no check takes, where the program said nothing. */
function errorOf(answer: readonly string[]): number {
  return Number(/^errno (\d+)$/mu.exec(answer.join('\n'))?.[1]);
}

/** `loop-million` → `loopMillion`. */
function keyOf(name: string): string {
  return name.replaceAll(/-(\w)/gu, (_, letter: string) => letter.toUpperCase());
}

function isAccepted(measured: Measurements, name: string): boolean {
  return measured[`${keyOf(name)}Error`] === 0;
}

/** Neither for want of rights nor by an answer that did not come (NaN). */
function isRefusedByVerifier(measured: Measurements, name: string): boolean {
  const error = numberOf(measured, `${keyOf(name)}Error`);
  return error > 0 && error !== EPERM;
}

function keyOfRefusal(measured: Measurements, name: string): string {
  return String(measured[`${keyOf(name)}Message`] ?? '');
}

function verdict(measured: Measurements, name: string): Right {
  return { kind: 'choice', key: isAccepted(measured, name) ? 'accepted' : 'refused' };
}

function told(measured: Measurements, name: string): string {
  if (isAccepted(measured, name)) return `${name}: accepted`;
  const said = String(measured[`${keyOf(name)}Said`] ?? '');
  return `${name}: refused, ${said === '' ? `error ${String(measured[`${keyOf(name)}Error`])}` : `"${said}"`}`;
}

function accepted(measured: Measurements, name: string): CheckOutcome {
  return holds(isAccepted(measured, name), told(measured, name), `${name}: accepted`);
}

/** `message`: a key of src/verifier/messages.ts. */
function refused(measured: Measurements, name: string, message: string): CheckOutcome {
  return holds(
    !isAccepted(measured, name) && keyOfRefusal(measured, name) === message,
    told(measured, name),
    `${name}: refused (${message})`,
  );
}

function tooLarge(measured: Measurements, name: string): CheckOutcome {
  const outcome = refused(measured, name, 'too-large');
  const followed = numberOf(measured, `${keyOf(name)}Followed`);
  return outcome.kind === 'passed' && !(followed > MOST_FOLLOWED)
    ? { kind: 'failed', measured: `${String(followed)} instructions followed`, expected: `more than ${String(MOST_FOLLOWED)}` }
    : outcome;
}

/** Failed if one is; what was measured of both. */
function both(first: CheckOutcome, second: CheckOutcome): CheckOutcome {
  if (first.kind !== 'passed') return first;
  return second.kind === 'passed' ? { kind: 'passed', measured: `${first.measured}; ${second.measured}` } : second;
}

/** From 6.3 on it is allowed. Before, stable kernels took that over at some time or not, and names do not tell: these were seen to have it. */
const PADDING_TAKEN: readonly RegExp[] = [/^5\.10\.0-46-/u, /^6\.1\.0-56-/u];

function checkPadding(measured: Measurements): CheckOutcome {
  const release = String(measured['kernel'] ?? '');
  if (isSince(measured, 6, 3) || PADDING_TAKEN.some((taken) => taken.test(release))) return accepted(measured, 'padding');
  return { kind: 'not-possible', because: 'whether this stable kernel has the change of 6.3 is not known' };
}

function checkUnprivileged(measured: Measurements): CheckOutcome {
  const error = measured['longNobody'];
  const disabled = String(measured['unprivilegedDisabled'] ?? '');
  if (error === EPERM && disabled !== '0')
    return {
      kind: 'not-possible',
      because: `kernel.unprivileged_bpf_disabled is ${disabled === '' ? 'not to be read' : disabled}: nobody without rights may load any program`,
    };
  return holds(error === E2BIG, resultWords(error), resultWords(E2BIG));
}

/** The last is what 6.1 says of this program: it takes no loop that is closed by falling through from a plain instruction (check_cfg). */
const NO_LOOP = ['infinite-loop', 'too-large', 'back-edge'];

function checkMapCounter(measured: Measurements): CheckOutcome {
  const said = measured['mapSaid'];
  const list: readonly unknown[] = Array.isArray(said) ? said : [];
  const keys = list.map(String);
  const isRefusedSo = measured['mapRefused'] === true && keys.some((key) => NO_LOOP.includes(key));
  return holds(
    isRefusedSo,
    measured['mapRefused'] === true ? `refused (${keys.join(', ') || 'no log'})` : 'accepted',
    'refused (infinite-loop)',
  );
}

function resultWords(error: MeasuredValue | undefined): string {
  if (error === 0) return 'accepted';
  return error === E2BIG ? 'refused: E2BIG, too long' : error === EPERM ? 'refused: EPERM' : `refused: error ${String(error)}`;
}

function isSince(measured: Measurements, major: number, minor: number): boolean {
  const [, first, second] = /^(\d+)\.(\d+)/u.exec(String(measured['kernel'] ?? '')) ?? [];
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}
