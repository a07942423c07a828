// Lines that bpftrace prints and that tell the operator nothing, and the three forms in which it counts lost events.

/** Harmless on every machine where the program then loads; each with the version that prints it. */
const NOISE: readonly RegExp[] = [
  /couldn't set RLIMIT_MEMLOCK/, // all: root without CAP_SYS_RESOURCE; kernels since 5.11 do not need it
  /^Attaching \d+ probes?\.\.\.$/, // 0.17, 0.23: before attaching
  /^Attached \d+ probes?$/, // 0.27: after
  /^WARNING: Could not read functions from /, // 0.27 without kprobes
  /^WARNING: Total lost event count: \d+/, // 0.27: the sum of what was told before
  /^INFO: node count: \d+/,
  /^WARNING: The kernel contains bpf_iter__\w+ struct but does not support loading an iterator program/, // 0.27: of kernels without them
  /^WARNING: Addrspace is not set$/, // 0.17, 0.23: of every pointer that is read through a cast
];

export function isNoise(line: string): boolean {
  return line === '' || NOISE.some((pattern) => pattern.test(line));
}

/** A warning about the program, which 0.17 cannot be told to keep to itself: it goes on with a line of source and one of tildes. */
const PROGRAM_WARNING = /^stdin:[\d:-]+: WARNING: /;
const TILDES = /^\s*~+\s*$/;
/** Lines after the warning, at most. */
const WARNING_LINES = 2;

/** Drops {@link isNoise} and whole program warnings from a stream of lines. One for each stream. */
export class NoiseFilter {
  #warningLinesLeft = 0;

  /** Whether the next line of the stream is for the operator. */
  keeps(line: string): boolean {
    if (PROGRAM_WARNING.test(line)) {
      this.#warningLinesLeft = WARNING_LINES;
      return false;
    }
    if (this.#warningLinesLeft > 0 && !line.includes('ERROR')) {
      this.#warningLinesLeft = TILDES.test(line) ? 0 : this.#warningLinesLeft - 1;
      return false;
    }
    this.#warningLinesLeft = 0;
    return !isNoise(line);
  }
}

/** `Lost 615 events` (stdout of 0.17 and 0.23, stderr of 0.27): how many; null for any other line. */
export function lostEvents(line: string): number | null {
  const match = /^(?:WARNING: )?Lost (\d{1,12}) events?\.?$/.exec(line);
  return match === null ? null : Number(match[1]);
}
