// `jtrace doctor` from request to report: reads the machine, tries its bpftrace, looks at the JVMs and the process that was asked for, and
// hands all of it to the checks (src/doctor), which decide. Changes nothing; every step is bounded in time.

import { type FoundBpftrace, findBpftrace } from '../bpftrace/find.ts';
import { mayLoad } from '../doctor/check.ts';
import { examine, freezeReport } from '../doctor/examine.ts';
import { examineFreeze, type FreezeFinding } from '../doctor/freeze-check.ts';
import { mayFreeze } from '../doctor/freeze-verdict.ts';
import { closedFindings } from '../doctor/checks/process-checks.ts';
import type { DoctorReport, DoctorRequest, Finding, JvmFinding } from '../model/doctor.ts';
import { OperatorError } from '../model/errors.ts';
import type { BpftraceFacts, RightsFacts } from '../model/machine-facts.ts';
import type { TargetChoice } from '../model/process.ts';
import { compareVersions, OLDEST_BPFTRACE } from '../program/dialects.ts';
import { readKernelFacts } from '../target/machine/read-kernel-facts.ts';
import { readRights } from '../target/machine/read-rights.ts';
import { readSymbolFacts } from '../target/machine/read-symbol-facts.ts';
import { chooseTarget } from '../target/processes/choose-target.ts';
import { freezeInputs } from './check-kernel.ts';
import { lookAtJvms, trustedLibjvm } from './doctor-jvms.ts';
import { notTried, ownBuffers, tryProbes } from './doctor-probes.ts';
import { findingsOfProcess } from './doctor-process.ts';

export type DoctorAnswer =
  | { readonly kind: 'report'; readonly report: DoctorReport }
  /** A NAME that several have: nothing was looked at. */
  | { readonly kind: 'several'; readonly choice: Extract<TargetChoice, { readonly kind: 'several' }> };

/** `tell`: what is done now, for who waits. Throws OperatorErrors only for a process that is not there. */
export async function runDoctor(request: DoctorRequest, tell: (doing: string) => void): Promise<DoctorAnswer> {
  const asked = request.target === null ? null : await choose(request.target);
  if (asked?.kind === 'several') return { kind: 'several', choice: asked };
  const rights = readRights();
  const kernel = readKernelFacts();
  tell('looking at JVMs …');
  const jvms = lookAtJvms();
  tell('trying what bpftrace can here …');
  const { facts: bpftrace, usable } = await find(request.bpftracePath);
  const obstacle = whyNotTried(rights, usable);
  const freeze = freezeReport(
    await lookForFreeze(obstacle === null ? usable : null, kernel.release, request.evidence),
    request.evidence,
  );
  const isRisky = freeze.verdict === 'vulnerable' || freeze.verdict === 'unknown';
  const isOwnNamespace = rights.initialNamespaces.pid === false;
  const tried =
    usable === null || obstacle !== null
      ? notTried(obstacle ?? 'there is no bpftrace')
      : await tryProbes(usable, { isRisky, isOwnNamespace, libjvm: trustedLibjvm(jvms) });
  const facts = {
    rights,
    kernel,
    bpftrace,
    tried,
    buffers: usable === null ? null : ownBuffers(usable),
    symbols: readSymbolFacts(process.env['PATH']),
    freeze,
    ownCommand: request.ownCommand,
  };
  return { kind: 'report', report: examine(facts, jvms, asked === null ? null : findingsOf(asked, jvms)) };
}

type Asked = TargetChoice | { readonly kind: 'closed'; readonly error: OperatorError };

/** One that is there and may not be looked into is something to tell, beside all else; one that is not there is an error. */
async function choose(target: NonNullable<DoctorRequest['target']>): Promise<Asked> {
  try {
    return await chooseTarget(target);
  } catch (error) {
    if (error instanceof OperatorError && error.kind === 'environment') return { kind: 'closed', error };
    throw error;
  }
}

function findingsOf(asked: Exclude<Asked, { readonly kind: 'several' }>, jvms: readonly JvmFinding[]): readonly Finding[] {
  if (asked.kind === 'closed') return closedFindings(asked.error);
  const { process } = asked;
  return findingsOfProcess(process, jvms.find(({ pid }) => pid === process.pid) ?? null);
}

async function find(path: string | null): Promise<{ readonly facts: BpftraceFacts; readonly usable: FoundBpftrace | null }> {
  try {
    const found = await findBpftrace({ path, searchPath: process.env['PATH'] });
    const tooOld = compareVersions(found.version, OLDEST_BPFTRACE) < 0;
    return {
      facts: { kind: 'found', path: found.path, versionText: found.versionText, tooOld },
      usable: tooOld ? null : found,
    };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { facts: { kind: 'absent', message: error.message, hint: error.hint, isNamed: path !== null }, usable: null };
  }
}

/** null: programs may be tried. */
function whyNotTried(rights: RightsFacts, usable: FoundBpftrace | null): string | null {
  if (!mayLoad(rights)) return 'jtrace may not load programs';
  if (rights.initialNamespaces.user === false) return 'jtrace is in a user namespace of its own';
  return usable === null ? 'there is no bpftrace that can be used' : null;
}

/** null: the release gives no reason, and no evidence was asked for. */
async function lookForFreeze(
  usable: FoundBpftrace | null,
  kernelRelease: string,
  wantsEvidence: boolean,
): Promise<FreezeFinding | null> {
  if (!mayFreeze(kernelRelease) && !wantsEvidence) return null;
  if (usable !== null) return examineFreeze(freezeInputs(usable));
  const notSeen = 'no program can be run';
  const verdict = mayFreeze(kernelRelease)
    ? ({ kind: 'unknown', reason: notSeen } as const)
    : ({ kind: 'not-affected' } as const);
  return { verdict, evidence: null, notSeen };
}
