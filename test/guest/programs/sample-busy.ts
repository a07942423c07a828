// Run inside a guest (or on the host): samples the busy program given (test/programs/busy-stack.c, compiled) by the real capture
// program and prints as JSON what the samples' registers and stacks are worth. Ends by itself.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import process from 'node:process';
import { findBpftrace } from '../../../src/bpftrace/find.ts';
import { startCapture } from '../../../src/bpftrace/run.ts';
import type { RawSample } from '../../../src/model/sample.ts';
import { asPid } from '../../../src/model/units.ts';
import { asX86, pointOf, X86_64_REGISTERS } from '../../../src/model/registers.ts';
import { dialectFor } from '../../../src/program/dialects.ts';
import { renderStackBytes } from '../../../src/program/stack-bytes.ts';

const RATE_HZ = 99;
const SAMPLES_WANTED = 200;
/** An emulated machine starts bpftrace in 5 to 20 s. */
const LIMIT_MS = 120_000;

const [program = '', bpftracePath = '/usr/bin/bpftrace'] = process.argv.slice(2);
const busy = spawn(program, ['1', '40'], { stdio: ['pipe', 'pipe', 'inherit'] });
const pid = asPid(busy.pid ?? 0);
await new Promise((resolve) => busy.stdout.once('data', resolve));

const samples: RawSample[] = [];
const words: string[] = [];
let lost = 0;
const bpftrace = await findBpftrace({ path: bpftracePath, searchPath: process.env['PATH'] });
const values = {
  pids: [pid],
  followChildren: false,
  rateHz: RATE_HZ,
  stackBytes: 65536,
  kernelStack: true,
  // In the program, as it is by default, and never reached.
  budget: { samplesPerSecond: 1_000_000, bytesPerSecond: 2 ** 34 },
  jvms: [],
  stopAtSample: false,
};
const capture = await startCapture({
  bpftracePath: bpftrace.path,
  program: renderStackBytes(values, dialectFor(bpftrace.version), { feederPid: process.pid, cpus: cpus().length }),
  onEvent: (event) => {
    if (event.kind === 'sample') samples.push(event.sample);
    if (event.kind === 'lost') lost += event.count;
    if (event.kind === 'message') words.push(event.text);
    if (event.kind === 'failed') words.push(event.error.message);
    if (samples.length >= SAMPLES_WANTED) void capture.stop();
  },
});
const limit = setTimeout(() => void capture.stop(), LIMIT_MS);
await capture.finished;
clearTimeout(limit);

const maps = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').flatMap(executableRange);
const own = maps.filter(({ path }) => path === program);
busy.kill('SIGKILL');

/** How samples of one mode fared. */
function judge(mode: RawSample['mode']): object {
  const ofMode = samples.filter((sample) => sample.mode === mode);
  const these = ofMode.filter(({ stack }) => stack.lostChunks === 0);
  const withRegisters = these.flatMap(({ registers, stack }) => (registers === null ? [] : [{ registers, stack }]));
  const within = (ranges: typeof maps, value: number): boolean => ranges.some(({ start, end }) => value >= start && value < end);
  return {
    samples: these.length,
    // Their stacks did not arrive whole, and they say so: one may be on its way when bpftrace is ended.
    brokenOff: ofMode.length - these.length,
    registers: withRegisters.length,
    userCs: withRegisters.filter(({ registers }) => asX86(registers).cs === 0x33).length,
    ripExecutable: withRegisters.filter(({ registers }) => within(maps, pointOf(registers).pc)).length,
    ripInProgram: withRegisters.filter(({ registers }) => within(own, pointOf(registers).pc)).length,
    // The word at sp's end of the walk up: a return address into the program must be somewhere in what was copied.
    returnsInProgram: withRegisters.filter(({ stack }) =>
      stack.chunks.some(({ bytes }) => wordsOf(bytes).some((word) => within(own, word))),
    ).length,
    spInFirstChunk: withRegisters.filter(({ registers, stack }) => {
      const [first] = stack.chunks;
      return (
        first !== undefined &&
        pointOf(registers).sp >= first.address &&
        pointOf(registers).sp < first.address + first.bytes.length
      );
    }).length,
    kernelFrames: these.filter((sample) => sample.kernelStack.length > 0).length,
  };
}

console.log(
  JSON.stringify({
    release: release(),
    registers: X86_64_REGISTERS.length,
    lost,
    words,
    user: judge('user'),
    kernel: judge('kernel'),
  }),
);

function executableRange(line: string): { start: number; end: number; path: string }[] {
  const [, start, end, path = ''] = /^([0-9a-f]+)-([0-9a-f]+) ..x. \S+ \S+ \S+ *(.*)$/.exec(line) ?? [];
  return start === undefined || end === undefined ? [] : [{ start: parseInt(start, 16), end: parseInt(end, 16), path }];
}

function wordsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 8) }, (_, index) => Number(view.getBigUint64(index * 8, true)));
}
