// Texts of /proc: maps, stat, cgroup, kallsyms, command lines and the argument files they name.

import { MAX_STAT_BYTES, parseProcessStat } from '../../../src/model/process-stat.ts';
import { parseKernelSymbols } from '../../../src/target/kallsyms.ts';
import { parseMaps } from '../../../src/target/maps.ts';
import { parseJavaArgFile } from '../../../src/target/processes/java-arg-file.ts';
import { parseJavaCommandLine } from '../../../src/target/processes/java-command-line.ts';
import { cgroupName, lastCgroupPart } from '../../../src/target/processes/cgroup-names.ts';
import { makeTextMutation, mutateBytes } from '../byte-mutations.ts';
import { mutationCount, type Random } from '../random.ts';
import { check, type FuzzCase, type FuzzTarget, type Subject } from '../target.ts';

interface Text {
  readonly text: string;
  readonly letters: readonly string[];
  /** Gives a word for what came out. */
  readonly run: (bytes: Buffer) => string;
}

const DIGITS = Array.from('0123456789');
const HEXADECIMAL = [...Array.from('0123456789abcdef'), ' ', '-', '\n'];

const TEXTS: Readonly<Record<string, Text>> = {
  maps: {
    text: [
      '55d0c0a00000-55d0c0a01000 r--p 00000000 08:01 1234 /usr/lib/jvm/bin/java',
      '7f1b00000000-7f1b00021000 rw-p 00000000 00:00 0 ',
      '7f1b0c000000-7f1b0d2f1000 r-xp 00296000 08:01 5678                       /usr/lib/jvm/lib/server/libjvm.so',
      '7f1b0e000000-7f1b0e001000 r-xp 00000000 08:01 99 /tmp/a\\012b (deleted)',
      '7ffd5a1c8000-7ffd5a1ca000 r-xp 00000000 00:00 0 [vdso]',
      'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]',
    ].join('\n'),
    letters: [...HEXADECIMAL, 'r-xp', 'rwxs', ' (deleted)', '\\012', '/', ':', '[vdso]', '\0'],
    run(bytes) {
      const mappings = parseMaps(bytes.toString());
      for (const { start, end, permissions, path } of mappings) {
        check(start >= 0 && start <= 2 ** 64 && end >= 0 && end <= 2 ** 64, () => `from ${String(start)} to ${String(end)}`);
        check(permissions.length === 4, () => `permissions ${permissions}`);
        check(path.length <= bytes.length, () => `a path of ${String(path.length)} characters`);
      }
      return mappings.length === 0 ? 'no mapping' : 'mappings';
    },
  },
  stat: {
    text: '4242 (java (x) y) S 1 4242 4242 0 -1 1077936384 100 0 0 0 12 34 0 0 20 0 25 0 123456 4096 100 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0',
    letters: [...DIGITS, ')', '(', ' ', '-', 'Z', 'X', '\n'],
    run(bytes) {
      const stat = parseProcessStat(bytes.toString('utf8', 0, MAX_STAT_BYTES));
      if (stat === null) return 'no stat';
      check(Number.isFinite(stat.startTicks) && Number.isFinite(stat.cpuTicks), () => 'times that are none');
      return 'stat';
    },
  },
  cgroup: {
    text: '0::/system.slice/docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.scope\n1:cpu:/kubepods/lxc/name\n',
    letters: [
      ...HEXADECIMAL,
      '/',
      'docker',
      'libpod-',
      'kubepods',
      'lxc.payload.',
      '.scope',
      '.service',
      '.slice',
      'pod',
      '\\x2d',
      '\\x1b',
      'machine-',
      'snap.',
      'job_',
    ],
    run(bytes) {
      const name = cgroupName(bytes.toString());
      const last = lastCgroupPart(bytes.toString());
      check(/^[\w .@:+?/-]{0,120}$/.test(name?.text ?? ''), () => `the cgroup ${JSON.stringify(name?.text.slice(0, 100))}`);
      check(/^[\w.@:+?-]{0,64}$/.test(last), () => `the last part ${JSON.stringify(last.slice(0, 100))}`);
      return name?.kind ?? 'no name';
    },
  },
  cmdline: {
    text: 'java\0-Xmx1g\0-cp\0/a:/b\0@args\0-jar\0x.jar\0--add-opens\0java.base/java.lang=ALL-UNNAMED\0-m\0mod/Main\0pkg/Main\0',
    letters: ['\0', '@', '@args', '@@', '-cp', '-jar', '--module', '=', '--disable-@files', 'x', '-m', '--source', '"'],
    run(bytes) {
      const argv = bytes.toString().split('\0').slice(1, 4096);
      let asked = 0;
      const line = parseJavaCommandLine(argv, (path) => {
        asked += 1;
        return `${path} @args "a b" -cp x\n`.repeat(30);
      });
      check(asked <= 16, () => `${String(asked)} argument files`);
      check(line.args.length + line.classPath.length <= argv.length + 20_000, () => `${String(line.args.length)} arguments`);
      return line.main.kind;
    },
  },
  argfile: {
    text: '-cp "a:b c"\n# comment\n\'x\\\n   y\' -Dx="\\n\\t" pkg.Main\n',
    letters: ['"', "'", '\\', '\n', '\r', ' ', '#', '\t', 'a', '\\\n'],
    run(bytes) {
      const args = parseJavaArgFile(bytes.toString());
      check(args.length <= 10_000, () => `${String(args.length)} arguments`);
      check(args.reduce((sum, arg) => sum + arg.length, 0) <= bytes.length, () => 'more text than there is');
      return args.length === 0 ? 'no arguments' : 'arguments';
    },
  },
  kallsyms: {
    text: 'ffffffff81000000 T _text\nffffffff81000010 t do_x\nffffffff81000010 T __do_x\nffffffffc0001000 t mod_f\t[mod]\nffffffff81000100 D data\n0000000000000000 A zero\n',
    letters: [...HEXADECIMAL, 'ffffffff81', ' T ', ' t ', '\t[', ']', '\0'],
    run(bytes) {
      const symbols = parseKernelSymbols(bytes);
      let found = 0;
      for (const address of [0n, 0xffffffff81000000n, 0xffffffff81000011n, 0xffffffffc0001001n, 0xffffffffffffffffn, 0x1234n]) {
        const symbol = symbols.symbolAt(address as Parameters<typeof symbols.symbolAt>[0]);
        if (symbol === null) continue;
        found += 1;
        check(symbol.name.length + symbol.library.length <= bytes.length + 8, () => 'a name longer than the text');
      }
      return found === 0 ? 'no symbol' : 'symbols';
    },
  },
};
const MAX_MUTATIONS = 6;

class ProcSubject implements Subject {
  make(random: Random): FuzzCase {
    const base = random.pick(Object.keys(TEXTS)) ?? '';
    const { text = '', letters = [] } = TEXTS[base] ?? {};
    const count = mutationCount(random, MAX_MUTATIONS);
    return { base, mutations: Array.from({ length: count }, () => makeTextMutation(random, text.length, letters)) };
  }

  run({ base, mutations }: FuzzCase): string {
    const found = TEXTS[base];
    return found === undefined ? 'no such base' : `${base}: ${found.run(mutateBytes(Buffer.from(found.text), mutations))}`;
  }
}

export const PROC: FuzzTarget = {
  name: 'proc',
  does: 'texts of /proc: maps, stat, cgroup, kallsyms; command lines, argument files',
  weight: 160,
  limits: { steps: 8_000_000, blockBytes: 8 << 20, allocatedBytes: 64 << 20 },
  open: () => new ProcSubject(),
};
