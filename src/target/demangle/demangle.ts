// Mangled C++ names (Itanium C++ ABI, https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling) → names as people write them, in
// GNU's layout; as frames are named, Rust's, too (rust.ts). Every other name (C, what is beyond the limits) stays as it is. Names are hostile: no input makes it throw,
// or take long (limits.ts). Leaves out: D, and the mangling of concepts (GCC 14).

import { ITANIUM_GRAMMAR } from './grammar.ts';
import { DemangleError, MAX_MANGLED_CHARS } from './limits.ts';
import { ParserState } from './parser-state.ts';
import { demangleRust, readLegacyRust } from './rust.ts';
import { Printer, type Writers } from './printer.ts';
import { EXPRESSION_WRITERS } from './write-expressions.ts';
import { NAME_WRITERS } from './write-names.ts';
import { TYPE_WRITERS } from './write-types.ts';

const WRITERS: Writers = { ...NAME_WRITERS, ...TYPE_WRITERS, ...EXPRESSION_WRITERS };
const PREFIX = '_Z';
/** What a compiler puts behind the name of a function it has split or cloned, with the numbers that follow it. */
const CLONE_SUFFIX = /^(?:\.[a-z0-9_]+)?(?:\.\d+)*/;

/** In full, as `c++filt -i` shows it: `Foo::bar(int) const`, `foo(int) [clone .part.0]`. */
export function demangle(name: string): string {
  return demangleAs(name, true);
}

/** As frames are named: without parameters and result, `Foo::bar`, but `foo [clone .cold]`: that is other code than `foo`. */
export function demangleShort(name: string): string {
  if (name.length <= MAX_MANGLED_CHARS) {
    const rust = demangleRust(name);
    if (rust !== null) return rust;
  }
  return readLegacyRust(demangleAs(name, false));
}

function demangleAs(name: string, wantsParameters: boolean): string {
  if (!name.startsWith(PREFIX) || name.length > MAX_MANGLED_CHARS) return name;
  try {
    const state = new ParserState(name, PREFIX.length, ITANIUM_GRAMMAR, wantsParameters);
    const node = ITANIUM_GRAMMAR.encoding(state, true);
    const out = new Printer(WRITERS);
    out.print(node);
    // Without parameters the rest was not parsed: a dot ends it, as no type has one.
    const dot = wantsParameters ? state.at : name.indexOf('.', state.at);
    return out.text + cloneSuffixes(dot < 0 ? '' : name.slice(dot));
  } catch (error) {
    if (error instanceof DemangleError) return name;
    throw error;
  }
}

function cloneSuffixes(text: string): string {
  let clones = '';
  for (let rest = text; rest !== '';) {
    const suffix = CLONE_SUFFIX.exec(rest)?.[0] ?? '';
    if (suffix === '') throw new DemangleError('text behind the name');
    clones += ` [clone ${suffix}]`;
    rest = rest.slice(suffix.length);
  }
  return clones;
}
