import { describe, expect, test } from 'vitest';
import { renderTemplate } from '../../../src/program/template.ts';

test('placeholders are replaced by their type, conditions keep or drop lines, reader lines are dropped', () => {
  const template = [
    '// #! for readers of the template',
    'profile:hz:{{rate:uint}} {',
    '// #if outer',
    '  outer();',
    '  // #if not inner',
    '  noInner();',
    '  // #end',
    '// #end',
    '  printf({{text:string}}); }',
  ].join('\n');
  expect(renderTemplate(template, { rate: 99, outer: true, inner: true, text: 'a"b' })).toBe(
    'profile:hz:99 {\n  outer();\n  printf("a\\042b"); }',
  );
  expect(renderTemplate(template, { rate: 99, outer: true, inner: false, text: '' })).toContain('  noInner();');
  expect(renderTemplate(template, { rate: 99, outer: false, inner: false, text: '' })).toBe('profile:hz:99 {\n  printf(""); }');
});

test('a value that looks like a template is text', () => {
  expect(renderTemplate('{{a:string}}', { a: '{{b:uint}}\n// #if x' })).toBe('"{{b:uint}}\\012// #if x"');
});

describe('throws', () => {
  test.each([
    ['a missing value', '{{a:uint}}', {}, 'no value for {{a:uint}}'],
    ['a value nobody uses', 'x', { a: 1 }, 'no placeholder uses a'],
    ['an unknown type', '{{a:int}}', { a: 1 }, 'unknown type'],
    ['a malformed placeholder', '{{a}}', { a: 1 }, 'malformed {{a}}'],
    ['a type that is misspelt with a digit', '{{a:u64}}', { a: 1 }, 'malformed {{a:u64}}'],
    ['a name from the prototype', '{{toString:uint}}', {}, 'no value for'],
    ['a condition without a boolean', '// #if a\n// #end', { a: 1 }, '#if a needs a boolean'],
    ['a condition without end', '// #if a', { a: true }, '#if without #end'],
    ['an end without condition', '// #end', {}, '#end without #if'],
  ])('%s', (_name, template, values, message) => {
    expect(() => renderTemplate(template, values)).toThrow(message);
  });
});
