// Which of a VM's own threads says that it is ready. They get their names in Threads::create_vm, on their way to its end (HotSpot,
// runtime/threads.cpp, thread.cpp before JDK 20), from where the launcher goes on to load the main class:
//   JDK 8–13   VM Periodic Task Thread is the last
//   JDK 14–20  Notification Thread, and VM Periodic Task Thread 0.2 ms later
//   JDK 21–27  Notification Thread; VM Periodic Task Thread is there long before (test/real/watch/watch-ready.test.ts)
// With -XX:-UseNotificationThread of JDK 21 (25 has no such flag), and on other VMs, nothing tells.

/** From here on VM Periodic Task Thread is started early. */
const EARLY_PERIODIC_SINCE = 21;

export type ReadySign = 'yes' | 'no' | 'unknown';

/** `jdk`: as in its release file, e.g. `1.8.0_432`, `17.0.15`; '' when not known. */
export function isReadySign(thread: 'periodic' | 'notification', jdk: string): ReadySign {
  if (thread === 'notification') return 'yes';
  const major = majorOf(jdk);
  if (major === null) return 'unknown';
  return major < EARLY_PERIODIC_SINCE ? 'yes' : 'no';
}

function majorOf(jdk: string): number | null {
  const [, major] = /^(?:1\.)?(\d{1,3})/u.exec(jdk) ?? [];
  return major === undefined ? null : Number(major);
}
