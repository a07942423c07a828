// What `jtrace watch` is asked for, what the kernel tells it, and what it tells: one event each, which is a line on the terminal or of JSON.
// All text of a JVM in here is the target's own (hostile): outputs escape it.

import type { JavaMain } from './process.ts';
import type { ProfileRequest } from './request.ts';
import type { MessageLevel } from './ui.ts';
import type { Pid } from './units.ts';

/** How the kernel is asked for opened files, best first. */
export const PROBE_STYLES = ['kprobe', 'fentry', 'tracepoint'] as const;
export type ProbeStyle = (typeof PROBE_STYLES)[number];

export interface WatchRequest {
  /** null: until it is stopped. */
  readonly durationMs: number | null;
  /** null: the best that works here. */
  readonly probe: ProbeStyle | null;
  readonly profiles: WatchProfiles | null;
  readonly json: boolean;
  readonly printProgram: boolean;
  readonly bpftracePath: string | null;
  readonly verbosity: ProfileRequest['verbosity'];
}

/** Each new JVM that fits is profiled. */
export interface WatchProfiles {
  readonly folder: string;
  /** Main class, or command line; null: every new JVM. */
  readonly match: RegExp | null;
  /** Since libjvm.so was opened. */
  readonly afterMs: number;
  /** Endings of the files, e.g. `.html`; at least one. */
  readonly endings: readonly string[];
  /** Of each profile. */
  readonly durationMs: number;
  readonly bpftracePath: string | null;
  readonly acceptFreezeRisk: boolean;
}

/** What the program in the kernel says. Times are nanoseconds since the machine's start. */
export type BirthRecord =
  /** Code of libjvm.so is mapped. `openedNs`: when the file was opened; null: not known. */
  | {
      readonly kind: 'mapped';
      readonly ns: number;
      readonly pid: Pid;
      readonly openedNs: number | null;
      readonly parent: Pid;
      readonly startTicks: number;
    }
  /** One of the VM's last threads has its name. */
  | { readonly kind: 'thread'; readonly ns: number; readonly pid: Pid; readonly thread: 'periodic' | 'notification' }
  | { readonly kind: 'exec' | 'exit'; readonly ns: number; readonly pid: Pid }
  | { readonly kind: 'heartbeat'; readonly ns: number };

/** With the pid it names one process for ever. */
export interface JvmIdentity {
  readonly pid: Pid;
  /** Clock ticks (1/100 s) from boot to the process's start. */
  readonly startTicks: number;
}

/** What is known of a JVM by a look at it. */
export interface JvmFacts {
  readonly vm: 'hotspot' | 'openj9' | 'starting';
  readonly jdk: string;
  readonly main: JavaMain;
  readonly args: readonly string[];
  readonly user: string;
  readonly container: string;
}

/** What a profile of a JVM came to. */
export type ProfileState =
  | { readonly state: 'waiting' }
  | { readonly state: 'started'; readonly files: readonly string[] }
  | { readonly state: 'written'; readonly files: readonly string[]; readonly problem: string | null }
  /** `ended`: the JVM did, before its turn came; `stopped`: the watch did. */
  | { readonly state: 'ended' | 'stopped' }
  | { readonly state: 'failed' | 'dropped'; readonly problem: string };

/** What draws a watch. */
export interface WatchUi {
  event(event: WatchEvent): void;
  message(level: MessageLevel, text: string): void;
  /** The generated program, as it is. */
  program(text: string): void;
}

export type WatchEvent =
  /** It watches from here on. */
  | { readonly kind: 'watching'; readonly timeMs: number; readonly probe: ProbeStyle; readonly bpftrace: string }
  /** Was there before. */
  | ({ readonly kind: 'running'; readonly timeMs: number; readonly jvm: JvmFacts } & JvmIdentity)
  /** `jvm` null: it ended before it could be looked at. `seen`: in the kernel as it opened libjvm.so, or among the processes later on. */
  | ({
      readonly kind: 'start';
      readonly timeMs: number;
      readonly seen: 'openat' | 'sweep';
      readonly parent: Pid | null;
      readonly jvm: JvmFacts | null;
    } & JvmIdentity)
  /** `readyMs`: from the opening of libjvm.so to the VM's readiness; null: not known, for `reason`. */
  | ({ readonly kind: 'ready'; readonly timeMs: number; readonly readyMs: number | null; readonly reason: string } & JvmIdentity)
  /** `livedMs`: the process, or of one that ran another program before, since libjvm.so was opened. `wasReady` null: not known. */
  | ({
      readonly kind: 'end';
      readonly timeMs: number;
      readonly livedMs: number;
      readonly how: 'exit' | 'exec';
      readonly wasReady: boolean | null;
    } & JvmIdentity)
  /** Nobody listened in the kernel. What started then was found by the sweep, if it was still there. */
  | { readonly kind: 'gap'; readonly timeMs: number; readonly fromMs: number; readonly reason: string }
  | { readonly kind: 'lost'; readonly timeMs: number; readonly count: number }
  | ({ readonly kind: 'profile'; readonly timeMs: number } & JvmIdentity & ProfileState)
  | ({ readonly kind: 'summary'; readonly timeMs: number } & WatchCounts);

export interface WatchCounts {
  /** Seen to start. */
  readonly started: number;
  /** Of them by the sweep only. */
  readonly bySweep: number;
  readonly ended: number;
  /** At the end. */
  readonly running: number;
  /** Events that bpftrace lost. */
  readonly lost: number;
  readonly gaps: number;
  /** Profiles written, and not written. */
  readonly profiles: number;
  readonly failedProfiles: number;
}
