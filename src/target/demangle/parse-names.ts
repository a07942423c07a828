// <encoding> and <name>: functions, data, members, local entities (ABI 5.1.2). A name's parts become one scoped node.

import { textNode, type Node } from './nodes.ts';
import { isDigit, isLower, isUpper, type ParsedName, type ParserState } from './parser-state.ts';
import { parseSpecialName } from './parse-special.ts';
import { baseName } from './parse-unqualified.ts';
import { STANDARD_NAMES } from './tables.ts';

/** <encoding> ::= <name> [<bare-function-type>] | <special-name> */
export function parseEncoding(state: ParserState, isTopLevel: boolean): Node {
  return state.nested(() => {
    if (state.peek() === 'G' || state.peek() === 'T') return parseSpecialName(state, isTopLevel);
    const { node, qualifiers } = parseName(state);
    if (isTopLevel && !state.wantsParameters) return node;
    if (['', 'E', '.'].includes(state.peek())) return node; // data
    return { kind: 'encoding', name: node, qualifiers, type: state.grammar.bareFunctionType(state, hasResultType(node)) };
  });
}

/** Only template functions tell their result, and of those not constructors, destructors and conversions. */
function hasResultType(name: Node): boolean {
  if (name.kind === 'local' || name.kind === 'default-argument') return hasResultType(name.name);
  return name.kind === 'template' && !isSpecialMember(name.name);
}

function isSpecialMember(name: Node): boolean {
  if (name.kind === 'scoped' || name.kind === 'local') return isSpecialMember(name.name);
  return name.kind === 'constructor' || name.kind === 'destructor' || name.kind === 'conversion';
}

/** <name> ::= <nested-name> | <local-name> | <unscoped-name> | <unscoped-template-name> <template-args> */
export function parseName(state: ParserState): ParsedName {
  return state.nested(() => {
    if (state.peek() === 'N') return parseNestedName(state);
    if (state.peek() === 'Z') return parseLocalName(state);
    return { node: parseUnscopedName(state), qualifiers: [] };
  });
}

function parseUnscopedName(state: ParserState): Node {
  const isSubstitution = state.peek() === 'S' && state.peek(1) !== 't';
  let node: Node;
  if (isSubstitution) node = parseSubstitution(state, false);
  else if (state.skip('St')) node = scoped(textNode('std'), state.grammar.unqualifiedName(state, textNode('std')));
  else node = state.grammar.unqualifiedName(state, null);
  if (state.peek() !== 'I') return node;
  if (!isSubstitution) state.addSubstitution(node);
  return { kind: 'template', name: node, args: state.grammar.templateArgs(state) };
}

/** <nested-name> ::= N [<CV-qualifiers>] [<ref-qualifier>] <prefix> E */
function parseNestedName(state: ParserState): ParsedName {
  state.expect('N');
  const qualifiers = state.grammar.qualifiers(state, true);
  if (state.skip('R')) qualifiers.push(textNode(' &'));
  else if (state.skip('O')) qualifiers.push(textNode(' &&'));
  let node: Node | null = null;
  while (!state.skip('E')) {
    const next = state.peek();
    if (state.skip('M') && node !== null) continue; // the initializer of a member, as the scope of a lambda
    if (next === 'I') {
      if (node === null) state.fail('expected a name');
      node = { kind: 'template', name: node, args: state.grammar.templateArgs(state) };
    } else {
      const part = parsePrefixPart(state, next, node);
      node = node === null ? part : scoped(node, part);
    }
    if (next !== 'S' && state.peek() !== 'E') state.addSubstitution(node);
  }
  if (node === null) state.fail('expected a name');
  return { node, qualifiers };
}

function parsePrefixPart(state: ParserState, next: string, scope: Node | null): Node {
  if (next === 'D' && ['t', 'T'].includes(state.peek(1))) return state.grammar.type(state);
  if (next === 'S') return parseSubstitution(state, true);
  if (next === 'T') return state.grammar.templateParam(state);
  if (isDigit(next) || isLower(next) || ['C', 'D', 'U', 'L'].includes(next)) return state.grammar.unqualifiedName(state, scope);
  return state.fail('expected a part of a name');
}

const scoped = (scope: Node, name: Node): Node => ({ kind: 'scoped', scope, name });

/** <local-name> ::= Z <encoding> E <entity name> [<discriminator>] | Z <encoding> E s | Z <encoding> E d [<number>] _ <name> */
function parseLocalName(state: ParserState): ParsedName {
  state.expect('Z');
  const scope = state.grammar.encoding(state, false);
  state.expect('E');
  if (state.skip('s')) {
    skipDiscriminator(state);
    return { node: { kind: 'local', scope, name: textNode('string literal') }, qualifiers: [] };
  }
  const argument = state.skip('d') ? state.compactNumber() : null;
  const { node: name, qualifiers } = parseName(state);
  if (name.kind !== 'lambda' && name.kind !== 'unnamed-type') skipDiscriminator(state);
  const entity: Node = argument === null ? name : { kind: 'default-argument', number: argument + 1, name };
  return { node: { kind: 'local', scope, name: entity }, qualifiers };
}

/** Tells local entities of one name apart; nobody wants to read it. */
export function skipDiscriminator(state: ParserState): void {
  if (state.peek() !== '_') return;
  if (isDigit(state.peek(1))) {
    state.at += 2;
  } else if (state.startsWith('__') && isDigit(state.peek(2))) {
    state.at += 2;
    state.digits();
    state.expect('_');
  }
}

/** <substitution> ::= S_ | S <seq-id> _ | S[absiotd]. As a prefix of a constructor the standard names are written in full. */
export function parseSubstitution(state: ParserState, isPrefix: boolean): Node {
  state.expect('S');
  const next = state.peek();
  if (next === '_' || isDigit(next) || isUpper(next)) return state.substituted(parseSequenceId(state));
  const standard = STANDARD_NAMES.get(next) ?? state.fail('unknown substitution');
  state.at++;
  const isFull = isPrefix && ['C', 'D'].includes(state.peek());
  let node: Node = textNode(isFull ? standard.full : standard.simple);
  if (state.peek() !== 'B') return node;
  while (state.skip('B')) node = { kind: 'tagged', name: node, tag: baseName(state.grammar.unqualifiedName(state, null)) };
  state.addSubstitution(node);
  return node;
}

function parseSequenceId(state: ParserState): number {
  if (state.skip('_')) return 0;
  const start = state.at;
  while (isDigit(state.peek()) || isUpper(state.peek())) state.at++;
  const index = Number.parseInt(state.text.slice(start, state.at), 36) + 1;
  state.expect('_');
  return index;
}
