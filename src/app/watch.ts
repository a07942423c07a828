// `jtrace watch` from request to exit code: the kernel's program kept running, the watch that it feeds, and the profiles of those that fit.

import { setTimeout as sleep } from 'node:timers/promises';
import { findBpftrace } from '../bpftrace/find.ts';
import { requireInitialPidNamespace } from '../bpftrace/machine.ts';
import { sweepLeftovers } from '../bpftrace/sweep.ts';
import { EXIT } from '../model/errors.ts';
import type { RunControl } from '../model/ui.ts';
import type { Pid } from '../model/units.ts';
import type { WatchEvent, WatchRequest, WatchUi } from '../model/watch.ts';
import { dialectFor } from '../program/dialects.ts';
import { renderLibjvmLoads } from '../program/libjvm-loads.ts';
import { hostArchitecture } from '../target/host-architecture.ts';
import { hasEnded } from '../target/processes/has-ended.ts';
import { BirthListener, stylesToTry } from './birth-listener.ts';
import { checkKernel } from './check-kernel.ts';
import { ContainedBugs } from './contained-bugs.ts';
import { JvmWatch } from './jvm-watch.ts';
import { profileApart } from './profile-apart.ts';
import { JvmProfiles, type NewJvm } from './watch-profiles.ts';

/** Profiles that wait for their time are looked at so often. */
const PROFILES_BEAT_MS = 250;
/** A JVM whose readiness nobody tells is profiled nevertheless. */
const READY_PATIENCE_MS = 5000;
/** A start is told within seconds; more is a clock that was set. */
const MOST_LATE_MS = 5000;

/** Watches until the time is up or the operator ends it; the exit code. Throws OperatorErrors. */
export async function runWatch(request: WatchRequest, ui: WatchUi, control: RunControl): Promise<number> {
  requireInitialPidNamespace();
  const bpftrace = await findBpftrace({ path: request.bpftracePath, searchPath: process.env['PATH'] });
  const dialect = dialectFor(bpftrace.version);
  if (request.printProgram) {
    const [style = 'tracepoint'] = stylesToTry(request.probe).filter((each) => each !== 'fentry' || request.probe === each);
    ui.program(renderLibjvmLoads({ style, running: [], architecture: hostArchitecture() }, dialect).text);
    return EXIT.ok;
  }
  // Its own program reads no user memory; profiles do.
  if (request.profiles !== null) await checkKernel(bpftrace, ui, request.profiles.acceptFreezeRisk);
  sweepLeftovers();
  const profiles = request.profiles === null ? null : new JvmProfiles(request.profiles, profileSinks(ui));
  const fed = new FedProfiles(profiles);
  const bugs = new ContainedBugs(ui);
  const watch = new JvmWatch({
    event: (event) => {
      ui.event(event);
      fed.event(event);
    },
    bug: (cost, error) => { bugs.tell(cost, error); }, // prettier-ignore
  });
  let toldDown = '';
  const listener = new BirthListener(bpftrace, dialect, {
    record: (record) => { watch.record(record); }, // prettier-ignore
    lost: (count) => { watch.lost(count); }, // prettier-ignore
    message: (text) => { ui.message('detail', `bpftrace: ${text}`); }, // prettier-ignore
    running: () => watch.pids,
    down: (error) => {
      // Tried again and again it says the same for months.
      if (error.message !== toldDown) ui.message('warning', `${error.message}; it is started again`);
      toldDown = error.message;
      watch.down(error);
    },
    up: () => {
      toldDown = '';
      watch.up();
    },
  });
  const onSilent = (): void => { watch.silent(); }; // prettier-ignore
  const onStop = (): void => void listener.stop().then(onSilent, onSilent);
  control.stop.addEventListener('abort', onStop, { once: true });
  const timer = setInterval(() => { fed.beat(performance.now()); }, PROFILES_BEAT_MS); // prettier-ignore
  try {
    await watch.prepare();
    const style = await listener.start(request.probe);
    if (style !== null) {
      ui.event({ kind: 'watching', timeMs: Date.now(), probe: style, bpftrace: bpftrace.versionText });
      await watch.sweep('running');
      await endOf(request, control);
    }
    await listener.stop();
    watch.close();
    await profiles?.stop();
  } finally {
    control.stop.removeEventListener('abort', onStop);
    clearInterval(timer);
  }
  const ofProfiles = profiles?.counts ?? { profiles: 0, failedProfiles: 0 };
  ui.event({ kind: 'summary', timeMs: Date.now(), ...watch.counts, ...ofProfiles });
  const { lost, gaps } = watch.counts;
  const own = bugs.count > 0 ? EXIT.bug : lost > 0 || gaps > 0 ? EXIT.incomplete : EXIT.ok;
  return Math.max(own, profiles?.exitCode ?? EXIT.ok);
}

async function endOf({ durationMs }: WatchRequest, { stop }: RunControl): Promise<void> {
  if (stop.aborted) return;
  if (durationMs !== null) await sleep(durationMs, null, { signal: stop }).catch(() => undefined);
  else await new Promise<void>((resolve) => { stop.addEventListener('abort', () => { resolve(); }, { once: true }); }); // prettier-ignore
}

function profileSinks(ui: WatchUi): ConstructorParameters<typeof JvmProfiles>[1] {
  return {
    event: (event) => { ui.event(event); }, // prettier-ignore
    warning: (text) => { ui.message('warning', text); }, // prettier-ignore
    note: (text) => { ui.message('note', text); }, // prettier-ignore
    run: profileApart,
    hasEnded,
  };
}

/** What is told of JVMs → the profiles: each is offered once, when it is ready. */
class FedProfiles {
  readonly #profiles: JvmProfiles | null;
  readonly #starting = new Map<Pid, NewJvm>();

  constructor(profiles: JvmProfiles | null) {
    this.#profiles = profiles;
  }

  event(event: WatchEvent): void {
    if (this.#profiles === null) return;
    if (event.kind === 'start' && event.jvm !== null) {
      const { pid, startTicks, jvm: facts, timeMs: startedMs } = event;
      const lateMs = Math.min(MOST_LATE_MS, Math.max(0, Date.now() - startedMs));
      this.#starting.set(pid, { pid, startTicks, facts, startedMs, beganMs: performance.now() - lateMs });
    } else if (event.kind === 'ready') {
      this.#offer(event.pid);
    } else if (event.kind === 'end') {
      this.#starting.delete(event.pid);
      this.#profiles.ended(event);
    }
  }

  beat(nowMs: number): void {
    for (const [pid, { beganMs }] of this.#starting) if (nowMs - beganMs >= READY_PATIENCE_MS) this.#offer(pid);
    this.#profiles?.beat(nowMs);
  }

  #offer(pid: Pid): void {
    const starting = this.#starting.get(pid);
    if (starting === undefined) return;
    this.#starting.delete(pid);
    this.#profiles?.offer(starting, performance.now());
  }
}
