// A script of the catalogue and what was typed for its parameters → a program that bpftrace can run. Values go through the typed
// escapes of templates: none can become anything but one token. Lines stay where they are in the .bt file.

import { OperatorError } from '../model/errors.ts';
import { nearest } from '../model/nearest.ts';
import type { ScriptSource } from '../model/script.ts';
import type { TemplateValue } from '../program/escape.ts';
import { renderTemplate } from '../program/template.ts';
import { type CatalogueScript, readScript } from './catalogue.ts';
import { parameterType } from './parameter-types.ts';
import type { ScriptNeeds, ScriptParameter } from './script-header.ts';

export interface LoadedScript {
  readonly source: ScriptSource;
  readonly needs: ScriptNeeds;
}

/** A placeholder of a program, and the parameter it belongs to (null: none). */
export interface Placeholder {
  /** As it stands: `minNs:uint`. */
  readonly text: string;
  readonly name: string;
  readonly type: string;
  readonly parameter: ScriptParameter | null;
  /** What its name says after the parameter's: `Ns`. */
  readonly suffix: string;
}

/** `values`: texts by the names of parameters. Throws OperatorErrors of kind usage. */
export function loadScript(name: string, values: ReadonlyMap<string, string>): LoadedScript {
  return fillScript(readScript(name), values);
}

/** The same for a script at hand. */
export function fillScript(script: CatalogueScript, values: ReadonlyMap<string, string>): LoadedScript {
  const { parameters, needs } = script.header;
  for (const name of values.keys()) {
    if (!parameters.some((parameter) => parameter.name === name)) throw unknownParameter(script, name);
  }
  const filled: Record<string, TemplateValue> = {};
  for (const { name, parameter, suffix } of placeholdersOf(script)) {
    if (parameter === null) throw new Error(`bt-scripts/${script.name}.bt: no parameter for {{${name}}}`);
    filled[name] = valueOf(script.name, parameter, values.get(parameter.name), suffix);
  }
  const units = new Map(
    script.header.outputs.map(({ field, unit }) => [field.split('[')[0] ?? '', unit === 'ns' ? 'nanoseconds' : unit]),
  );
  return { source: { name: script.name, text: renderTemplate(script.text, filled), units }, needs };
}

/** Every placeholder of the program, each once. */
export function placeholdersOf({ text, header }: CatalogueScript): readonly Placeholder[] {
  const found = new Map<string, Placeholder>();
  for (const [, inside = ''] of text.matchAll(/\{\{([^{}]*)\}\}/g)) {
    const [name = '', type = ''] = inside.split(':');
    const owner = header.parameters
      .flatMap((parameter) =>
        Object.entries(parameterType(parameter.type).placeholders).map(([suffix, types]) => ({ parameter, suffix, types })),
      )
      .find(
        ({ parameter, suffix, types }) => `${camelCase(parameter.name)}${suffix}` === name && types.some((fits) => fits === type),
      );
    found.set(inside, { text: inside, name, type, parameter: owner?.parameter ?? null, suffix: owner?.suffix ?? '' });
  }
  return [...found.values()];
}

function valueOf(
  script: string,
  { name, type, shownDefault }: ScriptParameter,
  given: string | undefined,
  suffix: string,
): TemplateValue {
  const text = given ?? shownDefault;
  if (text === null) throw new OperatorError('usage', `${script} needs --${name} VALUE`, parameterType(type).forms);
  const parsed = parameterType(type).parse(text, suffix);
  if (parsed.kind === 'value') return parsed.value;
  const shown = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  throw new OperatorError('usage', `--${name}: '${shown}' ${parsed.why}`, parameterType(type).forms);
}

function unknownParameter({ name, header }: CatalogueScript, given: string): OperatorError {
  const names = header.parameters.map((parameter) => `--${parameter.name}`);
  const near = nearest(`--${given}`, names);
  const all = names.length === 0 ? `${name} has no parameters` : `parameters: ${names.join(', ')}`;
  return new OperatorError(
    'usage',
    `${name} has no parameter --${given.slice(0, 60)}`,
    near === null ? all : `did you mean ${near}? (${all})`,
  );
}

function camelCase(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
