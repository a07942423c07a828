// `jstack` in a user's program → what bpftrace is given for it: the walk before the statement that uses it, and the probes beside the user's own
// (templates/jstack-*.bt). Pure but for reading the templates.

import { USER_ADDRESS_END_OF } from '../model/architecture.ts';
import { CONTROL_BLOCK_MODULE_ID } from '../model/program.ts';
import { MAX_STACK_DISTANCE_BYTES, UNKNOWN_END_WINDOW_BYTES } from './stack-bytes.ts';
import type { TemplatePart } from './escape.ts';
import { renderPart, renderTemplate } from './template.ts';
import { readTemplate } from './templates.ts';

/**
 * What tells stacks apart: so many frames, or nothing (each event's stack is one of its own, and sent); deeper stacks are sent and shown all the same, up to
 * the window. The later ones where the verifier does not take those before.
 */
const ENGINES = {
  kernel: { frames: 320, windowBytes: 64 * 1024 },
  'kernel-cut': { frames: 320, windowBytes: 16 * 1024 },
  'kernel-short': { frames: 48, windowBytes: 16 * 1024 },
  bytes: { frames: 0, windowBytes: 64 * 1024 },
} as const;
export type WalkEngine = keyof typeof ENGINES;
/** Sixteen words each: native frames between a probe and the last Java frame have some 500 bytes. */
const NATIVE_CHUNKS = 8;
/** Where the walk lost its way. */
const JAVA_CHUNKS = 4;
const WORDS_IN_CHUNK = 16;
/** A stack that was sent is heard of within some 20 ms; on a busy machine later. */
const SEND_AGAIN_NS = 250_000_000;
/** What is sent of a stack beside its words, in pieces of as many bytes. */
const OTHER_PIECES = 16;
/** Of a stack of 5 KiB, some 30 frames. */
export const PIECES_OF_STACK = 40 + OTHER_PIECES;
/** Of 10 ms in the long run, if as many arrive: eight such stacks, each of which takes bpftrace and jtrace some 0.5 ms together. */
const PIECES_PER_TICK = 8 * PIECES_OF_STACK;
/** Under way: a program's first events have many new stacks; the buffers of one CPU hold twice as many. Less than 2^16. */
export const PIECES_AT_ONCE = 12_288;

export interface JstackContext {
  /** Begins every line that is not the user's: nobody else can know it. A word. */
  readonly mark: string;
  /** The process whose comm feeds the running program: jtrace itself. */
  readonly feederPid: number;
  readonly engine: WalkEngine;
}

/** Most that is sent of one stack. */
export function windowBytesOf(engine: WalkEngine): number {
  return ENGINES[engine].windowBytes;
}

/** The statements that leave the identity of the current user stack, 42 bits and never 0, in the scratch variable `$id`; 0: a thread of the kernel. */
export function renderWalk(id: string, { mark, engine }: JstackContext): string {
  return renderTemplate(readTemplate('jstack-walk.bt'), {
    id,
    walked: engine !== 'bytes',
    maxStackDistanceBytes: MAX_STACK_DISTANCE_BYTES,
    unknownEndWindowBytes: UNKNOWN_END_WINDOW_BYTES,
    controlBlockModule: CONTROL_BLOCK_MODULE_ID,
    userAddressEnd: USER_ADDRESS_END_OF['x86-64'],
    nativeWords: words(NATIVE_CHUNKS, '__jt_t0', '__jt_t1'),
    frames: renderPart(readTemplate('jstack-frames.bt'), { rounds: ENGINES[engine].frames }),
    javaWords: words(JAVA_CHUNKS, '__jt_lo', '__jt_hi'),
    sending: renderPart(readTemplate('jstack-send.bt'), {
      mark,
      sendAgainNs: SEND_AGAIN_NS,
      piecesAtOnce: PIECES_AT_ONCE,
      otherPieces: OTHER_PIECES,
      maxChunks: chunksOf(windowBytesOf(engine)),
    }),
  });
}

/** What must stand before all probes of a program with walks. */
export const WALK_PREAMBLE = 'struct __jt_chunk { unsigned long w[16]; }\n';

/** Holds which stacks were sent and did not arrive, at the end. */
export const SENT_MAP = '@__jt_sent';
/** jtrace's own maps. */
export const WALK_MAPS: readonly string[] = [
  ...[
    'sent',
    'sent_now',
    'taken',
    'arrived',
    'sum',
    'feed',
    'module',
    'tls',
    'anchor',
    'text_low',
    'text_high',
    'low',
    'high',
    'interpreter',
  ],
  ...['interpreter_end', 'call_stub', 'low1', 'low2', 'segments0', 'segments1', 'segments2', 'blob', 'wrapper', 'sizes'],
].map((name) => `@__jt_${name}`);

/** Probes that keep `@__jt_of` the processes that `pid` starts, and those they start. */
export function renderFollow(pid: number): string {
  return renderTemplate(readTemplate('follow-children.bt'), { pid });
}

/** The probes before the user's: what the walks know, and where a map has its type from. */
export function renderFeed({ mark, feederPid }: JstackContext): string {
  return renderTemplate(readTemplate('jstack-feed.bt'), { mark, feederPid });
}

/** The probes behind the user's: the last of them says that all are attached. */
export function renderReady({ mark }: JstackContext): string {
  return renderTemplate(readTemplate('jstack-ready.bt'), {
    mark,
    piecesPerTick: PIECES_PER_TICK,
    piecesOfStack: PIECES_OF_STACK,
  });
}

function chunksOf(windowBytes: number): number {
  return Math.ceil(windowBytes / (WORDS_IN_CHUNK * 8));
}

function words(chunks: number, low: string, high: string): TemplatePart {
  const one = readTemplate('jstack-word.bt');
  const all = Array.from({ length: WORDS_IN_CHUNK }, (_, index) => renderPart(one, { index, low, high }));
  return renderPart(readTemplate('jstack-words.bt'), { chunks, words: all });
}
