// A recorded answer → an unwind rule. Recordings come from anyone: every number is checked to be one, and expressions to be bytes;
// registers that no machine has are the walk's to refuse.

import type { CfaRule, RegisterRule, UnwindRule } from '../../model/unwind-rule.ts';
import { DecodeError, fields, list, number, text } from './decode.ts';

export function decodeUnwindRule(value: unknown): UnwindRule {
  const rule = fields(value);
  return {
    cfa: decodeCfa(rule['cfa']),
    returnAddress: decodeRegisterRule(rule['returnAddress']),
    registers: list(rule['registers']).map((entry) => {
      const { register, rule: own } = fields(entry);
      return { register: number(register), rule: decodeRegisterRule(own) };
    }),
    isSignalFrame: rule['isSignalFrame'] === true,
  };
}

function decodeCfa(value: unknown): CfaRule {
  const cfa = fields(value);
  if (text(cfa['kind']) === 'computed') return { kind: 'computed', expression: decodeExpression(cfa['expression']) };
  return { kind: 'register', register: number(cfa['register']), offset: number(cfa['offset']) };
}

function decodeRegisterRule(value: unknown): RegisterRule {
  const rule = fields(value);
  const kind = text(rule['kind']);
  switch (kind) {
    case 'undefined':
    case 'same':
      return { kind };
    case 'saved':
    case 'offset':
      return { kind, offset: number(rule['offset']) };
    case 'register':
      return { kind, register: number(rule['register']) };
    case 'saved-at':
    case 'computed':
      return { kind, expression: decodeExpression(rule['expression']) };
    default:
      throw new DecodeError('a kind of rule that is known');
  }
}

const decodeExpression = (value: unknown): readonly number[] => list(value).map((byte) => number(byte) & 0xff);
