// Names in other tools' profiles → frames. What kind of code a name is, is taken from the format where it says so, else guessed from
// the name's form: `pkg/Cls.method` is Java (compiled, for want of knowing), `[…]` as jtrace writes it is a mark, all else native.

import type { Frame, FrameKind, MarkerKind } from '../model/frame.ts';

/** Text of distinct names one reader keeps: as many as a profile does (profile-builder.ts). */
const MAX_TEXT_CHARACTERS = 256 << 20;
/** A Map ends at 2^24 entries. */
const MAX_FRAMES = 1 << 23;

/** What of a frame differs from "nothing known". */
export type FrameParts = Partial<Frame> & Pick<Frame, 'kind' | 'name'>;

export function importedFrame(parts: FrameParts): Frame {
  return { signature: '', bci: -1, line: 0, library: '', lineApproximate: false, marker: null, ...parts };
}

const TOO_MANY_NAMES = importedFrame({ kind: 'marker', name: '[unresolved: too many names]', marker: 'unresolved' });

/** Stands for the frames of a sample that has none. */
export const NO_STACK = importedFrame({ kind: 'marker', name: '[unresolved: no stack]', marker: 'unresolved' });

/** Frames by the text they were made from, each made once. */
export class FrameCache {
  readonly #frames = new Map<string, Frame>();
  readonly #make: (text: string) => Frame;
  #characters = 0;

  constructor(make: (text: string) => Frame) {
    this.#make = make;
  }

  of(text: string): Frame {
    const known = this.#frames.get(text);
    if (known !== undefined) return known;
    this.#characters += text.length;
    if (this.#characters > MAX_TEXT_CHARACTERS || this.#frames.size >= MAX_FRAMES) return TOO_MANY_NAMES;
    // A copy: a piece of a line keeps the whole block of lines it was cut from.
    const own = Buffer.from(text, 'utf16le').toString('utf16le');
    const frame = this.#make(own);
    this.#frames.set(own, frame);
    return frame;
  }
}

const MARKS: readonly (readonly [RegExp, MarkerKind])[] = [
  [/^\[native gap\]$/, 'native-gap'],
  [/^\[frozen frames\]$/, 'frozen'],
  [/^\[(?:unfinished: [a-z-]+|target exited)\]$/, 'unfinished'],
  [/^\[(?:unresolved\b.*|unknown|\[unknown\])\]$/, 'unresolved'],
];

/** Which mark of jtrace's a name is; null: none. */
export function markOf(name: string): MarkerKind | null {
  if (!name.startsWith('[')) return null;
  return MARKS.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** `java/lang/Thread.run`, `Main.main`, hidden classes (`Main$$Lambda/0x7f.run`, async-profiler's `.0x7f`, jtrace's `+0x...`); not `libc.so.6`, `f.part.0`, `std::f`, `[lib.so+0x1f]`. */
const JAVA =
  /^(?:[^\s/.:;[\]()]+\/)*[^\s/.:;[\]()]+(?:[.+]0x(?:[0-9a-f]+|\.{3}))?\.(?:[^\s/.:;[\]()\d][^\s/.:;[\]()]*)(?::~?\d+)?$/u;

/** async-profiler's `-g`: a method with its signature, in which `|` stands for `;`. Any other text is not changed. */
export function splitSignature(text: string): { readonly name: string; readonly signature: string } {
  const at = text.endsWith(')') ? -1 : text.lastIndexOf(')');
  const open = at < 0 ? -1 : text.lastIndexOf('(', at);
  const signature = open <= 0 ? '' : text.slice(open).replaceAll('|', ';');
  return SIGNATURE.test(signature) ? { name: text.slice(0, open), signature } : { name: text, signature: '' };
}

/** JVM specification 4.3.3. */
const SIGNATURE = /^\((?:\[*(?:[BCDFIJSZ]|L[^;]+;))*\)\[*(?:[BCDFIJSVZ]|L[^;]+;)$/;

/** async-profiler's `-l`: a function with the library it is of. Any other text is not changed. */
export function splitLibrary(text: string): { readonly name: string; readonly library: string } {
  const at = text.indexOf('`');
  const library = at > 0 && at < text.length - 1 ? text.slice(0, at) : '';
  return LIBRARY.test(library) ? { name: text.slice(at + 1), library } : { name: text, library: '' };
}

const LIBRARY = /^(?:\[[\w.-]+\]|[\w.+-]+\.so(?:\.[\w.]+)?)$/;

/** A guess by the form of the name. */
export function kindOfName(name: string): FrameKind {
  if (markOf(name) !== null) return 'marker';
  if (name.length > 4096 || !JAVA.test(name)) return 'native';
  const isQualified = name.includes('/') || /^\p{Lu}/u.test(name);
  return isQualified && !/\.so$|\.(?:part|isra|cold|constprop|llvm)$/.test(name) ? 'c2' : 'native';
}

const JVM_LIBRARY = /(?:^|\/)libjvm\.so(?:$|[.-])/;
const KERNEL_LIBRARY = /^\[(?:kernel|guest\.kernel)\b|^\[[\w-]+\]$|\.ko(?:\.\w+)?$|(?:^|\/)vmlinux/;
/** What the kernel maps into every process, though its name stands in brackets. */
const USER_BRACKETS = /^\[(?:vdso|vsyscall|heap|stack|anon|unknown|uprobes)\b/;

/** By the file or pseudo-file the code lies in; null: that tells nothing. */
export function kindOfLibrary(library: string): FrameKind | null {
  if (library === '' || USER_BRACKETS.test(library)) return null;
  if (KERNEL_LIBRARY.test(library)) return 'kernel';
  return JVM_LIBRARY.test(library) ? 'vm' : 'native';
}
