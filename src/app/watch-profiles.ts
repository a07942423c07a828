// The profiles of `jtrace watch --profile`: each new JVM that fits, when its time has come, into files of its own, made anew in the operator's
// folder. `jtrace profile PID -o FILE` in a process of its own, a few at a time; what it says to the terminal there is an event here.

import { closeSync, openSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, OperatorError } from '../model/errors.ts';
import { codeOf, fileProblem } from '../model/file-problems.ts';
import type { JvmFacts, JvmIdentity, ProfileState, WatchCounts, WatchEvent, WatchProfiles } from '../model/watch.ts';
import { MOST_WAITING, ProfileQueue, type WaitingJvm } from '../watch/profile-queue.ts';
import { profileName } from '../watch/profile-name.ts';
import type { hasEnded } from '../target/processes/has-ended.ts';
import { boundedMatch } from './bounded-match.ts';
import type { profileApart } from './profile-apart.ts';

/** Of a command line that a pattern is tried on: class paths of some 100 KB say what it is in their beginning, too. */
const MAX_MATCHED_CHARS = 16 * 1024;
/** Files of the same name that stand there already: somebody has made them. */
const MAX_SAME_NAMES = 10;

/** One that can be profiled from now on. */
export interface NewJvm extends JvmIdentity {
  readonly facts: JvmFacts;
  /** The time of day of its start. */
  readonly startedMs: number;
  /** The same by performance.now(). */
  readonly beganMs: number;
}

type Waiting = NewJvm & WaitingJvm;

export interface ProfileSinks {
  readonly event: (event: WatchEvent) => void;
  readonly warning: (text: string) => void;
  readonly note: (text: string) => void;
  readonly run: typeof profileApart;
  readonly hasEnded: typeof hasEnded;
}

export class JvmProfiles {
  readonly #asked: WatchProfiles;
  readonly #sinks: ProfileSinks;
  readonly #queue = new ProfileQueue<Waiting>();
  readonly #under = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #toldSlow = false;
  #written = 0;
  #failed = 0;
  /** Some hold less than was asked for. */
  #isIncomplete = false;
  #hasBug = false;

  constructor(asked: WatchProfiles, sinks: ProfileSinks) {
    this.#asked = asked;
    this.#sinks = sinks;
  }

  get counts(): Pick<WatchCounts, 'profiles' | 'failedProfiles'> {
    return { profiles: this.#written, failedProfiles: this.#failed };
  }

  get exitCode(): number {
    if (this.#hasBug) return EXIT.bug;
    return this.#failed > 0 || this.#isIncomplete ? EXIT.incomplete : EXIT.ok;
  }

  /** `nowMs`: by performance.now(). */
  offer(jvm: NewJvm, nowMs: number): void {
    if (this.#stopped.signal.aborted || !this.#fits(jvm.facts)) return;
    const waiting = { ...jvm, dueMs: jvm.beganMs + this.#asked.afterMs };
    if (!this.#queue.offer(waiting)) {
      this.#failed += 1;
      this.#tell(jvm, { state: 'dropped', problem: `${String(MOST_WAITING)} others wait already` });
      return;
    }
    this.beat(nowMs);
    if (this.#queue.isWaiting(waiting)) this.#tell(jvm, { state: 'waiting' });
  }

  /** A JVM has ended. */
  ended(identity: JvmIdentity): void {
    if (this.#queue.remove(identity) !== null) this.#tell(identity, { state: 'ended' });
  }

  /** Begins those whose time has come. */
  beat(nowMs: number): void {
    for (let next = this.#queue.next(nowMs); next !== null; next = this.#queue.next(nowMs)) {
      const run = this.#profile(next).catch((error: unknown) => {
        this.#hasBug = true;
        this.#sinks.warning(`a bug of jtrace cost a profile: ${String(error)}`);
      });
      this.#under.add(run);
      void run.finally(() => {
        this.#under.delete(run);
        this.#queue.finished();
      });
    }
  }

  /** Those under way write what they have. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const identity of this.#queue.clear()) this.#tell(identity, { state: 'stopped' });
    await Promise.all(this.#under);
  }

  #fits({ main, args }: JvmFacts): boolean {
    const { match } = this.#asked;
    if (match === null) return true;
    const commandLine = args.join(' ').slice(0, MAX_MATCHED_CHARS);
    const answers = [main.name.slice(0, MAX_MATCHED_CHARS), commandLine].map((text) => boundedMatch(match, text));
    if (answers.includes(true)) return true;
    if (answers.includes(null) && !this.#toldSlow) {
      this.#toldSlow = true;
      this.#sinks.warning('--match takes too long on a command line, which then does not fit: a simpler pattern is needed');
    }
    return false;
  }

  async #profile({ pid, startTicks, facts, startedMs }: Waiting): Promise<void> {
    const identity = { pid, startTicks };
    let files: readonly string[] = [];
    try {
      if (this.#sinks.hasEnded(pid, startTicks)) {
        this.#tell(identity, { state: 'ended' });
        return;
      }
      files = reserve(this.#asked, profileName(identity, facts, startedMs));
      this.#tell(identity, { state: 'started', files });
      const { durationMs, bpftracePath, acceptFreezeRisk } = this.#asked;
      const request = { pid, durationMs, files, bpftracePath, acceptFreezeRisk };
      const { code, problem, warnings } = await this.#sinks.run(request, this.#stopped.signal);
      for (const text of warnings) this.#sinks.note(`profile of process ${String(pid)}: ${text}`);
      this.#finished(identity, files, code, problem);
    } catch (error) {
      this.#failed += 1;
      const isBug = !(error instanceof OperatorError) && codeOf(error) === '';
      this.#hasBug ||= isBug;
      const problem = isBug ? `a bug of jtrace: ${String(error)}` : fileProblem(error);
      this.#tell(identity, { state: 'failed', problem });
    } finally {
      files.forEach(removeIfEmpty);
    }
  }

  #finished(identity: JvmIdentity, files: readonly string[], code: number, said: string | null): void {
    const written = files.filter((path) => !isEmpty(path));
    if (written.length === 0) {
      // Refused: it had ended before anything was sampled, or cannot be.
      if (this.#sinks.hasEnded(identity.pid, identity.startTicks)) {
        this.#tell(identity, { state: 'ended' });
        return;
      }
      this.#failed += 1;
      this.#hasBug ||= code === EXIT.bug;
      this.#tell(identity, { state: 'failed', problem: said ?? `it ended with ${String(code)}` });
      return;
    }
    this.#written += 1;
    this.#isIncomplete ||= code !== EXIT.ok;
    this.#hasBug ||= code === EXIT.bug;
    this.#tell(identity, {
      state: 'written',
      files: written,
      problem: code === EXIT.ok ? null : (said ?? `it ended with ${String(code)}`),
    });
  }

  #tell({ pid, startTicks }: JvmIdentity, state: ProfileState): void {
    this.#sinks.event({ kind: 'profile', timeMs: Date.now(), pid, startTicks, ...state });
  }
}

/** Makes the files, each anew and never through a link, so that no other run takes the same names. Throws an OperatorError. */
function reserve({ folder, endings }: WatchProfiles, name: string): readonly string[] {
  const made: string[] = [];
  try {
    for (const ending of endings) made.push(make(folder, name, ending));
  } catch (error) {
    made.forEach(removeIfEmpty);
    if (codeOf(error) === '') throw error;
    throw new OperatorError('environment', `no file could be made in ${folder}: ${fileProblem(error)}`, '', { cause: error });
  }
  return made;
}

function make(folder: string, name: string, ending: string): string {
  for (let nth = 1; ; nth++) {
    const path = join(folder, `${name}${nth === 1 ? '' : `-${String(nth)}`}${ending}`);
    try {
      closeSync(openSync(path, 'wx'));
      return path;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST' || nth >= MAX_SAME_NAMES) throw error;
    }
  }
}

function removeIfEmpty(path: string): void {
  try {
    if (isEmpty(path)) unlinkSync(path);
  } catch {
    // Somebody has taken it away, or its folder or disk cannot be used any more.
  }
}

/** Or gone. */
function isEmpty(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}
