// A template file plus typed values → bpftrace text. A placeholder names its own type, `{{rateHz:uint}}`, and the value is escaped by
// it: nothing is pasted raw. Lines between `// #if name` and `// #end` are kept when the value `name` is true; nesting is allowed.
// Comment lines starting `// #!` are for readers of the template and are left out. A placeholder without a value, a value of the
// wrong type or a value that no placeholder uses is a bug of the caller and throws.

import { ESCAPES, type PlaceholderType, TemplatePart, type TemplateValue } from './escape.ts';

export type TemplateValues = Readonly<Record<string, TemplateValue>>;

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const NAME_AND_TYPE = /^([A-Za-z]\w*):([a-z-]+)$/;
const IF_LINE = /^\s*\/\/ #if (not )?([A-Za-z]\w*)\s*$/;
const END_LINE = /^\s*\/\/ #end\s*$/;
const READER_LINE = /^\s*\/\/ #!/;

export function renderTemplate(template: string, values: TemplateValues): string {
  const used = new Set<string>();
  const kept = keepLines(template, values, used);
  const text = kept.replace(PLACEHOLDER, (placeholder, inside: string) => {
    const [, name, type] = NAME_AND_TYPE.exec(inside) ?? [];
    if (name === undefined || type === undefined) throw new Error(`template: malformed ${placeholder}`);
    used.add(name);
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`template: no value for {{${name}:${type}}}`);
    if (!isPlaceholderType(type)) throw new Error(`template: unknown type in {{${name}:${type}}}`);
    return ESCAPES[type](value, name);
  });
  const unused = Object.keys(values).filter((name) => !used.has(name) && !template.includes(`{{${name}:`));
  if (unused.length > 0) throw new Error(`template: no placeholder uses ${unused.join(', ')}`);
  return text;
}

/** Applies `#if` … `#end`. Values are substituted afterwards, so that a value can never make such a line. */
function keepLines(template: string, values: TemplateValues, used: Set<string>): string {
  const kept: string[] = [];
  const open: boolean[] = [];
  for (const line of template.split('\n')) {
    const condition = IF_LINE.exec(line);
    if (condition !== null) {
      const name = condition[2] ?? '';
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (typeof value !== 'boolean') throw new Error(`template: #if ${name} needs a boolean`);
      used.add(name);
      open.push(condition[1] === undefined ? value : !value);
    } else if (END_LINE.test(line)) {
      if (open.pop() === undefined) throw new Error('template: #end without #if');
    } else if (!READER_LINE.test(line) && !open.includes(false)) {
      kept.push(line);
    }
  }
  if (open.length > 0) throw new Error('template: #if without #end');
  return kept.join('\n');
}

/** The same for a template whose text stands in another one, as the value of a placeholder of type `part`. */
export function renderPart(template: string, values: TemplateValues): TemplatePart {
  return new TemplatePart(renderTemplate(template.replace(/\n$/u, ''), values));
}

function isPlaceholderType(type: string): type is PlaceholderType {
  return Object.hasOwn(ESCAPES, type);
}
