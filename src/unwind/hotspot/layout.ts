// The offsets and addresses the unwinder needs, looked up once by name in the VM's tables: everything that differs between
// JDKs stands here, nowhere else. Known per library build (offsets) and per process (static addresses), read together because
// the tables hold both. What a JDK does not export is null where the walk can do without it, and makes the VM unsupported where not.
//
// | JDK | this layout                                                     |
// |-----|-----------------------------------------------------------------|
// | 17  | tested (test/real/accuracy.test.ts, x86-64)                     |
// | others | refused by name of the first missing field, until tested     |

import type { VmTables } from './vm-tables.ts';

export interface HotspotLayout {
  readonly codeCache: {
    /** Address of the pointer `CodeCache::_heaps`. */
    readonly heaps: number;
    readonly lowBound: number;
    readonly highBound: number;
    readonly arrayLength: number;
    readonly arrayData: number;
  };
  readonly codeHeap: {
    readonly memory: number;
    readonly segmap: number;
    readonly log2SegmentSize: number;
    readonly sizeBytes: number;
  };
  readonly virtualSpace: { readonly low: number; readonly high: number };
  readonly heapBlock: { readonly sizeBytes: number; readonly used: number };
  readonly codeBlob: {
    readonly name: number;
    readonly size: number;
    readonly frameSize: number;
    readonly frameCompleteOffset: number;
    readonly codeBegin: number;
    readonly codeEnd: number;
    readonly sizeBytes: number;
  };
  readonly nmethod: {
    readonly sizeBytes: number;
    readonly method: number;
    readonly compileId: number;
    readonly compLevel: number;
    readonly entryPoint: number;
    readonly verifiedEntryPoint: number;
    readonly osrEntryPoint: number;
    readonly origPcOffset: number;
    readonly deoptHandlerBegin: number;
    readonly deoptMhHandlerBegin: number;
    readonly scopesDataBegin: number;
    readonly scopesPcsOffset: number;
    readonly dependenciesOffset: number;
    readonly metadataOffset: number;
  };
  readonly pcDescSizeBytes: number;
  readonly method: { readonly constMethod: number; readonly accessFlags: number; readonly sizeBytes: number };
  readonly constMethod: {
    readonly constants: number;
    readonly flags: number;
    readonly codeSize: number;
    readonly nameIndex: number;
    readonly signatureIndex: number;
    readonly sizeBytes: number;
  };
  readonly constantPool: { readonly poolHolder: number; readonly length: number; readonly sizeBytes: number };
  readonly klassName: number;
  readonly symbol: { readonly length: number; readonly body: number };
  readonly anchor: { readonly lastJavaSp: number; readonly lastJavaPc: number; readonly lastJavaFp: number };
  readonly callWrapperAnchor: number;
  /** Address of the variable that holds the return address of the call stub. */
  readonly callStubReturnAddress: number;
  readonly javaThread: {
    readonly anchor: number;
    readonly osThread: number;
    readonly threadObj: number;
    readonly vframeArrayHead: number;
    readonly stackBase: number;
    readonly stackSize: number;
  };
  readonly osThreadId: number;
  readonly threadsList: { readonly head: number; readonly length: number; readonly threads: number };
  /** The interpreter's StubQueue; null where not exported. */
  readonly interpreter: {
    readonly code: number;
    readonly stubBuffer: number;
    readonly bufferLimit: number;
    readonly codeletSize: number;
    readonly codeletDescription: number;
    readonly codeletSizeBytes: number;
  };
  readonly flags: {
    readonly table: number;
    readonly count: number;
    readonly entrySizeBytes: number;
    readonly name: number;
    readonly address: number;
  } | null;
  /** What the oops of thread names need; null: names stay comm. */
  readonly names: {
    readonly fields: number;
    readonly constants: number;
    readonly superclass: number;
    readonly narrowOopBase: number;
    readonly narrowOopShift: number;
    readonly narrowKlassBase: number;
    readonly narrowKlassShift: number;
    readonly oopKlass: number;
  } | null;
}

export type LayoutResult =
  | { readonly kind: 'supported'; readonly layout: HotspotLayout }
  /** `missing`: the first `Type::field` that the VM does not export. */
  | { readonly kind: 'unsupported'; readonly missing: string };

class Missing extends Error {}

/** Looks the layout up in the VM's tables. */
export function readLayout(tables: VmTables): LayoutResult {
  const need = (value: number | null, name: string): number => {
    if (value === null) throw new Missing(name);
    return value;
  };
  const field = (type: string, name: string): number => need(tables.offset(type, name), `${type}::${name}`);
  const global = (type: string, name: string): number => need(tables.staticAddress(type, name), `${type}::${name}`);
  const size = (type: string): number => need(tables.typeSizeBytes(type), `sizeof(${type})`);
  const optional = <Part>(read: () => Part): Part | null => {
    try {
      return read();
    } catch (error) {
      if (error instanceof Missing) return null;
      throw error;
    }
  };
  try {
    return {
      kind: 'supported',
      layout: {
        codeCache: {
          heaps: global('CodeCache', '_heaps'),
          lowBound: global('CodeCache', '_low_bound'),
          highBound: global('CodeCache', '_high_bound'),
          arrayLength: field('GrowableArrayBase', '_len'),
          arrayData: field('GrowableArray<int>', '_data'),
        },
        codeHeap: {
          memory: field('CodeHeap', '_memory'),
          segmap: field('CodeHeap', '_segmap'),
          log2SegmentSize: field('CodeHeap', '_log2_segment_size'),
          sizeBytes: size('CodeHeap'),
        },
        virtualSpace: { low: field('VirtualSpace', '_low'), high: field('VirtualSpace', '_high') },
        heapBlock: { sizeBytes: size('HeapBlock'), used: field('HeapBlock::Header', '_used') },
        codeBlob: {
          name: field('CodeBlob', '_name'),
          size: field('CodeBlob', '_size'),
          frameSize: field('CodeBlob', '_frame_size'),
          frameCompleteOffset: field('CodeBlob', '_frame_complete_offset'),
          codeBegin: field('CodeBlob', '_code_begin'),
          codeEnd: field('CodeBlob', '_code_end'),
          sizeBytes: size('CodeBlob'),
        },
        nmethod: {
          sizeBytes: size('nmethod'),
          method: field('CompiledMethod', '_method'),
          compileId: field('nmethod', '_compile_id'),
          compLevel: field('nmethod', '_comp_level'),
          entryPoint: field('nmethod', '_entry_point'),
          verifiedEntryPoint: field('nmethod', '_verified_entry_point'),
          osrEntryPoint: field('nmethod', '_osr_entry_point'),
          origPcOffset: field('nmethod', '_orig_pc_offset'),
          deoptHandlerBegin: field('CompiledMethod', '_deopt_handler_begin'),
          deoptMhHandlerBegin: field('CompiledMethod', '_deopt_mh_handler_begin'),
          scopesDataBegin: field('CompiledMethod', '_scopes_data_begin'),
          scopesPcsOffset: field('nmethod', '_scopes_pcs_offset'),
          dependenciesOffset: field('nmethod', '_dependencies_offset'),
          metadataOffset: field('nmethod', '_metadata_offset'),
        },
        pcDescSizeBytes: size('PcDesc'),
        method: {
          constMethod: field('Method', '_constMethod'),
          accessFlags: field('Method', '_access_flags'),
          sizeBytes: size('Method'),
        },
        constMethod: {
          constants: field('ConstMethod', '_constants'),
          flags: field('ConstMethod', '_flags'),
          codeSize: field('ConstMethod', '_code_size'),
          nameIndex: field('ConstMethod', '_name_index'),
          signatureIndex: field('ConstMethod', '_signature_index'),
          sizeBytes: size('ConstMethod'),
        },
        constantPool: {
          poolHolder: field('ConstantPool', '_pool_holder'),
          length: field('ConstantPool', '_length'),
          sizeBytes: size('ConstantPool'),
        },
        klassName: field('Klass', '_name'),
        symbol: { length: field('Symbol', '_length'), body: field('Symbol', '_body') },
        anchor: {
          lastJavaSp: field('JavaFrameAnchor', '_last_Java_sp'),
          lastJavaPc: field('JavaFrameAnchor', '_last_Java_pc'),
          lastJavaFp: field('JavaFrameAnchor', '_last_Java_fp'),
        },
        callWrapperAnchor: field('JavaCallWrapper', '_anchor'),
        callStubReturnAddress: global('StubRoutines', '_call_stub_return_address'),
        javaThread: {
          anchor: field('JavaThread', '_anchor'),
          osThread: field('JavaThread', '_osthread'),
          threadObj: field('JavaThread', '_threadObj'),
          vframeArrayHead: field('JavaThread', '_vframe_array_head'),
          stackBase: field('JavaThread', '_stack_base'),
          stackSize: field('JavaThread', '_stack_size'),
        },
        osThreadId: field('OSThread', '_thread_id'),
        threadsList: {
          head: global('ThreadsSMRSupport', '_java_thread_list'),
          length: field('ThreadsList', '_length'),
          threads: field('ThreadsList', '_threads'),
        },
        interpreter: {
          code: global('AbstractInterpreter', '_code'),
          stubBuffer: field('StubQueue', '_stub_buffer'),
          bufferLimit: field('StubQueue', '_buffer_limit'),
          codeletSize: field('InterpreterCodelet', '_size'),
          codeletDescription: field('InterpreterCodelet', '_description'),
          codeletSizeBytes: size('InterpreterCodelet'),
        },
        flags: optional(() => ({
          table: global('JVMFlag', 'flags'),
          count: global('JVMFlag', 'numFlags'),
          entrySizeBytes: size('JVMFlag'),
          name: field('JVMFlag', '_name'),
          address: field('JVMFlag', '_addr'),
        })),
        names: optional(() => ({
          fields: field('InstanceKlass', '_fields'),
          constants: field('InstanceKlass', '_constants'),
          superclass: field('Klass', '_super'),
          narrowOopBase: global('CompressedOops', '_narrow_oop._base'),
          narrowOopShift: global('CompressedOops', '_narrow_oop._shift'),
          narrowKlassBase: global('CompressedKlassPointers', '_narrow_klass._base'),
          narrowKlassShift: global('CompressedKlassPointers', '_narrow_klass._shift'),
          oopKlass: field('oopDesc', '_metadata._klass'),
        })),
      },
    };
  } catch (error) {
    if (error instanceof Missing) return { kind: 'unsupported', missing: error.message };
    throw error;
  }
}
