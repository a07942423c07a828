import { expect, test } from 'vitest';
import { checkLanes, checkNames } from '../../tools/checks.ts';
import type { CheckResult } from '../../tools/checks.ts';

test('two lanes run each check once, a lane that comes late takes what is left, and a failure stops nothing', async () => {
  const running = new Map<string, (passed: boolean) => void>();
  const lane = checkLanes(['a', 'b', 'c', 'd'], async (name) => ({
    name,
    passed: await new Promise<boolean>((resolve) => running.set(name, resolve)),
    text: '',
  }));
  const results: CheckResult[] = [];
  const first = lane((result) => results.push(result));
  expect([...running.keys()]).toEqual(['a']);
  const second = lane((result) => results.push(result));
  expect([...running.keys()]).toEqual(['a', 'b']);
  running.get('b')?.(false);
  await expect.poll(() => running.has('c')).toBe(true);
  running.get('a')?.(true);
  await expect.poll(() => running.has('d')).toBe(true);
  running.get('c')?.(true);
  running.get('d')?.(true);
  await Promise.all([first, second]);
  expect(results.map(({ name, passed }) => `${name} ${passed}`).sort()).toEqual(['a true', 'b false', 'c true', 'd true']);
});

test('every static check is in the table', () => {
  expect([...checkNames].sort()).toEqual(['dead', 'format', 'layers', 'lint', 'package', 'types']);
});
