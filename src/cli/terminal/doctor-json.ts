// The findings of jtrace doctor → JSON text for programs (docs/doctor.md has its form). Fields are added, never renamed within a version.

import type { DoctorReport } from '../../model/doctor.ts';
import { jsonText } from '../../outputs/json-text.ts';

export const DOCTOR_JSON_VERSION = 1;

export function doctorJson({ verdict, kernel, bpftrace, findings, freeze, jvms }: DoctorReport): string {
  const checks = findings.map(({ id, group, title, outcome }) => ({
    id,
    group,
    title,
    outcome: outcome.kind,
    found: outcome.found,
    means: outcome.kind === 'ok' ? null : outcome.means,
    command: outcome.kind === 'ok' ? null : outcome.command,
  }));
  const machines = jvms.map(({ walk, ...jvm }) => ({
    ...jvm,
    canBeWalked: walk.kind === 'ready',
    why: walk.kind === 'ready' ? null : walk.why,
  }));
  return jsonText({ version: DOCTOR_JSON_VERSION, verdict, kernel, bpftrace, checks, freeze, jvms: machines }, 2);
}
