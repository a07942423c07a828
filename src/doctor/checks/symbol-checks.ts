// Where names come from: the kernel's symbols, debug files; and what other tools are at hand.

import { type Check, countsInside, limited, ok } from '../check.ts';

export const SYMBOL_CHECKS: readonly Check[] = [
  {
    name: 'kernel',
    group: 'symbols',
    title: 'kernel symbols',
    judge({ symbols, rights, kernel: { settings }, ownCommand }) {
      if (symbols.kernel === 'readable') return ok('names of kernel functions');
      const means = 'Kernel frames have addresses instead of names.';
      if (symbols.kernel === 'absent') return limited('no /proc/kallsyms: CONFIG_KALLSYMS is not set', means);
      const restrict = settings['kernel.kptr_restrict'];
      const level = restrict.kind === 'value' ? restrict.text : '?';
      if (level === '2')
        return limited(
          'kernel.kptr_restrict is 2: addresses are hidden from everybody',
          means,
          'sysctl -w kernel.kptr_restrict=1',
        );
      const found = rights.has.has('CAP_SYSLOG')
        ? `kernel addresses are hidden (kptr_restrict ${level})`
        : 'CAP_SYSLOG is missing';
      return limited(
        found,
        means,
        countsInside(rights) ? null : rights.userId === 0 ? 'docker run --cap-add=SYSLOG …' : ownCommand,
      );
    },
  },
  {
    name: 'debug-files',
    group: 'symbols',
    title: 'debug files',
    judge({ symbols }) {
      return ok(symbols.hasDebugFiles ? 'debug files in /usr/lib/debug' : 'no debug files (stripped libraries have few names)');
    },
  },
  {
    name: 'bpftool',
    group: 'symbols',
    title: 'bpftool',
    judge({ symbols }) {
      return ok(symbols.bpftoolPath === null ? 'no bpftool (jtrace does not need it)' : `bpftool (${symbols.bpftoolPath})`);
    },
  },
];
