// ELF files and the vdso's image: headers, sections, symbols, relocations, notes, strings. Changed where the format keeps numbers
// (every field of every header, of some symbols, relocations and notes), and anywhere.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asAddress } from '../../../src/model/units.ts';
import { bufferSource } from '../../../src/target/elf/byte-source.ts';
import { readLibraryBuild } from '../../../src/target/elf/library-build.ts';
import { MAX_SYMBOL_NAME_BYTES } from '../../../src/target/elf/limits.ts';
import { mappingBias } from '../../../src/target/elf/mapping-bias.ts';
import { readElfIdentity } from '../../../src/target/processes/elf-identity.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { type Field, makeByteMutation, mutateBytes } from '../byte-mutations.ts';
import { mutationCount, type Random } from '../random.ts';
import { check, type FuzzCase, type FuzzTarget, type Subject } from '../target.ts';

const IMAGE = readFileSync(join(REPOSITORY, 'test/fixtures/elf/small.so'));
/** Of a section header: name, type, flags, address, offset, size, link, info, alignment, entry size. */
const SECTION_FIELDS = [4, 4, 8, 8, 8, 8, 4, 4, 8, 8];
/** Of a program header: type, flags, offset, address, physical address, file size, memory size, alignment. */
const SEGMENT_FIELDS = [4, 4, 8, 8, 8, 8, 8, 8];
const HEADER_FIELDS = [1, 1, 1, 1, 1, 1, 1, 1, 8, 2, 2, 4, 8, 8, 8, 4, 2, 2, 2, 2, 2, 2];
const SYMBOL_FIELDS = [4, 1, 1, 2, 8, 8];
const RELOCATION_FIELDS = [8, 4, 4, 8];
const [SHT_SYMTAB, SHT_RELA, SHT_NOTE, SHT_DYNSYM] = [2, 4, 7, 11];
/** small.so's own. */
const NAMES = ['global_function', 'local_function', 'exported_tls', 'gHotSpotVMStructs', '', '\0'];
const MAX_MUTATIONS = 8;

interface Section {
  readonly headerAt: number;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
}

function sectionsOf(image: Buffer): readonly Section[] {
  const [table, count] = [Number(image.readBigUInt64LE(40)), image.readUInt16LE(60)];
  return Array.from({ length: count }, (_, i) => {
    const headerAt = table + 64 * i;
    const [offset, size] = [Number(image.readBigUInt64LE(headerAt + 24)), Number(image.readBigUInt64LE(headerAt + 32))];
    return { headerAt, type: image.readUInt32LE(headerAt + 4), offset, size };
  });
}

function rows(start: number, end: number, sizes: readonly number[]): Field[] {
  const fields: Field[] = [];
  for (let at = start; at < end;) {
    for (const sizeBytes of sizes) {
      fields.push({ at, sizeBytes });
      at += sizeBytes;
    }
  }
  return fields;
}

function fieldsOf(image: Buffer): readonly Field[] {
  const segments = Number(image.readBigUInt64LE(32));
  const inside = (type: number, sizes: readonly number[]): Field[] =>
    sectionsOf(image).flatMap((one) => (one.type === type ? rows(one.offset, one.offset + one.size, sizes) : []));
  return [
    ...rows(0, 64, HEADER_FIELDS),
    ...rows(segments, segments + 56 * image.readUInt16LE(56), SEGMENT_FIELDS),
    ...sectionsOf(image).flatMap(({ headerAt }) => rows(headerAt, headerAt + 64, SECTION_FIELDS)),
    ...inside(SHT_SYMTAB, SYMBOL_FIELDS),
    ...inside(SHT_DYNSYM, SYMBOL_FIELDS),
    ...inside(SHT_RELA, RELOCATION_FIELDS),
    ...inside(SHT_NOTE, [4]),
  ];
}

/** The vdso's image has .dynsym alone. */
function withoutSymtab(): Buffer {
  const image = Buffer.from(IMAGE);
  for (const { headerAt, type } of sectionsOf(IMAGE)) if (type === SHT_SYMTAB) image.writeUInt32LE(0, headerAt + 4);
  return image;
}

const BASES: Readonly<Record<string, Buffer>> = { 'small.so': IMAGE, 'a vdso': withoutSymtab() };

class ElfSubject implements Subject {
  readonly #fields = fieldsOf(IMAGE);
  readonly #known = sectionsOf(IMAGE).flatMap(({ headerAt, offset, size }) => [headerAt, offset, size, offset + size]);

  make(random: Random): FuzzCase {
    const count = mutationCount(random, MAX_MUTATIONS);
    const mutations = Array.from({ length: count }, () => makeByteMutation(random, IMAGE.length, this.#fields, this.#known));
    return {
      base: random.pick(Object.keys(BASES)) ?? '',
      mutations: random.oneIn(100) ? [...mutations, ['as-file']] : mutations,
    };
  }

  run({ base, mutations }: FuzzCase): string {
    const image = mutateBytes(BASES[base] ?? IMAGE, mutations);
    if (mutations.some(([kind]) => kind === 'as-file')) return identified(image);
    const build = readLibraryBuild(bufferSource(image));
    if (build === null) return 'no ELF';
    check(/^[0-9a-f]{0,128}$/.test(build.buildId), () => `the build id ${build.buildId.slice(0, 200)}`);
    check(build.functionCount <= image.length, () => `${String(build.functionCount)} functions`);
    let found = 0;
    for (let address = 0x400; address < 0x4a0; address += 7) {
      build.unwindRuleAt(address);
      const one = build.functionAt(address);
      if (one === null) continue;
      found += 1;
      check(one.start <= address && one.start + one.sizeBytes > address, () => 'a function that does not cover its address');
      check(one.name.length <= 2 * MAX_SYMBOL_NAME_BYTES, () => `a name of ${String(one.name.length)} characters`);
    }
    for (const address of [-1, 0, 2 ** 47, 2 ** 53, 2 ** 64]) build.functionAt(address);
    for (const name of NAMES) {
      const value = build.valueOf(name);
      check(value === null || (value >= 0 && value <= 2 ** 64), () => `the value ${String(value)}`);
    }
    const { tlsModuleSlot: slot } = build;
    check(slot === null || (slot >= 0 && slot <= 2 ** 64), () => `the slot ${String(slot)}`);
    const mapping = { start: asAddress(0x7f00_0000_0000), end: asAddress(0x7f00_0000_1000), permissions: 'r-xp', fileOffsetBytes: 0, path: '/x', deleted: false, fileId: '' }; // prettier-ignore
    const bias = mappingBias(build.segments, mapping, () => [mapping, { ...mapping, fileOffsetBytes: 4096 }]);
    check(bias === null || Number.isSafeInteger(bias), () => `the bias ${String(bias)}`);
    return found === 0 ? 'no functions found' : 'functions found';
  }
}

/** Programs are looked at as files. */
function identified(image: Buffer): string {
  // Cases run in threads of one process.
  const folder = mkdtempSync(join(tmpdir(), 'jtrace-fuzz-elf-'));
  const file = join(folder, 'image');
  writeFileSync(file, image);
  try {
    const identity = readElfIdentity(file);
    check(/^[\w .?-]{0,64}$/.test(identity?.architecture ?? ''), () => 'an architecture with other characters');
    check(/^[\w.?]{0,32}$/.test(identity?.nativeImageSection ?? ''), () => 'a section name with other characters');
    return identity === null ? 'no identity' : 'identity';
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const ELF: FuzzTarget = {
  name: 'elf',
  does: 'headers, sections, symbols, relocations, notes and strings of ELF files and of the vdso',
  weight: 160,
  limits: { steps: 2_000_000, blockBytes: 1 << 20, allocatedBytes: 32 << 20 },
  open: () => new ElfSubject(),
};
