// The grammar of Rust's v0 names: paths, types and constants, each read from a state and written as people write it. Without crates'
// disambiguators and lifetimes; punycode stays as it is. Source: https://doc.rust-lang.org/rustc/symbol-mangling/v0.html

import { RustNameError, type RustState } from './rust-state.ts';

const BASIC_TYPES: Readonly<Record<string, string>> = {
  a: 'i8', b: 'bool', c: 'char', d: 'f64', e: 'str', f: 'f32', h: 'u8', i: 'isize', j: 'usize', l: 'i32', m: 'u32', n: 'i128', o: 'u128',
  p: '_', s: 'i16', t: 'u16', u: '()', v: '...', x: 'i64', y: 'u64', z: '!',
}; // prettier-ignore
/** Numbers of type i128 have 32 digits; shown are those that fit in a word. */
const MAX_SHOWN_DIGITS = 16;

/** `isValue`: generic arguments stand behind `::`. */
export function readPath(state: RustState, isValue: boolean): void {
  state.within(() => {
    const tag = state.next();
    switch (tag) {
      case 'C':
        state.disambiguator();
        state.put(state.identifier());
        return;
      case 'N':
        readNested(state, isValue);
        return;
      case 'M':
      case 'X':
        // Where the implementation stands is not what people call it by.
        state.disambiguator();
        state.silently(() => { readPath(state, false); }); // prettier-ignore
        readImplementation(state, tag === 'X');
        return;
      case 'Y':
        readImplementation(state, true);
        return;
      case 'I':
        readPath(state, isValue);
        state.put(isValue ? '::<' : '<');
        state.list(', ', () => { readGenericArgument(state); }); // prettier-ignore
        state.put('>');
        return;
      case 'B':
        state.backReference(() => { readPath(state, isValue); }); // prettier-ignore
        return;
      default:
        throw new RustNameError();
    }
  });
}

function readImplementation(state: RustState, hasTrait: boolean): void {
  state.put('<');
  readType(state);
  if (hasTrait) {
    state.put(' as ');
    readPath(state, false);
  }
  state.put('>');
}

function readNested(state: RustState, isValue: boolean): void {
  const space = state.next();
  readPath(state, isValue);
  const number = state.disambiguator();
  const name = state.identifier();
  if (/[A-Z]/.test(space)) {
    const kind = space === 'C' ? 'closure' : space === 'S' ? 'shim' : space;
    state.put(`::{${kind}${name === '' ? '' : `:${name}`}#${String(number)}}`);
  } else if (name !== '') state.put(`::${name}`);
}

function readGenericArgument(state: RustState): void {
  if (state.take('L')) {
    state.number62();
    state.put("'_");
  } else if (state.take('K')) readConstant(state);
  else readType(state);
}

function readType(state: RustState): void {
  state.within(() => {
    const tag = state.next();
    const basic = BASIC_TYPES[tag];
    if (basic !== undefined) {
      state.put(basic);
      return;
    }
    switch (tag) {
      case 'A':
      case 'S':
        state.put('[');
        readType(state);
        if (tag === 'A') {
          state.put('; ');
          readConstant(state);
        }
        state.put(']');
        return;
      case 'T': {
        state.put('(');
        const count = state.list(', ', () => { readType(state); }); // prettier-ignore
        state.put(count === 1 ? ',)' : ')');
        return;
      }
      case 'R':
      case 'Q':
        if (state.take('L')) state.number62();
        state.put(tag === 'R' ? '&' : '&mut ');
        readType(state);
        return;
      case 'P':
      case 'O':
        state.put(tag === 'P' ? '*const ' : '*mut ');
        readType(state);
        return;
      case 'F':
        readFunction(state);
        return;
      case 'D':
        readDyn(state);
        return;
      case 'B':
        state.backReference(() => { readType(state); }); // prettier-ignore
        return;
      default:
        state.back();
        readPath(state, false);
    }
  });
}

function readFunction(state: RustState): void {
  if (state.take('G')) state.number62();
  if (state.take('U')) state.put('unsafe ');
  if (state.take('K')) state.put(`extern "${state.take('C') ? 'C' : state.identifier().replaceAll('_', '-')}" `);
  state.put('fn(');
  state.list(', ', () => { readType(state); }); // prettier-ignore
  state.put(')');
  if (state.take('u')) return;
  state.put(' -> ');
  readType(state);
}

function readDyn(state: RustState): void {
  if (state.take('G')) state.number62();
  state.put('dyn ');
  state.list(' + ', () => {
    readPath(state, false);
    let count = 0;
    for (; state.take('p'); count += 1) {
      // Of a trait with arguments of its own they stand in the same brackets.
      if (count === 0 && state.text.endsWith('>')) state.reopen();
      else state.put(count === 0 ? '<' : ', ');
      state.put(`${state.identifier()} = `);
      readType(state);
    }
    if (count > 0) state.put('>');
  });
  if (!state.take('L')) throw new RustNameError();
  state.number62();
}

function readConstant(state: RustState): void {
  state.within(() => {
    if (state.take('B')) {
      state.backReference(() => { readConstant(state); }); // prettier-ignore
      return;
    }
    const type = state.next();
    if (type === 'p') {
      state.put('_');
      return;
    }
    if (BASIC_TYPES[type] === undefined) throw new RustNameError();
    const sign = state.take('n') ? '-' : '';
    const digits = state.untilUnderscore();
    if (digits === null || !/^[0-9a-f]*$/.test(digits)) throw new RustNameError();
    const value = digits.length > MAX_SHOWN_DIGITS ? `0x${digits}` : BigInt(`0x${digits === '' ? '0' : digits}`).toString();
    state.put(type === 'b' ? String(digits === '1') : type === 'c' ? `'\\u{${digits}}'` : `${sign}${value}`);
  });
}
