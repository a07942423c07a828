// The place in a mangled name, what can be substituted, and the bounds; and the grammar's entry points as an interface, so that
// its parts (names, types, templates, expressions) can call each other without importing each other.

import { DemangleError, MAX_PARSE_DEPTH, MAX_PARSE_STEPS } from './limits.ts';
import type { FunctionNode, Node } from './nodes.ts';

/** A name with what stands in front of a member function's name but applies to `this`. */
export interface ParsedName {
  readonly node: Node;
  readonly qualifiers: readonly Node[];
}

/** The rules that other parts of the grammar need. */
export interface Grammar {
  encoding(state: ParserState, isTopLevel: boolean): Node;
  name(state: ParserState): ParsedName;
  unqualifiedName(state: ParserState, scope: Node | null): Node;
  substitution(state: ParserState, isPrefix: boolean): Node;
  type(state: ParserState): Node;
  qualifiers(state: ParserState, isThis: boolean): Node[];
  bareFunctionType(state: ParserState, hasResult: boolean): FunctionNode;
  templateArgs(state: ParserState): readonly Node[];
  templateParam(state: ParserState): Node;
  expression(state: ParserState): Node;
  literal(state: ParserState): Node;
}

/** Reads one mangled name. What is not as the rule expects throws DemangleError. */
export class ParserState {
  readonly text: string;
  readonly grammar: Grammar;
  /** Whether the outermost function's parameters are wanted. */
  readonly wantsParameters: boolean;
  at: number;
  /** Where the type of a conversion operator is parsed: template arguments may belong to the operator, not to the type. */
  isConversion = false;
  /** Inside an expression `cv` is a cast, not a conversion operator's name. */
  isExpression = false;
  readonly #substitutions: Node[] = [];
  #steps = 0;
  #depth = 0;

  constructor(text: string, at: number, grammar: Grammar, wantsParameters: boolean) {
    this.text = text;
    this.at = at;
    this.grammar = grammar;
    this.wantsParameters = wantsParameters;
  }

  /** The character at the place, or so many after it; '' at the end. */
  peek(ahead = 0): string {
    return this.text.charAt(this.at + ahead);
  }

  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  /** Goes over `text` if it is next. */
  skip(text: string): boolean {
    if (!this.startsWith(text)) return false;
    this.at += text.length;
    return true;
  }

  expect(text: string): void {
    if (!this.skip(text)) this.fail(`expected ${text}`);
  }

  fail(message: string): never {
    throw new DemangleError(`${message} at ${this.at}`);
  }

  /** Runs a rule inside of another, counted. */
  nested<Result>(rule: () => Result): Result {
    if (++this.#steps > MAX_PARSE_STEPS || ++this.#depth > MAX_PARSE_DEPTH) throw new DemangleError('beyond the limits');
    const result = rule();
    this.#depth--;
    return result;
  }

  /** Tries a rule; null and back to where it began when its result is refused or it fails. */
  attempt<Result>(rule: () => Result | null): Result | null {
    const { at, isConversion, isExpression } = this;
    const depth = this.#depth;
    const count = this.#substitutions.length;
    try {
      const result = rule();
      if (result !== null) return result;
    } catch (error) {
      if (!(error instanceof DemangleError) || this.#steps > MAX_PARSE_STEPS) throw error;
    }
    this.at = at;
    this.isConversion = isConversion;
    this.isExpression = isExpression;
    this.#depth = depth;
    this.#substitutions.length = count;
    return null;
  }

  /** Runs a rule with other settings for it alone. */
  during<Result>(settings: { readonly isConversion?: boolean; readonly isExpression?: boolean }, rule: () => Result): Result {
    const { isConversion, isExpression } = this;
    this.isConversion = settings.isConversion ?? isConversion;
    this.isExpression = settings.isExpression ?? isExpression;
    const result = rule();
    this.isConversion = isConversion;
    this.isExpression = isExpression;
    return result;
  }

  addSubstitution(node: Node): void {
    this.#substitutions.push(node);
  }

  substituted(index: number): Node {
    return this.#substitutions[index] ?? this.fail('unknown substitution');
  }

  /** Decimal digits, at least one. */
  digits(): number {
    const start = this.at;
    while (isDigit(this.peek())) this.at++;
    // Nine digits are more than any length or index can be.
    if (this.at === start || this.at - start > 9) this.fail('expected a number');
    return Number(this.text.slice(start, this.at));
  }

  /** `_` is 0, `0_` is 1, `1_` is 2 …: how parameters and lambdas are counted. */
  compactNumber(): number {
    if (this.skip('_')) return 0;
    const value = this.digits();
    this.expect('_');
    return value + 1;
  }
}

export const isDigit = (ch: string): boolean => ch >= '0' && ch <= '9';
export const isLower = (ch: string): boolean => ch >= 'a' && ch <= 'z';
export const isUpper = (ch: string): boolean => ch >= 'A' && ch <= 'Z';
