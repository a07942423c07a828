import { expect, test } from 'vitest';
import { parseJstack } from '../../oracle/jstack-text.ts';

// Made with jhsdb jstack and clhsdb's jstack -v of JDK 17.0.21 on a stopped test/programs/Strata.java.
const TEXT = `Deadlock Detection:

No deadlocks found.

"worker-0" #12 daemon prio=5 tid=0x00007f5bb413e580 nid=0x1d62 runnable [0x00007f5b90973000]
   java.lang.Thread.State: RUNNABLE
   JavaThread state: _thread_in_Java
 - Strata.tinyAdd(int, int) @bci=3, line=50, pc=0x00007f5ba4fc4ca2, Method*=0x00007f5b3300a0e0 (Compiled frame; information may be imprecise)
 - Strata$$Lambda$11+0x00007f750c005100.run(int) @bci=1 (Interpreted frame)
 - java.lang.Object.wait(long) @bci=0 (Compiled frame [deoptimized])
\t- waiting on <0x0000000687402b08> (a java.lang.ref.Reference)

"quoted " #3 name" #13 prio=5 tid=0x00007f5bb40180e0 nid=0x1d50 runnable [0x0000000000000000]
   java.lang.Thread.State: RUNNABLE
Error occurred during stack walking:
`;

test('threads by tid, frames leaf first', () => {
  const threads = parseJstack(TEXT);
  expect([...threads.keys()]).toEqual([0x1d62, 0x1d50]);
  const frames = threads.get(0x1d62)?.frames ?? [];
  expect(frames.map(({ method, bci, line, kind }) => [method, bci, line, kind])).toEqual([
    ['Strata.tinyAdd(int, int)', 3, 50, 'compiled'],
    ['Strata$$Lambda$11+0x00007f750c005100.run(int)', 1, 0, 'interpreted'],
    ['java.lang.Object.wait(long)', 0, 0, 'compiled'],
  ]);
  expect(frames.map(({ imprecise, deoptimized }) => [imprecise, deoptimized])).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ]);
  expect(frames[0]?.pc).toBe(0x7f5ba4fc4ca2);
});

test('a walk that jhsdb broke off is told', () => {
  expect(parseJstack(TEXT).get(0x1d50)).toEqual({ name: 'quoted " #3 name', tid: 0x1d50, frames: [], broken: true });
});

test('thread numbers of JDK 21, which are decimal', () => {
  expect([...parseJstack(TEXT.replace('nid=0x1d62', 'nid=7522')).keys()]).toEqual([7522, 0x1d50]);
});

test('a frame that is not understood is an error, not a lost frame', () => {
  expect(() => parseJstack(TEXT.replace('@bci=3', '@bcx=3'))).toThrow('not understood');
});
