// Events of threads and of their memory: rows of EVENTS (events.ts), whose type is checked there.

export const THREAD_EVENTS = [
  {
    name: 'wall',
    does: 'all time of threads, on a CPU or not',
    counts: 'of threads',
    unit: 'nanoseconds',
    places: [{ kind: 'probe', probe: 'tracepoint:sched:sched_switch' }],
    mode: 'kernel',
    hasKernelStack: true,
    part: 'event-wall.bt',
    alsoTicks: true,
  },
  {
    name: 'threads',
    does: 'threads started, by who starts them',
    counts: 'threads started',
    unit: 'samples',
    // In the starter, for each that was made; whoever asks for it: libc, a JVM of any JDK, Go. sched_process_fork does not tell threads from processes.
    places: [{ kind: 'probe', probe: 'tracepoint:task:task_newtask' }],
    mode: 'kernel',
    hasKernelStack: false,
    part: 'event-threads.bt',
  },
  {
    name: 'nativemem',
    does: 'bytes of native memory asked for, by malloc and its like and by mmap',
    counts: 'of native memory asked for',
    unit: 'bytes',
    places: [{ kind: 'allocator' }],
    mode: 'user',
    hasKernelStack: false,
    part: 'event-nativemem.bt',
  },
] as const;
