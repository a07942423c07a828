// Helpers for the checks of labs: a measured value and what it must be → an outcome.

import type { CheckOutcome, MeasuredValue, Measurements } from '../model/lab.ts';

export function equals(measured: MeasuredValue | undefined, expected: MeasuredValue): CheckOutcome {
  const told = String(measured);
  return JSON.stringify(measured) === JSON.stringify(expected)
    ? { kind: 'passed', measured: told }
    : { kind: 'failed', measured: told, expected: String(expected) };
}

export function within(measured: MeasuredValue | undefined, from: number, to: number): CheckOutcome {
  const told = String(measured);
  return typeof measured === 'number' && measured >= from && measured <= to
    ? { kind: 'passed', measured: told }
    : { kind: 'failed', measured: told, expected: from === to ? String(from) : `${String(from)} to ${String(to)}` };
}

/** `expected`: in words. */
export function holds(isSo: boolean, measured: string, expected: string): CheckOutcome {
  return isSo ? { kind: 'passed', measured } : { kind: 'failed', measured, expected };
}

/** A number of the measurements; NaN: it is not there, and no check passes. */
export function numberOf(measured: Measurements, key: string): number {
  const value = measured[key];
  return typeof value === 'number' ? value : Number.NaN;
}
