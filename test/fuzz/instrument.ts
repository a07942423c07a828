// Source text → the same with counters: `__step()` at the beginning of each loop's round and of each function, `__allocate(…)` around the
// sizes of blocks. Lines stay where they are. By TypeScript's own parser, so that no text that looks like code is mistaken for it.

import ts from 'typescript';

const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  Uint8Array: 1, Uint8ClampedArray: 1, Int8Array: 1, Uint16Array: 2, Int16Array: 2, Uint32Array: 4, Int32Array: 4, Float32Array: 4,
  Float64Array: 8, BigInt64Array: 8, BigUint64Array: 8, ArrayBuffer: 1, Array: 8,
}; // prettier-ignore
/** Buffer.alloc and its kin; text.repeat(n) counts as n bytes at least. */
const BUFFER_CALLS: ReadonlySet<string> = new Set(['alloc', 'allocUnsafe', 'allocUnsafeSlow']);

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** `meterPath`: what the counters are imported from. */
export function instrument(text: string, path: string, meterPath: string): string {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  const insertions: Insertion[] = [];
  const visit = (node: ts.Node): void => {
    insertSteps(node, source, insertions);
    insertSizes(node, source, insertions);
    ts.forEachChild(node, visit);
  };
  visit(source);
  let result = text;
  for (const { at, text: inserted } of insertions.toSorted((a, b) => b.at - a.at)) result = result.slice(0, at) + inserted + result.slice(at); // prettier-ignore
  return `import { step as __step, allocate as __allocate } from ${JSON.stringify(meterPath)};${result}`;
}

function insertSteps(node: ts.Node, source: ts.SourceFile, to: Insertion[]): void {
  if (ts.isIterationStatement(node, false)) stepInto(node.statement, source, to);
  else if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) wrap(node.body, '(__step(), ', ')', source, to);
  else if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) stepInto(node.body, source, to);
}

function stepInto(body: ts.Node, source: ts.SourceFile, to: Insertion[]): void {
  if (ts.isBlock(body)) to.push({ at: body.getStart(source) + 1, text: '__step();' });
  else wrap(body, '{__step();', '}', source, to);
}

function insertSizes(node: ts.Node, source: ts.SourceFile, to: Insertion[]): void {
  if (ts.isNewExpression(node) && ts.isIdentifier(node.expression)) {
    const elementBytes = ELEMENT_BYTES[node.expression.text];
    if (elementBytes !== undefined && node.arguments?.length === 1) size(node.arguments[0], elementBytes, source, to);
    return;
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
  const { name, expression } = node.expression;
  const owner = ts.isIdentifier(expression) ? expression.text : '';
  if ((owner === 'Buffer' && BUFFER_CALLS.has(name.text)) || name.text === 'repeat') size(node.arguments[0], 1, source, to);
  const [made] = node.arguments;
  if (owner !== 'Array' || name.text !== 'from' || made === undefined || !ts.isObjectLiteralExpression(made)) return;
  for (const property of made.properties)
    if (ts.isPropertyAssignment(property) && property.name.getText(source) === 'length') size(property.initializer, ELEMENT_BYTES['Array'] ?? 8, source, to); // prettier-ignore
}

function size(argument: ts.Expression | undefined, elementBytes: number, source: ts.SourceFile, to: Insertion[]): void {
  if (argument !== undefined && !ts.isSpreadElement(argument))
    wrap(argument, '__allocate(', `, ${String(elementBytes)})`, source, to);
}

function wrap(node: ts.Node, before: string, after: string, source: ts.SourceFile, to: Insertion[]): void {
  to.push({ at: node.getStart(source), text: before }, { at: node.end, text: after });
}
