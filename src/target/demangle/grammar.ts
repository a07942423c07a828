// The parts of the grammar, put together.

import { parseExpression } from './parse-expressions.ts';
import { parseEncoding, parseName, parseSubstitution } from './parse-names.ts';
import { parseLiteral, parseTemplateArgs, parseTemplateParam } from './parse-templates.ts';
import { parseBareFunctionType, parseQualifiers, parseType } from './parse-types.ts';
import { parseUnqualifiedName } from './parse-unqualified.ts';
import type { Grammar } from './parser-state.ts';

export const ITANIUM_GRAMMAR: Grammar = {
  encoding: parseEncoding,
  name: parseName,
  unqualifiedName: parseUnqualifiedName,
  substitution: parseSubstitution,
  type: parseType,
  qualifiers: parseQualifiers,
  bareFunctionType: parseBareFunctionType,
  templateArgs: parseTemplateArgs,
  templateParam: parseTemplateParam,
  expression: parseExpression,
  literal: parseLiteral,
};
