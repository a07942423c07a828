// When a capture counts as running, told by a bpftrace that the test plays: the record that says so may be lost, or bpftrace die before it.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startCapture, type Capture } from '../../../src/bpftrace/run.ts';
import type { ChildExit, ChildOptions } from '../../../src/child/start-child.ts';
import type { CaptureEvent } from '../../../src/model/capture.ts';
import type { CaptureProgram } from '../../../src/model/program.ts';

interface PlayedChild {
  readonly print: (text: string) => void;
  readonly exit: (how: Partial<ChildExit>) => void;
}

const played = vi.hoisted(() => ({ child: null as PlayedChild | null }));
vi.mock('../../../src/child/start-child.ts', () => ({
  startChild: ({ onStdout }: ChildOptions) => {
    let exit: (how: ChildExit) => void = () => undefined;
    const exited = new Promise<ChildExit>((resolve) => (exit = resolve));
    played.child = {
      print: (text) => onStdout(Buffer.from(text)),
      exit: (how) => exit({ code: 0, signal: null, startError: null, ...how }),
    };
    return Promise.resolve({ pid: 4711, exited, signal: () => undefined, isCutOff: () => false, sleepsInWait: () => false });
  },
}));
vi.mock('../../../src/bpftrace/machine.ts', async (original) => ({
  ...(await original<object>()),
  requireInitialPidNamespace: () => undefined,
}));

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] }));
afterEach(() => vi.useRealTimers());

const PROGRAM: CaptureProgram = { text: '', environment: {}, unsafe: false, arguments: [], chunkBytes: 64, windowBytes: 4096 };
const HEARTBEAT = 'H 5000000000\n';

async function start(
  program = PROGRAM,
): Promise<{ capture: Capture; child: PlayedChild; kinds: () => string[]; events: CaptureEvent[] }> {
  const events: CaptureEvent[] = [];
  const capture = await startCapture({ bpftracePath: 'bpftrace', program, onEvent: (event) => events.push(event) });
  const { child } = played;
  if (child === null) throw new Error('not started');
  return { capture, child, events, kinds: () => events.map(({ kind }) => kind) };
}

test('a heartbeat alone makes it ready, a moment later', async () => {
  const { child, kinds } = await start();
  child.print(HEARTBEAT);
  expect(kinds()).toEqual(['heartbeat']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(kinds()).toEqual(['heartbeat', 'ready']);
});

test('a bpftrace that dies within that moment was ready: what it had delivered is kept', async () => {
  const { capture, child, kinds, events } = await start();
  child.print(HEARTBEAT);
  child.exit({ code: null, signal: 'SIGSEGV' });
  await capture.finished;
  expect(kinds()).toEqual(['heartbeat', 'ready', 'failed', 'stopped']);
  expect(events.find((event) => event.kind === 'failed')?.error).toMatchObject({
    kind: 'incomplete',
    message: 'bpftrace was ended by SIGSEGV while sampling',
  });
});

test('one that dies without a word never was', async () => {
  const { capture, child, kinds } = await start();
  child.exit({ code: 1 });
  await capture.finished;
  expect(kinds()).toEqual(['failed', 'stopped']);
});

test('one that was asked to end does not become ready any more, whatever it had printed or prints', async () => {
  const { capture, child, kinds } = await start();
  child.print(HEARTBEAT);
  void capture.stop();
  child.print(HEARTBEAT);
  await vi.advanceTimersByTimeAsync(2000);
  child.exit({ code: 0 });
  await capture.finished;
  expect(kinds()).toEqual(['heartbeat', 'heartbeat', 'stopped']);
});

const HEAD = 'S 11 1000 0 4711 7 3 0 0 0 0 0 1 6a 61 76 61 00 00 00 00 00 00 00 00 00 00 00 00\nE 11 7 0\n';
const LOST = 'Lost 3 events\n';

test.each<[string, CaptureProgram['weighs'], string, string[]]>([
  ['an operation that has not ended', 'spans', HEAD, []],
  ['an operation whose end may be among the lost', 'spans', HEAD + LOST, ['lost', 'broken-sample']],
  ['a wait that goes on', 'waits', `${HEAD}${HEARTBEAT}`, ['sample']],
  ['a wait whose end may be among the lost', 'waits', `${HEAD}${HEARTBEAT}${LOST}`, ['lost', 'broken-sample']],
  ['a wait that no map had room for, and another', 'waits', `L 8\nL 9\n${HEAD}${HEARTBEAT}`, ['message', 'broken-sample', 'broken-sample', 'sample']], // prettier-ignore
])('at the end: %s', async (_, weighs, output, expected) => {
  const { capture, child, kinds } = await start({ ...PROGRAM, ...(weighs === undefined ? {} : { weighs }) });
  child.print(output);
  void capture.stop();
  child.exit({ code: 0 });
  await capture.finished;
  expect(kinds().filter((kind) => !['heartbeat', 'stopped', 'ready'].includes(kind))).toEqual(expected);
});
