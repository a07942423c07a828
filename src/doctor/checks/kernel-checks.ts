// What the kernel must have for jtrace to run, and what it does not take away: type information, tracepoints, lockdown, the freeze.

import type { Outcome } from '../../model/doctor.ts';
import type { KernelConfig, Setting } from '../../model/machine-facts.ts';
import { type Check, limited, mayLoad, missing, ok, unknown } from '../check.ts';
import { ACCEPT_FREEZE_RISK, FREEZE_UPDATE } from '../freeze-check.ts';

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'x86-64', arm64: 'aarch64' };
/** Debian's newest kernel. */
const KERNEL_PACKAGES: Readonly<Record<string, string>> = { x64: 'linux-image-amd64', arm64: 'linux-image-arm64' };
const MOUNT_SECURITYFS = 'mount -t securityfs securityfs /sys/kernel/security';
/** Debian's own number of its kernel. */
const OWN_VERSION = 'uname -v';
const SHARE_SECURITYFS = 'docker run -v /sys/kernel/security:/sys/kernel/security:ro …';

export const KERNEL_CHECKS: readonly Check[] = [
  {
    name: 'release',
    group: 'kernel',
    title: 'kernel',
    judge({ kernel: { release, architecture, config } }) {
      const name = ARCHITECTURES[architecture];
      if (name === undefined) return missing(`${release} on ${architecture}`, 'jtrace reads x86-64 and aarch64 only.');
      return ok(`${release}, ${name}, ${config === null ? 'configuration not found' : `configuration in ${config.source}`}`);
    },
  },
  {
    name: 'btf',
    group: 'kernel',
    title: 'type information',
    judge({ kernel: { hasTypeInformation, config, architecture } }) {
      if (hasTypeInformation) return ok('BTF');
      const why = config?.options.CONFIG_DEBUG_INFO_BTF === 'n' ? ': CONFIG_DEBUG_INFO_BTF is not set' : '';
      return missing(
        `no BTF (/sys/kernel/btf/vmlinux)${why}`,
        'Where the registers of a thread lie is not known: nothing is sampled. Debian’s kernels have it since 5.10.',
        newKernel(architecture),
      );
    },
  },
  {
    name: 'tracefs',
    group: 'kernel',
    title: 'tracepoints',
    judge({ kernel: { tracefs }, rights, ownCommand }) {
      const means = 'New threads and programs, which tracepoints tell of, are not seen: nothing is sampled.';
      if (tracefs === 'readable') return ok('tracepoints (tracefs)');
      if (tracefs === 'hidden' && !mayLoad(rights)) return unknown('tracefs is for root only', means, ownCommand);
      if (tracefs === 'hidden') return missing('tracefs is not readable', means, 'mount -o remount,mode=755 /sys/kernel/tracing');
      return missing('tracefs is not mounted', means, 'mount -t tracefs tracefs /sys/kernel/tracing');
    },
  },
  {
    name: 'lockdown',
    group: 'kernel',
    title: 'lockdown',
    judge({ kernel: { lockdown, config }, rights, ownCommand }) {
      if (lockdown.kind === 'unreadable' && config?.options.CONFIG_SECURITY_LOCKDOWN_LSM !== 'n')
        return unknown(
          '/sys/kernel/security/lockdown cannot be read: securityfs is not mounted, or not for us',
          'With lockdown=confidentiality BPF reads zeros of the kernel, and nothing is sampled.',
          rights.has.has('CAP_SYS_ADMIN') ? MOUNT_SECURITYFS : rights.userId === 0 ? SHARE_SECURITYFS : ownCommand,
        );
      if (lockdown.kind !== 'value' || lockdown.text === 'none') return ok('no lockdown');
      if (lockdown.text !== 'confidentiality') return ok(`lockdown: ${lockdown.text} (reading is allowed)`);
      return missing(
        'lockdown: confidentiality',
        'BPF reads zeros of the kernel, where a thread’s registers lie. It is set at boot: remove lockdown=confidentiality from the kernel’s command line.',
        'reboot',
      );
    },
  },
  {
    name: 'freeze',
    group: 'kernel',
    title: 'freeze',
    judge({ freeze, rights, kernel: { architecture }, ownCommand }) {
      switch (freeze.verdict) {
        case 'not-affected':
          return ok(`not affected by the freeze of 5.19 to 6.2`);
        case 'fixed':
          return ok(`the freeze of 5.19 to 6.2 is fixed (${freeze.because})`);
        case 'vulnerable':
          return missing(
            'this kernel freezes when user stacks are sampled',
            `${freeze.because}: ${FREEZE_UPDATE}. Who would rather risk it: jtrace profile ${ACCEPT_FREEZE_RISK}.`,
            newKernel(architecture, 'apt-get update && '),
          );
        case 'unknown':
          return unknown(
            `it cannot be told whether sampling freezes this kernel: ${freeze.because}`,
            'Kernels 5.19 to 6.2 without the fix of Debian bug 1033398 do; Debian 12 has it since 6.1.37-1 (docs/doctor.md).',
            architecture !== 'x64' ? OWN_VERSION : mayLoad(rights) ? 'jtrace doctor --evidence' : ownCommand,
          );
        default:
          return freeze.verdict satisfies never;
      }
    },
  },
  {
    name: 'perf-events',
    group: 'kernel',
    title: 'perf events',
    judge({ kernel: { settings }, rights }) {
      const level = valueOf(settings['kernel.perf_event_paranoid']);
      if (level === null) return unknown('kernel.perf_event_paranoid could not be read', 'Sampling may be refused.');
      // Only those without CAP_PERFMON are asked; who lacks it is told so by the rights.
      const whom = mayLoad(rights) ? 'CAP_PERFMON is above it' : 'it asks for CAP_PERFMON';
      return ok(`perf_event_paranoid ${level} (${whom})`);
    },
  },
  {
    name: 'unprivileged-bpf',
    group: 'kernel',
    title: 'unprivileged BPF',
    judge({ kernel: { settings } }) {
      const setting = settings['kernel.unprivileged_bpf_disabled'];
      // Told only: jtrace runs either way.
      if (setting.kind !== 'value') return ok(`kernel.unprivileged_bpf_disabled is ${setting.kind} (jtrace does not need it)`);
      return ok(
        setting.text === '0' ? 'BPF is open to all users (jtrace does not need that)' : 'BPF is for privileged users only',
      );
    },
  },
  {
    name: 'jit',
    group: 'kernel',
    title: 'BPF compiler',
    judge({ kernel: { settings, config }, ownCommand }) {
      const jit = settings['net.core.bpf_jit_enable'];
      if (jit.kind === 'unreadable')
        return unknown('net.core.bpf_jit_enable is for root only', 'Off, each sample costs several times as much.', ownCommand);
      if (jit.kind === 'absent') return compilerBuiltIn(config);
      if (jit.text !== '0') return ok('BPF is compiled');
      return limited('BPF is interpreted', 'Each sample costs several times as much.', 'sysctl -w net.core.bpf_jit_enable=1');
    },
  },
  {
    name: 'bpf-stats',
    group: 'kernel',
    title: 'BPF statistics',
    judge({ kernel: { settings }, ownCommand }) {
      const setting = settings['kernel.bpf_stats_enabled'];
      const cost = 'Every run of every BPF program of this machine costs some 20 ns more.';
      if (setting.kind === 'unreadable')
        return unknown('kernel.bpf_stats_enabled could not be read', `Where it is on: ${cost}`, ownCommand);
      if (setting.kind === 'absent') return ok('no BPF statistics');
      if (setting.text === '0') return ok('BPF statistics are off');
      return limited(
        'kernel.bpf_stats_enabled is on',
        `${cost} Somebody measures, or left it on.`,
        'sysctl -w kernel.bpf_stats_enabled=0',
      );
    },
  },
  {
    name: 'fred',
    group: 'kernel',
    title: 'FRED',
    judge({ kernel: { isFredActive, config } }) {
      if (isFredActive) return ok('FRED is active: registers lie 16 bytes lower, which jtrace knows');
      return ok(
        config?.options.CONFIG_X86_FRED === 'y' ? 'FRED built in (registers 16 bytes lower, which jtrace knows)' : 'no FRED',
      );
    },
  },
  {
    name: 'numa',
    group: 'kernel',
    title: 'NUMA balancing',
    judge({ kernel: { settings, numaNodes }, ownCommand }) {
      const setting = settings['kernel.numa_balancing'];
      if (setting.kind === 'absent' || (setting.kind === 'value' && setting.text === '0')) return ok('no NUMA balancing');
      if (numaNodes < 2) return ok('one NUMA node: nothing is moved');
      const means =
        'Pages that it looks at cannot be read by BPF until they are touched: some stacks are read again, and are approximate.';
      if (setting.kind === 'unreadable') return unknown('kernel.numa_balancing could not be read', means, ownCommand);
      return limited(`NUMA balancing among ${String(numaNodes)} nodes`, means, 'sysctl -w kernel.numa_balancing=0');
    },
  },
  {
    name: 'swap',
    group: 'kernel',
    title: 'swap',
    judge({ kernel: { swapTotalKb, swapUsedKb } }) {
      if (swapTotalKb === 0) return ok('no swap');
      return ok(`swap: ${megabytes(swapUsedKb)} of ${megabytes(swapTotalKb)} used (what is swapped out BPF cannot read)`);
    },
  },
  {
    name: 'huge-pages',
    group: 'kernel',
    title: 'huge pages',
    judge({ kernel: { hugePages } }) {
      if (hugePages.kind === 'absent') return ok('no transparent huge pages');
      return ok(`transparent huge pages: ${hugePages.kind === 'value' ? hugePages.text : 'not readable'}`);
    },
  },
];

function newKernel(architecture: string, before = ''): string | null {
  const name = KERNEL_PACKAGES[architecture];
  return name === undefined ? null : `${before}apt-get install ${name} && reboot`;
}

/** The setting is in the machine's first network namespace only, not in containers. Not to know it there is no limit of jtrace. */
function compilerBuiltIn(config: KernelConfig | null): Outcome {
  if (config?.options.CONFIG_BPF_JIT_ALWAYS_ON === 'y') return ok('BPF is compiled (CONFIG_BPF_JIT_ALWAYS_ON)');
  if (config?.options.CONFIG_BPF_JIT === 'n')
    return limited('BPF is interpreted: CONFIG_BPF_JIT is not set', 'Each sample costs several times as much.');
  return ok('whether BPF is compiled is not shown here (net.core.bpf_jit_enable is absent)');
}

function valueOf(setting: Setting): string | null {
  return setting.kind === 'value' ? setting.text : null;
}

const megabytes = (kilobytes: number): string => `${String(Math.round(kilobytes / 1024))} MiB`;
