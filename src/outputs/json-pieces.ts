// Lists of JSON → pieces of text, so that no list is ever one string. Pure.

/** Values of one piece: some tens of kilobytes of numbers. */
const VALUES_PER_PIECE = 4096;

/** `[1,2,3]` of values that are JSON already (numbers are). */
export function* jsonArray(values: Iterable<string | number>): Generator<string> {
  let pending: (string | number)[] = [];
  let lead = '[';
  for (const value of values) {
    pending.push(value);
    if (pending.length < VALUES_PER_PIECE) continue;
    yield `${lead}${pending.join()}`;
    [pending, lead] = [[], ','];
  }
  yield pending.length > 0 || lead === '[' ? `${lead}${pending.join()}]` : ']';
}

/** `{"a":[…],"b":[…]}` of columns that are written one after the other; `rest` is JSON of further members, without braces. */
export function* jsonColumns(columns: Readonly<Record<string, Iterable<string | number>>>, rest: string): Generator<string> {
  yield '{';
  for (const [name, values] of Object.entries(columns)) {
    yield `${JSON.stringify(name)}:`;
    yield* jsonArray(values);
    yield ',';
  }
  yield `${rest}}`;
}
