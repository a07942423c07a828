// How names are written.

import type { NameNode, Node } from './nodes.ts';
import { isLower } from './parser-state.ts';
import type { Printer, Writers } from './printer.ts';

export const NAME_WRITERS: Writers<NameNode['kind']> = {
  text: { left: (out, node) => out.write(node.text) },
  scoped: { left: writeScoped },
  local: {
    left(out, { scope, name }) {
      // The result of the function around would read as the result of what is inside of it.
      if (scope.kind === 'encoding') writeEncoding(out, scope, null);
      else out.print(scope);
      out.write('::');
      out.print(name);
    },
  },
  template: {
    left(out, node) {
      out.withCurrentTemplate(node.args, () => {
        out.print(node.name);
        if (out.last === '<') out.write(' '); // operator<
        out.write('<');
        out.list(node.args);
        out.write(out.last === '>' ? ' >' : '>');
      });
    },
  },
  tagged: {
    left(out, node) {
      out.print(node.name);
      out.write(`[abi:${node.tag}]`);
    },
  },
  constructor: { left: (out, node) => out.print(node.of) },
  destructor: {
    left(out, node) {
      out.write('~');
      out.print(node.of);
    },
  },
  operator: {
    left(out, { operator: { text } }) {
      out.write(`operator${isLower(text.charAt(0)) ? ' ' : ''}${text.trimEnd()}`);
    },
  },
  'literal-operator': {
    left(out, node) {
      out.write('operator"" ');
      out.print(node.suffix);
    },
  },
  'vendor-operator': {
    left(out, node) {
      out.write('operator ');
      out.print(node.name);
    },
  },
  conversion: {
    left(out, node) {
      out.write('operator ');
      out.withConversionTemplate(() => out.print(node.to));
    },
  },
  lambda: {
    left(out, node) {
      out.write('{lambda(');
      out.withLambda(() => out.list(node.params));
      out.write(`)#${node.number}}`);
    },
  },
  'unnamed-type': { left: (out, node) => out.write(`{unnamed type#${node.number}}`) },
  'structured-binding': {
    left(out, node) {
      out.write('[');
      out.list(node.names);
      out.write(']');
    },
  },
  'default-argument': {
    left(out, node) {
      out.write(`{default arg#${node.number}}::`);
      out.print(node.name);
    },
  },
  encoding: { left: (out, node) => writeEncoding(out, node, node.type.result) },
  special: {
    left(out, node) {
      for (const part of node.parts) out.print(part);
    },
  },
};

function writeScoped(out: Printer, node: { readonly scope: Node; readonly name: Node }): void {
  out.print(node.scope);
  out.write('::');
  out.print(node.name);
}

function writeEncoding(out: Printer, { name, qualifiers, type }: Extract<Node, { kind: 'encoding' }>, result: Node | null): void {
  // A template's parameters stand for its arguments in the function's type, too.
  out.withTemplate(templateArgs(name), () => {
    if (result !== null) writeResult(out, result);
    out.print(name);
    out.write('(');
    out.list(type.params);
    out.write(')');
    for (const qualifier of qualifiers) out.print(qualifier);
    if (result !== null) out.right(result);
  });
}

function templateArgs(name: Node): readonly Node[] | null {
  const inner = name.kind === 'local' ? name.name : name;
  const entity = inner.kind === 'default-argument' ? inner.name : inner;
  return entity.kind === 'template' ? entity.args : null;
}

/** A function's result in front of its name: with a blank, unless the name stands inside of it (`void (*f())(int)`). */
export function writeResult(out: Printer, result: Node): void {
  out.left(result);
  if (!isAround(out, result)) out.write(' ');
}

function isAround(out: Printer, type: Node): boolean {
  const node = out.shape(type);
  const inner =
    node.kind === 'pointer' || node.kind === 'reference' ? node.to : node.kind === 'member-pointer' ? node.type : null;
  if (inner === null) return false;
  const { kind } = out.shape(inner);
  return kind === 'function' || kind === 'array' || isAround(out, inner);
}
