import { expect, test } from 'vitest';
import { parsePageRange } from '../../../src/cli/flags/parse-page-range.ts';

test.each([
  ['0x7f1234560000', 0x7f1234560000, 0x7f1234561000],
  ['7f1234560000', 0x7f1234560000, 0x7f1234561000],
  ['0x7f1234560010,1', 0x7f1234560000, 0x7f1234561000],
  ['0x7f1234560fff,2', 0x7f1234560000, 0x7f1234562000],
  ['0x7f1234560000,64k', 0x7f1234560000, 0x7f1234570000],
  ['0x7F1234560000,1MiB', 0x7f1234560000, 0x7f1234660000],
  ['0x7f1234560000,1g', 0x7f1234560000, 0x7f1274560000],
])('%s', (text, start, end) => {
  expect(parsePageRange(text)).toEqual({ start, end });
});

test.each([
  ['', 'is no address'],
  ['heap', 'is no address'],
  ['0x7f1234560000,', 'is no address'],
  ['0x7f1234560000,1x', 'is no address'],
  ['0x7f1234560000,-1', 'is no address'],
  ['0x7f1234560000,0', 'is empty'],
  ['0x7f1234560000,1t', 'is more than is looked at page by page'],
  ['0xffffffff81000000', 'lies in the kernel'],
  ['0x1000000000000', 'is no address of a process'],
  ['\u001b[31m', 'is no address'],
])('%s: %s', (text, problem) => {
  expect(() => parsePageRange(text)).toThrow(problem);
});
