// What the agent (OracleAgent.java) answers about a stopped JVM, as types, and its JSON narrowed to them. Facts are as the
// serviceability agent gives them; addresses are plain numbers (below 2^47). The agent is our own program: a wrong form is a bug and throws.

/** Where things of this VM are, constant while it lives. Addresses are plain numbers (below 2^47). */
export interface VmFacts {
  readonly callStubReturn: number;
  readonly interpreterBegin: number;
  readonly interpreterEnd: number;
  /** In words from an entry frame's fp. */
  readonly entryFrameWrapperOffset: number;
  readonly wrapperAnchorOffset: number;
  readonly anchorSpOffset: number;
  readonly anchorPcOffset: number;
  readonly anchorFpOffset: number;
  /** The debugger gives the interpreter's first frame r13 as its bcp; JDK 11's reads the frame's slot, which is older. */
  readonly takesLiveBcp: boolean;
}

/** A thread of Java's list as ptrace and SA see it. */
export interface ThreadFacts {
  readonly javaThread: number;
  readonly isJava: boolean;
  /** `IN_JAVA`, `IN_VM`, `IN_NATIVE`, `BLOCKED` … */
  readonly state: string;
  readonly registers: Readonly<Record<string, number>>;
  readonly anchor: { readonly sp: number; readonly pc: number; readonly fp: number };
}

/** Where SA begins to walk a thread. */
export interface GuessFacts {
  readonly sp: number;
  readonly fp: number;
  readonly pc: number;
}

export interface BlobFacts {
  readonly header: number;
  readonly name: string;
  /** SA's class: `NMethod`, `BufferBlob`, `RuntimeStub`, `AdapterBlob`, `VtableBlob` … */
  readonly className: string;
  readonly codeBegin: number;
  readonly codeEnd: number;
  readonly frameSizeBytes: number;
  readonly frameCompleteOffset: number;
  readonly nmethod: {
    readonly entry: number;
    readonly verifiedEntry: number;
    readonly stubBegin: number;
    readonly deoptHandler: number;
    readonly deoptMhHandler: number;
    readonly origPcOffset: number;
    readonly osr: boolean;
    readonly method: number;
    readonly methodIsNative: boolean;
  } | null;
  /** The interpreter's piece of code at the asked pc. */
  readonly codelet: { readonly name: string; readonly begin: number; readonly end: number } | null;
}

export interface ScopeFacts {
  readonly method: string;
  readonly bci: number;
  /** -1: none. */
  readonly line: number;
  readonly native: boolean;
}

/** One PcDesc with its scopes, innermost first; sentinels have none. */
export interface PcDescFacts {
  readonly pcOffset: number;
  readonly scopes: readonly ScopeFacts[];
}

export interface MethodFacts {
  readonly name: string;
  readonly native: boolean;
  readonly bytecodes: number;
  readonly codeSize: number;
}

type Json = Readonly<Record<string, unknown>>;

export function record(value: unknown): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`no object: ${String(value)}`);
  return value as Json;
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`no list: ${String(value)}`);
  return value as readonly unknown[];
}

export const nullable = <T>(value: unknown, decode: (value: unknown) => T): T | null => (value === null ? null : decode(value));
/** Hexadecimal text; registers may hold more than 2^53, those lose low bits like jtrace's. */
const hex = (json: Json, name: string): number => Number.parseInt(text(json, name), 16);

function text(json: Json, name: string): string {
  const value = json[name];
  if (typeof value !== 'string') throw new Error(`${name} is no text`);
  return value;
}

function whole(json: Json, name: string): number {
  const value = json[name];
  if (typeof value !== 'number') throw new Error(`${name} is no number`);
  return value;
}

export function vmFacts(value: unknown): VmFacts {
  const json = record(value);
  return {
    callStubReturn: hex(json, 'callStubReturn'),
    interpreterBegin: hex(json, 'interpreterBegin'),
    interpreterEnd: hex(json, 'interpreterEnd'),
    entryFrameWrapperOffset: whole(json, 'entryFrameWrapperOffset'),
    wrapperAnchorOffset: whole(json, 'wrapperAnchorOffset'),
    anchorSpOffset: whole(json, 'anchorSpOffset'),
    anchorPcOffset: whole(json, 'anchorPcOffset'),
    anchorFpOffset: whole(json, 'anchorFpOffset'),
    takesLiveBcp: json['takesLiveBcp'] === true,
  };
}

export function threadFacts(value: unknown): ThreadFacts {
  const json = record(value);
  const registers = record(json['registers']);
  return {
    javaThread: hex(json, 'javaThread'),
    isJava: json['isJava'] === true,
    state: text(json, 'state'),
    registers: Object.fromEntries(Object.keys(registers).map((name) => [name, hex(registers, name)])),
    anchor: { sp: hex(json, 'anchorSp'), pc: hex(json, 'anchorPc'), fp: hex(json, 'anchorFp') },
  };
}

export function guessFacts(value: unknown): GuessFacts {
  const json = record(value);
  return { sp: hex(json, 'sp'), fp: hex(json, 'fp'), pc: hex(json, 'pc') };
}

export function blobFacts(value: unknown): BlobFacts {
  const json = record(value);
  return {
    header: hex(json, 'header'),
    name: text(json, 'name'),
    className: text(json, 'class'),
    codeBegin: hex(json, 'codeBegin'),
    codeEnd: hex(json, 'codeEnd'),
    frameSizeBytes: whole(json, 'frameSize'),
    frameCompleteOffset: whole(json, 'frameComplete'),
    nmethod:
      'verifiedEntry' in json
        ? {
            entry: hex(json, 'entry'),
            verifiedEntry: hex(json, 'verifiedEntry'),
            stubBegin: hex(json, 'stubBegin'),
            deoptHandler: hex(json, 'deoptHandler'),
            deoptMhHandler: hex(json, 'deoptMhHandler'),
            origPcOffset: whole(json, 'origPcOffset'),
            osr: json['osr'] === true,
            method: hex(json, 'method'),
            methodIsNative: json['methodIsNative'] === true,
          }
        : null,
    codelet:
      'codelet' in json ? { name: text(json, 'codelet'), begin: hex(json, 'codeletBegin'), end: hex(json, 'codeletEnd') } : null,
  };
}

export function pcDescFacts(value: unknown): PcDescFacts {
  const json = record(value);
  return {
    pcOffset: whole(json, 'pcOffset'),
    scopes: list(json['scopes']).map((scope) => {
      const place = record(scope);
      return {
        method: text(place, 'method'),
        bci: whole(place, 'bci'),
        line: whole(place, 'line'),
        native: place['native'] === true,
      };
    }),
  };
}

export function methodFacts(value: unknown): MethodFacts {
  const json = record(value);
  return {
    name: text(json, 'name'),
    native: json['native'] === true,
    bytecodes: hex(json, 'bytecodes'),
    codeSize: whole(json, 'codeSize'),
  };
}
