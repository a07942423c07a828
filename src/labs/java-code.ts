// What the lab of five stacks reads: bpftrace's stacks in perf's form, the file in which a JVM names its code, words of a stack.

export interface UserStack {
  /** Called last first. */
  readonly addresses: readonly number[];
  readonly count: number;
}

/** The end of a stack that is a map's key. */
export const STACK_END = /^(?:@\[)?\]: (\d+)$/u;

/** bpftrace's map by stack: an address and a name a line. */
export function userStacks(lines: readonly string[]): readonly UserStack[] {
  const stacks: UserStack[] = [];
  let addresses: number[] = [];
  for (const line of lines) {
    const address = /^\s+(?:0x)?([0-9a-f]{4,16})(?:\s|$)/u.exec(line)?.[1];
    const count = STACK_END.exec(line)?.[1];
    if (line.startsWith('@[')) addresses = [];
    if (address !== undefined) addresses.push(Number.parseInt(address, 16));
    if (count !== undefined) stacks.push({ addresses, count: Number(count) });
  }
  return stacks;
}

export interface JavaCode {
  readonly from: number;
  readonly to: number;
  readonly name: string;
}

/** /tmp/perf-PID.map: start, size, name. */
export function javaCode(map: string): readonly JavaCode[] {
  return map.split('\n').flatMap((line): readonly JavaCode[] => {
    const [, start, size, name] = /^(?:0x)?([0-9a-f]+) (?:0x)?([0-9a-f]+) (.+)$/u.exec(line) ?? [];
    if (start === undefined || size === undefined || name === undefined) return [];
    const from = Number.parseInt(start, 16);
    return [{ from, to: from + Number.parseInt(size, 16), name }];
  });
}

export function codeAt(address: number, code: readonly JavaCode[]): JavaCode | undefined {
  return code.find(({ from, to }) => address >= from && address < to);
}

/** `long FiveStacks.leaf(long)` → leaf; '': not of that class. */
export function methodAt(address: number, code: readonly JavaCode[], className: string): string {
  const [, owner, method = ''] = /(\w+)(?:\.|::)(\w+)/u.exec(codeAt(address, code)?.name ?? '') ?? [];
  return owner === className ? method : '';
}

/** Each sample's words, from the stack pointer on. Those that are no addresses may be larger than a number holds exactly. */
export function stackWords(lines: readonly string[]): readonly (readonly number[])[] {
  const samples: number[][] = [];
  for (const line of lines) {
    if (line.startsWith('sample ')) samples.push([]);
    if (/^ +[\da-f ]+$/u.test(line))
      samples.at(-1)?.push(
        ...line
          .trim()
          .split(' ')
          .map((word) => Number.parseInt(word, 16)),
      );
  }
  return samples;
}
