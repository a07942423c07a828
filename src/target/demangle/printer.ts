// A tree of nodes → text, in the layout of GNU's demangler (c++filt), which C++ people know from gdb and perf. C++ writes a type
// around its name, so every node has a left and a right part. How each kind is written is a table (write-*.ts).

import { DemangleError, MAX_DEMANGLED_CHARS, MAX_PRINT_DEPTH, MAX_PRINT_STEPS } from './limits.ts';
import type { Node } from './nodes.ts';

/** How one kind of node is written. */
export interface Writer<Kind extends Node> {
  left(out: Printer, node: Kind): void;
  /** What follows the name that a declaration would have: `)(int)` of a pointer to a function. */
  right?(out: Printer, node: Kind): void;
}

/** One writer for each of some kinds of node. */
export type Writers<Kinds extends Node['kind'] = Node['kind']> = {
  readonly [Kind in Kinds]: Writer<Extract<Node, { kind: Kind }>>;
};

/** Template arguments that T_, T0_ … stand for; the next ones are those of the context they were written in. */
interface Templates {
  readonly args: readonly Node[];
  readonly next: Templates | null;
}

export class Printer {
  readonly #writers: Writers;
  #text = '';
  #last = '';
  #separator = '';
  #steps = 0;
  #depth = 0;
  #templates: Templates | null = null;
  /** Arguments of the template whose name is being written: a conversion operator's type may use them. */
  #current: readonly Node[] | null = null;
  #packIndex = 0;
  #lambdas = 0;

  constructor(writers: Writers) {
    this.#writers = writers;
  }

  get text(): string {
    return this.#text;
  }
  get last(): string {
    return this.#last;
  }
  /** Parameters of generic lambdas are written `auto`, not as what they stand for elsewhere. */
  get isInLambda(): boolean {
    return this.#lambdas > 0;
  }

  write(text: string): void {
    if (text === '') return;
    this.#text += this.#separator + text;
    this.#separator = '';
    this.#last = text.charAt(text.length - 1);
    if (this.#text.length > MAX_DEMANGLED_CHARS) throw new DemangleError('too long');
  }

  print(node: Node): void {
    this.left(node);
    this.right(node);
  }

  left(node: Node): void {
    this.#enter();
    this.#writerOf(node).left(this, node);
    this.#depth--;
  }

  right(node: Node): void {
    this.#enter();
    this.#writerOf(node).right?.(this, node);
    this.#depth--;
  }

  /** Items with commas between those that are not empty (packs may be). */
  list(nodes: readonly Node[]): void {
    this.separated(nodes.length, (i) => {
      const node = nodes[i];
      if (node !== undefined) this.print(node);
    });
  }

  separated(count: number, print: (index: number) => void): void {
    const outer = this.#separator;
    let isFirst = true;
    let isLastEmpty = false;
    for (let i = 0; i < count; i++) {
      const before = this.#text.length;
      if (!isFirst) this.#separator = ', ';
      print(i);
      isLastEmpty = this.#text.length === before;
      if (!isLastEmpty) isFirst = false;
    }
    this.#separator = isFirst ? outer : '';
    // GNU takes a comma back here and forgets what was before it: `A<B<int>>` with an empty pack, but `A<B<int> >` without. Names
    // are compared with those of other tools, so do as it does.
    if (isLastEmpty && !isFirst) this.#last = ' ';
  }

  /** Runs `print` where T_ stands for one of `args`. */
  withTemplate(args: readonly Node[] | null, print: () => void): void {
    const outer = this.#templates;
    if (args !== null) this.#templates = { args, next: outer };
    print();
    this.#templates = outer;
  }

  /** Runs `print` where the template being named has these arguments. */
  withCurrentTemplate(args: readonly Node[], print: () => void): void {
    const outer = this.#current;
    this.#current = args;
    print();
    this.#current = outer;
  }

  /** Runs `print` where T_ stands for an argument of the template being named. */
  withConversionTemplate(print: () => void): void {
    this.withTemplate(this.#current, print);
  }

  withLambda(print: () => void): void {
    this.#lambdas++;
    print();
    this.#lambdas--;
  }

  withPackIndex(index: number, print: () => void): void {
    const outer = this.#packIndex;
    this.#packIndex = index;
    print();
    this.#packIndex = outer;
  }

  /** The argument a parameter stands for here, packs as a whole; null: none. */
  argument(index: number): Node | null {
    return this.#templates?.args[index] ?? null;
  }

  /** Calls `use` with the argument (of a pack the one in hand), in the context it was written in. Nothing for an empty pack. */
  withArgument(index: number, use: (argument: Node) => void): void {
    const argument = this.argument(index);
    if (argument === null) throw new DemangleError('unknown template parameter');
    const one = argument.kind === 'argument-pack' ? argument.items[this.#packIndex] : argument;
    if (one === undefined) return;
    const outer = this.#templates;
    this.#templates = outer?.next ?? null;
    use(one);
    this.#templates = outer;
  }

  /** What a node is in the end: parameters replaced, qualifiers ignored. */
  shape(node: Node): Node {
    let found = node;
    let templates = this.#templates;
    for (;;) {
      this.#enter();
      this.#depth--;
      if (found.kind === 'qualified') found = found.type;
      else if (found.kind === 'template-param' && templates !== null && !this.isInLambda) {
        const argument: Node | undefined = templates.args[found.index];
        const one: Node | undefined = argument?.kind === 'argument-pack' ? argument.items[this.#packIndex] : argument;
        if (one === undefined) return found;
        found = one;
        templates = templates.next;
      } else return found;
    }
  }

  /** The pack that a pattern repeats over, or null. */
  findPack(node: Node): readonly Node[] | null {
    this.#enter();
    let found: readonly Node[] | null = null;
    if (node.kind === 'template-param') {
      const argument = this.argument(node.index);
      found = argument?.kind === 'argument-pack' ? argument.items : null;
    } else if (node.kind !== 'pack-expansion' && node.kind !== 'lambda') {
      for (const child of childrenOf(node)) found ??= this.findPack(child);
    }
    this.#depth--;
    return found;
  }

  #enter(): void {
    if (++this.#steps > MAX_PRINT_STEPS || ++this.#depth > MAX_PRINT_DEPTH) throw new DemangleError('beyond the limits');
  }

  #writerOf(node: Node): Writer<Node> {
    return this.#writers[node.kind]; // the table has, under each kind, the writer of that kind
  }
}

function childrenOf(node: Node): readonly Node[] {
  const values: readonly unknown[] = Object.values(node);
  return values.flatMap((value: unknown) => (Array.isArray(value) ? (value as readonly unknown[]) : [value])).filter(isNode);
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
