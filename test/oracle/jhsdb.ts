// The VM's own debugger on a stopped JVM: a warm agent (OracleAgent.java) that runs the class behind `jhsdb jstack` and answers raw
// questions for proofs, and the plain `jhsdb jstack --pid` to check the agent against. The target must be stopped (SIGSTOP) while
// attached; detaching leaves it stopped. Facts are as SA gives them: nothing here is taken from jtrace's own unwinder.

import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { join } from 'node:path';
import {
  blobFacts,
  guessFacts,
  type GuessFacts,
  list,
  methodFacts,
  nullable,
  pcDescFacts,
  record,
  threadFacts,
  vmFacts,
  type BlobFacts,
  type MethodFacts,
  type PcDescFacts,
  type ThreadFacts,
  type VmFacts,
} from './debugger-facts.ts';
import { parseJstack, type JhsdbThread } from './jstack-text.ts';

const run = promisify(execFile);

/** SA searches up to 128 KiB of stack word by word for a start, walking each time: tens of seconds at worst, minutes on a busy machine. */
const ANSWER_TIMEOUT_MS = 300_000;
/** A jstack takes a second or two; JDK 11's can search without end, in stacks of other threads, too. */
const JSTACK_TIMEOUT_MS = 90_000;
const SA_PACKAGES = ['', '.code', '.debugger', '.interpreter', '.oops', '.runtime', '.tools', '.types'];

export interface Attachment {
  readonly vm: VmFacts;
  /** The text `jhsdb jstack` prints, with pcs, and its threads by tid. */
  jstack(): Promise<{ readonly text: string; readonly threads: ReadonlyMap<number, JhsdbThread> }>;
  thread(tid: number): Promise<ThreadFacts | null>;
  /** null: SA sees no Java frame. Seconds where it has to search. */
  guess(tid: number): Promise<GuessFacts | null>;
  blob(pc: number): Promise<BlobFacts | null>;
  pcDescs(pc: number): Promise<readonly PcDescFacts[]>;
  method(address: number): Promise<MethodFacts | null>;
  lineOf(method: number, bci: number): Promise<number>;
  detach(): Promise<void>;
}

/** The debugger found no end: it was killed, the next attach starts another. */
export class NoAnswer extends Error {}

export interface Jhsdb {
  attach(pid: number): Promise<Attachment>;
  close(): Promise<void>;
}

export interface JhsdbOptions {
  /** The JDK of the target: SA works only on its own build. */
  readonly javaHome: string;
  /** libfastpeek.so (fast-peek.c), or null to read as slowly as jhsdb does. */
  readonly fastPeek: string | null;
}

/** Starts the agent; again where the last one had to be killed. */
export function startJhsdb(options: JhsdbOptions): Jhsdb {
  let session = startSession(options);
  return {
    async attach(pid) {
      if (session.hasEnded()) session = startSession(options);
      const { ask } = session;
      return attachment(vmFacts(await ask(`attach ${String(pid)}`)), ask);
    },
    async close() {
      await session.close();
    },
  };
}

interface Session {
  readonly ask: Ask;
  readonly hasEnded: () => boolean;
  readonly close: () => Promise<void>;
}

function startSession({ javaHome, fastPeek }: JhsdbOptions): Session {
  const exports = SA_PACKAGES.flatMap((name) => ['--add-exports', `jdk.hotspot.agent/sun.jvm.hotspot${name}=ALL-UNNAMED`]);
  const argv = [
    '-XX:TieredStopAtLevel=1',
    '--add-modules',
    'jdk.hotspot.agent',
    ...exports,
    join(import.meta.dirname, 'OracleAgent.java'),
  ];
  const env = fastPeek === null ? process.env : { ...process.env, LD_PRELOAD: fastPeek };
  const child = spawn(join(javaHome, 'bin', 'java'), argv, { env });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      process.removeListener('exit', kill);
      resolve();
    });
  });
  return {
    ask: conversation(child, ended),
    hasEnded: () => child.killed || child.exitCode !== null || child.signalCode !== null,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** `jhsdb jstack --pid`, the tool itself: seconds per call. */
export async function jhsdbJstack(javaHome: string, pid: number): Promise<ReadonlyMap<number, JhsdbThread>> {
  const { stdout } = await run(join(javaHome, 'bin', 'jhsdb'), ['jstack', '--pid', String(pid)], {
    timeout: ANSWER_TIMEOUT_MS,
    maxBuffer: 2 ** 26,
  });
  return parseJstack(stdout);
}

type Ask = (request: string, timeoutMs?: number) => Promise<unknown>;

/** One request at a time, one line of JSON back. */
function conversation(child: ChildProcessWithoutNullStreams, ended: Promise<void>): Ask {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let complaints = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaints = (complaints + bytes.toString()).slice(-4000);
  });
  // What is written to one that ended is answered by its end.
  child.stdin.on('error', () => undefined);
  return async (request, timeoutMs = ANSWER_TIMEOUT_MS) => {
    child.stdin.write(`${request}\n`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        // Only when it is gone the target has no tracer any more.
        void ended.then(() => {
          reject(new NoAnswer(`the debugger did not answer "${request}": ${complaints}`));
        });
      }, timeoutMs);
    });
    const line = lines.next().then((next) => (child.killed ? late : next));
    const next = await Promise.race([line, late]).finally(() => {
      clearTimeout(timer);
    });
    if (next.done) {
      const how = child.signalCode ?? String(child.exitCode);
      throw new Error(`the debugger ended (${how}) at "${request}": ${complaints}`);
    }
    const answer = record(JSON.parse(next.value));
    if ('error' in answer) throw new Error(`the debugger on "${request}": ${String(answer['error'])}`);
    return answer['ok'];
  };
}

function attachment(vm: VmFacts, ask: Ask): Attachment {
  return {
    vm,
    async jstack() {
      const text = String(await ask('jstack -v', JSTACK_TIMEOUT_MS));
      return { text, threads: parseJstack(text) };
    },
    thread: async (tid) => nullable(await ask(`thread ${String(tid)}`), threadFacts),
    guess: async (tid) => nullable(await ask(`guess ${String(tid)}`), guessFacts),
    blob: async (pc) => nullable(await ask(`blob ${pc.toString(16)}`), blobFacts),
    pcDescs: async (pc) => list(await ask(`pcdescs ${pc.toString(16)}`)).map(pcDescFacts),
    method: async (address) => nullable(await ask(`method ${address.toString(16)}`), methodFacts),
    lineOf: async (method, bci) => Number(await ask(`line ${method.toString(16)} ${String(bci)}`)),
    detach: async () => {
      await ask('detach');
    },
  };
}
