// Bounds of every walk and table read: the target is hostile, so each loop ends at a number that stands here with its reason.

/** Every frame has at least a return address and, on x86-64, keeps sp aligned: no stack holds more frames than its bytes over this. */
export const MIN_FRAME_BYTES = 16;
/** Frames beyond those that fit: leaves whose frame is not built, stubs without one. */
export const EXTRA_FRAMES = 64;
/** Frames of one stack with inlined ones (facts: inlining multiplies depth by up to 8): 1 MiB of stack holds at most 65,536 physical ones. */
export const MAX_LOGICAL_FRAMES = 131_072;
/** Scopes of one pc: HotSpot stops inlining at MaxInlineLevel 15 (C2) and 9 (C1), recursion and lambda forms excepted. */
export const MAX_INLINE_DEPTH = 256;
/** CodeHeaps: three segments today; OTel's profiler allows 16. */
export const MAX_CODE_HEAPS = 16;
/** Hops in the segment map: OTel's profiler caps at 12 and has seen 9; a 256 MB heap of 128-byte segments needs 2^21/254 in theory. */
export const MAX_SEGMENT_HOPS = 64;
/** A CodeBlob's size: the interpreter with all codelets has 200 KB, the largest nmethod seen 400 KB. */
export const MAX_CODE_BLOB_BYTES = 16 << 20;
/** PcDescs of one nmethod: 16 bytes each, so a 1 MB block. */
export const MAX_PC_DESCS = 65_536;
/** Interpreter codelets: JDK 17 has 271. */
export const MAX_CODELETS = 4096;
/** Threads of one JVM: Linux's default limit. */
export const MAX_JAVA_THREADS = 32_768;
/** Threads in which the place of the JavaThread is looked for: two would do, others may contradict. */
export const MAX_PROBED_THREADS = 64;
/** Fields of one class: a class file counts them in 16 bits; Thread and String have 20. */
export const MAX_CLASS_FIELDS = 512;
/** Flags of one VM: JDK 17 has 1,250 in a fastdebug build. */
export const MAX_VM_FLAGS = 4096;
/** Names are the target's: of a Symbol's at most 65,535 bytes this much is read, as much as folded output shows. */
export const MAX_SYMBOL_BYTES = 4096;
/**
 * What one walk may read of the target, and decode of its line tables: 10,000 frames of as many compiled methods, met for the first time,
 * take some 40 MB. Without it 131,072 frames with a line table of 256 KiB each are 34 GB.
 */
export const MAX_WALK_READ_BYTES = 128 << 20;
/** A read costs at least as much as so many bytes more: it is a system call, or a look-up of a page. */
export const READ_COST_BYTES = 256;
/** What is worked out about compiled code before it is forgotten: 20,000 nmethods of a large program take some 100 MB. */
export const MAX_CODE_INDEX_BYTES = 256 << 20;
/** What is remembered of one thing, in memory, more or less: an object and its place in a map. */
export const ENTRY_BYTES = 128;
/** Text, tables and frames that one cache of Methods may hold before it is emptied: entries differ in size, and a hostile target's are large. */
export const MAX_METHOD_CACHE_BYTES = 64 << 20;
/** Entries of one cache before it is emptied: bounds memory in runs of months (an entry is 200 to 2,000 bytes). */
export const MAX_CACHE_ENTRIES = 100_000;
/** Labels of virtual threads in one process: names are the target's, and each label is a thread of the profile. */
export const MAX_VIRTUAL_LABELS = 200;
