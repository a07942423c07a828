// What `perf script` prints of one frame, `symbol+0xoffset (file)` → frames, innermost first. Java in perf's maps (/tmp/perf-PID.map)
// has three forms: perf-map-agent's `Lpkg/Cls;::method` (with `->` for what was inlined), its own with signatures, and the JDK's own
// (jcmd Compiler.perfmap) `type pkg.Cls.method(args)`. Which compiler made the code no map says: it counts as C2's.

import type { Frame, FrameKind } from '../model/frame.ts';
import { importedFrame, kindOfLibrary, kindOfName } from './imported-frames.ts';

const OFFSET = /\+0x[0-9a-f]+$/i;
/** Behind the path of a file that was removed while it was mapped. */
const DELETED = ' (deleted)';
const MAP_FILE = /(?:^|\/)perf-\d+\.map$|^\/tmp\/.*\.map$|\.dump\/jitted-/;
/** `Lpkg/Cls;::method(sig)ret`; the signature is left out by most. */
const AGENT = /^L([^;\s]+);::([^\s(;]+)(\(.*)?$/s;
/** `void pkg.Cls.method(java.lang.String)`, of the JDK. */
const JDK = /^(?:[\w$.[\]<>]+ )([\w$.\/+-]+)\.([\w$<>]+)\(.*\)$/s;
/** Names of HotSpot's own code in the JDK's maps. */
const INTERPRETER = /^Interpreter$/;
const MAX_INLINED = 64;
/** Longer names are looked at by no pattern that may go back. */
const MAX_PATTERN_CHARACTERS = 4096;

/** null: the text does not end in `(file)`. By hand: a pattern would try every bracket of a hostile name. */
export function splitPerfFrame(text: string): { readonly symbol: string; readonly library: string } | null {
  if (!text.endsWith(')')) return null;
  const isDeleted = text.endsWith(`${DELETED})`);
  const at = text.lastIndexOf(' (', isDeleted ? text.length - DELETED.length - 2 : text.length);
  if (at < 0) return null;
  return { symbol: text.slice(0, at).replace(OFFSET, ''), library: text.slice(at + 2, isDeleted ? -1 - DELETED.length : -1) };
}

export function perfFrames(text: string): readonly Frame[] {
  const { symbol, library } = splitPerfFrame(text) ?? { symbol: text.replace(OFFSET, ''), library: '' };
  if (library === 'inlined') return [importedFrame({ kind: 'inlined', name: symbol })];
  if (MAP_FILE.test(library)) return mappedJava(symbol, library);
  if (symbol === '[unknown]') return [unknownFrame(library)];
  if (library === '' && isJava(symbol)) return mappedJava(symbol, library);
  const kind = kindOfLibrary(library) ?? kindOfName(symbol);
  return [importedFrame({ kind, name: symbol, library: library === '[unknown]' ? '' : library })];
}

function mappedJava(symbol: string, library: string): readonly Frame[] {
  if (symbol === '[unknown]') return [unknownFrame(library)];
  // `a->b`: b was inlined into a.
  const names = symbol.split('->').slice(0, MAX_INLINED);
  return names.map((name, i) => javaFrame(name, i === 0 ? 'c2' : 'inlined')).reverse();
}

/** Without files, only the forms of the maps tell Java. */
function isJava(symbol: string): boolean {
  return symbol.length < MAX_PATTERN_CHARACTERS && (AGENT.test(symbol) || JDK.test(symbol));
}

function javaFrame(symbol: string, kind: FrameKind): Frame {
  const [, type, method, signature = ''] = AGENT.exec(symbol) ?? [];
  if (type !== undefined && method !== undefined) return importedFrame({ kind, name: `${type}.${method}`, signature });
  const [, jdkType, jdkMethod] = symbol.length < MAX_PATTERN_CHARACTERS ? (JDK.exec(symbol) ?? []) : [];
  if (jdkType !== undefined && jdkMethod !== undefined) {
    return importedFrame({ kind, name: `${jdkType.replaceAll('.', '/')}.${jdkMethod}` });
  }
  if (INTERPRETER.test(symbol)) return importedFrame({ kind: 'interpreted', name: symbol });
  return importedFrame({ kind: kindOfName(symbol) === 'c2' || kind === 'inlined' ? kind : 'stub', name: symbol });
}

/** An address without a symbol: as much as its file tells. */
function unknownFrame(library: string): Frame {
  const file = library.replace(/^.*\//, '').replace(/^\[(.*)\]$/, '$1');
  const name = file === '' || file === 'unknown' ? '[unknown]' : `[${file}]`;
  return importedFrame({
    kind: kindOfLibrary(library) ?? 'native',
    name,
    library: library === '[unknown]' ? '' : library,
    marker: 'unresolved',
  });
}
