// The name under which the self time of a sample is counted, made the same for jtrace and async-profiler. Rules (docs/accuracy.md):
//   kernel frames are dropped on both sides: ctimer sees none, and the time belongs to the user frame that entered the kernel
//   Java methods: `pkg/Cls.method`, however compiled; addresses of hidden classes masked
//   functions of libjvm: `[vm] Scope::function`, without arguments, template arguments, result type and clone suffix
//   functions of other libraries: `[libname]`: the two tools choose differently among aliases and symbols of stripped libraries
//   stubs and what has no name: as the tool calls it, spellings of the two put together by STUB_NAMES

import { basename } from 'node:path';
import type { Frame } from '../../src/model/frame.ts';

/** The innermost user frame of a sample, as far as a key needs it. */
export interface Leaf {
  readonly kind: Frame['kind'];
  readonly name: string;
  readonly library: string;
}

const NO_FRAME: Leaf = { kind: 'marker', name: '[no user frame]', library: '' };

/** The leaf of a stack of jtrace's, frames leaf first. */
export function leafOf(frames: readonly Frame[]): Leaf {
  const frame = frames.find(({ kind }) => kind !== 'kernel');
  return frame === undefined ? NO_FRAME : { kind: frame.kind, name: frame.name, library: basename(frame.library) };
}

/** Key of a leaf of jtrace's. */
export function jtraceKey(leaf: Leaf): string {
  switch (leaf.kind) {
    case 'interpreted':
    case 'c1':
    case 'c2':
    case 'inlined':
    case 'java-native':
      return maskAddresses(leaf.name);
    case 'stub':
      return stubKey(leaf.name);
    case 'vm':
      return vmKey(leaf.name);
    case 'native':
      return libraryKey(leaf.library);
    case 'kernel':
    case 'marker':
      return leaf.name;
    default:
      return leaf.kind satisfies never;
  }
}

/**
 * Key of async-profiler's frames of one line, oldest first (`collapsed`, options `lib` and `ann`): compiled and interpreted methods
 * end in `_[j]`, `_[i]`, `_[0]`, `_[1]`, functions of libraries begin with "lib`", stubs and native methods have neither.
 */
export function asyncProfilerKey(frames: readonly string[]): string {
  const leaf = frames.findLast((frame) => !frame.endsWith('_[k]'));
  if (leaf === undefined) return NO_FRAME.name;
  const java = /^(.*)_\[[ji01]\]$/.exec(leaf);
  if (java !== null) return maskAddresses(java[1] ?? '');
  const tick = leaf.indexOf('`');
  if (tick > 0) {
    const library = leaf.slice(0, tick);
    return library === 'libjvm.so' ? vmKey(leaf.slice(tick + 1)) : libraryKey(library);
  }
  return maskAddresses(stubKey(leaf));
}

function libraryKey(library: string): string {
  return library.startsWith('[') ? library : `[${library}]`; // [vdso] has brackets of its own
}

/** `Foo$$Lambda$14+0x0000000800c03000.run`, or with `.` or `/` in place of `+`: the address is another in every run and tool. */
function maskAddresses(name: string): string {
  return name.replace(/[+./]0x(?:[0-9a-f]{8,16}|\.\.\.)(?=\.)/, '+0x...');
}

/** A function of the VM's. */
function vmKey(name: string): string {
  return `[vm] ${bareFunction(name)}`;
}

/** A demangled C++ function without what demanglers and their options write differently: `bool ns::f<int>(char*) [clone .part.0]` → `ns::f`. */
export function bareFunction(name: string): string {
  let text = '';
  let depth = 0;
  for (const character of cutArguments(name.replace(/( \[clone [^\]]*\])+$/, ''))) {
    if (character === '<') depth += 1;
    if (depth === 0) text += character;
    if (character === '>') depth -= 1;
  }
  const last = text.trim().split(' ').at(-1) ?? '';
  return last.replace(/(\.(part|constprop|isra|cold|lto_priv)(\.\d+)?)+$/, '');
}

/** Operators have brackets of their own in their names: `operator()(int)`, `operator<`. They are rare in leaves and kept whole. */
function cutArguments(name: string): string {
  if (name.includes('operator')) return name.replace(/[<>\s]/g, '');
  const anonymous = name.replaceAll('(anonymous namespace)', '{anonymous}');
  const bracket = anonymous.indexOf('(');
  return bracket < 0 ? anonymous : anonymous.slice(0, bracket);
}

/** The two tools' words for code that HotSpot generates and that is no method. */
const STUB_NAMES: readonly (readonly [RegExp, string])[] = [
  // async-profiler tells vtable from itable stubs by their code; they lie in one blob.
  [/^(vtable chunks|vtable stub|itable stub)$/, 'vtable chunks'],
];

function stubKey(name: string): string {
  return STUB_NAMES.find(([pattern]) => pattern.test(name))?.[1] ?? name;
}
