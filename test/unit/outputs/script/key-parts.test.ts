// Keys of maps as bpftrace 0.17, 0.23 and 0.27 print them, and which of them can be told apart.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyParts } from '../../../../src/outputs/script/key-parts.ts';
import type { KeyPartKind, KeyParts } from '../../../../src/model/script.ts';
import { stackKey } from '../../../support/script-results.ts';

/** `[f g] | bash`, and a `?` where a text may be several parts. */
const draw = ({ parts, isExact }: KeyParts): string =>
  parts.map((part) => (part.kind === 'stack' ? `[${part.frames.join(' ')}]` : part.text)).join(' | ') + (isExact ? '' : ' ?');

test('without the program: one part, or stacks and what stands between them', () => {
  expect(draw(keyParts('bash', null))).toBe('bash');
  expect(draw(keyParts('', null))).toBe('');
  expect(draw(keyParts('a,b', null))).toBe('a,b ?');
  for (const indent of [0, 4, 8]) {
    const [kernel, user] = [stackKey(['k', 'do(int, char)'], indent), stackKey(['u+1'], indent)];
    expect(draw(keyParts(kernel, null))).toBe('[k do(int, char)]');
    expect(draw(keyParts(`${kernel},${user}`, null))).toBe('[k do(int, char)] | [u+1]');
    expect(draw(keyParts(`bash,${kernel},${user},12`, null))).toBe('bash | [k do(int, char)] | [u+1] | 12');
    expect(draw(keyParts(`a,b,${kernel},x,${user}`, null))).toBe('a,b | [k do(int, char)] | x | [u+1] ?');
  }
  expect(draw(keyParts('\n', null))).toBe('[]');
  expect(draw(keyParts('\n,12', null))).toBe('[] | 12');
});

test('with the program: as many parts as it has, where the commas can be no others', () => {
  const key = (text: string, ...kinds: KeyPartKind[]): string => draw(keyParts(text, kinds));
  expect(key('bash,12', 'value', 'value')).toBe('bash | 12');
  expect(key('a,b', 'value')).toBe('a,b');
  expect(key('a,b,12', 'value', 'value')).toBe('a,b,12 ?');
  expect(key(`a,b,${stackKey(['f'])},12`, 'value', 'user-stack', 'value')).toBe('a,b | [f] | 12');
  expect(key(`a,b,${stackKey(['f'])}`, 'value', 'value', 'kernel-stack')).toBe('a | b | [f]');
  expect(key(`,${stackKey(['f'])}`, 'value', 'user-stack')).toBe(' | [f]');
  expect(key(stackKey(['f']), 'unknown')).toBe('[f]'); // the program does not say: the key is believed
});

test('a text with newlines is no stack', () => {
  for (const text of ['a\nb', 'a\n', 'a,\nb', '\nb', 'a,\nb\nc', '\nf\n,x\nb']) {
    expect(keyParts(text, null).parts.filter(({ kind }) => kind === 'stack'), JSON.stringify(text)).toEqual([]); // prettier-ignore
    expect(keyParts(text, ['value']).parts).toEqual([{ kind: 'text', text }]);
  }
});

test('what does not fit the program’s parts, or fits in two ways, is not exact and has no stack', () => {
  const key = (text: string, ...kinds: KeyPartKind[]): string => draw(keyParts(text, kinds));
  expect(key('x,\nevil\n', 'value')).toBe('x,\nevil\n');
  expect(key('x,\nevil\n', 'value', 'value')).toBe('x | \nevil\n');
  expect(key('x,\nevil\n,\n  f\n', 'value', 'user-stack')).toBe('x,\nevil\n | [f]');
  expect(key('a\nb,\n  f\n', 'value', 'user-stack')).toBe('a\nb | [f]');
  expect(key('x,\nevil\n,\n  f\n,y', 'value', 'user-stack', 'value')).toBe('x,\nevil\n,\n  f\n,y ?');
  expect(key('bash', 'value', 'user-stack')).toBe('bash ?');
  expect(key(stackKey(['f']), 'user-stack', 'value')).toBe(`${stackKey(['f'])} ?`);
  expect(key(stackKey(['do(int, char)+1', 'operator,(A, B)']), 'user-stack')).toBe('[do(int, char)+1 operator,(A, B)]');
});

test('whatever the key, its texts and frames are what is in it', () => {
  const line = fc.stringMatching(/^[a-z+,() ]{0,6}$/);
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      const { parts } = keyParts(lines.join('\n'), null);
      const pieces = parts.flatMap((part) => (part.kind === 'stack' ? part.frames : [part.text]));
      for (const piece of pieces) expect(lines.join('\n')).toContain(piece);
      expect(pieces.join('').replace(/[, \n]/g, '')).toBe(lines.join('').replace(/[, ]/g, ''));
    }),
  );
});
