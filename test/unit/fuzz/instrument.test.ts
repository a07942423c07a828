// Counters in a source: every round of a loop, every call, every block; and nothing else is changed.

import { expect, test } from 'vitest';
import { instrument } from '../../fuzz/instrument.ts';

const countersOf = (text: string): string => instrument(text, 'x.ts', 'm').replace(/^import [^;]*;/, '');

test.each([
  ['for (;;) a();', 'for (;;) {__step();a();}'],
  ['while (x) { a(); }', 'while (x) {__step(); a(); }'],
  ['do a(); while (x);', 'do {__step();a();} while (x);'],
  ['for (const a of b) for (const c of a) d(c);', 'for (const a of b) {__step();for (const c of a) {__step();d(c);}}'],
  ['const f = (a: number) => a + 1;', 'const f = (a: number) => (__step(), a + 1);'],
  ['const f = () => ({ a: 1 });', 'const f = () => (__step(), ({ a: 1 }));'],
  ['const f = (a) => (b) => a;', 'const f = (a) => (__step(), (b) => (__step(), a));'],
  [
    'class A { #m(): void { b(); } get c() { return 1; } }',
    'class A { #m(): void {__step(); b(); } get c() {__step(); return 1; } }',
  ],
  ['new Uint8Array(n); new Float64Array(n * 2);', 'new Uint8Array(__allocate(n, 1)); new Float64Array(__allocate(n * 2, 8));'],
  ['new Uint8Array(b, 1, 2); new Map(n);', 'new Uint8Array(b, 1, 2); new Map(n);'],
  ["Buffer.alloc(n); 'x'.repeat(n);", "Buffer.alloc(__allocate(n, 1)); 'x'.repeat(__allocate(n, 1));"],
  ['Array.from({ length: n }, g);', 'Array.from({ length: __allocate(n, 8) }, g);'],
  ["'for (;;) a();' // while (x) y;", "'for (;;) a();' // while (x) y;"],
])('%s', (text, expected) => expect(countersOf(text)).toBe(expected));
