// <expression>: what stands in template arguments, decltype and array bounds (ABI 5.1.6).

import { textNode, type Node, type Operator } from './nodes.ts';
import { isDigit, type ParserState } from './parser-state.ts';
import { OPERATORS } from './tables.ts';

const NAMED_CASTS: ReadonlySet<string> = new Set(['cc', 'dc', 'rc', 'sc']);

export function parseExpression(state: ParserState): Node {
  return state.nested(() => state.during({ isExpression: true }, () => parseAny(state)));
}

function parseAny(state: ParserState): Node {
  const next = state.peek();
  if (next === 'L') return state.grammar.literal(state);
  if (next === 'T') return state.grammar.templateParam(state);
  if (state.skip('sr')) return parseScopeResolution(state);
  if (state.skip('sp')) return { kind: 'pack-expansion', pattern: parseExpression(state) };
  if (state.startsWith('fp') || (state.startsWith('fL') && isDigit(state.peek(2)))) return parseFunctionParam(state);
  if (isDigit(next) || state.startsWith('on')) return withTemplateArgs(state, state.grammar.unqualifiedName(state, null));
  if (state.skip('il')) return { kind: 'initializer-list', type: null, items: listToEnd(state, 'E') };
  if (state.skip('tl')) {
    const type = state.grammar.type(state);
    return { kind: 'initializer-list', type, items: listToEnd(state, 'E') };
  }
  if (state.skip('cv')) return parseCast(state);
  const operator = OPERATORS.get(next + state.peek(1)) ?? state.fail('expected an expression');
  state.at += 2;
  return parseOperation(state, operator);
}

/** sr <type> <base name> | sr <level>+ E <base name>. GCC writes classes as types, Clang namespaces and classes as levels. */
function parseScopeResolution(state: ParserState): Node {
  const scope = state.attempt(() => parseLevels(state)) ?? state.during({ isExpression: false }, () => state.grammar.type(state));
  if (state.skip('dn')) return { kind: 'scoped', scope, name: parseDestructorName(state) };
  return { kind: 'scoped', scope, name: withTemplateArgs(state, state.grammar.unqualifiedName(state, scope)) };
}

/** Levels cannot be substituted, types can. null: these are no levels. */
function parseLevels(state: ParserState): Node | null {
  if (!isDigit(state.peek())) return null;
  let scope = withTemplateArgs(state, state.grammar.unqualifiedName(state, null));
  if (scope.kind === 'template' && state.peek() !== 'E') return null; // one type and a member of it
  while (!state.skip('E')) {
    scope = { kind: 'scoped', scope, name: withTemplateArgs(state, state.grammar.unqualifiedName(state, scope)) };
  }
  return isDigit(state.peek()) || state.startsWith('on') || state.startsWith('dn') ? scope : null;
}

function parseDestructorName(state: ParserState): Node {
  return {
    kind: 'destructor',
    of: isDigit(state.peek()) ? state.grammar.unqualifiedName(state, null) : state.grammar.type(state),
  };
}

function withTemplateArgs(state: ParserState, name: Node): Node {
  return state.peek() === 'I' ? { kind: 'template', name, args: state.grammar.templateArgs(state) } : name;
}

/** fp [<CV-qualifiers>] [<number>] _ | fpT | fL <level> p … */
function parseFunctionParam(state: ParserState): Node {
  if (state.skip('fpT')) return { kind: 'function-param', number: 0 };
  if (!state.skip('fp')) {
    state.expect('fL');
    state.digits();
    state.expect('p');
  }
  state.grammar.qualifiers(state, false);
  return { kind: 'function-param', number: state.compactNumber() + 1 };
}

/** cv <type> <expression> | cv <type> _ <expression>* E */
function parseCast(state: ParserState): Node {
  const to = state.during({ isConversion: false }, () => state.grammar.type(state));
  const operand: Node = state.skip('_') ? { kind: 'list', items: listToEnd(state, 'E') } : parseExpression(state);
  return { kind: 'cast', to, operand };
}

function listToEnd(state: ParserState, end: string): readonly Node[] {
  const items: Node[] = [];
  while (!state.skip(end)) items.push(parseExpression(state));
  return items;
}

function parseOperation(state: ParserState, operator: Operator): Node {
  const { code } = operator;
  if (code.startsWith('f')) return parseFold(state, operator);
  if (operator.operands === 0) return { kind: 'nullary', operator };
  if (operator.operands === 1) return parseUnary(state, operator);
  if (code === 'qu')
    return { kind: 'conditional', condition: parseExpression(state), yes: parseExpression(state), no: parseExpression(state) };
  if (operator.operands === 3) return parseNew(state, operator);
  const left = NAMED_CASTS.has(code) ? state.grammar.type(state) : parseExpression(state);
  return { kind: 'binary', operator, left, right: parseRight(state, code) };
}

function parseRight(state: ParserState, code: string): Node {
  if (code === 'cl') return { kind: 'list', items: listToEnd(state, 'E') };
  if (code !== 'dt' && code !== 'pt') return parseExpression(state);
  if (state.skip('sr')) return parseScopeResolution(state);
  if (state.skip('dn')) return parseDestructorName(state);
  return withTemplateArgs(state, state.grammar.unqualifiedName(state, null));
}

function parseUnary(state: ParserState, operator: Operator): Node {
  const { code } = operator;
  if (code === 'st' || code === 'ti' || code === 'at') return { kind: 'unary', operator, operand: state.grammar.type(state) };
  if (code === 'sP') {
    const items: Node[] = [];
    while (!state.skip('E')) items.push(state.peek() === 'L' ? state.grammar.literal(state) : state.grammar.type(state));
    return textNode(String(items.reduce((sum, item) => sum + (item.kind === 'argument-pack' ? item.items.length : 1), 0)));
  }
  if (code !== 'pp' && code !== 'mm') return { kind: 'unary', operator, operand: parseExpression(state) };
  // With `_` in front the operator stands before its operand.
  if (state.skip('_')) return { kind: 'unary', operator, operand: parseExpression(state) };
  return { kind: 'postfix', operator, operand: parseExpression(state) };
}

/** fl <op> <pack> | fr <op> <pack> | fL <op> <pack> <init> | fR <op> <init> <pack> */
function parseFold(state: ParserState, { code }: Operator): Node {
  const operator = OPERATORS.get(state.peek() + state.peek(1)) ?? state.fail('expected an operator');
  state.at += 2;
  const operands = [parseExpression(state)];
  if (code === 'fL' || code === 'fR') operands.push(parseExpression(state));
  return { kind: 'fold', code, operator, operands };
}

/** nw <placement>* _ <type> (E | pi <expression>* E | il …) */
function parseNew(state: ParserState, operator: Operator): Node {
  const placement: Node = { kind: 'list', items: listToEnd(state, '_') };
  const type = state.grammar.type(state);
  if (state.skip('E')) return { kind: 'new', operator, placement, type, initializer: null };
  const initializer: Node = state.skip('pi') ? { kind: 'list', items: listToEnd(state, 'E') } : parseExpression(state);
  return { kind: 'new', operator, placement, type, initializer };
}
