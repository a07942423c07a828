// <type>: builtin, qualified, compound and class types, functions (ABI 5.1.5). Every type but a builtin or a substitution can be
// substituted later, in the order in which they end.

import { textNode, type FunctionNode, type Node, type TypeNode } from './nodes.ts';
import { isDigit, isUpper, type ParserState } from './parser-state.ts';
import { sourceText } from './parse-unqualified.ts';
import { BUILTIN_TYPES, EXTENDED_BUILTIN_TYPES } from './tables.ts';

const QUALIFIERS: ReadonlyMap<string, string> = new Map([['r', ' restrict'], ['V', ' volatile'], ['K', ' const']]); // prettier-ignore

export function parseType(state: ParserState): Node {
  return state.nested(() => {
    const builtin = parseBuiltin(state);
    if (builtin !== null) return builtin;
    const { node, isNew } = parseCompound(state);
    if (isNew) state.addSubstitution(node);
    return node;
  });
}

interface ParsedType {
  readonly node: Node;
  readonly isNew: boolean;
}

function parseBuiltin(state: ParserState): Node | null {
  const isExtended = state.peek() === 'D';
  const row = isExtended ? EXTENDED_BUILTIN_TYPES.get(state.peek(1)) : BUILTIN_TYPES.get(state.peek());
  if (row !== undefined) {
    state.at += isExtended ? 2 : 1;
    return { kind: 'builtin', text: row[0], literal: row[1] };
  }
  if (state.skip('DF')) {
    if (state.skip('16b')) return { kind: 'builtin', text: 'std::bfloat16_t', literal: { kind: 'float' } };
    const bits = state.digits();
    const suffix = state.skip('x') ? 'x' : '';
    if (suffix === '') state.expect('_');
    return { kind: 'builtin', text: `_Float${bits}${suffix}`, literal: { kind: 'float' } };
  }
  if (state.peek() === 'D' && (state.peek(1) === 'B' || state.peek(1) === 'U')) {
    const unsigned = state.peek(1) === 'U' ? 'unsigned ' : '';
    state.at += 2;
    const bits = state.digits();
    state.expect('_');
    return { kind: 'builtin', text: `${unsigned}_BitInt(${bits})`, literal: { kind: 'typed' } };
  }
  if (!state.skip('u')) return null;
  const vendor = textNode(sourceText(state));
  return state.peek() === 'I' ? { kind: 'template', name: vendor, args: state.grammar.templateArgs(state) } : vendor;
}

function parseCompound(state: ParserState): ParsedType {
  const next = state.peek();
  if (QUALIFIERS.has(next) || (next === 'D' && 'xoOw'.includes(state.peek(1) || ' '))) return fresh(parseQualified(state));
  if (isDigit(next) || next === 'N' || next === 'Z') return fresh(state.grammar.name(state).node);
  if (next === 'S') return parseSubstituted(state);
  if (next === 'T') return parseTemplateParamType(state);
  if (next === 'D') return fresh(parseExtended(state));
  return fresh(parseDeclarator(state));
}

const fresh = (node: Node): ParsedType => ({ node, isNew: true });

function parseDeclarator(state: ParserState): Node {
  if (state.skip('P')) return { kind: 'pointer', to: parseType(state) };
  if (state.skip('R')) return { kind: 'reference', to: parseType(state), symbol: '&' };
  if (state.skip('O')) return { kind: 'reference', to: parseType(state), symbol: '&&' };
  if (state.peek() === 'F') return parseFunction(state, []);
  if (state.skip('A')) return parseArray(state);
  if (state.skip('M')) return { kind: 'member-pointer', of: parseType(state), type: parseType(state) };
  if (state.skip('C')) return { kind: 'qualified', type: parseType(state), qualifier: textNode(' _Complex') };
  if (state.skip('G')) return { kind: 'qualified', type: parseType(state), qualifier: textNode(' _Imaginary') };
  if (state.skip('U')) {
    // A vendor's qualifier (address spaces); blocks and objects of other languages come so, too.
    const name = textNode(` ${sourceText(state)}`);
    const qualifier: Node = state.peek() === 'I' ? { kind: 'template', name, args: state.grammar.templateArgs(state) } : name;
    return { kind: 'qualified', type: parseType(state), qualifier };
  }
  return state.fail('expected a type');
}

/** <CV-qualifiers> <type>; in front of a function type they are the function's own. */
function parseQualified(state: ParserState): Node {
  const start = state.at;
  const own = parseQualifiers(state, false);
  if (state.peek() === 'F') {
    state.at = start;
    return parseFunction(state, parseQualifiers(state, true));
  }
  return own.reduce<Node>((type, qualifier) => ({ kind: 'qualified', type, qualifier }), parseType(state));
}

/** Innermost first, which is the order they are written in. */
export function parseQualifiers(state: ParserState, isThis: boolean): Node[] {
  const found: Node[] = [];
  for (;;) {
    const text = QUALIFIERS.get(state.peek());
    if (text !== undefined) {
      state.at++;
      found.unshift(textNode(text));
    } else if (state.skip('Dx')) found.unshift(textNode(' transaction_safe'));
    else if (isThisOnly(state, isThis) && state.skip('Do')) found.unshift(textNode(' noexcept'));
    else if (isThisOnly(state, isThis) && state.skip('DO')) found.unshift(clause(' noexcept', [expressionToEnd(state)]));
    else if (isThisOnly(state, isThis) && state.skip('Dw')) found.unshift(clause(' throw', typesToEnd(state)));
    else return found;
  }
}

/** Exception specifications are part of function types only, in front of which `this` is qualified. */
const isThisOnly = (state: ParserState, isThis: boolean): boolean => isThis || state.peek() === 'D';
const clause = (word: string, items: readonly Node[]): Node => ({ kind: 'clause', word, items });

function expressionToEnd(state: ParserState): Node {
  const expression = state.during({ isExpression: true }, () => state.grammar.expression(state));
  state.expect('E');
  return expression;
}

function typesToEnd(state: ParserState): readonly Node[] {
  const types: Node[] = [];
  while (!state.skip('E')) types.push(parseType(state));
  return types;
}

/** F [Y] <bare-function-type> [<ref-qualifier>] E */
function parseFunction(state: ParserState, qualifiers: readonly Node[]): FunctionNode {
  state.expect('F');
  state.skip('Y'); // extern "C"
  const type = parseBareFunctionType(state, true);
  const reference = state.skip('R') ? ' &' : state.skip('O') ? ' &&' : '';
  state.expect('E');
  return { ...type, qualifiers: reference === '' ? qualifiers : [...qualifiers, textNode(reference)] };
}

/** <bare-function-type> ::= [<result type>] <parameter type>+; a single void is no parameter. */
export function parseBareFunctionType(state: ParserState, hasResult: boolean): FunctionNode {
  const result = state.skip('J') || hasResult ? parseType(state) : null;
  const params: Node[] = [];
  while (!['', 'E', '.'].includes(state.peek()) && !isRefQualifier(state)) params.push(parseType(state));
  const [only] = params;
  if (only === undefined) state.fail('expected a parameter');
  const isEmpty = params.length === 1 && only.kind === 'builtin' && only.literal.kind === 'void';
  return { kind: 'function', result, params: isEmpty ? [] : params, qualifiers: [] };
}

const isRefQualifier = (state: ParserState): boolean => state.startsWith('RE') || state.startsWith('OE');

/** A [<number or expression>] _ <type> */
function parseArray(state: ParserState): TypeNode {
  let size: Node | null = null;
  if (isDigit(state.peek())) size = textNode(String(state.digits()));
  else if (state.peek() !== '_') size = state.during({ isExpression: true }, () => state.grammar.expression(state));
  state.expect('_');
  return { kind: 'array', of: parseType(state), size };
}

/** S… as a type: an earlier one, or the beginning of a name of namespace std. */
function parseSubstituted(state: ParserState): ParsedType {
  const next = state.peek(1);
  if (next !== '_' && !isDigit(next) && !isUpper(next)) {
    const { node } = state.grammar.name(state);
    return { node, isNew: node.kind !== 'text' };
  }
  const node = state.grammar.substitution(state, false);
  if (state.peek() !== 'I') return { node, isNew: false };
  return fresh({ kind: 'template', name: node, args: state.grammar.templateArgs(state) });
}

function parseTemplateParamType(state: ParserState): ParsedType {
  if (['s', 'u', 'e'].includes(state.peek(1))) {
    state.at += 2; // struct, union, enum: not shown
    return fresh(state.grammar.name(state).node);
  }
  const node = state.grammar.templateParam(state);
  if (state.peek() !== 'I') return fresh(node);
  if (!state.isConversion) {
    state.addSubstitution(node);
    return fresh({ kind: 'template', name: node, args: state.grammar.templateArgs(state) });
  }
  // `cv T_ I…E` is a template conversion operator, `cv T_ I…E I…E` one to a template template parameter with arguments.
  const args = state.attempt(() => {
    state.addSubstitution(node);
    const found = state.grammar.templateArgs(state);
    return state.peek() === 'I' ? found : null;
  });
  return fresh(args === null ? node : { kind: 'template', name: node, args });
}

function parseExtended(state: ParserState): Node {
  if (state.skip('Dp')) return { kind: 'pack-expansion', pattern: parseType(state) };
  if (state.skip('Dt') || state.skip('DT')) return { kind: 'decltype', expression: expressionToEnd(state) };
  if (state.skip('Dv')) {
    const size = state.skip('_')
      ? state.during({ isExpression: true }, () => state.grammar.expression(state))
      : textNode(String(state.digits()));
    state.expect('_');
    return { kind: 'vector', of: parseType(state), size };
  }
  return state.fail('expected a type');
}
