// What a learner has done → one HTML page without any script: for each lab what was asked, what was expected, what was measured and checked, and bars
// for what can be compared. Answers are the learner's: escaped.

import { createHash } from 'node:crypto';
import type { Answer, CheckResult, LabRecord, LabText, MeasuredValue, QuestionText } from '../../model/lab.ts';
import { escapeXml } from '../escape-xml.ts';

export interface DoneLab {
  readonly text: LabText;
  readonly record: LabRecord;
}

const BAR_WIDTH = 320;
const BAR_HEIGHT = 14;
/** Bars compare what is of one kind: more are a list. */
const MOST_BARS = 24;

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .2rem;border-top:1px solid #999;padding-top:1rem}p{margin:.3rem 0 .6rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.4rem 0 1rem}th,td{text-align:left;padding:.15rem 1.2rem .15rem 0;vertical-align:top}th{border-bottom:1px solid #999}
.right,.passed{color:#1a7f37}.wrong,.failed{color:#c62828}.recorded{border:1px solid #999;padding:0 .4rem}code{font-size:.92em}svg{max-width:100%;height:auto}`;

export function reportPage(labs: readonly DoneLab[], total: number): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">',
    `<title>jtrace labs</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>`,
    `<h1>jtrace labs: ${String(labs.length)} of ${String(total)}</h1>`,
    ...labs.map(labSection),
    '</main>\n</body>\n</html>\n',
  ].join('\n');
}

function labSection({ text, record }: DoneLab): string {
  const { machine } = record;
  const recorded = record.isRecorded ? ' <span class="recorded">recorded on another machine</span>' : '';
  return [
    `<h2>${String(text.number)}. ${prose(text.title)}${recorded}</h2>`,
    `<p>${prose(text.asks)}</p>`,
    `<p>Linux ${escapeXml(machine.kernel)}, ${escapeXml(machine.bpftraceVersion)}, ${new Date(record.atMs).toISOString().slice(0, 16).replace('T', ' ')}</p>`,
    answersTable('What I expected', record.predictions, text.predictions),
    checksTable(record.checks, text),
    measuredTable(record.measurements),
    answersTable('The exercise', record.answers, text.exercise.questions),
  ].join('\n');
}

function answersTable(title: string, answers: readonly Answer[], questions: readonly QuestionText[]): string {
  if (answers.length === 0) return '';
  const rows = answers.map(({ key, given, isRight }) => {
    const question = questions.find((one) => one.key === key);
    const choice = question?.choices.find((one) => one.key === given)?.text ?? given;
    return `<tr><td>${prose(question?.text ?? key)}</td><td>${prose(choice)}</td><td class="${isRight ? 'right' : 'wrong'}">${isRight ? 'right' : 'not so'}</td></tr>`;
  });
  return `<table><thead><tr><th>${title}</th><th>Answer</th><th></th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function checksTable(checks: readonly CheckResult[], text: LabText): string {
  const rows = checks.map(({ key, outcome }) => {
    const told = outcome.kind === 'not-possible' ? outcome.because : outcome.measured;
    return `<tr><td>${prose(text.checks.get(key) ?? key)}</td><td class="${outcome.kind}">${outcome.kind.replace('-', ' ')}</td><td>${escapeXml(told)}</td></tr>`;
  });
  return `<table><thead><tr><th>Checked on that machine</th><th></th><th>Measured</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function measuredTable(measurements: Readonly<Record<string, MeasuredValue>>): string {
  const entries = Object.entries(measurements);
  if (entries.length === 0) return '';
  const largest = Math.max(0, ...entries.map(([, value]) => (typeof value === 'number' ? value : 0)));
  const rows = entries.map(([key, value]) => {
    const bar = typeof value === 'number' && entries.length <= MOST_BARS ? barOf(value, largest) : '';
    return `<tr><td><code>${escapeXml(key)}</code></td><td>${escapeXml(Array.isArray(value) ? value.join(', ') : String(value))}</td><td>${bar}</td></tr>`;
  });
  return `<table><thead><tr><th>Measured</th><th></th><th></th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function barOf(value: number, largest: number): string {
  if (largest <= 0 || value < 0) return '';
  const width = ((value / largest) * BAR_WIDTH).toFixed(1);
  return `<svg width="${String(BAR_WIDTH)}" height="${String(BAR_HEIGHT)}" role="img" aria-label="${String(value)}"><rect width="${width}" height="${String(BAR_HEIGHT)}" fill="#4a78c2"/></svg>`;
}

/** Marked words of the texts. */
function prose(text: string): string {
  return escapeXml(text).replaceAll(/`([^`]*)`/gu, '<code>$1</code>').replaceAll(/\*([^*]+)\*/gu, '<em>$1</em>');
}
