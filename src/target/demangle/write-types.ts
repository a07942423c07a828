// How types are written.

import type { Node, TypeNode } from './nodes.ts';
import type { Printer, Writers } from './printer.ts';
import { writeSubexpression } from './write-expressions.ts';
import { writeResult } from './write-names.ts';

export const TYPE_WRITERS: Writers<TypeNode['kind']> = {
  builtin: { left: (out, node) => out.write(node.text) },
  qualified: {
    left(out, node) {
      out.left(node.type);
      // `T const` where T is `int const` is still that.
      if (!isQualified(out, node.type, node.qualifier)) out.print(node.qualifier);
    },
    right: (out, node) => out.right(node.type),
  },
  pointer: {
    left: (out, node) => openDeclarator(out, node.to, '*'),
    right: (out, node) => closeDeclarator(out, node.to),
  },
  reference: {
    left(out, node) {
      withCollapsed(out, node, (to, symbol) => openDeclarator(out, to, symbol));
    },
    right(out, node) {
      withCollapsed(out, node, (to) => closeDeclarator(out, to));
    },
  },
  'member-pointer': {
    left(out, node) {
      out.left(node.type);
      const { kind } = out.shape(node.type);
      out.write(kind === 'function' ? '(' : kind === 'array' ? ' (' : ' ');
      out.print(node.of);
      out.write('::*');
    },
    right: (out, node) => closeDeclarator(out, node.type),
  },
  function: {
    left(out, node) {
      if (node.result !== null) writeResult(out, node.result);
    },
    right(out, node) {
      out.write('(');
      out.list(node.params);
      out.write(')');
      for (const qualifier of node.qualifiers) out.print(qualifier);
      if (node.result !== null) out.right(node.result);
    },
  },
  array: {
    left: (out, node) => out.left(node.of),
    right(out, node) {
      out.write(out.last === ']' ? '[' : ' [');
      if (node.size !== null) out.print(node.size);
      out.write(']');
      out.right(node.of);
    },
  },
  vector: {
    left(out, node) {
      out.left(node.of);
      out.write(' __vector(');
      out.print(node.size);
      out.write(')');
    },
    right: (out, node) => out.right(node.of),
  },
  'template-param': {
    left(out, node) {
      if (out.isInLambda) out.write(`auto:${node.index + 1}`);
      else out.withArgument(node.index, (argument) => out.left(argument));
    },
    right(out, node) {
      if (!out.isInLambda) out.withArgument(node.index, (argument) => out.right(argument));
    },
  },
  'argument-pack': { left: (out, node) => out.list(node.items) },
  'pack-expansion': {
    left(out, { pattern }) {
      const pack = out.findPack(pattern);
      if (pack === null) {
        writeSubexpression(out, pattern); // over function parameters: how many is not known
        out.write('...');
      } else out.separated(pack.length, (i) => out.withPackIndex(i, () => out.print(pattern)));
    },
  },
  decltype: {
    left(out, node) {
      out.write('decltype (');
      out.print(node.expression);
      out.write(')');
    },
  },
};

function openDeclarator(out: Printer, to: Node, symbol: string): void {
  out.left(to);
  const { kind } = out.shape(to);
  out.write(`${kind === 'function' ? '(' : kind === 'array' ? ' (' : ''}${symbol}`);
}

function closeDeclarator(out: Printer, to: Node): void {
  const { kind } = out.shape(to);
  if (kind === 'function' || kind === 'array') out.write(')');
  out.right(to);
}

function isQualified(out: Printer, type: Node, qualifier: Node): boolean {
  if (qualifier.kind !== 'text') return false;
  if (type.kind === 'template-param' && !out.isInLambda && out.argument(type.index) !== null) {
    let found = false;
    out.withArgument(type.index, (argument) => {
      found = isQualified(out, argument, qualifier);
    });
    return found;
  }
  if (type.kind !== 'qualified') return false;
  return (type.qualifier.kind === 'text' && type.qualifier.text === qualifier.text) || isQualified(out, type.type, qualifier);
}

/** A reference to a reference is one: `&` unless both are `&&`. */
function withCollapsed(
  out: Printer,
  node: { readonly to: Node; readonly symbol: '&' | '&&' },
  use: (to: Node, symbol: '&' | '&&') => void,
): void {
  if (node.to.kind === 'template-param' && !out.isInLambda && out.shape(node.to).kind === 'reference') {
    out.withArgument(node.to.index, (argument) => withCollapsed(out, { to: argument, symbol: node.symbol }, use));
  } else if (node.to.kind === 'reference') {
    withCollapsed(out, { to: node.to.to, symbol: node.symbol === '&' ? '&' : node.to.symbol }, use);
  } else use(node.to, node.symbol);
}
