// The ABI's tables: builtin types (5.1.5.2), operators (5.1.3), standard substitutions (5.1.10).

import type { LiteralStyle, Operator } from './nodes.ts';

const NUMBER = (suffix: string): LiteralStyle => ({ kind: 'number', suffix });
const TYPED: LiteralStyle = { kind: 'typed' };
const FLOAT: LiteralStyle = { kind: 'float' };

type BuiltinRow = readonly [text: string, literal: LiteralStyle];

/** One letter. */
export const BUILTIN_TYPES: ReadonlyMap<string, BuiltinRow> = new Map<string, BuiltinRow>([
  ['a', ['signed char', TYPED]],
  ['b', ['bool', { kind: 'bool' }]],
  ['c', ['char', TYPED]],
  ['d', ['double', FLOAT]],
  ['e', ['long double', FLOAT]],
  ['f', ['float', FLOAT]],
  ['g', ['__float128', FLOAT]],
  ['h', ['unsigned char', TYPED]],
  ['i', ['int', NUMBER('')]],
  ['j', ['unsigned int', NUMBER('u')]],
  ['l', ['long', NUMBER('l')]],
  ['m', ['unsigned long', NUMBER('ul')]],
  ['n', ['__int128', TYPED]],
  ['o', ['unsigned __int128', TYPED]],
  ['s', ['short', TYPED]],
  ['t', ['unsigned short', TYPED]],
  ['v', ['void', { kind: 'void' }]],
  ['w', ['wchar_t', TYPED]],
  ['x', ['long long', NUMBER('ll')]],
  ['y', ['unsigned long long', NUMBER('ull')]],
  ['z', ['...', TYPED]],
]);

/** The letter after `D`. */
export const EXTENDED_BUILTIN_TYPES: ReadonlyMap<string, BuiltinRow> = new Map<string, BuiltinRow>([
  ['a', ['auto', TYPED]],
  ['c', ['decltype(auto)', TYPED]],
  ['d', ['decimal64', TYPED]],
  ['e', ['decimal128', TYPED]],
  ['f', ['decimal32', TYPED]],
  ['h', ['half', FLOAT]],
  ['i', ['char32_t', TYPED]],
  ['n', ['decltype(nullptr)', TYPED]],
  ['s', ['char16_t', TYPED]],
  ['u', ['char8_t', TYPED]],
]);

/** Code, text, operands. */
const OPERATOR_ROWS: readonly (readonly [string, string, number])[] = [
  ['aN', '&=', 2], ['aS', '=', 2], ['aa', '&&', 2], ['ad', '&', 1], ['an', '&', 2], ['at', 'alignof ', 1], ['aw', 'co_await ', 1],
  ['az', 'alignof ', 1], ['cc', 'const_cast', 2], ['cl', '()', 2], ['cm', ',', 2], ['co', '~', 1], ['dV', '/=', 2],
  ['da', 'delete[] ', 1], ['dc', 'dynamic_cast', 2], ['de', '*', 1], ['dl', 'delete ', 1], ['ds', '.*', 2], ['dt', '.', 2],
  ['dv', '/', 2], ['eO', '^=', 2], ['eo', '^', 2], ['eq', '==', 2], ['fL', '...', 3], ['fR', '...', 3], ['fl', '...', 2],
  ['fr', '...', 2], ['ge', '>=', 2], ['gs', '::', 1], ['gt', '>', 2], ['ix', '[]', 2], ['lS', '<<=', 2], ['le', '<=', 2],
  ['ls', '<<', 2], ['lt', '<', 2], ['mI', '-=', 2], ['mL', '*=', 2], ['mi', '-', 2], ['ml', '*', 2], ['mm', '--', 1],
  ['na', 'new[]', 3], ['ne', '!=', 2], ['ng', '-', 1], ['nt', '!', 1], ['nw', 'new', 3], ['nx', 'noexcept', 1], ['oR', '|=', 2],
  ['oo', '||', 2], ['or', '|', 2], ['pL', '+=', 2], ['pl', '+', 2], ['pm', '->*', 2], ['pp', '++', 1], ['ps', '+', 1],
  ['pt', '->', 2], ['qu', '?', 3], ['rM', '%=', 2], ['rS', '>>=', 2], ['rc', 'reinterpret_cast', 2], ['rm', '%', 2],
  ['rs', '>>', 2], ['sP', 'sizeof...', 1], ['sZ', 'sizeof...', 1], ['sc', 'static_cast', 2], ['ss', '<=>', 2], ['st', 'sizeof ', 1],
  ['sz', 'sizeof ', 1], ['te', 'typeid ', 1], ['ti', 'typeid ', 1], ['tr', 'throw', 0], ['tw', 'throw ', 1],
]; // prettier-ignore

export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  OPERATOR_ROWS.map(([code, text, operands]) => [code, { code, text, operands }]),
);

/** The letter after `S`: as a person writes it; in full where a constructor's name follows; what a constructor is called. */
export interface StandardName {
  readonly simple: string;
  readonly full: string;
  readonly last: string;
}

const CHAR = 'char, std::char_traits<char>';
export const STANDARD_NAMES: ReadonlyMap<string, StandardName> = new Map<string, StandardName>([
  ['t', { simple: 'std', full: 'std', last: '' }],
  ['a', { simple: 'std::allocator', full: 'std::allocator', last: 'allocator' }],
  ['b', { simple: 'std::basic_string', full: 'std::basic_string', last: 'basic_string' }],
  ['s', { simple: 'std::string', full: `std::basic_string<${CHAR}, std::allocator<char> >`, last: 'basic_string' }],
  ['i', { simple: 'std::istream', full: `std::basic_istream<${CHAR} >`, last: 'basic_istream' }],
  ['o', { simple: 'std::ostream', full: `std::basic_ostream<${CHAR} >`, last: 'basic_ostream' }],
  ['d', { simple: 'std::iostream', full: `std::basic_iostream<${CHAR} >`, last: 'basic_iostream' }],
]);
