import { expect, test } from 'vitest';
import { stubFrame } from '../../../../src/unwind/hotspot/java-frames.ts';

test('a stub of a blob without a name has one all the same: no output shows a frame that has none', () => {
  expect(stubFrame('', '').name).toBe('[stub]');
  expect(stubFrame('call_stub', 'StubRoutines (1)')).toMatchObject({ name: 'call_stub', library: 'StubRoutines (1)' });
});
