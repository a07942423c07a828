// What jtrace doctor puts on a terminal: problems first, each with its command; nothing of a target's own reaches the terminal as it is; 80 columns.

import { describe, expect, test } from 'vitest';
import { DOCTOR_JSON_VERSION, doctorJson } from '../../../../src/cli/terminal/doctor-json.ts';
import { renderDoctor } from '../../../../src/cli/terminal/doctor-report.ts';
import { createTheme } from '../../../../src/cli/terminal/theme.ts';
import { examine, freezeReport } from '../../../../src/doctor/examine.ts';
import { processFindings } from '../../../../src/doctor/checks/process-checks.ts';
import type { DoctorReport, JvmFinding } from '../../../../src/model/doctor.ts';
import { asKernelAddress, asPid } from '../../../../src/model/units.ts';
import { displayWidth } from '../../../../src/outputs/display-width.ts';
import { failed, machine, triedAll } from '../../doctor/machines.ts';

const PLAIN = createTheme({}, {});
const COLOURED = createTheme({}, { FORCE_COLOR: '1' });
const HOSTILE = `\u001b[31mred\u0007\u202e${'long'.repeat(100)}\n`;

const jvm = (changes: Partial<JvmFinding>): JvmFinding => ({
  pid: asPid(4711), jdk: '17.0.15', main: 'org.acme.Main', container: '', vm: 'hotspot', walk: { kind: 'ready' },
  symbols: 'own', collector: 'G1', flags: { UsePerfData: true }, ...changes,
}); // prettier-ignore

const kprobesMissing = examine(machine({ kernel: { hasKernelProbes: false }, tried: triedAll({ kind: 'works', lines: ['jtrace-ok 30'] }, { kprobe: failed('none') }) }), [jvm({})], null); // prettier-ignore
const notRoot = examine(
  machine({
    rights: { userId: 1000, has: new Set() },
    symbols: { kernel: 'hidden' },
    tried: triedAll({ kind: 'not-tried', why: 'jtrace may not load programs' }),
  }),
  [],
  null,
);

const line = (address: bigint, text: string) => ({
  address: asKernelAddress(address),
  bytes: Uint8Array.of(0xe8, 1, 2, 3, 4),
  text,
});
const withEvidence = examine(
  machine({
    freeze: freezeReport(
      {
        verdict: { kind: 'fixed', by: 'nmi_uaccess_okay' },
        notSeen: null,
        evidence: {
          copyExtent: 'whole',
          checkExtent: 'whole',
          callsNmiUaccessOkay: line(0xffffffff81200000n, 'call nmi_uaccess_okay'),
          callsCheckObjectSize: null,
          countsPagefaultDisabled: [],
          callsFindVmapArea: null,
          readsPagefaultDisabled: null,
        },
      },
      true,
    ),
  }),
  [],
  null,
);

describe('for people', () => {
  const text = (report: DoctorReport): string => renderDoctor(report, 80, PLAIN).join('\n');

  test('the verdict, then what is wrong, then what works, then the JVMs', () => {
    expect(text(kprobesMissing)).toMatch(/^jtrace works here, with limits\n\nLimits:\n {2}kprobes: this kernel has none[^]*\nWhat works:\n {2}Rights [^]*\n +PID +JDK/);
    expect(text(examine(machine(), [], null))).toMatch(/^jtrace has all it needs here\n\nWhat works:/);
  }); // prettier-ignore

  test('a command is told once, and what is not known for one reason too', () => {
    expect(text(notRoot).match(/\$ sudo jtrace doctor/g)).toHaveLength(1);
    expect(text(notRoot)).toContain('  programs, sampling, uprobes, kprobes, fentry: not tried');
    expect(text(notRoot)).toMatch(/^jtrace cannot run here\n\nWhat keeps jtrace from running:/);
  });

  test('evidence is instructions as a disassembler has them, and what is not there', () => {
    expect(text(withEvidence)).toContain('    ffffffff81200000  e8 01 02 03 04              call nmi_uaccess_okay\n');
    expect(text(withEvidence).match(/ not there/g)).toHaveLength(4);
    const blind = freezeReport({ verdict: { kind: 'not-affected' }, evidence: null, notSeen: 'no program can be run' }, true);
    expect(text(examine(machine({ freeze: blind }), [], null))).toContain('no evidence: no program can be run');
  });

  test('flags that cost a profile something, with the JVMs where they are off', () => {
    const jvms = Array.from({ length: 12 }, (_, index) => jvm({ pid: asPid(4_000_000 + index), flags: { DebugNonSafepoints: index === 0, PreserveFramePointer: false, UsePerfData: index !== 3 } }));
    const lines = renderDoctor(examine(machine(), jvms, null), 80, PLAIN).slice(-3);
    expect(lines).toEqual([
      'DebugNonSafepoints is off, lines of compiled leaf frames are approximate:',
      '4000001, 4000002, 4000003, 4000004, 4000005, 4000006 and 5 more',
      'UsePerfData is off, causes of collections are not told: 4000003',
    ]);
    expect(text(examine(machine(), [jvm({ flags: {} })], null))).not.toContain(' is off,');
  }); // prettier-ignore

  test('80 columns, but for commands, and nothing of a target as it is', () => {
    const process = processFindings({
      label: HOSTILE, isOwnUser: false, hasPtrace: true, container: HOSTILE, pidInside: 7, threads: 3, unwindTables: false,
      walked: { stacks: 4, complete: 1, reasons: ['memory gone'] }, generatesCode: true, hasPerfMap: false, swappedKb: 5000, debugNonSafepoints: false,
    }); // prettier-ignore
    const hostile = examine(machine({ rights: { container: HOSTILE } }), [jvm({ main: HOSTILE, jdk: HOSTILE, container: HOSTILE, walk: { kind: 'not-ready', why: HOSTILE } })], process); // prettier-ignore
    for (const report of [kprobesMissing, notRoot, withEvidence, hostile]) {
      for (const shown of renderDoctor(report, 80, PLAIN)) {
        if (!shown.includes('$ ')) expect(displayWidth(shown), shown).toBeLessThanOrEqual(80);
        expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
      }
    }
    expect(renderDoctor(hostile, 80, PLAIN).join('\n')).toContain('it generates code and writes no perf map');
  });

  test('colours say the same', () => {
    const bare = renderDoctor(notRoot, 80, COLOURED).map((shown) => shown.replace(/\u001b\[\d+m/g, ''));
    expect(bare).toEqual(renderDoctor(notRoot, 80, PLAIN));
    expect(renderDoctor(notRoot, 80, COLOURED)).not.toEqual(bare);
  });
});

describe('for programs', () => {
  test('one object with a version; the page that describes it names every field', () => {
    const parsed: unknown = JSON.parse(doctorJson(kprobesMissing));
    expect(parsed).toMatchObject({
      version: DOCTOR_JSON_VERSION,
      verdict: 'limited',
      bpftrace: { path: '/usr/bin/bpftrace', version: 'bpftrace v0.17.0' },
      jvms: [{ pid: 4711, canBeWalked: true, why: null, flags: { UsePerfData: true } }],
    });
    expect(JSON.stringify(parsed)).toContain('"id":"bpftrace.kprobes","group":"bpftrace","title":"kprobes","outcome":"limited"');
  });
});
