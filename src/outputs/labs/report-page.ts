// What a learner has done → one HTML page without any script: for each lab what was asked, what was expected, what was measured and checked, and bars
// for what can be compared. Answers are the learner's: escaped.

import { createHash } from 'node:crypto';
import type { Answer, CheckResult, LabRecord, LabText, Measurements, QuestionText } from '../../model/lab.ts';
import { escapeXml } from '../escape-xml.ts';

export interface DoneLab {
  readonly text: LabText;
  readonly record: LabRecord;
}

const BAR_WIDTH = 320;
const BAR_HEIGHT = 14;
/** Bars compare what is of one unit, which names end with. */
const UNIT = /(?:Ns|Us|Ms|Bytes|Percent|Faults|Hz)$/u;

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .2rem;border-top:1px solid #999;padding-top:1rem}p{margin:.3rem 0 .6rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.4rem 0 1rem}th,td{text-align:left;padding:.15rem 1.2rem .15rem 0;vertical-align:top}th{border-bottom:1px solid #999}
.right,.passed{color:light-dark(#1a7f37,#56d364)}.wrong,.failed{color:light-dark(#c62828,#ff7b72)}.recorded{border:1px solid #999;padding:0 .4rem}code,pre{font-size:.92em}summary{cursor:pointer}pre{overflow-x:auto}td:last-child{overflow-wrap:anywhere}svg{max-width:100%;height:auto}`;

export function reportPage(labs: readonly DoneLab[], total: number, language: string): string {
  const policy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  return [
    `<!doctype html>\n<html lang="${escapeXml(language)}">\n<head>\n<meta charset="utf-8">`,
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
    `<details><summary>Why it is so</summary>${markdown(text.explanation)}<ul>${text.sources.map((source) => `<li>${prose(source)}</li>`).join('')}</ul></details>`,
    answersTable('The exercise', record.answers, text.exercise.questions),
  ].join('\n');
}

function answersTable(title: string, answers: readonly Answer[], questions: readonly QuestionText[]): string {
  if (answers.length === 0) return '';
  const rows = answers.map(({ key, given, isRight }) => {
    const question = questions.find((one) => one.key === key);
    const choice = question?.choices.find((one) => one.key === given)?.text;
    const [look, verdict] = isRight === null ? ['', 'not measured there'] : isRight ? ['right', 'right'] : ['wrong', 'not so'];
    const told = choice === undefined ? escapeXml(given) : prose(choice);
    return `<tr><td>${prose(question?.text ?? key)}</td><td>${told}</td><td class="${look}">${verdict}</td></tr>`;
  });
  return `<table><thead><tr><th>${title}</th><th>Answer</th><th></th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function checksTable(checks: readonly CheckResult[], text: LabText): string {
  const rows = checks.map(({ key, outcome }) => {
    const told =
      outcome.kind === 'not-possible'
        ? outcome.because
        : outcome.kind === 'failed'
          ? `${outcome.measured}; expected: ${outcome.expected}`
          : outcome.measured;
    return `<tr><td>${prose(text.checks.get(key) ?? key)}</td><td class="${outcome.kind}">${outcome.kind.replace('-', ' ')}</td><td>${escapeXml(told)}</td></tr>`;
  });
  return `<table><thead><tr><th>Checked on that machine</th><th></th><th>Measured</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function measuredTable(measurements: Measurements): string {
  const entries = Object.entries(measurements);
  if (entries.length === 0) return '';
  const largest = new Map<string, number>();
  for (const [key, value] of entries) {
    const unit = UNIT.exec(key)?.[0] ?? '';
    if (typeof value === 'number') largest.set(unit, Math.max(largest.get(unit) ?? 0, value));
  }
  const rows = entries.map(([key, value]) => {
    const unit = UNIT.exec(key)?.[0] ?? '';
    const bar = typeof value === 'number' && unit !== '' ? barOf(value, largest.get(unit) ?? 0) : '';
    return `<tr><td><code>${escapeXml(key)}</code></td><td>${escapeXml(Array.isArray(value) ? value.join(', ') : String(value))}</td><td>${bar}</td></tr>`;
  });
  return `<table><thead><tr><th>Measured</th><th></th><th></th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function barOf(value: number, largest: number): string {
  if (largest <= 0 || value < 0) return '';
  const width = ((value / largest) * BAR_WIDTH).toFixed(1);
  return `<svg width="${String(BAR_WIDTH)}" height="${String(BAR_HEIGHT)}" role="img" aria-label="${String(value)}"><rect width="${width}" height="${String(BAR_HEIGHT)}" fill="#4a78c2"/></svg>`;
}

/** Paragraphs, lists and code blocks of the texts. */
function markdown(text: string): string {
  return text
    .split('\n\n')
    .map((block) => {
      if (block.startsWith('```')) return `<pre>${escapeXml(block.replaceAll(/^```.*$/gmu, '').trim())}</pre>`;
      if (block.startsWith('- '))
        return `<ul>${block
          .split('\n')
          .map((item) => `<li>${prose(item.replace(/^- /u, ''))}</li>`)
          .join('')}</ul>`;
      return `<p>${prose(block)}</p>`;
    })
    .join('\n');
}

/** Marked words of the texts, and links, of which the words are shown: the page leads nowhere. */
function prose(text: string): string {
  return escapeXml(text.replaceAll(/\[([^\]]+)\]\([^)]*\)/gu, '$1'))
    .replaceAll(/`([^`]*)`/gu, '<code>$1</code>')
    .replaceAll(/\*([^*]+)\*/gu, '<em>$1</em>');
}
