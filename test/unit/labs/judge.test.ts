// What a learner types, and whether it is right: everything that may be typed.

import { describe, expect, test } from 'vitest';
import { isRight, judgeAnswers, readAnswer } from '../../../src/labs/judge.ts';
import type { QuestionText } from '../../../src/model/lab.ts';

const question = (kind: QuestionText['kind']): QuestionText => ({
  key: 'q',
  kind,
  text: 'Which?',
  choices: kind === 'choice' ? [{ key: 'zeros', text: 'Zeros.' }, { key: 'efault', text: 'An error.' }] : [], // prettier-ignore
});

describe('a choice', () => {
  test.each([
    ['1', 'zeros'],
    [' 2 ', 'efault'],
    ['EFAULT', 'efault'],
    ['0', null],
    ['3', null],
    ['-1', null],
    ['1.0', null],
    ['zero', null],
    ['', null],
    ['\u001b[31m1', null],
    ['1'.repeat(5000), null],
  ])('%j', (typed, answer) => {
    expect(readAnswer(typed, question('choice'))).toBe(answer);
  });
});

describe('a number', () => {
  test.each([
    ['4096', '4096'],
    ['4,096', '4096'],
    ['1,048,576', '1048576'],
    ['4 096', '4096'],
    ['4_096', '4096'],
    ['0,5', '0.5'],
    ['0.5', '0.5'],
    ['.5', '0.5'],
    ['-14', '-14'],
    ['−14', '-14'],
    ['5 %', '5'],
    ['1e3', '1000'],
    ['%', null],
    ['-', null],
    ['0x10', null],
    ['1,2,3', null],
    ['NaN', null],
    ['Infinity', null],
    ['one', null],
    ['1; rm -rf /', null],
  ])('%j', (typed, answer) => {
    expect(readAnswer(typed, question('number'))).toBe(answer);
  });
});

test('a word, and a program, are taken as they are', () => {
  expect(readAnswer('  Mixer.mix ', question('word'))).toBe('Mixer.mix');
  expect(readAnswer('x'.repeat(1001), question('word'))).toBe(null);
});

test('right is what was measured; what was not measured is not known', () => {
  expect(isRight('219', { kind: 'number', from: 219, to: 219 })).toBe(true);
  expect(isRight('220', { kind: 'number', from: 200, to: 219 })).toBe(false);
  expect(isRight(' Efault', { kind: 'word', oneOf: ['eFAULT'] })).toBe(true);
  expect(isRight('zeros', { kind: 'choice', key: 'efault' })).toBe(false);
  expect(isRight('zeros', { kind: 'unknown' })).toBe(null);
});

test('answers to questions that are none are left out', () => {
  const given = new Map([['q', 'zeros'], ['other', '5']]); // prettier-ignore
  expect(judgeAnswers(given, { q: ({ is }) => ({ kind: 'choice', key: String(is) }) }, { is: 'zeros' })).toEqual([
    { key: 'q', given: 'zeros', isRight: true },
  ]);
});
