// The interpreter's StubQueue of codelets (hotspot/share/interpreter/interpreter.hpp, code/stubs.hpp).

import type { TableReader } from './table-reader.ts';

export interface InterpreterLayout {
  /** Address of the variable `AbstractInterpreter::_code`. */
  readonly code: number;
  readonly stubBuffer: number;
  readonly bufferLimit: number;
  readonly codeletSize: number;
  readonly codeletDescription: number;
  readonly codeletSizeBytes: number;
}

export function interpreterLayout(look: TableReader): InterpreterLayout {
  return {
    code: look.global('AbstractInterpreter', '_code'),
    stubBuffer: look.field('StubQueue', '_stub_buffer'),
    bufferLimit: look.field('StubQueue', '_buffer_limit'),
    codeletSize: look.field('InterpreterCodelet', '_size'),
    codeletDescription: look.field('InterpreterCodelet', '_description'),
    codeletSizeBytes: look.size('InterpreterCodelet'),
  };
}
