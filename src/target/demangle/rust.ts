// Mangled Rust names → names as people write them: `_R…` (v0, RFC 2603) and the older ones, which look like C++ with a hash at the end.
// Names are hostile: no input makes it throw, or take long. Source: https://doc.rust-lang.org/rustc/symbol-mangling/v0.html

import { readPath } from './rust-grammar.ts';
import { RustNameError, RustState } from './rust-state.ts';

const PREFIX = '_R';
const ESCAPES: Readonly<Record<string, string>> = {
  SP: '@', BP: '*', RF: '&', LT: '<', GT: '>', LP: '(', RP: ')', C: ',',
}; // prettier-ignore
/** Behind it the mark of a function that LLVM has moved. */
const LEGACY_HASH = /::h[0-9a-f]{16}(?: \[clone \.llvm\.\d+\])?$/;

/** Text behind the name is not shown; null: it is none of v0. */
export function demangleRust(name: string): string | null {
  if (!name.startsWith(PREFIX)) return null;
  try {
    // What LLVM puts behind a name begins with a dot (`.llvm.123`, `.cold`), which no name has.
    const dot = name.indexOf('.');
    const state = new RustState(name.slice(PREFIX.length, dot < 0 ? name.length : dot));
    readPath(state, true);
    return state.text;
  } catch (error) {
    if (error instanceof RustNameError) return null;
    throw error;
  }
}

/** A demangled C++ name that is an older Rust name in truth: without its hash, its escapes as they were. Others stay. */
export function readLegacyRust(name: string): string {
  if (!LEGACY_HASH.test(name)) return name;
  return name
    .replace(LEGACY_HASH, '')
    .replace(/(^|::)_(?=\$)/g, '$1')
    .replace(/\$(u[0-9a-f]{1,6}|SP|BP|RF|LT|GT|LP|RP|C)\$/g, (all, code: string) => ESCAPES[code] ?? charOf(code.slice(1)) ?? all)
    .replaceAll('..', '::');
}

function charOf(hex: string): string | null {
  const code = Number.parseInt(hex, 16);
  return code >= 0x20 && code !== 0x7f && code <= 0x10_ffff && !(code >= 0xd800 && code < 0xe000)
    ? String.fromCodePoint(code)
    : null;
}
