import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StackColumns } from '../../../src/model/stack-columns.ts';

test('finds what was put in, makes what was not, numbers in order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3000), fc.nat(5)), { maxLength: 3000 }), (wanted) => {
      const columns = new StackColumns();
      const nodes = new Map<string, number>();
      for (const [at, value] of wanted) {
        const prefix = nodes.size === 0 ? -1 : (at % (nodes.size + 1)) - 1;
        const key = `${prefix} ${value}`;
        expect(columns.known(prefix, value)).toBe(nodes.get(key) ?? null);
        const expected = nodes.get(key) ?? nodes.size;
        expect(columns.child(prefix, value)).toBe(expected);
        nodes.set(key, expected);
      }
      expect([...nodes.keys()]).toEqual(columns.prefix.map((prefix, node) => `${prefix} ${columns.value[node] ?? ''}`));
    }),
    { numRuns: 50 },
  );
});
