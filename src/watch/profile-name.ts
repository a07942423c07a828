// A JVM → the name of the file of its profile, safe by construction: nothing of the target's but letters, digits, `.`, `_` and `-` of its main
// class or jar comes into it, and it never begins with a dot.

import type { JvmFacts, JvmIdentity } from '../model/watch.ts';

/** Of 255 bytes that a name may have; the end of a class name tells most. */
const MAX_MAIN_CHARS = 100;

/** `com.example.Main-4711-20261122T195633Z`; the ending follows. */
export function profileName({ pid }: JvmIdentity, facts: JvmFacts | null, startedMs: number): string {
  const started = new Date(startedMs).toISOString().replace(/\.\d+/u, '').replace(/[-:]/gu, '');
  return `${safeMain(facts?.main.name ?? '')}-${String(pid)}-${started}`;
}

function safeMain(name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1);
  const safe = last
    .slice(-MAX_MAIN_CHARS)
    .replace(/[^A-Za-z0-9._-]+/gu, '_')
    .replace(/\.{2,}/gu, '.')
    .replace(/^[.-]+/u, '');
  return safe === '' ? 'jvm' : safe;
}
