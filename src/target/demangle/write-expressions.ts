// How expressions are written: operands in brackets unless they are names, as GNU's demangler does.

import type { ExpressionNode, Node } from './nodes.ts';
import type { Printer, Writers } from './printer.ts';

const PLAIN_OPERANDS: ReadonlySet<Node['kind']> = new Set<Node['kind']>(['text', 'scoped', 'initializer-list', 'function-param']);
const NAMED_CASTS: ReadonlySet<string> = new Set(['cc', 'dc', 'rc', 'sc']);

export const EXPRESSION_WRITERS: Writers<ExpressionNode['kind']> = {
  literal: { left: writeLiteral },
  'function-param': { left: (out, node) => out.write(node.number === 0 ? 'this' : `{parm#${node.number}}`) },
  nullary: { left: (out, node) => out.write(node.operator.text) },
  unary: { left: writeUnary },
  postfix: {
    left(out, node) {
      writeSubexpression(out, node.operand);
      out.write(node.operator.text);
    },
  },
  cast: {
    left(out, node) {
      bracketed(out, node.to);
      writeSubexpression(out, node.operand);
    },
  },
  binary: { left: writeBinary },
  conditional: {
    left(out, node) {
      writeSubexpression(out, node.condition);
      out.write('?');
      writeSubexpression(out, node.yes);
      out.write(' : ');
      writeSubexpression(out, node.no);
    },
  },
  new: {
    left(out, node) {
      out.write('new ');
      if (node.placement.kind === 'list' && node.placement.items.length > 0) {
        bracketed(out, node.placement);
        out.write(' ');
      }
      out.print(node.type);
      if (node.initializer !== null) writeSubexpression(out, node.initializer);
    },
  },
  fold: {
    left(out, { code, operator, operands: [first, second] }) {
      out.write('(');
      if (code === 'fl') out.write(`...${operator.text}`);
      if (first !== undefined) writeSubexpression(out, first);
      if (code === 'fr') out.write(`${operator.text}...`);
      if (second !== undefined) {
        out.write(`${operator.text}...${operator.text}`);
        writeSubexpression(out, second);
      }
      out.write(')');
    },
  },
  list: { left: (out, node) => out.list(node.items) },
  'initializer-list': {
    left(out, node) {
      if (node.type !== null) out.print(node.type);
      out.write('{');
      out.list(node.items);
      out.write('}');
    },
  },
  clause: {
    left(out, node) {
      out.write(`${node.word}(`);
      out.list(node.items);
      out.write(')');
    },
  },
};

export function writeSubexpression(out: Printer, node: Node): void {
  if (PLAIN_OPERANDS.has(node.kind)) out.print(node);
  else bracketed(out, node);
}

function bracketed(out: Printer, node: Node): void {
  out.write('(');
  out.print(node);
  out.write(')');
}

function writeLiteral(out: Printer, { type, value, isNegative }: Extract<Node, { kind: 'literal' }>): void {
  const sign = isNegative ? '-' : '';
  const style = type.kind === 'builtin' ? type.literal : null;
  if (style?.kind === 'number') out.write(`${sign}${value}${style.suffix}`);
  else if (style?.kind === 'bool' && !isNegative && (value === '0' || value === '1')) out.write(value === '1' ? 'true' : 'false');
  else {
    bracketed(out, type);
    out.write(style?.kind === 'float' ? `${sign}[${value}]` : `${sign}${value}`);
  }
}

function writeUnary(out: Printer, { operator, operand }: Extract<Node, { kind: 'unary' }>): void {
  if (operator.code === 'sZ') {
    out.write(String(out.findPack(operand)?.length ?? 0));
    return;
  }
  out.write(operator.text);
  if (operator.code === 'gs') out.print(operand);
  else if (operator.code === 'st' || operator.code === 'nx') bracketed(out, operand);
  else if (operator.code === 'ad') writeSubexpression(out, withoutParameters(operand));
  else writeSubexpression(out, operand);
}

/** `&f` is written without f's parameters when f is a member that does not qualify `this`. */
function withoutParameters(node: Node): Node {
  return node.kind === 'encoding' && node.qualifiers.length === 0 && node.name.kind === 'scoped' ? node.name : node;
}

function writeBinary(out: Printer, { operator, left, right }: Extract<Node, { kind: 'binary' }>): void {
  if (NAMED_CASTS.has(operator.code)) {
    out.write(`${operator.text}<`);
    out.print(left);
    out.write('>');
    bracketed(out, right);
    return;
  }
  const isGreater = operator.text === '>'; // must not read as the end of template arguments
  if (isGreater) out.write('(');
  writeSubexpression(out, operator.code === 'cl' && left.kind === 'encoding' ? left.name : left);
  if (operator.code === 'ix') {
    out.write('[');
    out.print(right);
    out.write(']');
  } else {
    if (operator.code !== 'cl') out.write(operator.text);
    writeSubexpression(out, right);
  }
  if (isGreater) out.write(')');
}
