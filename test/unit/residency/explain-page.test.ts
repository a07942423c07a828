import { expect, test } from 'vitest';
import { explainPage, type PageFacts } from '../../../src/residency/explain-page.ts';

const FACTS: PageFacts = {
  address: 0x7f0000000000,
  state: 'none',
  mapping: { permissions: 'rw-p', isBacked: false },
  isForkChild: false,
  parentState: null,
  wasGivenBack: false,
  cache: 'unknown',
  isNumaBalancing: false,
};
const FILE = { permissions: 'r--p', isBacked: true };
const NONE = { permissions: '---p', isBacked: false };

test.each<[string, Partial<PageFacts>, string]>([
  ['anonymous memory', {}, 'never-touched'],
  ['the same, seen to be given back', { wasGivenBack: true }, 'given-back'],
  ['no mapping', { mapping: null }, 'not-mapped'],
  ['an address of the kernel', { address: 0xffff_8000_0000_0000 }, 'kernel-address'],
  ['a file in the page cache', { mapping: FILE, cache: 'cached' }, 'not-faulted-in'],
  ['a file that is not', { mapping: FILE, cache: 'not-cached' }, 'not-in-memory'],
  ['a file nobody asked', { mapping: FILE }, 'not-in-tables'],
  ['shared memory never touched', { mapping: FILE, cache: 'untouched' }, 'never-touched'],
  ['shared memory in swap', { mapping: FILE, cache: 'swapped' }, 'swapped'],
  ['allowed by its mapping, nothing balances: it has changed', { state: 'protected' }, 'protected'],
  ['a fork child, its parent has it', { mapping: FILE, isForkChild: true, parentState: 'readable' }, 'fork-child'],
  [
    'a fork child whose mappings are gone, its parent has it',
    { mapping: undefined, isForkChild: true, parentState: 'readable' },
    'fork-child',
  ],
  [
    'a fork child, its parent has not',
    { mapping: FILE, isForkChild: true, parentState: 'none', cache: 'cached' },
    'not-faulted-in',
  ],
  ['a child that has begun its own program', { mapping: FILE, parentState: 'readable', cache: 'cached' }, 'not-faulted-in'],
  ['forbidden, never touched', { mapping: NONE }, 'prot-none'],
  ['forbidden, was touched', { state: 'protected', mapping: NONE, isNumaBalancing: true }, 'prot-none'],
  ['allowed by its mapping, not by its entry', { state: 'protected', isNumaBalancing: true }, 'numa-hinting'],
  ['protected, the mapping cannot be asked', { state: 'protected', mapping: undefined, isNumaBalancing: true }, 'protected'],
  ['the same where nothing balances', { state: 'protected', mapping: undefined }, 'prot-none'],
  ['swapped', { state: 'swapped' }, 'swapped'],
  ['moving', { state: 'special' }, 'special'],
  ['a key', { state: 'guarded' }, 'guarded'],
  ['there now', { state: 'readable' }, 'readable-again'],
  ['ended', { mapping: undefined }, 'process-ended'],
])('%s', (_, facts, cause) => {
  expect(explainPage({ ...FACTS, ...facts })).toBe(cause);
});
