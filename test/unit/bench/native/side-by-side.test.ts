import { expect, test } from 'vitest';
import { leafTable, stackTables } from '../../../bench/native/side-by-side.ts';
import { StackTally, type ToolStacks } from '../../../bench/native/tool-stacks.ts';

function stacks(...texts: string[]): ToolStacks {
  const tally = new StackTally('p');
  for (const text of texts) tally.add(text.split(' ').map((name) => ({ name, library: '' })));
  return tally.result();
}

const TOOLS = [
  { name: 'jtrace', stacks: stacks('f main clone3', 'f main clone3', 'g main clone3', 'h cut') },
  { name: 'perf', stacks: stacks('f main __clone3', 'g main __clone3') },
  { name: 'gdb', stacks: stacks('__GI_wait main clone3', '__GI_wait main clone3', 'f main clone3') },
];

test('the hottest leaves of each tool, with their share and rank in all', () => {
  expect(leafTable(TOOLS)).toEqual({
    head: ['leaf function', 'jtrace', 'perf', 'gdb'],
    rows: [
      ['f', '50.0 % (1.)', '50.0 % (1.)', '33.3 % (2.)'],
      ['g', '25.0 % (2.)', '50.0 % (2.)', '—'],
      ['h', '25.0 % (3.)', '—', '—'],
      ['wait', '—', '—', '66.7 % (1.)'],
    ],
  });
});

test('whole stacks as each tool names them; what only gdb saw comes last', () => {
  expect(stackTables(TOOLS).map(({ rows }) => rows)).toEqual([
    [['share', '50.0 %', '50.0 %', '33.3 %'], ['1', '`f`', '`f`', '`f`'], ['2', '`main`', '`main`', '`main`'], ['3', '`clone3`', '`__clone3`', '`clone3`']],
    [['share', '25.0 %', '50.0 %', '—'], ['1', '`g`', '`g`', '—'], ['2', '`main`', '`main`', '—'], ['3', '`clone3`', '`__clone3`', '—']],
    [['share', '—', '—', '66.7 %'], ['1', '—', '—', '`__GI_wait`'], ['2', '—', '—', '`main`'], ['3', '—', '—', '`clone3`']],
  ]);
}); // prettier-ignore
