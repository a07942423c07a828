// What `jhsdb jstack` prints → threads with their Java frames, leaf first. Takes the plain and the verbose (`jstack -v` of clhsdb)
// form. Lock lines, the deadlock section and thread states are left out. Source of the form: sun/jvm/hotspot/tools/StackTrace.java
// and JavaThread.printThreadInfoOn of JDK 17.

/** One line ` - name(types) @bci=N, line=N (Interpreted frame)`. */
export interface JhsdbFrame {
  /** As SA prints it: `java.lang.String.indexOf(int, int)`. */
  readonly method: string;
  readonly bci: number;
  /** 0 when none was printed. */
  readonly line: number;
  readonly kind: 'interpreted' | 'compiled' | 'other';
  /** SA itself says "information may be imprecise". */
  readonly imprecise: boolean;
  readonly deoptimized: boolean;
  /** Only in the verbose form, else 0. */
  readonly pc: number;
}

export interface JhsdbThread {
  readonly name: string;
  readonly tid: number;
  readonly frames: readonly JhsdbFrame[];
  /** SA gave up in the middle of this thread ("Error occurred during stack walking"). */
  readonly broken: boolean;
}

/** nid: hexadecimal up to JDK 18, decimal from 19 on. */
const THREAD_LINE = /^"(.*)" #\d+ .*\bnid=(0x[0-9a-f]+|\d+) /u;
const FRAME_LINE =
  /^ - (.+) @bci=(-?\d+)(?:, line=(\d+))?(?:, pc=0x([0-9a-f]+))?(?:, Method\*=0x[0-9a-f]+)?(?: \((Interpreted|Compiled) frame)?( \[deoptimized\])?(;? information may be imprecise)?\)$/u;

/** Threads by tid. A line that looks like a frame but cannot be read is an error: a frame must not get lost silently. */
export function parseJstack(text: string): ReadonlyMap<number, JhsdbThread> {
  const threads = new Map<number, { name: string; tid: number; frames: JhsdbFrame[]; broken: boolean }>();
  let current: { name: string; tid: number; frames: JhsdbFrame[]; broken: boolean } | null = null;
  for (const line of text.split('\n')) {
    const head = THREAD_LINE.exec(line);
    if (head) {
      current = { name: head[1] ?? '', tid: Number(head[2]), frames: [], broken: false };
      threads.set(current.tid, current);
    } else if (line.startsWith(' - ')) {
      if (!current) throw new Error(`jstack: a frame before any thread: ${line}`);
      current.frames.push(parseFrame(line));
    } else if (line.startsWith('Error occurred during stack walking') && current) {
      current.broken = true;
    }
  }
  return threads;
}

function parseFrame(line: string): JhsdbFrame {
  const match = FRAME_LINE.exec(line);
  if (!match) throw new Error(`jstack: not understood: ${line}`);
  const [, method = '', bci = '', lineNumber, pc, kind, deoptimized, imprecise] = match;
  return {
    method,
    bci: Number(bci),
    line: lineNumber === undefined ? 0 : Number(lineNumber),
    kind: kind === 'Interpreted' ? 'interpreted' : kind === 'Compiled' ? 'compiled' : 'other',
    imprecise: imprecise !== undefined,
    deoptimized: deoptimized !== undefined,
    pc: pc === undefined ? 0 : Number.parseInt(pc, 16),
  };
}
