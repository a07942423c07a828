// All facts → all findings, and what they come to.

import type { DoctorReport, Finding, FreezeLine, FreezeReport, JvmFinding } from '../model/doctor.ts';
import { BPFTRACE_CHECKS } from './checks/bpftrace-checks.ts';
import { jvmFindings } from './checks/jvm-checks.ts';
import { KERNEL_CHECKS } from './checks/kernel-checks.ts';
import { RIGHTS_CHECKS } from './checks/rights-checks.ts';
import { SYMBOL_CHECKS } from './checks/symbol-checks.ts';
import { type Check, hiddenProcesses, type MachineFacts } from './check.ts';
import type { EvidenceLine, FreezeEvidence } from './freeze-evidence.ts';
import type { FreezeFinding } from './freeze-check.ts';

/** Every check of the machine, in the order it is told. */
export const CHECKS: readonly Check[] = [...RIGHTS_CHECKS, ...KERNEL_CHECKS, ...BPFTRACE_CHECKS, ...SYMBOL_CHECKS];

export function examine(facts: MachineFacts, jvms: readonly JvmFinding[], process: readonly Finding[] | null): DoctorReport {
  const findings: readonly Finding[] = [
    ...CHECKS.map(({ name, group, title, judge }) => ({ id: `${group}.${name}`, group, title, outcome: judge(facts) })),
    ...jvmFindings(jvms, hiddenProcesses(facts.rights)),
    ...(process ?? []),
  ];
  const { bpftrace } = facts;
  return {
    verdict: verdictOf(findings),
    kernel: facts.kernel.release,
    bpftrace: bpftrace.kind === 'found' ? { path: bpftrace.path, version: bpftrace.versionText } : null,
    findings,
    freeze: facts.freeze,
    jvms,
  };
}

function verdictOf(findings: readonly Finding[]): DoctorReport['verdict'] {
  const kinds = new Set(findings.map(({ outcome }) => outcome.kind));
  if (kinds.has('missing')) return 'unusable';
  return kinds.has('limited') || kinds.has('unknown') ? 'limited' : 'ready';
}

/** What the freeze check found, as it is told; null: nothing was looked at, because the release gives no reason to. */
export function freezeReport(finding: FreezeFinding | null, withEvidence: boolean): FreezeReport {
  if (finding === null)
    return { verdict: 'not-affected', because: 'only kernels 5.19 to 6.2 had the defect', evidence: null, notSeen: null };
  const told = { verdict: finding.verdict.kind, because: because(finding) };
  if (!withEvidence) return { ...told, evidence: null, notSeen: null };
  const { evidence, notSeen } = finding;
  return { ...told, evidence: evidence === null ? null : evidenceLines(evidence), notSeen };
}

function because({ verdict }: FreezeFinding): string {
  switch (verdict.kind) {
    case 'not-affected':
      return 'only kernels 5.19 to 6.2 had the defect';
    case 'fixed':
      return verdict.by === 'nmi_uaccess_okay'
        ? 'copy_from_user_nofault() calls nmi_uaccess_okay()'
        : '__check_object_size() reads pagefault_disabled';
    case 'vulnerable':
      return '__check_object_size() reaches find_vmap_area(), and both halves of the fix are absent';
    case 'unknown':
      return verdict.reason;
    default:
      return verdict satisfies never;
  }
}

function evidenceLines(seen: FreezeEvidence): readonly FreezeLine[] {
  const [copy, check] = ['copy_from_user_nofault', '__check_object_size'];
  const rows: readonly (readonly [string, string, EvidenceLine | null])[] = [
    ['first half of the fix: the check for NMI', copy, seen.callsNmiUaccessOkay],
    ['second half of the fix: pagefault_disabled is read', check, seen.readsPagefaultDisabled],
    ['pagefault_disabled is counted up', copy, seen.countsPagefaultDisabled[0] ?? null],
    ['first step of the defect', copy, seen.callsCheckObjectSize],
    ['second step of the defect: the lock is taken', check, seen.callsFindVmapArea],
  ];
  return rows.map(([shows, inFunction, line]) => ({
    shows,
    inFunction,
    instruction:
      line === null
        ? null
        : { address: line.address.toString(16), bytes: Buffer.from(line.bytes).toString('hex'), text: line.text },
  }));
}
