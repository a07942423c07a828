// A lab's page → its words: what is code, what is a list, and pages that are none.

import { expect, test } from 'vitest';
import { parseLabText } from '../../../src/labs/parse-lab-text.ts';

const PAGE = `# 3. A title

What it asks.

## Question

One paragraph
in two lines.

## Predictions

### page

Which is it?

- \`a\` The first,
  in two lines.
- \`b\` The second.

### bytes

How many?

### name (word)

Who?

## Steps

### look: To look

Look at it.

- \`look_at\`: the probe

<!-- program -->
\`\`\`
uprobe:/x:look_at
\`\`\`
<!-- end -->

## Checks

- \`a\`: it holds

## Explanation

Text.

\`\`\`
  code  stays
\`\`\`

## Sources

- one
- two

## Exercise

Try.

### long

How long?
`;

test('all parts', () => {
  const text = parseLabText(PAGE, 'page');
  expect(text.number).toBe(3);
  expect(text.question).toBe('One paragraph in two lines.');
  expect(text.predictions.map(({ key, kind }) => [key, kind])).toEqual([['page', 'choice'], ['bytes', 'number'], ['name', 'word']]); // prettier-ignore
  expect(text.predictions[0]?.choices[0]).toEqual({ key: 'a', text: 'The first, in two lines.' });
  expect(text.steps).toEqual([{ key: 'look', title: 'To look', text: 'Look at it.', lines: [{ fragment: 'look_at', text: 'the probe' }] }]); // prettier-ignore
  expect(text.checks.get('a')).toBe('it holds');
  expect(text.explanation).toContain('  code  stays');
  expect(text.sources).toEqual(['one', 'two']);
  expect(text.exercise.text).toBe('Try.');
});

test.each([
  ['no title', PAGE.replace('# 3. A title', '# A title')],
  ['a section missing', PAGE.replace('## Checks', '')],
  ['sections in another order', PAGE.replace('## Checks', '## Sources')],
  ['a choice without a key', PAGE.replace('- `b` The', '- The')],
])('%s: refused', (_, page) => {
  expect(() => parseLabText(page, 'page')).toThrow(/^(page|bytes)/u);
});
