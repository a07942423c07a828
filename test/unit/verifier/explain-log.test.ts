// Logs of the verifier, as kernels 5.10, 6.1 and 6.8 write them → what is said of them. Lines are of the lab's own programs, or of the kernel's own formats.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ExplainedLog, explainVerifierLog } from '../../../src/verifier/explain-log.ts';
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
        'the other way of the branch at instruction 4, from instruction 8 on: a state like this was followed to the end before (state pruning): not followed again',
      ],
    ],
    [
      '2721: (2d) if r1 > r7 goto pc+1 2723: R1=1024 R7=scalar(umax=1023,var_off=(0x0; 0x3ff))',
      [
        'goes +1 instructions on if R1 > R7; the verifier follows both ways unless it knows which',
        'R1: the number 1024',
        'R7: a number, from 0 to 1023',
      ],
    ],
  ])('%s', (line, words) => {
    expect(wordsOf(line)).toEqual(words);
  });

  test('what is no log', () => {
    expect(explainVerifierLog('hello\nworld').kind).toBe('none');
  });
});
