// Facts of many machines → what is told of each: which findings are no `ok`, with which command, and the verdict.

import { describe, expect, test } from 'vitest';
import { type ProcessFacts, processFindings } from '../../../src/doctor/checks/process-checks.ts';
import { CHECKS, examine, freezeReport } from '../../../src/doctor/examine.ts';
import type { Finding, JvmFinding } from '../../../src/model/doctor.ts';
import type { ConfigOption, KernelConfig } from '../../../src/model/machine-facts.ts';
import { asPid } from '../../../src/model/units.ts';
import { type Changes, failed, machine, settings, triedAll } from './machines.ts';

const notTried = (why: string) => triedAll({ kind: 'not-tried', why });

/** Findings that are no `ok`, as `kind id: found [command]`. */
function problems(changes: Changes, jvms: readonly JvmFinding[] = []): readonly string[] {
  return lines(examine(machine(changes), jvms, null).findings);
}

function lines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ id, outcome }) => {
    if (outcome.kind === 'ok') return [];
    return [`${outcome.kind} ${id}: ${outcome.found}${outcome.command === null ? '' : ` [${outcome.command}]`}`];
  });
}

const configured = (changed: Partial<Record<ConfigOption, string>>): KernelConfig => ({
  source: '/proc/config.gz',
  options: { ...(machine().kernel.config?.options as KernelConfig['options']), ...changed },
});

const verdictOf = (changes: Changes): string => examine(machine(changes), [], null).verdict;

test('a Debian 12 with root has all it needs', () => {
  expect(problems({})).toEqual([]);
  expect(verdictOf({})).toBe('ready');
});

test('every check has a name of its own, and says something on every machine', () => {
  expect(new Set(CHECKS.map(({ group, name }) => `${group}.${name}`)).size).toBe(CHECKS.length);
  for (const { judge } of CHECKS) expect(judge(machine()).found).not.toBe('');
});

describe('rights', () => {
  test('not root: one command, what needs it is told, the rest is checked all the same', () => {
    const changes: Changes = {
      rights: { userId: 1000, has: new Set() },
      kernel: { tracefs: 'hidden', settings: settings({ 'net.core.bpf_jit_enable': { kind: 'unreadable' } }) },
      tried: notTried('jtrace may not load programs'),
      symbols: { kernel: 'hidden' },
    };
    expect(verdictOf(changes)).toBe('unusable');
    expect(problems(changes)).toEqual([
      'missing rights.load: user 1000 lacks CAP_BPF and CAP_PERFMON [sudo jtrace doctor]',
      'limited rights.memory: CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH missing [sudo jtrace doctor]',
      'unknown kernel.tracefs: tracefs is for root only [sudo jtrace doctor]',
      'unknown kernel.jit: net.core.bpf_jit_enable is for root only [sudo jtrace doctor]',
      ...['begin', 'sampling', 'uprobes', 'kprobes', 'fentry'].map(
        (name) => `unknown bpftrace.${name}: not tried: jtrace may not load programs`,
      ),
      'limited symbols.kernel: CAP_SYSLOG is missing [sudo jtrace doctor]',
      'unknown jvms.walk: not seen: user 1000 cannot look into processes of others',
    ]);
  });

  test('a user who was given the capabilities', () => {
    const has = new Set(['CAP_BPF', 'CAP_PERFMON', 'CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH', 'CAP_SYSLOG'] as const);
    expect(problems({ rights: { userId: 1000, has } })).toEqual([]);
  });

  test('root of a container without the capabilities', () => {
    expect(problems({ rights: { has: new Set(['CAP_DAC_READ_SEARCH']), container: 'docker 1f2e3d4c5b6a' }, tried: notTried('jtrace may not load programs') }).slice(0, 2)).toEqual([
      expect.stringMatching(/^missing rights\.load: root lacks CAP_BPF and CAP_PERFMON \(a container\?\) \[docker run .*--cap-add=BPF/),
      expect.stringMatching(/^limited rights\.memory: CAP_SYS_PTRACE missing \[docker run/),
    ]); // prettier-ignore
  });

  test('a container that does not see the host’s pids', () => {
    const namespaces = { user: true, pid: false, mnt: null, cgroup: false };
    const [pid, jvms] = problems({ rights: { initialNamespaces: namespaces, seesHostProcesses: false, container: 'docker 1f' } });
    expect(pid).toMatch(/^missing rights\.pid-namespace: .*own.* \[docker run --pid=host/);
    expect(jvms).toBe('unknown jvms.walk: not seen: the host’s processes are in another pid namespace');
  });

  test('root of a user namespace has nothing', () => {
    const namespaces = { user: false, pid: true, mnt: null, cgroup: true };
    expect(problems({ rights: { initialNamespaces: namespaces } })[2]).toBe(
      'missing rights.user-namespace: a user namespace of its own',
    );
  });

  test('other users’ processes are hidden', () => {
    expect(problems({ rights: { seesHostProcesses: false } })).toEqual([
      'limited rights.pid-namespace: /proc does not show all of the machine [mount -o remount,hidepid=0 /proc]',
    ]);
  });

  test('a seccomp filter is told where bpf() fails, and only there', () => {
    expect(problems({ rights: { seccomp: 2 } })).toEqual([]);
    const refused = triedAll(
      { kind: 'not-tried', why: 'no program loads' },
      { begin: failed('bpftrace may not load programs here') },
    );
    expect(problems({ rights: { seccomp: 2 }, tried: refused })[0]).toMatch(
      /^limited rights\.seccomp: .*\[docker run --security-opt/,
    );
  });

  test('locked memory counts before 5.11 only, and not for who may raise it', () => {
    const has = new Set(['CAP_SYS_ADMIN', 'CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH', 'CAP_SYSLOG'] as const);
    const little = { has, lockedMemoryBytes: 65536 };
    expect(problems({ rights: little })).toEqual([]);
    expect(problems({ rights: little, kernel: { release: '5.10.0-30-amd64' } })).toEqual([
      'limited rights.locked-memory: at most 64 KiB may be locked [ulimit -l unlimited]',
    ]);
    expect(problems({ rights: { lockedMemoryBytes: 65536 }, kernel: { release: '5.10.0' } })).toEqual([]);
  });
});

describe('kernel', () => {
  test('no kprobes, no fentry', () => {
    const changes: Changes = {
      kernel: { hasKernelProbes: false, config: configured({ CONFIG_KPROBES: 'n' }) },
      tried: triedAll({ kind: 'works', lines: ['jtrace-ok 30'] }, {
        kprobe: failed('bpftrace did not begin to sample (status 255)'),
        fentry: failed('x', '', 'stdin:1:1-15: ERROR: kfunc/kretfunc not available for your kernel version.'),
      }),
    }; // prettier-ignore
    expect(verdictOf(changes)).toBe('limited');
    expect(problems(changes)).toEqual([
      'limited bpftrace.kprobes: this kernel has none: CONFIG_KPROBES is not set',
      'limited bpftrace.fentry: bpftrace says: ERROR: kfunc/kretfunc not available for your kernel version.',
    ]);
  });

  test.each<[string, Changes, string]>([
    ['no BTF', { kernel: { hasTypeInformation: false } }, 'missing kernel.btf: no BTF (/sys/kernel/btf/vmlinux) [apt-get install linux-image-amd64 && reboot]'],
    ['no BTF on aarch64', { kernel: { hasTypeInformation: false, architecture: 'arm64' } }, 'missing kernel.btf: no BTF (/sys/kernel/btf/vmlinux) [apt-get install linux-image-arm64 && reboot]'],
    ['no tracefs', { kernel: { tracefs: 'absent' } }, 'missing kernel.tracefs: tracefs is not mounted [mount -t tracefs tracefs /sys/kernel/tracing]'],
    ['lockdown', { kernel: { lockdown: { kind: 'value', text: 'confidentiality' } } }, 'missing kernel.lockdown: lockdown: confidentiality [reboot]'],
    ['another processor', { kernel: { architecture: 'riscv64' } }, 'missing kernel.release: 6.1.0-56-amd64 on riscv64'],
    ['interpreted BPF', { kernel: { settings: settings({ 'net.core.bpf_jit_enable': '0' }) } }, 'limited kernel.jit: BPF is interpreted [sysctl -w net.core.bpf_jit_enable=1]'],
    ['statistics left on', { kernel: { settings: settings({ 'kernel.bpf_stats_enabled': '1' }) } }, 'limited kernel.bpf-stats: kernel.bpf_stats_enabled is on [sysctl -w kernel.bpf_stats_enabled=0]'],
    ['NUMA balancing', { kernel: { numaNodes: 2, settings: settings({ 'kernel.numa_balancing': '1' }) } }, 'limited kernel.numa: NUMA balancing among 2 nodes [sysctl -w kernel.numa_balancing=0]'],
    ['hidden symbols', { symbols: { kernel: 'hidden' }, kernel: { settings: settings({ 'kernel.kptr_restrict': '2' }) } }, 'limited symbols.kernel: kernel.kptr_restrict is 2: addresses are hidden from everybody [sysctl -w kernel.kptr_restrict=1]'],
  ])('%s', (_, changes, line) => {
    expect(problems(changes)).toEqual([line]);
  }); // prettier-ignore

  test.each<[string, Changes]>([
    ['NUMA balancing with one node', { kernel: { settings: settings({ 'kernel.numa_balancing': '1' }) } }],
    ['no NUMA in the kernel', { kernel: { settings: settings({ 'kernel.numa_balancing': { kind: 'absent' } }) } }],
    ['swap', { kernel: { swapTotalKb: 1 << 20, swapUsedKb: 4096 } }],
    ['FRED', { kernel: { isFredActive: true } }],
    ['a kernel that has no lockdown', { kernel: { lockdown: { kind: 'absent' } } }],
    ['no lockdown by its configuration', { kernel: { lockdown: { kind: 'unreadable' }, config: configured({ CONFIG_SECURITY_LOCKDOWN_LSM: 'n' }) } }],
    ['who may use BPF', { kernel: { settings: settings({ 'kernel.unprivileged_bpf_disabled': { kind: 'unreadable' } }) } }],
    ['lockdown that allows reading', { kernel: { lockdown: { kind: 'value', text: 'integrity' } } }],
    ['no configuration to be found', { kernel: { config: null } }],
  ])('%s is no problem', (_, changes) => {
    expect(problems(changes)).toEqual([]);
  }); // prettier-ignore

  test('the compiler’s setting is not shown in containers: then the configuration tells, or nobody does', () => {
    const judged = (config: KernelConfig | null): string | undefined => {
      const absent = settings({ 'net.core.bpf_jit_enable': { kind: 'absent' } });
      const outcome = examine(machine({ kernel: { settings: absent, config } }), [], null).findings.find(({ id }) => id === 'kernel.jit')?.outcome;
      return outcome === undefined ? undefined : `${outcome.kind}: ${outcome.found}`;
    };
    expect(judged(configured({}))).toBe('ok: BPF is compiled (CONFIG_BPF_JIT_ALWAYS_ON)');
    expect(judged(configured({ CONFIG_BPF_JIT: 'n', CONFIG_BPF_JIT_ALWAYS_ON: 'n' }))).toBe('limited: BPF is interpreted: CONFIG_BPF_JIT is not set');
    for (const config of [null, configured({ CONFIG_BPF_JIT_ALWAYS_ON: 'n' })])
      expect(judged(config)).toBe('ok: whether BPF is compiled is not shown here (net.core.bpf_jit_enable is absent)');
  }); // prettier-ignore

  test('what could not be read is not told as if it had been', () => {
    const unreadable = { kind: 'unreadable' } as const;
    const lockdown = { lockdown: unreadable };
    const line = (command: string): string => `unknown kernel.lockdown: /sys/kernel/security/lockdown cannot be read: securityfs is not mounted, or not for us [${command}]`;
    expect(problems({ kernel: lockdown })).toEqual([line('mount -t securityfs securityfs /sys/kernel/security')]);
    expect(problems({ kernel: { ...lockdown, config: null } })).toHaveLength(1);
    const has = new Set(['CAP_BPF', 'CAP_PERFMON', 'CAP_SYS_PTRACE', 'CAP_DAC_READ_SEARCH', 'CAP_SYSLOG'] as const);
    expect(problems({ kernel: lockdown, rights: { has } })).toEqual([line('docker run -v /sys/kernel/security:/sys/kernel/security:ro …')]);
    expect(problems({ kernel: lockdown, rights: { has, userId: 1000 } })).toEqual([line('sudo jtrace doctor')]);
    const changed = settings({ 'kernel.bpf_stats_enabled': unreadable, 'kernel.numa_balancing': unreadable, 'kernel.unprivileged_bpf_disabled': unreadable });
    expect(problems({ kernel: { numaNodes: 2, settings: changed } })).toEqual([
      'unknown kernel.bpf-stats: kernel.bpf_stats_enabled could not be read [sudo jtrace doctor]',
      'unknown kernel.numa: kernel.numa_balancing could not be read [sudo jtrace doctor]',
    ]);
    const told = examine(machine({ kernel: { settings: changed, hugePages: unreadable } }), [], null).findings.map(({ outcome }) => outcome.found);
    expect(told).toContain('kernel.unprivileged_bpf_disabled is unreadable (jtrace does not need it)');
    expect(told).toContain('transparent huge pages: not readable');
  }); // prettier-ignore
});

describe('the freeze', () => {
  test('vulnerable: jtrace does not run here, and says why', () => {
    const freeze = freezeReport({ verdict: { kind: 'vulnerable' }, evidence: null, notSeen: null }, true);
    expect(verdictOf({ freeze })).toBe('unusable');
    expect(problems({ freeze })).toEqual([
      'missing kernel.freeze: this kernel freezes when user stacks are sampled [apt-get update && apt-get install linux-image-amd64 && reboot]',
    ]);
  });
  test('unknown: a limit', () => {
    const freeze = freezeReport({ verdict: { kind: 'unknown', reason: 'no BTF' }, evidence: null, notSeen: 'no BTF' }, true);
    expect(verdictOf({ freeze })).toBe('limited');
    expect(problems({ freeze })).toEqual([
      'unknown kernel.freeze: it cannot be told whether sampling freezes this kernel: no BTF [jtrace doctor --evidence]',
    ]);
  });
  test('not looked at, on another processor: the version is what there is to look at', () => {
    const reason = 'the check reads x86-64 code only';
    const freeze = freezeReport({ verdict: { kind: 'unknown', reason }, evidence: null, notSeen: reason }, true);
    expect(problems({ freeze, kernel: { architecture: 'arm64' } })).toEqual([
      `unknown kernel.freeze: it cannot be told whether sampling freezes this kernel: ${reason} [uname -v]`,
    ]);
  });
  test('its instructions are told where they are asked for, and only there', () => {
    const finding = { verdict: { kind: 'not-affected' }, evidence: null, notSeen: 'no BTF' } as const;
    expect(freezeReport(finding, true).notSeen).toBe('no BTF');
    expect(freezeReport(finding, false)).toMatchObject({ evidence: null, notSeen: null });
  });
  test('not looked at, where the release gives no reason', () => {
    expect(problems({ freeze: freezeReport(null, false) })).toEqual([]);
  });
});

describe('bpftrace', () => {
  test('none: how to get one; one that was named: nothing to install', () => {
    const absent = { kind: 'absent', message: 'bpftrace was not found', hint: 'install it' } as const;
    const tried = notTried('there is no bpftrace that can be used');
    expect(problems({ bpftrace: { ...absent, isNamed: false }, tried })[0]).toBe(
      'missing bpftrace.program: bpftrace was not found [apt-get install bpftrace]',
    );
    expect(problems({ bpftrace: { ...absent, isNamed: true }, tried })[0]).toBe(
      'missing bpftrace.program: bpftrace was not found',
    );
  });

  test('one that is too old is missing, and named', () => {
    const old = { kind: 'found', path: '/usr/bin/bpftrace', versionText: 'bpftrace v0.11.3', tooOld: true } as const;
    const report = examine(machine({ bpftrace: old, tried: notTried('there is no bpftrace that can be used') }), [], null);
    expect([report.verdict, report.bpftrace]).toEqual(['unusable', { path: '/usr/bin/bpftrace', version: 'bpftrace v0.11.3' }]);
    expect(lines(report.findings)[0]).toBe('missing bpftrace.program: bpftrace v0.11.3, /usr/bin/bpftrace is too old [apt-get install bpftrace]');
  }); // prettier-ignore

  test('one that loads nothing keeps jtrace from running', () => {
    const tried = triedAll({ kind: 'not-tried', why: 'no program loads' }, { begin: failed('bpftrace may not load programs here', 'run jtrace as root') });
    expect(verdictOf({ tried })).toBe('unusable');
    expect(problems({ tried })[0]).toBe('missing bpftrace.begin: bpftrace may not load programs here');
  }); // prettier-ignore

  test('one that does not answer in time: nothing is known, and that is no lack', () => {
    const tried = triedAll({ kind: 'works', lines: ['jtrace-ok 30'] }, { sampling: { kind: 'too-slow', afterMs: 60_000 } });
    expect(verdictOf({ tried })).toBe('limited');
    expect(problems({ tried })).toEqual(['unknown bpftrace.sampling: bpftrace did not answer within 60 s']);
  });

  test('sampling is told with its buffers', () => {
    const sampling = (changes: Changes): string => {
      const outcome = examine(machine(changes), [], null).findings.find(({ id }) => id === 'bpftrace.sampling')?.outcome;
      return outcome?.kind === 'missing' ? outcome.means : (outcome?.found ?? '');
    };
    expect(sampling({})).toBe("jtrace's own program samples (30 ticks in 0.3 s; buffers of 8 MiB: 2 of 1024 pages, one for each CPU)");
    expect(sampling({ buffers: { count: 1, pages: 16_384, pageBytes: 4096 } })).toContain('; buffers of 64 MiB: one of 16384 pages)');
    expect(sampling({ buffers: null })).toBe("jtrace's own program samples (30 ticks in 0.3 s)");
    const refused = triedAll({ kind: 'works', lines: ['jtrace-ok 30'] }, { sampling: failed('bpftrace ended', 'try again') });
    expect(sampling({ tried: refused })).toBe('jtrace profile does not work. It asks for buffers of 8 MiB: 2 of 1024 pages, one for each CPU. Try again.');
  }); // prettier-ignore

  test('a machine whose timers do not fire', () => {
    const tried = triedAll({ kind: 'works', lines: ['jtrace-ok 0'] });
    expect(problems({ tried })).toEqual(['limited bpftrace.sampling: the program of jtrace profile loads, and no tick came']);
  });
});

describe('JVMs', () => {
  const jvm = (changes: Partial<JvmFinding>): JvmFinding => ({
    pid: asPid(4711), jdk: '17.0.15', main: 'org.acme.Main', container: '', vm: 'hotspot', walk: { kind: 'ready' },
    symbols: 'own', collector: 'G1', flags: {}, ...changes,
  }); // prettier-ignore

  test('what one lacks is told with its number', () => {
    const why = 'OpenJ9: jtrace reads HotSpot’s tables only';
    const jvms = [jvm({}), jvm({ pid: asPid(12), vm: 'openj9', walk: { kind: 'not-ready', why }, symbols: 'unknown' }), jvm({ pid: asPid(13), jdk: '21.0.4', symbols: 'stripped' })];
    expect(problems({}, jvms)).toEqual([
      'limited jvms.walk: Java frames cannot be walked in process 12',
      'limited jvms.symbols: libjvm is stripped in process 13 [apt-get install openjdk-21-dbg]',
    ]);
  }); // prettier-ignore

  test('each reason is told with those that have it, and what was not looked into is not known', () => {
    const not = (pid: number, why: string): JvmFinding => jvm({ pid: asPid(pid), walk: { kind: 'not-ready', why }, symbols: 'unknown' });
    const meansOf = (jvms: readonly JvmFinding[]): string | undefined => {
      const outcome = examine(machine(), jvms, null).findings.find(({ id }) => id === 'jvms.walk')?.outcome;
      return outcome?.kind === 'limited' ? outcome.means : undefined;
    };
    const jvms = [not(12, 'it is still starting'), not(13, 'it has ended'), not(14, 'it is still starting')];
    expect(meansOf(jvms)).toBe('processes 12, 14: it is still starting; process 13: it has ended. Their native frames are shown.');
    expect(meansOf(jvms.slice(0, 1))).toBe('it is still starting. Their native frames are shown.');
    expect(meansOf([1, 2, 3, 4, 5].map((pid) => not(pid, `reason ${String(pid)}`)))).toContain('process 4: reason 4; and others. Their');
    expect(problems({}, jvms)).toContain('unknown jvms.symbols: libjvm was not looked into in processes 12, 13, 14');
  }); // prettier-ignore

  test('all is well, or there is none', () => {
    expect(problems({}, [jvm({}), jvm({ symbols: 'debug-file' })])).toEqual([]);
    expect(problems({}, [])).toEqual([]);
  });
});

describe('a process', () => {
  const facts: ProcessFacts = {
    label: 'x', isOwnUser: true, hasPtrace: true, container: '', pidInside: 1, threads: 1, walked: { stacks: 1, complete: 1, reasons: [] },
    unwindTables: true, generatesCode: false, hasPerfMap: false, swappedKb: 0, debugNonSafepoints: null,
  }; // prettier-ignore

  test('what nobody could look into is not known: it is neither there nor absent', () => {
    expect(lines(processFindings(facts))).toEqual([]);
    expect(lines(processFindings({ ...facts, unwindTables: false }))).toEqual([
      'limited process.unwind-tables: its program has no call frame information',
    ]);
    expect(lines(processFindings({ ...facts, walked: null, unwindTables: null }))).toEqual([
      'missing process.memory: its memory cannot be read',
      'unknown process.stacks: not tried: its memory cannot be read',
      'unknown process.unwind-tables: its program could not be looked into',
    ]);
  });
});
