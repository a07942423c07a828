// <template-args>, <template-param> and <expr-primary> (ABI 5.1.6, 5.1.7).

import { textNode, type Node } from './nodes.ts';
import type { ParserState } from './parser-state.ts';

/** I <template-arg>* E. A pack of arguments is one argument. */
export function parseTemplateArgs(state: ParserState): readonly Node[] {
  return state.nested(() => {
    state.expect('I');
    return state.during({ isConversion: false }, () => argumentsToEnd(state));
  });
}

function argumentsToEnd(state: ParserState): readonly Node[] {
  const args: Node[] = [];
  while (!state.skip('E')) args.push(parseTemplateArg(state));
  return args;
}

function parseTemplateArg(state: ParserState): Node {
  return state.nested(() => {
    if (state.skip('X')) {
      const expression = state.during({ isExpression: true }, () => state.grammar.expression(state));
      state.expect('E');
      return expression;
    }
    if (state.peek() === 'L') return state.grammar.literal(state);
    if (state.skip('I') || state.skip('J')) return { kind: 'argument-pack', items: argumentsToEnd(state) };
    return state.during({ isExpression: false }, () => state.grammar.type(state));
  });
}

/** T_ | T <number> _ */
export function parseTemplateParam(state: ParserState): Node {
  state.expect('T');
  return { kind: 'template-param', index: state.compactNumber() };
}

/** <expr-primary> ::= L <type> <value> E | L _Z <encoding> E */
export function parseLiteral(state: ParserState): Node {
  state.expect('L');
  if (state.skip('_Z') || state.skip('Z')) {
    const encoding = state.during({ isExpression: false }, () => state.grammar.encoding(state, false));
    state.expect('E');
    return encoding;
  }
  const type = state.grammar.type(state);
  // A null pointer of type decltype(nullptr) needs no value.
  if (type.kind === 'builtin' && type.text === 'decltype(nullptr)' && state.skip('E')) return textNode(type.text);
  const isNegative = state.skip('n');
  const start = state.at;
  while (/[0-9a-zA-Z_]/.test(state.peek()) && state.peek() !== 'E') state.at++;
  const value = state.text.slice(start, state.at);
  state.expect('E');
  return { kind: 'literal', type, value, isNegative };
}
