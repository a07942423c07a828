// `npm run accuracy`: how often jtrace's stack of a JVM is true, measured against the VM's own debugger on the very instruction that
// was sampled. Needs root, bpftrace, JDKs with jhsdb, cc. Exit 0: the goal is met; 1: not; 3: it could not run.
//   --jdk 11,17        the JDKs to ask (without it 17; `all`: 11 to 27)
//   --short            some 80 stops in 2-3 minutes, as CI runs it      --mode M[,M]  --phase P[,P]  --stops N (per phase and mode)
//   --verbose          proofs and wrong stops in full                   --json FILE   all reports
//   --write-docs       puts the table into docs/accuracy.md             --bpftrace PATH   --java-home DIR   --minutes N
//   --with FILE[,FILE] counts the reports of earlier runs as well: a full run in parts, mode by mode, side by side on several cores.
//                      --stops 0 with it only fills strata that are short, with --short it only counts. --json is written after every
//                      stop: a run that was broken off is gone on with by --with its file, as long as every JDK and mode is run once.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { findBpftrace } from '../../src/bpftrace/find.ts';
import { jdkHome, parseJdkVersions } from '../support/jdks.ts';
import { writeAccuracyDocs } from './accuracy-docs.ts';
import type { StopReport } from './examine-stop.ts';
import { runStops, type Plan } from './run-stops.ts';
import { crossTabulate, formatTable, ORACLE_JDKS, rightShare, STRATA, tabulate, tabulateModes, worstStratum } from './strata.ts';
import { buildPrograms, MODES, type Mode } from './test-jvm.ts';

const GOAL_SHARE = 0.999;
/** At the goal's share three wrong ones in 84 stops are as good as impossible (1 in 10,000). */
const SHORT_WRONG_STOPS = 2;
/** At least this many in every stratum of a full run. */
const STOPS_PER_STRATUM = 50;
const FULL_STOPS_PER_PHASE = 12;
const SHORT_STOPS_PER_PHASE = 7;
const PLAIN_TOOL_EVERY = 40;
/** Of 21 stops a mode: one or two, each of which takes seconds. */
const SHORT_PLAIN_TOOL_EVERY = 12;
const PHASES = [
  'tiny', 'inlined', 'deep', 'dispatch', 'copies', 'checksums', 'transcend', 'texts', 'bigs', 'natives', 'upcalls', 'reflect', 'monitors',
  'locks', 'alloc', 'throwing', 'churn', 'mixed',
] as const; // prettier-ignore

/** Each warm-up costs seconds: the short form runs phases in turns, together. */
const SHORT_PHASES = [
  'tiny,dispatch,inlined,deep',
  'copies,checksums,transcend,texts,bigs,natives,upcalls',
  'reflect,monitors,locks,alloc,throwing,churn,mixed',
];

/** Which phases fill a stratum that lacks stops. */
const TOP_UP: Readonly<Record<string, readonly string[]>> = {
  'leaf prologue': ['tiny', 'dispatch'],
  'leaf epilogue': ['tiny', 'reflect'],
  'leaf stub': ['copies', 'dispatch', 'transcend'],
  'leaf native': ['natives', 'upcalls'],
  'leaf vm': ['alloc', 'throwing'],
  'leaf vm-thread': ['alloc', 'churn'],
  'deep (200 frames and more)': ['deep'],
  'inlined at the leaf': ['inlined', 'texts'],
};

const { values } = parseArgs({
  options: {
    jdk: { type: 'string', default: '17' },
    short: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
    mode: { type: 'string' },
    phase: { type: 'string' },
    stops: { type: 'string' },
    json: { type: 'string' },
    bpftrace: { type: 'string' },
    'java-home': { type: 'string' },
    minutes: { type: 'string' },
    with: { type: 'string' },
  },
});

async function main(): Promise<number> {
  const jdks = chosenJdks();
  if (process.getuid?.() !== 0) throw new Error('needs root');
  const modes = values.mode === undefined ? (Object.keys(MODES) as Mode[]) : (values.mode.split(',') as Mode[]);
  const phases = values.phase?.split(',') ?? (values.short ? SHORT_PHASES : PHASES);
  const perPhase = Number(values.stops ?? (values.short ? SHORT_STOPS_PER_PHASE : FULL_STOPS_PER_PHASE));
  const until = Date.now() + Number(values.minutes ?? 600) * 60_000;
  const reports = (values.with?.split(',') ?? []).flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as StopReport[]);
  const onlyCounts = values.short && perPhase === 0;
  const cells = onlyCounts ? [] : jdks.flatMap(({ jdk, home }) => modes.map((mode) => ({ jdk, home, mode })));
  const covered = new Set([...cells, ...reports].map(({ jdk, mode }) => `${jdk} ${mode}`));
  const all = (values.jdk === 'all' ? ORACLE_JDKS : [...new Set([...cells, ...reports].map(({ jdk }) => jdk))]).length;
  const isWhole = !values.short && values.phase === undefined && covered.size === all * Object.keys(MODES).length;
  for (const [index, { jdk, home, mode }] of cells.entries()) {
    const programs = await buildPrograms(home);
    try {
      process.stderr.write(`JDK ${jdk}, ${mode}: `);
      await runStops(mode, planOf(phases, perPhase, isWhole && index === cells.length - 1, reports, until), {
        javaHome: home,
        jdk,
        programs,
        bpftracePath: values.bpftrace ?? null,
        plainToolEvery: values.short ? SHORT_PLAIN_TOOL_EVERY : PLAIN_TOOL_EVERY,
        onStop(report) {
          reports.push(report);
          if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(reports, null, 1));
          process.stderr.write({ equal: '.', 'jhsdb-wrong': 'j', wrong: 'X' }[report.verdict.kind]);
          if (report.verdict.kind === 'wrong') process.stderr.write(`\n${explain(report)}\n`);
          else if (values.verbose && report.verdict.kind === 'jhsdb-wrong') process.stderr.write(`\n${explain(report)}\n`);
        },
      });
      process.stderr.write('\n');
    } finally {
      programs.remove();
    }
  }
  const { versionText } = await findBpftrace({ path: values.bpftrace ?? null, searchPath: process.env['PATH'] });
  return summarize(reports, isWhole, versionText);
}

function chosenJdks(): { readonly jdk: string; readonly home: string }[] {
  const named = values['java-home'];
  if (named !== undefined) {
    const version = /^JAVA_VERSION="(?:1\.)?(\d+)/mu.exec(readFileSync(`${named}/release`, 'utf8'))?.[1];
    return [{ jdk: version ?? 'unknown', home: named }];
  }
  return parseJdkVersions(values.jdk === 'all' ? ORACLE_JDKS.join() : values.jdk).map((version) => {
    const home = jdkHome(version);
    if (home === null)
      throw new Error(`no JDK ${version} with jhsdb found: test/tools/debian-programs jdk ${version}, or --java-home`);
    return { jdk: String(version), home };
  });
}

/** First every phase; then, in a full run, the phases that fill strata which are still short, as long as that helps. */
function planOf(phases: readonly string[], stops: number, topUp: boolean, reports: readonly StopReport[], until: number): Plan {
  let rounds = 0;
  return () => {
    if (Date.now() > until) return [];
    if (rounds++ === 0 && stops > 0) return phases.map((phase) => ({ phase, stops }));
    if (!topUp || rounds > 20) return [];
    const short = STRATA.filter(({ has }) => reports.filter(has).length < STOPS_PER_STRATUM).map(({ name }) => name);
    const topUpStops = stops || FULL_STOPS_PER_PHASE;
    return [...new Set(short.flatMap((name) => TOP_UP[name] ?? []))].map((phase) => ({ phase, stops: topUpStops }));
  };
}

function explain({ jdk, mode, phase, leaf, verdict, facts }: StopReport): string {
  const head = `${verdict.kind} (${verdict.kind === 'wrong' ? verdict.reason : verdict.kind === 'jhsdb-wrong' ? verdict.fault : ''}) JDK ${jdk} ${mode} ${phase} leaf ${leaf}`;
  const body = verdict.kind === 'wrong' ? verdict.detail : verdict.kind === 'jhsdb-wrong' ? verdict.proof : [];
  return [head, ...facts, ...body].join('\n  ');
}

function summarize(reports: readonly StopReport[], isWhole: boolean, bpftraceVersion: string): number {
  const rows = tabulate(reports).filter(({ name, stops }) => stops > 0 || !name.startsWith('JDK'));
  const all = rows.at(-1);
  const worst = worstStratum(rows);
  console.log(formatTable(rows));
  const byMode = tabulateModes(reports);
  console.log(`\nBy JDK and mode:\n${formatTable(byMode)}`);
  console.log(`\nBy mode and leaf:\n${formatTable(crossTabulate(reports))}`);
  const faults = count(reports.flatMap(({ verdict }) => (verdict.kind === 'jhsdb-wrong' ? [verdict.fault] : [])));
  const reasons = count(reports.flatMap(({ verdict }) => (verdict.kind === 'wrong' ? [verdict.reason] : [])));
  const confirmed = reports.filter(({ verdict }) => verdict.kind === 'equal' && verdict.confirmed).length;
  const plain = reports.filter(({ jhsdbAgrees }) => jhsdbAgrees !== null);
  console.log(`\njhsdb's faults: ${faults || 'none'}\nwrong: ${reasons || 'none'}`);
  console.log(`of the equal stops ${String(confirmed)} are confirmed by the walk from bytes`);
  console.log(
    `jhsdb jstack --pid printed the same as the warm debugger at ${String(plain.filter(({ jhsdbAgrees }) => jhsdbAgrees).length)} of ${String(plain.length)} stops`,
  );
  if (worst) console.log(`worst stratum: ${worst.name}, ${(100 * rightShare(worst)).toFixed(1)} % of ${String(worst.stops)}`);
  if (plain.some(({ jhsdbAgrees }) => jhsdbAgrees === false)) return 1;
  if (plain.length === 0 && reports.length >= PLAIN_TOOL_EVERY) {
    console.log('jhsdb jstack --pid was never asked: the warm debugger is not shown to print the same');
    return 1;
  }
  const enough = !isWhole || rows.every(({ stops }) => stops >= STOPS_PER_STRATUM);
  if (values['write-docs']) {
    if (!isWhole) throw new Error('only a run of all modes and phases is written into the docs');
    writeAccuracyDocs({
      rows,
      byMode,
      faults,
      confirmed,
      plainStops: plain.length,
      javaHomes: homesOf(reports),
      bpftrace: bpftraceVersion,
    });
  }
  if (!enough) console.log(`a stratum has fewer than ${String(STOPS_PER_STRATUM)} stops`);
  if (!all || !enough) return 1;
  return rightShare(all) >= GOAL_SHARE || (values.short && all.wrong <= SHORT_WRONG_STOPS) ? 0 : 1;
}

function homesOf(reports: readonly StopReport[]): string[] {
  const versions = [...new Set(reports.map(({ jdk }) => jdk))].join();
  return parseJdkVersions(versions).flatMap((version) => jdkHome(version) ?? []);
}

function count(words: readonly string[]): string {
  return [...new Set(words)].map((word) => `${word} ${String(words.filter((other) => other === word).length)}`).join(', ');
}

// What was started is ended by handlers of 'exit'.
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) process.on(signal, () => process.exit(code)); // prettier-ignore

// Should the work dry up without an end, that is a bug and no success.
process.exitCode = 70;
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 3;
  },
);
