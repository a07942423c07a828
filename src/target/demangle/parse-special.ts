// <special-name>: virtual tables, type information, thunks, guards (ABI 5.1.4).

import { textNode, type Node } from './nodes.ts';
import { isDigit, isUpper, type ParserState } from './parser-state.ts';

/** T and a letter, of a type. */
const OF_TYPE: ReadonlyMap<string, string> = new Map([
  ['TV', 'vtable for '], ['TT', 'VTT for '], ['TI', 'typeinfo for '], ['TS', 'typeinfo name for '], ['TF', 'typeinfo fn for '],
]); // prettier-ignore
/** Of a name. */
const OF_NAME: ReadonlyMap<string, string> = new Map([
  ['TH', 'TLS init function for '], ['TW', 'TLS wrapper function for '], ['GV', 'guard variable for '],
]); // prettier-ignore
/** Of a whole encoding. */
const OF_ENCODING: ReadonlyMap<string, string> = new Map([
  ['GA', 'hidden alias for '], ['GTt', 'transaction clone for '], ['GTn', 'non-transaction clone for '],
]); // prettier-ignore

export function parseSpecialName(state: ParserState, isTopLevel: boolean): Node {
  for (const [code, text] of OF_TYPE) if (state.skip(code)) return special(text, state.grammar.type(state));
  for (const [code, text] of OF_NAME) if (state.skip(code)) return special(text, state.grammar.name(state).node);
  for (const [code, text] of OF_ENCODING) if (state.skip(code)) return special(text, state.grammar.encoding(state, isTopLevel));
  if (state.skip('Th')) return parseThunk(state, isTopLevel, 'non-virtual thunk to ', ['h']);
  if (state.skip('Tv')) return parseThunk(state, isTopLevel, 'virtual thunk to ', ['v']);
  if (state.skip('Tc')) return parseThunk(state, isTopLevel, 'covariant return thunk to ', ['', '']);
  if (state.skip('TC')) {
    const derived = state.grammar.type(state);
    state.digits();
    state.expect('_');
    const base = state.grammar.type(state);
    return { kind: 'special', parts: [textNode('construction vtable for '), base, textNode('-in-'), derived] };
  }
  if (state.skip('TA')) {
    const argument = state.peek() === 'L' ? state.grammar.literal(state) : state.grammar.expression(state);
    return special('template parameter object for ', argument);
  }
  if (state.skip('GR')) {
    const { node } = state.grammar.name(state);
    const start = state.at;
    while (isDigit(state.peek()) || isUpper(state.peek())) state.at++;
    const number = state.at === start ? '0' : state.text.slice(start, state.at);
    state.skip('_');
    return special(`reference temporary #${number} for `, node);
  }
  return state.fail('expected a special name');
}

const special = (text: string, node: Node): Node => ({ kind: 'special', parts: [textNode(text), node] });

/** Offsets by which `this` (and the result) are moved, then what is called. '' is an offset that names its own kind. */
function parseThunk(state: ParserState, isTopLevel: boolean, text: string, offsets: readonly string[]): Node {
  for (const known of offsets) {
    const kind = known === '' ? state.peek() : known;
    if (known === '') state.at++;
    if (kind !== 'h' && kind !== 'v') state.fail('expected an offset');
    for (let i = 0; i < (kind === 'v' ? 2 : 1); i++) {
      state.skip('n');
      state.digits();
      state.expect('_');
    }
  }
  return special(text, state.grammar.encoding(state, isTopLevel));
}
