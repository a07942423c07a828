// What a mangled name says, as a tree (in truth a graph: substitutions share nodes). Names, types and expressions of the Itanium
// C++ ABI, chapter 5.1. A template parameter stays one: which argument it is depends on where it is printed.

/** Declares, names, qualifies. */
export type NameNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'scoped'; readonly scope: Node; readonly name: Node }
  /** An entity local to a function. */
  | { readonly kind: 'local'; readonly scope: Node; readonly name: Node }
  | { readonly kind: 'template'; readonly name: Node; readonly args: readonly Node[] }
  | { readonly kind: 'tagged'; readonly name: Node; readonly tag: string }
  | { readonly kind: 'constructor'; readonly of: Node }
  | { readonly kind: 'destructor'; readonly of: Node }
  | { readonly kind: 'operator'; readonly operator: Operator }
  | { readonly kind: 'literal-operator'; readonly suffix: Node }
  | { readonly kind: 'vendor-operator'; readonly name: Node }
  | { readonly kind: 'conversion'; readonly to: Node }
  | { readonly kind: 'lambda'; readonly params: readonly Node[]; readonly number: number }
  | { readonly kind: 'unnamed-type'; readonly number: number }
  | { readonly kind: 'structured-binding'; readonly names: readonly Node[] }
  | { readonly kind: 'default-argument'; readonly number: number; readonly name: Node }
  /** A function with its parameters. */
  | { readonly kind: 'encoding'; readonly name: Node; readonly qualifiers: readonly Node[]; readonly type: FunctionNode }
  /** `vtable for X` and its kin. */
  | { readonly kind: 'special'; readonly parts: readonly Node[] };

export type TypeNode =
  | { readonly kind: 'builtin'; readonly text: string; readonly literal: LiteralStyle }
  | { readonly kind: 'qualified'; readonly type: Node; readonly qualifier: Node }
  | { readonly kind: 'pointer'; readonly to: Node }
  | { readonly kind: 'reference'; readonly to: Node; readonly symbol: '&' | '&&' }
  | { readonly kind: 'member-pointer'; readonly of: Node; readonly type: Node }
  | FunctionNode
  | { readonly kind: 'array'; readonly of: Node; readonly size: Node | null }
  | { readonly kind: 'vector'; readonly of: Node; readonly size: Node }
  | { readonly kind: 'template-param'; readonly index: number }
  | { readonly kind: 'argument-pack'; readonly items: readonly Node[] }
  | { readonly kind: 'pack-expansion'; readonly pattern: Node }
  | { readonly kind: 'decltype'; readonly expression: Node };

export interface FunctionNode {
  readonly kind: 'function';
  readonly result: Node | null;
  readonly params: readonly Node[];
  /** Printed behind the parameters: const, &, noexcept. */
  readonly qualifiers: readonly Node[];
}

export type ExpressionNode =
  | { readonly kind: 'literal'; readonly type: Node; readonly value: string; readonly isNegative: boolean }
  | { readonly kind: 'function-param'; readonly number: number }
  | { readonly kind: 'nullary'; readonly operator: Operator }
  | { readonly kind: 'unary'; readonly operator: Operator; readonly operand: Node }
  | { readonly kind: 'postfix'; readonly operator: Operator; readonly operand: Node }
  | { readonly kind: 'cast'; readonly to: Node; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'conditional'; readonly condition: Node; readonly yes: Node; readonly no: Node }
  | {
      readonly kind: 'new';
      readonly operator: Operator;
      readonly placement: Node;
      readonly type: Node;
      readonly initializer: Node | null;
    }
  | { readonly kind: 'fold'; readonly code: string; readonly operator: Operator; readonly operands: readonly Node[] }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'initializer-list'; readonly type: Node | null; readonly items: readonly Node[] }
  /** ` noexcept(…)` and ` throw(…)` behind a function. */
  | { readonly kind: 'clause'; readonly word: string; readonly items: readonly Node[] };

export type Node = NameNode | TypeNode | ExpressionNode;

/** How a literal of a builtin type is written: a plain number with a suffix, true or false, or with its type in front. */
export type LiteralStyle =
  | { readonly kind: 'number'; readonly suffix: string }
  | { readonly kind: 'bool' }
  | { readonly kind: 'float' }
  | { readonly kind: 'void' }
  | { readonly kind: 'typed' };

/** A row of the operator table. `operands` is what it takes in an expression. */
export interface Operator {
  readonly code: string;
  /** A trailing blank belongs to the use in expressions. */
  readonly text: string;
  readonly operands: number;
}

export const textNode = (text: string): NameNode => ({ kind: 'text', text });
