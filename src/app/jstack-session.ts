// The stacks of a program with `jstack` while it runs: those that its walks send are resolved and remembered by their identity, and what the
// program prints (keys, values, texts) gets them in place of it. Tells the program of JVMs, and which stacks have arrived.

import { OperatorError } from '../model/errors.ts';
import type { Frame, ResolvedStack, UnfinishedReason } from '../model/frame.ts';
import { unfinishedName } from '../model/unfinished-name.ts';
import type { MapSnapshot } from '../model/script.ts';
import type { Pid } from '../model/units.ts';
import type { RawSample } from '../model/sample.ts';
import type { Ui } from '../model/ui.ts';
import { AnnouncedStacks, CHUNK_BYTES } from '../bpftrace/announced-stacks.ts';
import { anyProcessWords, forgetStackWord, stackArrivedWord, takenWord, walkWords } from '../bpftrace/feed-words.ts';
import { PiecedStacks } from '../bpftrace/pieced-stacks.ts';
import { WalkFeed } from '../bpftrace/walk-feed.ts';
import { frameName } from '../outputs/frame-name.ts';
import { PIECES_AT_ONCE, PIECES_OF_STACK } from '../program/jstack.ts';
import { withBatchPages } from '../target/batch-pages.ts';
import { readKernelSymbols } from '../target/kallsyms.ts';
import { LibraryBuilds } from '../target/library-builds.ts';
import { openTarget } from '../target/open-target.ts';
import { describeRunning } from '../target/processes/describe-jvm.ts';
import { classifyProcess } from '../target/processes/classify-process.ts';
import { readProcessStat } from '../target/processes/process-stat.ts';
import { unfinishedFrame } from '../unwind/marker-frames.ts';
import { type ArrivedStack, ArrivedStacks, type MissingReason } from './arrived-stacks.ts';
import { ContainedBugs } from './contained-bugs.ts';
import { ObservedProcesses } from './observed-processes.ts';
import { SendingRoom } from './sending-room.ts';
import { StartingJvms } from './starting-jvms.ts';
import { UnreadablePages } from './unreadable-pages.ts';
import { samplesOfWaiting } from './warm-up.ts';
import { createUserCache } from './user-cache/user-cache.ts';

/** Of each run: the first process takes most of it, others with the same libraries some 30 ms. */
const MOST_WARM_MS = 1500;

/** Of the program's map of stacks: so many hold that one has arrived; the others are for those under way. */
const ARRIVED_SHARE = 0.75;
/** All ones, in its map: it has arrived. */
const ARRIVED = 2n ** 64n - 1n;

export interface JstackCounts {
  /** Stacks that arrived whole, and how often pieces of one were lost on the way (and sent again). */
  readonly arrived: number;
  readonly torn: number;
  readonly unfinished: ReadonlyMap<UnfinishedReason, number>;
  readonly missed: ReadonlyMap<MissingReason, number>;
  /** Stacks that a bug of jtrace cost. */
  readonly bugs: number;
}

export class JstackSession {
  #arrivedWhole = 0;
  #lostByBugs = 0;
  #tornOnes = 0;
  readonly #stacks = new ArrivedStacks();
  /** Identities that the program was told to have arrived, the oldest first. */
  readonly #told = new Set<number>();
  readonly #mostTold: number;
  readonly #announced: AnnouncedStacks;
  readonly #processes: ObservedProcesses;
  readonly #ui: Ui;
  readonly #bugs: ContainedBugs;
  readonly #feed = new WalkFeed();
  readonly #unreadable = new UnreadablePages();
  readonly #pieces: PiecedStacks;
  /** JVMs that the program was told of. */
  readonly #fed = new Set<Pid>();
  readonly #room = new SendingRoom(PIECES_AT_ONCE, PIECES_OF_STACK);
  #warmMs = 0;
  readonly #starting = new StartingJvms((pid) => this.#look(pid));

  /** `mapEntries`: as many as a map of the program's holds. */
  constructor(windowBytes: number, mapEntries: number, ui: Ui) {
    this.#mostTold = Math.floor(mapEntries * ARRIVED_SHARE);
    this.#ui = ui;
    this.#bugs = new ContainedBugs(ui);
    const builds = new LibraryBuilds(createUserCache({ environment: process.env }));
    this.#pieces = new PiecedStacks(CHUNK_BYTES, windowBytes);
    this.#feed.feed(0, anyProcessWords());
    this.#processes = new ObservedProcesses(
      {
        open: (pid) => withBatchPages(openTarget(pid, builds)),
        kernel: readKernelSymbols(),
        stackStart: (pid) => readProcessStat(pid)?.stackStart ?? 0,
        describe: describeRunning,
        reread: false,
        isWholeMachine: true,
        onUnreadable: (error) => {
          ui.message('warning', `${error.message}: its stacks are unfinished`);
        },
      },
      (locator, walk) => {
        const parameters = walk();
        const words = parameters === null ? null : walkWords(parameters);
        this.#fed.add(locator.pid);
        if (words !== null) this.#feed.feed(locator.pid, words);
      },
    );
    this.#announced = new AnnouncedStacks(windowBytes, {
      stack: (id, sample) => this.#arrived(id, sample),
      broken: () => {
        this.#torn();
      },
      jvmFed: (pid) => this.#feed.confirmed(pid),
      exec: (pid) => {
        this.#fed.delete(pid);
        this.#bugs.guard(pid, () => this.#processes.exec(pid));
        this.#starting.watch(pid);
      },
      exit: (pid) => {
        this.#fed.delete(pid);
        this.#starting.forget(pid);
        this.#bugs.guard(pid, () => this.#processes.exit(pid));
      },
      ready: () => undefined, // said by run-script.ts
      other: (text) => ui.message('detail', `bpftrace: ${text}`),
    });
  }

  /** Looks at a process before its first stack: a JVM's places are told to the program as soon as it listens. */
  expect(pid: Pid): void {
    this.#bugs.guard(pid, () => {
      try {
        this.#processes.open(pid);
      } catch (error) {
        // Told with its first stack, as of any other.
        if (!(error instanceof OperatorError)) throw error;
      }
    });
    this.#warm(pid);
  }

  /** A COMMAND is let go: if it is a JVM, it is told of before it makes events. */
  watch(pid: Pid): void {
    this.#starting.watch(pid);
  }

  /** All probes are attached: the program hears what it is told. Settles when it has heard of what is known by now. */
  ready(): Promise<void> {
    return this.#feed.ready();
  }

  /** A line of the program's own, without its mark. */
  line(text: string): void {
    this.#announced.line(text);
  }

  /** bpftrace has lost lines: they may have been of stacks. */
  lost(): void {
    this.#limit(this.#room.lost(performance.now()));
  }

  /** The program has ended: why BPF could not read pages of the stacks that arrived is told. */
  end(): void {
    this.#announced.end();
    this.#unreadable.tell(this.#ui);
    this.#starting.close();
    this.#feed.close();
    this.#processes.close();
  }

  get counts(): JstackCounts {
    return {
      arrived: this.#arrivedWhole,
      torn: this.#tornOnes,
      unfinished: this.#stacks.unfinished(),
      missed: this.#stacks.missed(),
      bugs: this.#lostByBugs,
    };
  }

  /** null: not one that has arrived. */
  stack(id: number): ArrivedStack | null {
    return this.#stacks.get(id);
  }

  /** The frame that stands for one that has not. */
  missing(id: number): string {
    return this.#stacks.missing(id);
  }

  /** The program's own map of what it has sent, at its end: what has begun to arrive is as whole as it gets before the last maps are shown. */
  sent({ entries }: MapSnapshot, isWhole: boolean): void {
    this.#announced.end();
    const sent = entries.map(({ key, value }) => [Number(key), value.kind === 'number' && value.value === ARRIVED] as const);
    this.#stacks.ended(new Map(sent), isWhole);
  }

  #arrived(id: number, given: RawSample): void {
    // Sent again, as the word of its arrival came late.
    const before = this.#stacks.get(id);
    if (before?.lostChunks === 0 && before.unfinished !== 'vm-not-ready') {
      this.#tell(id);
      return;
    }
    const sample = this.#pieces.add(id, given);
    const { lostChunks } = sample.stack;
    if (given.stack.lostChunks > 0) this.#torn();
    if (lostChunks > 0) {
      // Sent again with its next event; until then as it is.
      if (lostChunks < (before?.lostChunks ?? Infinity)) this.#remember(id, sample);
      return;
    }
    this.#remember(id, sample);
    // Sent again with a later event, when more can be known.
    if (this.#stacks.get(id)?.unfinished === 'vm-not-ready') return;
    this.#arrivedWhole += 1;
    this.#limit(this.#room.arrived());
    this.#tell(id);
  }

  /** It is not sent again, while the program's map has room to remember that. */
  #tell(id: number): void {
    this.#told.delete(id);
    this.#told.add(id);
    this.#feed.tell(stackArrivedWord(id));
    const [oldest] = this.#told;
    if (this.#told.size <= this.#mostTold || oldest === undefined) return;
    this.#told.delete(oldest);
    this.#feed.tell(forgetStackWord(oldest));
  }

  #warm(pid: Pid): void {
    if (this.#warmMs >= MOST_WARM_MS) return;
    const startMs = performance.now();
    this.#bugs.guard(pid, () => {
      this.#processes.warm(pid, (reader) => samplesOfWaiting(pid, reader, Number(process.hrtime.bigint())));
    });
    this.#warmMs += performance.now() - startMs;
  }

  /** Whether nothing more is to be learned of a process that has just begun. */
  #look(pid: Pid): boolean {
    if (classifyProcess(pid).kind === 'hotspot')
      this.#bugs.guard(pid, () => this.#processes.look(pid, Number(process.hrtime.bigint()) / 1e6));
    if (!this.#fed.has(pid)) return false;
    this.#warm(pid);
    return true;
  }

  #torn(): void {
    this.#tornOnes += 1;
    this.lost();
  }

  /** null: as before. */
  #limit(pieces: number | null): void {
    if (pieces !== null) this.#feed.tell(takenWord(PIECES_AT_ONCE - pieces));
  }

  #remember(id: number, sample: RawSample): void {
    try {
      this.#unreadable.see(sample);
      this.#processes.beginBatch(sample.timeNs / 1e6);
      const { stack } = this.#processes.resolve(sample);
      this.#processes.endBatch();
      this.#stacks.remember(id, { ...shown(stack, sample.stack.lostChunks > 0), lostChunks: sample.stack.lostChunks });
    } catch (error) {
      this.#lostByBugs += 1;
      this.#bugs.tell('a stack', error);
    }
  }
}

/** A walk that met a hole goes wrong in one way or another: what was lost is the reason. */
function shown({ frames, outcome }: ResolvedStack, hasHoles: boolean): Omit<ArrivedStack, 'lostChunks'> {
  const reason = outcome.kind === 'unfinished' ? outcome.reason : null;
  if (reason === null || !hasHoles) return { frames: namesOf(frames), walked: frames, unfinished: reason };
  const walked = frames.at(-1)?.marker === 'unfinished' ? frames.slice(0, -1) : frames;
  return {
    frames: [...namesOf(walked), unfinishedName('stack-lost')],
    walked: [...walked, unfinishedFrame('stack-lost')],
    unfinished: 'stack-lost',
  };
}

function namesOf(frames: readonly Frame[]): readonly string[] {
  return frames.map((frame) => frameName(frame, false, (name) => name));
}
