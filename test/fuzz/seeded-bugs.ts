// Bugs to be found: each takes one bound, check or escape out of one place of src/, as a slip of a hand would. proof.ts puts them in one by
// one while the sources are bundled, and the fuzzer has to find each. A change of src/ that moves such a place moves its row.

import type { SourcePatch } from './bundle.ts';

export interface SeededBug extends SourcePatch {
  /** What is wrong with it. */
  readonly why: string;
  /** The target whose ordinary cases find it. */
  readonly target: string;
}

const bug = (target: string, file: string, why: string, find: string, replace: string): SeededBug => ({
  target,
  file: `src/${file}`,
  why,
  find,
  replace,
});

export const SEEDED_BUGS: readonly SeededBug[] = [
  // The unwinder.
  bug('walk', 'unwind/memory-view.ts', 'a block of memory of any size', 'sizeBytes > MAX_BLOCK_BYTES || ', ''),
  bug('walk', 'unwind/hotspot/methods.ts', 'a Symbol of any length', 'Math.min(length, MAX_SYMBOL_BYTES)', 'length'),
  bug('walk', 'unwind/hotspot/leaf-call.ts', 'a scan that compares addresses: one of 2^63 never grows', 'offset < MAX_LEAF_CALL_SCAN_BYTES', 'leaf.sp + offset !== window.end'),
  bug('walk', 'unwind/sample-walk.ts', 'memory that is missing leaves as an error', 'else if (error instanceof MemoryFault) outcome = this.#lostMemory(error);', ''),
  bug('walk', 'unwind/native/dwarf-expression.ts', 'an expression that jumps to itself', 'if (steps >= MAX_STEPS) throw new Stop();', ''),
  bug('walk', 'unwind/native/native-place.ts', 'a symbol without a name', "symbol === null || symbol.name === ''", 'symbol === null'),
  bug('walk', 'unwind/arch/x86-way-out.ts', 'code that jumps back is followed again', ' && at !== barrier && !seen.has(at);', ' && at !== barrier;'),
  bug('walk', 'unwind/arch/x86-pushed.ts', 'the same of a method', 'while (!seen.has(at)) {', 'for (;;) {'),
  bug('walk', 'profile/profile-builder.ts', 'a pc above 2^53', 'facts.pc < USER_ADDRESS_END ? facts.pc : 0', 'facts.pc'),
  bug('attach', 'unwind/hotspot/stub-names.ts', 'a list that leads back to itself', 'entry !== until && this.#leftEntries > 0', 'entry !== until'),
  // Files of the target.
  bug('elf', 'target/elf/byte-source.ts', 'a read beyond the file', '    lengthBytes >= 0 &&\n    offset + lengthBytes <= sizeBytes', '    lengthBytes >= 0 &&\n    offset <= sizeBytes'),
  bug('elf', 'target/elf/function-index.ts', 'off by one: a function covers the address behind it', 'if (address < (ends[at] ?? 0)) return at;', 'if (address <= (ends[at] ?? 0)) return at;'),
  bug('elf', 'target/elf/mapping-bias.ts', 'a bias that is no whole number', '!isInside || !Number.isSafeInteger(bias)', '!isInside'),
  bug('cfi', 'target/cfi/frame-section.ts', 'CIEs over each other are read over and over', "if (this.#commonBytesLeft < 0) throw new CfiError('CIEs over one another');", ''),
  bug('perf-map', 'target/perf-map/perf-map.ts', 'a name of any length', 'Math.min(start + MAX_NAME_BYTES, this.#length)', 'this.#length'),
  // Texts of /proc.
  bug('proc', 'target/maps.ts', 'an address of any number of digits', '/^([0-9a-f]{1,16})-', '/^([0-9a-f]+)-'),
  bug('proc', 'model/process-stat.ts', 'a start time that is no number', 'Number.isFinite(stat.startTicks) && ', ''),
  bug('proc', 'target/processes/cgroup-names.ts', 'a cgroup named with control characters', "plain.replace(/[^\\w.@:+-]/g, '?')", 'plain'),
  // bpftrace's output, recordings, other tools' profiles.
  bug('capture', 'bpftrace/sample-assembly.ts', 'a chunk outside of the window', 'index < 0 || index >= open.arrived.length || ', ''),
  bug('jtrace', 'recording/decoded-tables.ts', 'off by one: an index that is the length', 'between(0, length - 1)', 'between(0, length)'),
  bug('pprof', 'inputs/protobuf-fields.ts', 'a field that ends behind its message', "if (length > end - cursor.at) throw new DamagedMessage('a field ends behind its message');", ''),
  bug('folded', 'inputs/folded.ts', 'a count that does not add up', 'count <= MAX_COUNT ? { stack', 'count >= 0 ? { stack'),
  // Outputs.
  bug('outputs', 'outputs/escape-folded.ts', 'a name that is several frames', ".replaceAll(';', ':')", ''),
  bug('outputs', 'outputs/escape-folded.ts', 'line and paragraph separators', '\\u2028\\u2029\\u061c', '\\u061c'),
  bug('outputs', 'outputs/escape-xml.ts', 'markup in a name', "replace(/[&<>\"']/g", "replace(/[&>\"']/g"),
  bug('outputs', 'outputs/escape-terminal.ts', 'characters that hide or turn text', '[\\p{Cc}\\p{Cf}', '[\\p{Cc}'),
  bug('outputs', 'outputs/json-lines.ts', "a thread's name that is not quoted", '"thread":${JSON.stringify(name)}`', '"thread":"${name}"`'),
  bug('outputs', 'outputs/page.ts', 'data of the page as they are', "yield gzipSync(JSON.stringify(data), { level: GZIP_LEVEL }).toString('base64');", 'yield JSON.stringify(data);'),
  bug('outputs', 'cli/terminal/tree-text.ts', 'names on a terminal as they are', 'const name = escapeForTerminal(node.name, MAX_NAME_CHARS);', 'const { name } = node;'),
]; // prettier-ignore
