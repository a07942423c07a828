// How a user's program begins and ends, told by a bpftrace that the test plays.

import { expect, test, vi } from 'vitest';
import { runScript, type ScriptRunOptions } from '../../../src/bpftrace/run-script.ts';
import type { ChildExit, ChildOptions } from '../../../src/child/start-child.ts';
import type { ScriptEvent } from '../../../src/model/script.ts';

const played = vi.hoisted(() => ({
  options: null as ChildOptions | null,
  exit: null as ((how: ChildExit) => void) | null,
  isCutOff: false,
}));
vi.mock('../../../src/child/start-child.ts', () => ({
  startChild: (options: ChildOptions) => {
    played.options = options;
    return Promise.resolve({
      pid: 4711,
      exited: new Promise<ChildExit>((resolve) => (played.exit = resolve)),
      signal: () => undefined,
      isCutOff: () => played.isCutOff,
      sleepsInWait: () => false,
    });
  },
}));
vi.mock('../../../src/bpftrace/machine.ts', () => ({
  askMachine: () => ({ mayLoad: true, hasSysAdmin: true, hasTypeInformation: true, hasTracefs: true }),
}));

const MARKER = 'all attached';
const PROBES = '{"type": "attached_probes", "data": {"probes": 3}}\n';
const READY = `{"type": "printf", "data": "${MARKER}\\n"}\n`;

/** What it tells of such a bpftrace. */
async function told(
  stdout: string,
  stderr: string,
  exit: Partial<ChildExit>,
  options: Partial<ScriptRunOptions> & { readonly isStopped?: boolean } = {},
): Promise<readonly ScriptEvent[]> {
  const events: ScriptEvent[] = [];
  const run = await runScript({
    bpftracePath: 'bpftrace',
    version: { major: 0, minor: 23, patch: 2 },
    text: 'BEGIN { }',
    environment: {},
    pid: null,
    unsafe: false,
    readyMarker: MARKER,
    ownProbes: options.readyMarker === null ? 0 : 1,
    hasIterators: false,
    own: null,
    arguments: [],
    onEvent: (event) => events.push(event),
    ...options,
  });
  played.options?.onStdout(Buffer.from(stdout));
  played.options?.onStderr(Buffer.from(stderr));
  if (options.isStopped === true) void run.stop();
  played.exit?.({ code: 0, signal: null, startError: null, ...exit });
  await run.finished;
  return events;
}

const kinds = (events: readonly ScriptEvent[]): readonly string[] => events.map(({ kind }) => kind);

test('the marker makes it ready, once, and is never shown; its own probe is not counted', async () => {
  const events = await told(`${PROBES}{"type": "printf", "data": "early\\n"}\n${READY}${READY}`, '', {});
  expect(events).toEqual([
    { kind: 'text', text: 'early\n' },
    { kind: 'ready', probes: 2 },
    { kind: 'stopped', exitCode: 0 },
  ]);
});

test('one that had to be interrupted while it printed: what may be missing is told', async () => {
  played.isCutOff = true;
  const events = await told(`${PROBES}${READY}`, '', {}, { isStopped: true });
  played.isCutOff = false;
  const error = expect.objectContaining({ kind: 'incomplete', message: expect.stringContaining('maps and last lines may be missing') as unknown }) as unknown; // prettier-ignore
  expect(events.slice(1)).toEqual([
    { kind: 'failed', error },
    { kind: 'stopped', exitCode: 0 },
  ]);
});

test('a probe of a kind that is none is the program’s affair, also on 0.17, which aborts', async () => {
  const events = await told('', 'FATAL: Invalid probe type made it to attachpoint parser\n', { code: null, signal: 'SIGABRT' });
  expect(events).toContainEqual({ kind: 'failed', error: expect.objectContaining({ kind: 'usage' }) as unknown });
});

test('without a marker bpftrace’s word is taken', async () => {
  const events = await told(PROBES, '', {}, { readyMarker: null });
  expect(events).toEqual([{ kind: 'ready', probes: 3 }, { kind: 'stopped', exitCode: 0 }]); // prettier-ignore
});

test('a program that ends before the marker’s turn was ready', async () => {
  expect(kinds(await told(PROBES, '', {}))).toEqual(['ready', 'stopped']);
  expect(await told(PROBES, '', { code: 3 })).toEqual([{ kind: 'ready', probes: 2 }, { kind: 'stopped', exitCode: 3 }]); // prettier-ignore
});

test('exit(3) while it runs is no failure, nor is our signal before it was set up', async () => {
  expect(kinds(await told(PROBES + READY, 'ERROR: failed to open file', { code: 3 }))).toEqual(['ready', 'message', 'stopped']);
  expect(kinds(await told('', '', { code: null, signal: 'SIGINT' }, { isStopped: true }))).toEqual(['stopped']);
});

test('probes that cannot be attached, after bpftrace has said that they are: all its words are the cause, errors first', async () => {
  const words = 'stdin:1:1-16: WARNING: vfs_read is not traceable\nkprobe:vfs_read { }\n~~~~~~~~~~~~~~~\n';
  const events = await told(PROBES, `${words}ERROR: Error attaching probe: kprobe:vfs_read\n`, { code: 255 });
  expect(kinds(events)).toEqual(['message', 'message', 'failed', 'stopped']);
  const failed = events.find((event) => event.kind === 'failed')?.error;
  expect(failed).toMatchObject({ kind: 'environment', message: 'bpftrace could not attach the probes' });
  expect(failed?.cause).toMatchObject({ message: `ERROR: Error attaching probe: kprobe:vfs_read\n${words.trimEnd()}` });
});

test('it crashed while it printed: what came is kept, what is cut off is told', async () => {
  const events = await told(`${PROBES}{"type": "map", "data": {"@a": 1}}\n{"type": "map", "data": {"@cp": {`, '', {
    code: null,
    signal: 'SIGABRT',
  });
  expect(kinds(events)).toEqual(['map', 'message', 'ready', 'failed', 'stopped']);
  expect(events[3]).toMatchObject({ error: { kind: 'incomplete', message: expect.stringContaining('SIGABRT') as string } });
});

test('what iterators print is no JSON', async () => {
  const events = await told(`${PROBES}1 systemd\n\n2 kthreadd\n`, '', {}, { readyMarker: null, hasIterators: true });
  expect(events.filter(({ kind }) => kind === 'text')).toEqual([
    { kind: 'text', text: '1 systemd\n' },
    { kind: 'text', text: '\n' },
    { kind: 'text', text: '2 kthreadd\n' },
  ]);
});

test.each([
  [17, ['-k', '-f', 'json', '-']],
  [23, ['-f', 'json', '-']],
])('0.%i is asked for what it does not tell by itself', async (minor, args) => {
  await told('', '', {}, { version: { major: 0, minor, patch: 0 } });
  expect(played.options?.args).toEqual(args);
});
