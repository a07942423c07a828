// <unqualified-name>: identifiers, operators, constructors, lambdas, unnamed types, ABI tags (ABI 5.1.2 to 5.1.8).

import { textNode, type Node } from './nodes.ts';
import { isDigit, isLower, type ParserState } from './parser-state.ts';
import { OPERATORS, STANDARD_NAMES } from './tables.ts';

/** GCC's names for unnamed namespaces begin so; what follows makes them unique. */
const ANONYMOUS_NAMESPACE = /^_GLOBAL_[._$]N/;

/** `scope` is what the name stands in: a constructor is called like it. */
export function parseUnqualifiedName(state: ParserState, scope: Node | null): Node {
  let node = parseUntagged(state, scope);
  while (state.skip('B')) node = { kind: 'tagged', name: node, tag: sourceText(state) };
  return node;
}

function parseUntagged(state: ParserState, scope: Node | null): Node {
  const next = state.peek();
  if (isDigit(next)) return textNode(sourceText(state));
  if (isLower(next)) {
    state.skip('on');
    return parseOperatorName(state);
  }
  if (state.skip('DC')) {
    const names: Node[] = [];
    while (!state.skip('E')) names.push(textNode(sourceText(state)));
    return { kind: 'structured-binding', names };
  }
  if (next === 'C' || next === 'D') return parseConstructor(state, scope);
  if (state.skip('L')) return parseUnqualifiedName(state, scope); // internal linkage
  if (state.skip('Ul')) return parseLambda(state);
  // Not substitutable by itself (GNU's demangler believes so; GCC and the ABI do not), as little as a lambda.
  if (state.skip('Ut')) return { kind: 'unnamed-type', number: state.compactNumber() + 1 };
  return state.fail('expected a name');
}

/** <source-name> ::= <length> <identifier> */
export function sourceText(state: ParserState): string {
  const length = state.digits();
  const text = state.text.slice(state.at, state.at + length);
  if (length === 0 || text.length < length) state.fail('expected an identifier');
  state.at += length;
  return ANONYMOUS_NAMESPACE.test(text) ? '(anonymous namespace)' : text;
}

/** <operator-name>; in an expression `cv` is a cast and does not come here. */
export function parseOperatorName(state: ParserState): Node {
  if (state.skip('cv')) {
    const to = state.during({ isConversion: !state.isExpression }, () => state.grammar.type(state));
    return { kind: 'conversion', to };
  }
  if (state.skip('li')) return { kind: 'literal-operator', suffix: textNode(sourceText(state)) };
  if (state.peek() === 'v' && isDigit(state.peek(1))) {
    state.at += 2;
    return { kind: 'vendor-operator', name: textNode(sourceText(state)) };
  }
  const operator = OPERATORS.get(state.peek() + state.peek(1)) ?? state.fail('expected an operator');
  state.at += 2;
  return { kind: 'operator', operator };
}

/** <ctor-dtor-name> ::= C1 | C2 | C3 | CI1 <type> | D0 | D1 | D2 … */
function parseConstructor(state: ParserState, scope: Node | null): Node {
  const of = textNode(scope === null ? state.fail('expected a scope') : baseName(scope));
  if (state.skip('D')) {
    if (!'01245'.includes(state.peek() || ' ')) state.fail('expected a destructor');
    state.at++;
    return { kind: 'destructor', of };
  }
  state.expect('C');
  const isInheriting = state.skip('I');
  if (!'12345'.includes(state.peek() || ' ')) state.fail('expected a constructor');
  state.at++;
  if (isInheriting) state.grammar.type(state); // the base it came from is not shown
  return { kind: 'constructor', of };
}

/** What constructors of this scope are called. */
export function baseName(scope: Node): string {
  switch (scope.kind) {
    case 'text': {
      for (const { simple, full, last } of STANDARD_NAMES.values()) {
        if ((scope.text === simple || scope.text === full) && last !== '') return last;
      }
      return scope.text;
    }
    case 'scoped':
    case 'local':
    case 'template':
    case 'tagged':
      return baseName(scope.name);
    case 'unnamed-type':
      return `{unnamed type#${scope.number}}`;
    default:
      return '';
  }
}

/** <closure-type-name> ::= Ul <parameter types> E [<number>] _ */
function parseLambda(state: ParserState): Node {
  const { params } = state.grammar.bareFunctionType(state, false);
  state.expect('E');
  return { kind: 'lambda', params, number: state.compactNumber() + 1 };
}
