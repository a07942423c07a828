// A real JVM through the model's questions: its symbols against readelf, its memory against its file, what reads cost, and a
// recording of all that, replayed without it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readSync, closeSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MappedLibrary, Mapping, TargetReader } from '../../../src/model/target.ts';
import { asElfAddress, asPid } from '../../../src/model/units.ts';
import { fileSource } from '../../../src/target/elf/byte-source.ts';
import { readLibraryBuild } from '../../../src/target/elf/library-build.ts';
import { openTarget, type OpenTarget } from '../../../src/target/open-target.ts';
import { createRecorder } from '../../../src/target/recording/recorder.ts';
import { openReplay } from '../../../src/target/recording/replay.ts';
import { javaHome } from '../../support/host-tools.ts';
import { REPOSITORY } from '../../support/repository.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { type ReadyProcess, startReady } from '../processes/ready-process.ts';

/** Ten times what it takes on an idle machine: these catch a change of kind, not of degree. The measured figures are printed. */
const MAX_LOAD_MS = 1000;
const MAX_READ_MICROSECONDS = 25;

const libjvmPath = join(javaHome() ?? '', 'lib/server/libjvm.so');

function libjvmOf(target: TargetReader): { readonly mapping: Mapping; readonly library: MappedLibrary } {
  const mapping = target.maps()?.find(({ path, permissions }) => path.endsWith('/libjvm.so') && permissions.includes('x'));
  const library = mapping === undefined ? null : target.library(mapping);
  if (mapping === undefined || library === null) throw new Error('no libjvm');
  return { mapping, library };
}

function word(target: TargetReader, address: number): number {
  const bytes = Buffer.alloc(8);
  return target.read(address, bytes) ? Number(bytes.readBigUInt64LE()) : NaN;
}

/** Time on a processor, not on the clock: others run on this machine, too. */
function cpuMicroseconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Functions as readelf shows them: address, size, name. */
function functionsByReadelf(): readonly (readonly [number, number, string])[] {
  const { stdout } = spawnSync('readelf', ['-sW', libjvmPath], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return [...stdout.matchAll(/^ *\d+: ([0-9a-f]+) +(\d+|0x[0-9a-f]+) FUNC +\w+ +\w+ +\d+ (\S+)/gm)].map(
    ([, address = '', size = '', name = '']) => {
      return [Number.parseInt(address, 16), Number(size), name.replace(/@.*/, '')] as const;
    },
  );
}

describeOnHost('a JVM', ['root', 'jdk17', 'binutils'], () => {
  let folder = '';
  let jvm: ReadyProcess | null = null;
  let target: OpenTarget | null = null;
  const opened = (): OpenTarget => {
    if (target === null) throw new Error('not started');
    return target;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jtrace-jvm-'));
    jvm = await startReady(join(javaHome() ?? '', 'bin/java'), ['-Xmx64m', join(REPOSITORY, 'test/programs/Sleeper.java')]);
    target = openTarget(asPid(jvm.pid));
  });
  afterAll(async () => {
    target?.close();
    await jvm?.stop();
    rmSync(folder, { recursive: true });
  });

  it("gives for every function's first and last byte a function that readelf has there", () => {
    const { library } = libjvmOf(opened());
    const functions = functionsByReadelf().filter(([, size]) => size > 0);
    expect(functions.length).toBeGreaterThan(10_000);
    const starts = new Set(functions.map(([start]) => start));
    let own = 0;
    for (const [start, size, name] of functions) {
      const first = opened().symbolAt(library, asElfAddress(start));
      const last = opened().symbolAt(library, asElfAddress(start + size - 1));
      expect(first?.start).toBe(start);
      expect(last !== null && starts.has(last.start)).toBe(true);
      if (opened().symbolNamed(library, name) === start) own++;
      if (own > 2000) break; // a look-up by name goes over all symbols: enough of them
    }
    expect(own).toBeGreaterThan(2000);
  });

  it('maps a file address to the memory that holds the same bytes', () => {
    const { mapping, library } = libjvmOf(opened());
    const fd = openSync(libjvmPath, 'r');
    const [inFile, inMemory] = [Buffer.alloc(4096), Buffer.alloc(4096)];
    for (let offset = 0; offset < mapping.end - mapping.start; offset += 65_536) {
      readSync(fd, inFile, 0, 4096, mapping.fileOffsetBytes + offset);
      expect(opened().read(mapping.start + offset, inMemory)).toBe(true);
      expect(inMemory.equals(inFile)).toBe(true);
    }
    closeSync(fd);
    expect(opened().symbolNamed(library, 'JVM_IHashCode')).not.toBeNull();
  });

  it("leads to the VM's tables and its thread-local", () => {
    const { library } = libjvmOf(opened());
    const tables = opened().symbolNamed(library, 'gHotSpotVMStructs');
    const first = word(opened(), word(opened(), (tables ?? 0) + library.bias));
    const text = Buffer.alloc(32);
    expect(opened().read(first, text)).toBe(true);
    expect(text.toString('latin1')).toMatch(/^\w+\0/); // the name of a type
    expect(opened().symbolNamed(library, '_ZN6Thread12_thr_currentE')).not.toBeNull();
    const slot = opened().tlsModuleSlot(library);
    expect(word(opened(), (slot ?? 0) + library.bias)).toBeGreaterThan(0);
    expect(word(opened(), (slot ?? 0) + library.bias)).toBeLessThan(32);
  });

  it('is loaded and read fast enough', () => {
    const fd = openSync(libjvmPath, 'r');
    const loads = Array.from({ length: 5 }, () => {
      return cpuMicroseconds(() => expect(readLibraryBuild(fileSource(fd))?.functionCount).toBeGreaterThan(10_000)) / 1000;
    });
    closeSync(fd);
    const { mapping, library } = libjvmOf(opened());
    /** Of the fastest of five rounds. */
    const perCall = (count: number, call: (i: number) => void): number => {
      const round = (): void => {
        for (let i = 0; i < count / 5; i++) call(i);
      };
      const rounds = Array.from({ length: 5 }, () => cpuMicroseconds(round) / (count / 5));
      return Math.min(...rounds);
    };
    const [small, page] = [new Uint8Array(64), new Uint8Array(4096)];
    const figures = {
      'load libjvm, ms': Math.min(...loads),
      'read 64 bytes, µs': perCall(100_000, (i) => opened().read(mapping.start + (i % 1000) * 64, small)),
      'read 4096 bytes, µs': perCall(50_000, (i) => opened().read(mapping.start + (i % 100) * 4096, page)),
      'read what is not there, µs': perCall(10_000, () => opened().read(4096, small)),
      'symbolAt, µs': perCall(100_000, (i) =>
        opened().symbolAt(library, asElfAddress(mapping.start - library.bias + (i % 5000) * 1024)),
      ),
      'maps, µs': perCall(100, () => opened().maps()),
      'alive, µs': perCall(10_000, () => opened().alive()),
    };
    console.log(Object.entries(figures).map(([name, value]) => `${name}: ${value.toFixed(2)}`).join('\n')); // prettier-ignore
    expect(figures['load libjvm, ms']).toBeLessThan(MAX_LOAD_MS);
    expect(figures['read 64 bytes, µs']).toBeLessThan(MAX_READ_MICROSECONDS);
  });

  it('can be recorded and replayed', () => {
    const path = join(folder, 'jvm.recording');
    const walk = (reader: TargetReader): unknown => {
      const { library } = libjvmOf(reader);
      const tables = (reader.symbolNamed(library, 'gHotSpotVMStructs') ?? 0) + library.bias;
      return [
        reader.maps(), library, word(reader, word(reader, tables)), word(reader, 4096), reader.tlsModuleSlot(library), reader.alive(),
        Array.from({ length: 100 }, (_, i) => reader.symbolAt(library, asElfAddress(0x300000 + i * 4096))),
        (reader.maps() ?? []).map((mapping) => reader.library(mapping)),
      ]; // prettier-ignore
    };
    const recorder = createRecorder(path);
    const recorded = walk(recorder.target(opened()));
    recorder.close();
    const replay = openReplay(path);
    expect(replay.pids).toEqual([opened().pid]);
    expect(walk(replay.target(opened().pid))).toEqual(recorded);
    expect(replay.unanswered()).toBe(0);
  });
});
