// Asked to end: one that hangs is killed soon, one that goes on printing is waited for, but not for ever, however slow jtrace itself is.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endGently } from '../../../src/bpftrace/end-gently.ts';
import type { ChildExit } from '../../../src/child/start-child.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] }));
afterEach(() => vi.useRealTimers());

interface Course {
  readonly prints: boolean;
  /** From one look to the next: 100, and more where jtrace gets no CPU. */
  readonly lookMs: number;
  /** It obeys after so many looks. */
  readonly endsAfter?: number;
  /** It has missed so many SIGINTs, and sleeps in its wait. */
  readonly misses?: number;
}

/** After how long it is killed; null: it is not. */
async function killedAfterMs({ prints, lookMs, endsAfter = Infinity, misses }: Course): Promise<number | null> {
  let [clockMs, printed] = [1000, 0];
  const killed: number[] = [];
  const said: NodeJS.Signals[] = [];
  let exit: (how: ChildExit) => void = () => undefined;
  const exited = new Promise<ChildExit>((resolve) => (exit = resolve));
  const signal = (name: NodeJS.Signals): void => {
    said.push(name);
    if (said.length - 1 === misses) exit({ code: 0, signal: null, startError: null });
  };
  const sleepsInWait = (): boolean => misses !== undefined;
  const onKill = (): void => void killed.push(clockMs - 1000);
  endGently({ signal, exited, sleepsInWait }, { pieces: () => (prints ? (printed += 1) : 0), onKill }, () => clockMs);
  for (let look = 0; look < 1000; look += 1) {
    if (look === endsAfter) exit({ code: 0, signal: null, startError: null });
    clockMs += lookMs;
    await vi.advanceTimersByTimeAsync(101);
  }
  expect(said[0]).toBe('SIGINT');
  expect(said.filter((name) => name === 'SIGINT')).toHaveLength(1 + Math.min(misses ?? 0, 2));
  expect(said.includes('SIGKILL')).toBe(killed.length > 0);
  return killed[0] ?? null;
}

test('a silent one after some seconds, one that prints on after half a minute, one that ends not at all', async () => {
  expect(await killedAfterMs({ prints: false, lookMs: 100 })).toBe(3000);
  expect(await killedAfterMs({ prints: true, lookMs: 100 })).toBe(30_000);
  expect(await killedAfterMs({ prints: true, lookMs: 100, endsAfter: 50 })).toBeNull();
});

test('where jtrace has no time to look either, the clock decides', async () => {
  expect(await killedAfterMs({ prints: true, lookMs: 2000 })).toBe(60_000);
  expect(await killedAfterMs({ prints: false, lookMs: 700 })).toBe(21_000);
});

test('one that sleeps in its wait has missed the signal, and is asked again; not for ever', async () => {
  expect(await killedAfterMs({ prints: false, lookMs: 100, misses: 1 })).toBeNull();
  expect(await killedAfterMs({ prints: false, lookMs: 100, misses: 2 })).toBeNull();
  expect(await killedAfterMs({ prints: false, lookMs: 100, misses: 9 })).toBe(3000);
});
