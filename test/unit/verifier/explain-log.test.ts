// Logs of the verifier, as kernels 5.10, 6.1 and 6.8 write them → what is said of them. Lines are of the lab's own programs, or
// of the kernel's own formats.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { createTheme } from '../../../src/cli/terminal/theme.ts';
import { renderVerifierLog } from '../../../src/cli/terminal/verifier-text.ts';
import { type ExplainedLog, explainVerifierLog, type Finding } from '../../../src/verifier/explain-log.ts';
import { VERIFIER_MESSAGES } from '../../../src/verifier/messages.ts';
import { REPOSITORY } from '../../support/repository.ts';

const keysOf = ({ findings }: ExplainedLog): readonly string[] => findings.map(({ message }) => message.key);
const wordsOf = (line: string): readonly string[] => explainVerifierLog(line).lines[0]?.words ?? [];

describe('messages', () => {
  test.each(VERIFIER_MESSAGES.map(({ key, example }) => [key, example]))('%s is told from its own line', (key, example) => {
    expect(keysOf(explainVerifierLog(example))).toEqual([key]);
  });

  test.each([
    ['stack-bounds', 'invalid stack off=-520 size=8'],
    ['stack-bounds', 'invalid read from stack R6 off=0 size=4'],
    ['stack-uninitialized', 'invalid read from stack R10 off=-8 size=8'],
    ['stack-uninitialized-helper', 'invalid indirect read from stack off -16+4 size 16'],
    ['stack-uninitialized', 'invalid read from stack off -8+0 size 8'],
    ['scalar-as-pointer', "R2 invalid mem access 'inv'"],
    ['null-not-checked', "R1 invalid mem access 'ptr_or_null_task_struct'"],
    ['not-constant', "R2 unbounded size, use 'var &= const' or 'if (var < const)'"],
    ['helper-of-other-type', 'unknown func bpf_skb_output#111'],
    ['too-large', 'BPF program is too large. Proccessed 131073 insn'],
    ['stack-uninitialized', 'invalid read from stack R2 off -16+1 size 16'],
    ['given-back', 'R1 type=inv expected=mem'],
    ['given-back', 'R1 type=scalar expected=alloc_mem'],
    ['type-mismatch', 'R1 type=scalar expected=map_ptr'],
    ['type-mismatch', 'R1 type=ringbuf_mem_or_null expected=ringbuf_mem'],
  ])('%s: %s', (key, line) => {
    expect(keysOf(explainVerifierLog(line))).toEqual([key]);
  });

  test('one refusal in two lines, and the same log twice, are told once', () => {
    const log = [
      'Unreleased reference id=2 alloc_insn=4',
      'BPF_EXIT instruction in main prog would lead to reference leak',
      'processed 9 insns (limit 1000000)',
    ];
    expect(keysOf(explainVerifierLog([...log, ...log].join('\n')))).toEqual(['unreleased']);
  });

  test('a message behind its instruction', () => {
    expect(keysOf(explainVerifierLog("2152: (73) *(u8 *)(r2 +87) = r1: R2 invalid mem access 'inv'"))).toEqual([
      'scalar-as-pointer',
    ]);
  });
});

test('every message of the docs is known', () => {
  const page = readFileSync(join(REPOSITORY, 'docs/verifier.md'), 'utf8');
  const table = page.slice(page.indexOf('<!-- messages -->'), page.indexOf('<!-- end -->'));
  const rows = table.split('\n').flatMap((line) => /^\| `([^`]+)`/u.exec(line)?.[1] ?? []);
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter((row) => explainVerifierLog(row.replaceAll('…', 'x')).findings.length === 0)).toEqual([]);
});

describe('lines', () => {
  test('a log of 6.1: the instruction is named, and how many were followed', () => {
    const log = explainVerifierLog(
      [
        '0: R1=ctx(off=0,imm=0) R10=fp0',
        '0: (7a) *(u64 *)(r10 -520) = 0',
        'invalid write to stack R10 off=-520 size=8',
        'processed 1 insns (limit 1000000) max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0',
      ].join('\n'),
    );
    expect(log.lines.map(({ kind }) => kind)).toEqual(['state', 'instruction', 'message', 'count']);
    expect(log.findings[0]?.instruction?.text).toBe('0: (7a) *(u64 *)(r10 -520) = 0');
    expect(log.followed).toBe(1);
    expect(log.lines[1]?.words).toEqual(['writes 8 bytes to the stack at -520: 0']);
  });

  test.each([
    [
      ' R0_w=inv(id=0,umax_value=255,var_off=(0x0; 0xff)) R10=fp0',
      ['R0: a number, from 0 to 255', 'R10: the end of the stack (R10)'],
    ],
    [
      '5: (57) r0 &= 255                     ; R0_w=scalar(smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff))',
      ['R0 & 255, kept in R0', 'R0: a number, from 0 to 255'],
    ],
    [' R2_w=inv(id=0,smin_value=-32,smax_value=223)', ['R2: a number, signed, from -32 to 223']],
    [' R2=invP5 R3=P7 R4=inv(id=0)', ['R2: the number 5', 'R3: the number 7', 'R4: a number, any']],
    [
      ' R6=map_value(id=0,off=8,ks=4,vs=72,imm=0) fp-8=ctx fp-16=????mmmm',
      [
        'R6: the value of a map (72 bytes, at 8)',
        'fp-8: a register, kept: the context that the program was given',
        'fp-16: 4 bytes never written, 4 bytes written, of any value',
      ],
    ],
    [
      'from 4 to 8: safe',
      [
        'the other way of the branch at instruction 4, from instruction 8 on: a state like this was followed to the end before ' +
          '(state pruning): not followed again',
      ],
    ],
    [
      '2721: (2d) if r1 > r7 goto pc+1 2723: R1=1024 R7=scalar(umax=1023,var_off=(0x0; 0x3ff))',
      [
        'goes to instruction 2723 if R1 > R7; the verifier follows both ways unless it knows which',
        'R1: the number 1024',
        'R7: a number, from 0 to 1023',
      ],
    ],
    ['9: (05) goto pc-5', ['goes back to instruction 5: a loop']],
    ['1: (05) goto pc+0', ['goes to instruction 2']],
    ['4: (85) call pc+1', ['calls the function of the program that begins at instruction 6']],
    ['19: (c7) r1 s>>= 3', ['R1 >> 3 (signed), kept in R1']],
    ['20: (3c) w2 s/= w1', ['the lower half of R2 / the lower half of R1 (signed), kept in the lower half of R2']],
    ['17: (77) r1 >>= 3', ['R1 >> 3, kept in R1']],
    ['processed 1 insns (limit 1000000)', ['1 instruction was followed, of 1000000 at most, each as often as a way led over it']],
  ])('%s', (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });

  test('a line that is too long is cut, and marked', () => {
    const [line] = explainVerifierLog(`; ${'x'.repeat(30_000)}`).lines;
    expect(line?.text).toHaveLength(20_001);
    expect(line?.text).toMatch(/x…$/u);
  });

  test('what is no log', () => {
    expect(explainVerifierLog('hello\nworld').kind).toBe('none');
  });
});

describe('where a message is from', () => {
  const findingOf = (...lines: readonly string[]): Finding | undefined => explainVerifierLog(lines.join('\n')).findings.at(-1);
  const REFUSED = "R1 invalid mem access 'scalar'";

  test('a register was set on the way that was followed, not on the other way of a branch', () => {
    const finding = findingOf(
      '4: (b7) r1 = 5',
      '5: (15) if r0 == 0x0 goto pc+3',
      '6: (bf) r1 = r6',
      '8: (95) exit',
      '',
      'from 5 to 9: R0=inv0 R1=inv5 R10=fp0',
      '9: (79) r0 = *(u64 *)(r1 +0)',
      REFUSED,
    );
    expect(finding?.register?.words).toBe('the number 5');
    expect(finding?.register?.setBy?.text).toBe('4: (b7) r1 = 5');
    expect(finding?.instruction?.text).toBe('9: (79) r0 = *(u64 *)(r1 +0)');
  });

  test('a branch that was left in two rounds of a loop: the last one is taken up first', () => {
    const finding = findingOf(
      '4: (b7) r1 = 5',
      '5: (15) if r0 == 0x0 goto pc+3',
      '6: (b7) r1 = 6',
      '7: (05) goto pc-3',
      '5: (15) if r0 == 0x0 goto pc+3',
      '6: (b7) r1 = 6',
      '8: (95) exit',
      'from 5 to 9: R0=inv0 R1=inv6 R10=fp0',
      '9: (95) exit',
      'from 5 to 9: R0=inv0 R1=inv5 R10=fp0',
      '9: (79) r0 = *(u64 *)(r1 +0)',
      REFUSED,
    );
    expect(finding?.register?.setBy?.text).toBe('4: (b7) r1 = 5');
  });

  test('what was known before the last one that set it is not told', () => {
    const finding = findingOf(
      '1: (b7) r1 = 1   ; R1_w=1',
      '2: (85) call bpf_get_prandom_u32#7',
      '3: (bf) r2 = r1',
      'R1 !read_ok',
    );
    expect(finding?.register).toMatchObject({ words: '', setBy: { text: '2: (85) call bpf_get_prandom_u32#7' } });
  });

  test('where the branch is not in the log, nothing is said to have set it', () => {
    const finding = findingOf('6: (b7) r1 = 6', 'from 5 to 9: R1=inv5', '9: (79) r0 = *(u64 *)(r1 +0)', REFUSED);
    expect(finding?.register).toEqual({ name: 'R1', words: 'the number 5', setBy: null });
  });

  const BEFORE = ['; of another program', '0: (b7) r1 = 7   ; R1_w=7', '1: (95) exit', 'processed 2 insns (limit 1000000)'];

  test.each(['back-edge from insn 1 to 0', 'unreachable insn 1', 'jump out of range from insn 0 to 11', REFUSED])(
    'nothing is taken from the log of a program before: %s',
    (message) => {
      const finding = findingOf(...BEFORE, message);
      expect(finding).toMatchObject({ instruction: null, source: null });
      expect(finding?.register ?? null).toEqual(message === REFUSED ? { name: 'R1', words: '', setBy: null } : null);
    },
  );

  test('the instruction that a message names, and no other', () => {
    expect(findingOf('; a', '4: (05) goto pc+0', '; b', '5: (05) goto pc-2', 'infinite loop detected at insn 4')).toMatchObject({
      instruction: { text: '4: (05) goto pc+0' },
      source: { text: '; a' },
    });
    expect(findingOf('; b', '5: (05) goto pc-2', 'infinite loop detected at insn 4')).toMatchObject({
      instruction: null,
      source: null,
    });
  });
});

/** Each took seconds: the time grew with the square of the line's length. */
describe('lines that are made to take long', () => {
  const LONG = 20_000;
  const LINES = 300;
  /** Of a processor, not of a clock: others may keep the machine busy. Five times what it takes. */
  const MOST_MS = 2_500;

  test.each([
    ['blanks of a source', `; ${' '.repeat(LONG - 10)}x`],
    ['a state that never ends', `0: (b7) r0 = 0 ${';'.repeat(LONG - 30)}\u2028x`],
    ['letters of a pointer', `R1 invalid mem access '${'a_or_null'.repeat(LONG / 10)}`],
    ['a loader that repeats itself', 'Argument list too long'.repeat(LONG / 22)],
    ['brackets', `R1=scalar(${')'.repeat(1_900)}x `.repeat(10)],
    ['blanks', `x${' '.repeat(LONG - 10)}x`],
  ])('%s', (_, line) => {
    const lines = Array.from({ length: LINES }, (__, at) => [line, ...(at % 10 === 9 ? [`R${String(at)} !read_ok`] : [])]);
    const before = process.cpuUsage();
    const log = explainVerifierLog(lines.flat().join('\n'));
    renderVerifierLog(log, { columns: 80, logColumns: null, isWhole: false, theme: createTheme({}, {}) });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(MOST_MS);
  });
});
