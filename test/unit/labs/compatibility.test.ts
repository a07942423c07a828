// The table of docs/labs/README.md says what was found, of every machine and lab that tests try, and nothing that fails is taken for a result.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LABS } from '../../../src/labs/labs.ts';
import { difference, isOfKernel, LABS_PAGE, readResults, withTable } from '../../support/lab-compatibility.ts';
import { LAB_MACHINES } from '../../support/lab-machines.ts';
import { type LabOutcome, outcomeOf } from '../../support/lab-runs.ts';

const PASSED: LabOutcome = { kind: 'passed', refusals: [], notPossible: {} };

describe('the compatibility of labs', () => {
  test.each(LAB_MACHINES)('$id: each of its labs has a result, and none fails', ({ id, labs }) => {
    const found = readResults()[id]?.labs ?? {};
    expect(Object.keys(found), `npm run labs -- --compatibility --machine ${id}`).toEqual(labs);
    expect(Object.entries(found).filter(([, { kind }]) => kind === 'failed')).toEqual([]);
  });

  test('each lab passes somewhere', () => {
    const passed = new Set(Object.values(readResults()).flatMap(({ labs }) => Object.keys(labs).filter((lab) => labs[lab]?.kind === 'passed'))); // prettier-ignore
    expect(LABS.map(({ id }) => id).filter((id) => !passed.has(id))).toEqual([]);
  });

  test('the table of docs/labs/README.md is made of the results (npm run labs -- --table)', () => {
    const page = readFileSync(LABS_PAGE, 'utf8');
    expect(page).toBe(withTable(page, readResults()));
  });
});

describe('the table', () => {
  const page = 'before\n<!-- compatibility -->\nold\n<!-- end -->\nafter';
  const resultOf = (outcome: LabOutcome): string =>
    withTable(page, { 'guest-5.10': { kernel: '5.10.0-46-amd64', labs: { verifier: outcome } } });

  test('has a column of the machine, and a note for each reason', () => {
    const text = resultOf({ kind: 'passed', refusals: ['stack', 'padding'], notPossible: { sleepable: 'before Linux 6.0' } });
    expect(text).toContain('| | Linux 5.10<br>guest<br>bpftrace 0.23 |\n|---|---|\n| `page-not-there` | – |');
    expect(text).toContain('| `verifier` | pass, refusals [1], but [2] |');
    expect(text).toContain('\n1. Refused, as the lab\'s checks expect it of this kernel: `stack`, `padding`.\n2. Not possible, `sleepable`: before Linux 6.0.\n<!-- end -->\nafter'); // prettier-ignore
    expect(text).not.toContain('old');
  });

  test.each([
    [{ kind: 'refused', because: 'no type information' }, 'expected refusal [1]'],
    [{ kind: 'not-possible', because: 'there is no clang' }, 'not possible [1]'],
    [{ kind: 'failed', because: 'exit code 1' }, '**fails** [1]'],
    [PASSED, 'pass'],
  ] as const)('%o: %s', (outcome, words) => {
    expect(resultOf(outcome)).toContain(`| \`verifier\` | ${words} |`);
  });
});

describe('the outcome of a run', () => {
  const check = (key: string, measured: string) => ({ key, outcome: { kind: 'passed', measured } }) as const;
  const failed = { key: 'byte', outcome: { kind: 'failed', measured: '0', expected: '42' } } as const;
  const notPossible = { key: 'probe', outcome: { kind: 'not-possible', because: 'no kprobes' } } as const;

  test.each([
    ['passed', 0, '', [check('a', '42')], PASSED],
    ['refusals are kept by their keys', 0, '', [check('a', 'stack-520: refused, "…"'), check('b', '1')], { ...PASSED, refusals: ['a'] }],
    ['what is not possible is kept, and why', 0, '', [check('a', '1'), notPossible], { ...PASSED, notPossible: { probe: 'no kprobes' } }],
    ['nothing that is possible', 0, '', [notPossible], { kind: 'not-possible', because: 'no kprobes' }],
    ['a check fails', 1, '', [check('a', '1'), failed], { kind: 'failed', because: 'exit code 1: byte was 0, not 42' }],
    ['a bug', 70, 'jtrace: a bug of jtrace stopped it\n', null, { kind: 'failed', because: 'exit code 70: a bug of jtrace stopped it' }],
    ['exit code 0 without a record', 0, '', null, { kind: 'failed', because: 'exit code 0: nothing was said' }],
    ['needs that are missing', 3, 'jtrace: this lab cannot run here: there is no cc\n  hint\n', null, { kind: 'not-possible', because: 'there is no cc' }],
    [
      'a refusal',
      3,
      'jtrace: a note\njtrace: bpftrace has ended before its probes were attached: no BTF\n  hint\n',
      null,
      { kind: 'refused', because: 'bpftrace has ended before its probes were attached: no BTF' },
    ],
    ['another lab', 3, 'jtrace: another lab is running (process 5)\n  wait\n', null, { kind: 'failed', because: 'another lab is running (process 5)' }], // prettier-ignore
    ['no such compiler', 3, 'jtrace: x.c does not compile here\n  hint\n', null, { kind: 'failed', because: 'x.c does not compile here' }], // prettier-ignore
    ['too slow is no refusal', 3, 'jtrace: bpftrace did not answer within 60 s\n', null, { kind: 'failed', because: 'bpftrace did not answer within 60 s' }],
  ] as const)('%s', (_, status, stderr, checks, expected) => {
    expect(outcomeOf(status, stderr, checks === null ? null : { checks })).toEqual(expected);
  }); // prettier-ignore

  test('another one is told, other words of a reason are not', () => {
    const lacking: LabOutcome = { ...PASSED, notPossible: { probe: 'address 1 is hidden' } };
    expect(difference(lacking, { ...PASSED, notPossible: { probe: 'address 2 is hidden' } })).toBeNull();
    expect(difference(lacking, PASSED)).toContain('address 1 is hidden');
    expect(difference({ ...PASSED, refusals: ['padding'] }, PASSED)).toContain('padding');
    expect(difference({ kind: 'failed', because: 'x' }, PASSED)).not.toBeNull();
    expect(difference(PASSED, undefined)).not.toBeNull();
  });

  test('results of another minor version of Linux say nothing of this one', () => {
    expect(isOfKernel({ kernel: '6.18.44', labs: {} }, '6.18.2-x')).toBe(true);
    expect(isOfKernel({ kernel: '6.18.44', labs: {} }, '6.1.2')).toBe(false);
    expect(isOfKernel(undefined, '6.1.2')).toBe(false);
  });
});
