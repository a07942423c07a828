// Scripts of the catalogue that watch shells, pipelines and the kernel's killing, on every bpftrace at hand.

import { rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dirSync } from 'tmp';
import { expect, test } from 'vitest';
import { bpftracesAtHand } from '../../support/host-tools.ts';
import { describeOnHost } from '../../support/require-host.ts';
import { buildKnownEvents, countOf, runScript } from '../../support/script-run.ts';
import { killedIn, limitedGroup, piped, typedLines } from './cases.ts';

describeOnHost('scripts of the catalogue', ['root', 'bpftrace', 'python3', 'cc'], () => {
  test.each(bpftracesAtHand())('bash-readline: every line that is typed, on %s', async (bpftrace) => {
    const typed = ['echo jt-one', 'echo "jt two"', '', 'exit'];
    const run = await runScript(bpftrace, 'bash-readline', typedLines(typed));
    const lines = run.lines.slice(1).map((line) => /^\d\d:\d\d:\d\d \d+ +(.*)$/.exec(line)?.[1] ?? line);
    expect(lines).toEqual(typed);
  });

  test.each(bpftracesAtHand())('loads-in-memory: who wrote what python ran, on %s', async (bpftrace) => {
    const file = join(dirSync({ unsafeCleanup: true }).name, 'program.py');
    const program = 'import os\nos.memfd_create("jt-memfd")\n';
    writeFileSync(file, program + `#${'x'.repeat(78)}\n`.repeat(200));
    const bytes = program.length + 200 * 80;
    const run = await runScript(bpftrace, 'loads-in-memory', piped(file, /jt-memfd/));
    const execs = run.lines.flatMap(
      (line) => /^\S+ (\d+) +exec +(\d+) +\/usr\/bin\/python3: \/usr\/bin\/python3 -$/.exec(line) ?? [],
    );
    expect(execs, run.lines.join('\n')).toHaveLength(3);
    const [, pid = '', pipe = ''] = execs;
    expect(run.lines.filter((line) => /memfd 0 +jt-memfd$/.test(line))).toHaveLength(1);
    expect(countOf(run, '@read_bytes', `${pipe},${pid},python3`)).toBe(bytes);
    const written = Object.entries(run.maps.get('@written_bytes') ?? {}).filter(
      ([key]) => key.startsWith(`${pipe},`) && key.endsWith(',cat'),
    );
    expect(written.map(([, sum]) => sum)).toEqual([bytes]);
    // Onto standard input and output, by the two children of the shell.
    expect(countOf(run, '@piped', `${pid},bash`)).toBe(1);
  });

  test.each(bpftracesAtHand())('oom: the victim of a control group, on %s', async (bpftrace) => {
    const group = limitedGroup();
    try {
      const run = await runScript(bpftrace, 'oom', killedIn(group, buildKnownEvents()));
      const victims = run.lines.slice(1).filter((line) => line.includes(` ${run.pid} `));
      expect(victims).toHaveLength(1);
      expect(victims[0]).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${run.pid} +jt-eat:${run.pid}$`));
    } finally {
      rmdirSync(group);
    }
  });

  test.each(bpftracesAtHand())(
    'a file whose name tries to break out of the program is looked for by it, on %s',
    async (bpftrace) => {
      const known = buildKnownEvents();
      const folder = dirSync({ unsafeCleanup: true }).name;
      // In one name of 63 bytes at most, as every start of bpftrace takes a second.
      const file = join(folder, `";exit();} *\n\\ $1 {{a:uint}} 'é`);
      writeFileSync(file, '');
      const run = await runScript(bpftrace, 'opens', {
        command: [known, 'opens', '7', file],
        values: () => ({ file }),
      });
      const opens = Object.entries(run.maps.get('@opens') ?? {});
      expect(opens).toHaveLength(1);
      expect(opens[0]?.[1]).toBe(7);
      // In JSON, bpftrace 0.27 leaves the blanks of keys out, and 0.23 escapes them twice.
      expect(opens[0]?.[0]).toMatch(/";exit\(\);} ?\*.*\$1 ?\{\{a:uint\}\} ?'/s);
    },
  );
});
