// Hostile values stay inside their token, whatever they are.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ESCAPES } from '../../../src/program/escape.ts';
import { anyText } from '../../support/any-text.ts';

/** What bpftrace's lexer makes of a string literal's inside, by its own rules: octal escapes of up to three digits. */
function lexedBytes(literal: string): Buffer {
  const bytes: number[] = [];
  const inside = literal.slice(1, -1);
  for (let index = 0; index < inside.length; index++) {
    const char = inside.charAt(index);
    if (char === '"' || char === '\n') throw new Error(`ends inside: ${literal}`);
    if (char === '\\') {
      const octal = /^[0-7]{3}/.exec(inside.slice(index + 1));
      if (octal === null) throw new Error(`escape of another kind: ${literal}`);
      bytes.push(parseInt(octal[0], 8));
      index += 3;
    } else {
      bytes.push(char.charCodeAt(0));
    }
  }
  return Buffer.from(bytes);
}

describe('string', () => {
  test('any text comes back byte for byte and cannot leave its quotes', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 60 }), (text) => {
        fc.pre(!text.includes('\0') && Buffer.byteLength(text) <= 199);
        expect(lexedBytes(ESCAPES.string(text, 's')).equals(Buffer.from(text, 'utf8'))).toBe(true);
      }),
    );
  });

  test.each([
    ['"); system("rm -rf /"); //', '"\\042); system(\\042rm -rf /\\042); //"'],
    ['a\\', '"a\\134"'],
    ['7\n8', '"7\\0128"'],
    ['é', '"\\303\\251"'],
  ])('%j becomes %s', (text, literal) => {
    expect(ESCAPES.string(text, 's')).toBe(literal);
  });

  test.each([['a\0b'], ['x'.repeat(200)], [7], [['a']]])('refuses %j', (value) => {
    expect(() => ESCAPES.string(value, 's')).toThrow('s is no string');
  });
});

test.each([[-1], [1.5], [NaN], [Infinity], [2 ** 53], ['7'], [true]])('uint refuses %j', (value) => {
  expect(() => ESCAPES.uint(value, 'n')).toThrow('n is no uint');
});

test.each([['raw; }'], [''], ['Raw'], ['a b'], ['a(']])('word refuses %j', (value) => {
  expect(() => ESCAPES.word(value, 'w')).toThrow('w is no word');
});

describe('probe', () => {
  test.each([['profile:hz:99'], ['uprobe:/proc/7/root/usr/lib/libjvm.so:_ZN11AllocTracer27send*'], ['kprobe:a+4']])(
    'takes %s',
    (probe) => {
      expect(ESCAPES.probe(probe, 'p')).toBe(probe);
    },
  );
  test.each([
    ['BEGIN { system("id"); } profile:hz:1'],
    ['uprobe:/a b:c'],
    ['kprobe:a/*'],
    ['uprobe://x:y'],
    ['a:b,BEGIN'],
    ['a:b\n'],
  ])('refuses %j', (probe) => {
    expect(() => ESCAPES.probe(probe, 'p')).toThrow('p is no probe');
  });
});

test.each([['/bin/bash'], ['/usr/lib/x86_64-linux-gnu/libc-2.36_a+b@1.so']])('probe-path takes %s', (path) => {
  expect(ESCAPES['probe-path'](path, 'p')).toBe(path);
});
test.each([['bash'], ['/a//b'], ['/a/*b'], ['/a b'], ['/a:b'], ['/a,b'], ['/a$1'], ['/'], ['/a\n'], [''], [7]])(
  'probe-path refuses %j',
  (path) => {
    expect(() => ESCAPES['probe-path'](path, 'p')).toThrow('p is no probe-path');
  },
);
test.each([['_ZN2os5sleepEv'], ['do_sys_openat2'], ['f.isra.0']])('symbol takes %s', (name) => {
  expect(ESCAPES.symbol(name, 's')).toBe(name);
});
test.each([['a*'], ['a,BEGIN'], ['$1'], ['a$1'], ['1a'], ['a b'], [''], ['a\n'], [true]])('symbol refuses %j', (name) => {
  expect(() => ESCAPES.symbol(name, 's')).toThrow('s is no symbol');
});

test('mask takes 16 hex digits only', () => {
  expect(ESCAPES.mask('ffffffffffffff80', 'm')).toBe('(uint64)0xffffffffffffff80');
  expect(() => ESCAPES.mask('80; exit()', 'm')).toThrow('m is no mask');
});

test('pid-set and pid-map are statements on the map of their name', () => {
  expect(ESCAPES['pid-set']([7, 8], 'target')).toBe('@target[(uint64)7] = (uint64)1; @target[(uint64)8] = (uint64)1;');
  expect(ESCAPES['pid-map']([7, 32], 'tls')).toBe('@tls[(uint64)7] = (uint64)32;');
  expect(() => ESCAPES['pid-map']([7], 'tls')).toThrow('tls is no pid-map');
  expect(() => ESCAPES['pid-set'](['7'], 'target')).toThrow('target is no pid-set');
});
