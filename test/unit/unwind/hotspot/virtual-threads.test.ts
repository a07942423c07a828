import { expect, test } from 'vitest';
import { labelOf } from '../../../../src/unwind/hotspot/virtual-threads.ts';

test.each([
  ['', 'virtual'],
  ['17', 'virtual *'],
  ['worker-17', 'virtual worker-*'],
  ['http-8080-exec', 'virtual http-8080-exec'],
  ['x'.repeat(5000), `virtual ${'x'.repeat(100)}`],
])('%s', (name, label) => {
  expect(labelOf(name)).toBe(label);
});
