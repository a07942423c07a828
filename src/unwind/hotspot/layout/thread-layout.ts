// JavaThread, its anchor, the list of all of them, and the entry frames that keep older anchors (hotspot/share/runtime/javaThread.hpp,
// threadSMR.hpp, osThread.hpp, javaFrameAnchor.hpp, javaCalls.hpp).

import type { Shape, TableReader } from './table-reader.ts';

export interface ThreadLayout {
  readonly anchor: { readonly lastJavaSp: number; readonly lastJavaPc: number; readonly lastJavaFp: number };
  readonly callWrapperAnchor: number;
  /** Address of the variable that holds the return address of the call stub. */
  readonly callStubReturnAddress: number;
  /** `savedExceptionPc`: where the poll was that a signal handler led to a stub; null: not exported. */
  readonly javaThread: { readonly anchor: number; readonly osThread: number; readonly savedExceptionPc: number | null };
  readonly osThreadId: number;
  /** OSThread's pthread_t, which is the thread pointer under glibc; null: not exported. */
  readonly osThreadPthreadId: number | null;
  readonly threads: ThreadsPlace;
}

/** Where the VM keeps its JavaThreads; `head` is the address of the variable. */
export type ThreadsPlace =
  | { readonly kind: 'list'; readonly head: number; readonly length: number; readonly threads: number }
  | { readonly kind: 'chain'; readonly head: number; readonly next: number };

const THREADS = {
  list: {
    jdks: '12 and later',
    read: (look) => ({
      kind: 'list',
      head: look.global('ThreadsSMRSupport', '_java_thread_list'),
      length: look.field('ThreadsList', '_length'),
      threads: look.field('ThreadsList', '_threads'),
    }),
  },
  chain: {
    jdks: '8 to 11',
    read: (look) => ({ kind: 'chain', head: look.global('Threads', '_thread_list'), next: look.field('JavaThread', '_next') }),
  },
} as const satisfies Record<string, Shape<ThreadsPlace>>;

const OS_THREAD = {
  javaThread: { jdks: '8 to 24', read: (look) => look.field('JavaThread', '_osthread') },
  thread: { jdks: '25 and later', read: (look) => look.field('Thread', '_osthread') },
} as const satisfies Record<string, Shape<number>>;

export function threadLayout(look: TableReader): ThreadLayout {
  return {
    anchor: {
      lastJavaSp: look.field('JavaFrameAnchor', '_last_Java_sp'),
      lastJavaPc: look.field('JavaFrameAnchor', '_last_Java_pc'),
      lastJavaFp: look.field('JavaFrameAnchor', '_last_Java_fp'),
    },
    callWrapperAnchor: look.field('JavaCallWrapper', '_anchor'),
    callStubReturnAddress: look.global('StubRoutines', '_call_stub_return_address'),
    javaThread: {
      anchor: look.field('JavaThread', '_anchor'),
      osThread: look.firstOf<number>(OS_THREAD),
      savedExceptionPc: look.tables.offset('JavaThread', '_saved_exception_pc'),
    },
    osThreadId: look.field('OSThread', '_thread_id'),
    osThreadPthreadId: look.tables.offset('OSThread', '_pthread_id'),
    threads: look.firstOf<ThreadsPlace>(THREADS),
  };
}
