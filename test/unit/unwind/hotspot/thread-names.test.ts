// Whether a name read from the heap is the thread's: the kernel's comm is the proof.

import { expect, test } from 'vitest';
import { agreesWithComm } from '../../../../src/unwind/hotspot/thread-names.ts';

test.each([
  ['worker-1', 'worker-1', true],
  ['http-nio-8080-exec-1', 'http-nio-8080-e', true],
  ['fifteen-letters', 'fifteen-letters', true],
  ['Ünïcödé thread', 'Ünïcödé thr', true], // 15 bytes
  ['a €€€€€€', 'a €€€€\ufffd', true], // cut inside a character
  ['😀😀😀', Buffer.from('eda0bdedb880eda0bdedb880eda0bd', 'hex').toString('utf8'), true], // modified UTF-8 is no UTF-8
  ['', 'worker-1', false],
  ['', '', false],
  ['work', 'worker-1', false],
  ['worker-12', 'worker-1', false],
  ['http-nio-8080-exec-1', 'http-nio-9090-e', false],
  ['\0\0\0', 'worker-1', false],
  ['http-nio-8080-exec-1', 'http-ni..exec-1', true], // JDK 26
  ['http-nio-8080-exec-2', 'http-ni..exec-1', false],
  ['имя-потока-длинное', Buffer.from([...Buffer.from('имя-').subarray(0, 7), ...Buffer.from('..ное')]).toString(), true],
])('%j for %j: %s', (name, comm, is) => {
  expect(agreesWithComm(name, comm)).toBe(is);
});
