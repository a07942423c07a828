// What a learner has done → one HTML page without any script: for each lab what was asked, what was expected, what was measured and checked, and bars
// for what can be compared. Answers are the learner's: escaped.

import { createHash } from 'node:crypto';
import type { Answer, CheckResult, LabRecord, LabText, Measurements, QuestionText } from '../../model/lab.ts';
import { escapeXml } from '../escape-xml.ts';

export interface DoneLab {
  readonly text: LabText;
  readonly record: LabRecord;
}

/** Of a chart, in pixels: names, bars, and the values behind them. */
const [NAME_WIDTH, BAR_WIDTH, CHART_WIDTH, ROW_HEIGHT, TEXT_DROP] = [220, 420, 760, 20, 14];
const MOST_BARS = 40;
/** Bars compare what is of one unit, which names end with. */
const UNITS: Readonly<Record<string, string>> = {
  Ns: 'nanoseconds',
  Us: 'microseconds',
  Ms: 'milliseconds',
  Bytes: 'bytes',
  Percent: 'per cent',
  Samples: 'samples',
  Hz: 'per second',
  Failed: 'failed reads',
  Faults: 'page faults',
  Followed: 'instructions that the verifier followed',
  Names: 'names that could be read',
  Frames: 'frames in generated code',
};
const UNIT = new RegExp(`(?:${Object.keys(UNITS).join('|')})$`, 'u');

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .2rem;border-top:1px solid #999;padding-top:1rem}p{margin:.3rem 0 .6rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:.4rem 0 1rem}th,td{text-align:left;padding:.15rem 1.2rem .15rem 0;vertical-align:top}th{border-bottom:1px solid #999}
.right,.passed{color:light-dark(#1a7f37,#56d364)}.wrong,.failed{color:light-dark(#c62828,#ff7b72)}.recorded{border:1px solid #999;padding:0 .4rem}code,pre{font-size:.92em}summary{cursor:pointer}pre{overflow-x:auto}td:last-child{overflow-wrap:anywhere}figure{margin:.6rem 0 1rem}figcaption{font-weight:600}svg{max-width:100%;height:auto;font-size:13px;fill:currentColor}svg rect{fill:#4a78c2}`;

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
    return `<tr><td>${prose(text.checks.get(key) ?? key)}</td><td class="${escapeXml(outcome.kind)}">${escapeXml(outcome.kind.replace('-', ' '))}</td><td>${escapeXml(told)}</td></tr>`;
  });
  return `<table><thead><tr><th>Checked on that machine</th><th></th><th>Measured</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>`;
}

function measuredTable(measurements: Measurements): string {
  const entries = Object.entries(measurements);
  if (entries.length === 0) return '';
  const rows = entries.map(
    ([key, value]) =>
      `<tr><td><code>${escapeXml(key)}</code></td><td>${escapeXml(Array.isArray(value) ? value.join(', ') : String(value))}</td></tr>`,
  );
  return `${charts(measurements)}<details><summary>All that was measured</summary><table><tbody>${rows.join('\n')}</tbody></table></details>`;
}

/** One for each unit in which several things were measured, and for each series of numbers. */
function charts(measurements: Measurements): string {
  const byUnit = new Map<string, (readonly [string, number])[]>();
  const series: string[] = [];
  for (const [key, value] of Object.entries(measurements)) {
    const unit = UNIT.exec(key)?.[0];
    if (typeof value === 'number' && value >= 0 && unit !== undefined) byUnit.set(unit, [...(byUnit.get(unit) ?? []), [key.slice(0, -unit.length), value]]);
    else if (Array.isArray(value) && value.length > 1 && value.every((one): one is number => typeof one === 'number'))
      series.push(chart(key, value.map((one, index) => [String(index + 1), one]))); // prettier-ignore
  }
  const several = [...byUnit].filter(([, bars]) => bars.length > 1);
  return [...several.map(([unit, bars]) => chart(UNITS[unit] ?? unit, bars)), ...series].join('\n');
}

function chart(title: string, bars: readonly (readonly [string, number])[]): string {
  const shown = bars.slice(0, MOST_BARS);
  const largest = Math.max(...shown.map(([, value]) => value));
  if (!(largest > 0)) return '';
  const lines = shown.map(([name, value], index) => {
    const y = index * ROW_HEIGHT;
    const width = (Math.max(0, value) / largest) * BAR_WIDTH;
    const label = `<text x="${String(NAME_WIDTH - 8)}" y="${String(y + TEXT_DROP)}" text-anchor="end">${escapeXml(name)}</text>`;
    const bar = `<rect x="${String(NAME_WIDTH)}" y="${String(y + 2)}" width="${width.toFixed(1)}" height="${String(ROW_HEIGHT - 4)}" rx="2"/>`;
    return `${label}${bar}<text x="${(NAME_WIDTH + width + 6).toFixed(1)}" y="${String(y + TEXT_DROP)}">${escapeXml(value.toLocaleString('en'))}</text>`;
  });
  const height = String(shown.length * ROW_HEIGHT);
  const picture = `<svg viewBox="0 0 ${String(CHART_WIDTH)} ${height}" width="${String(CHART_WIDTH)}" height="${height}" role="img" aria-label="${escapeXml(title)}">${lines.join('')}</svg>`;
  return `<figure><figcaption>${escapeXml(title)}</figcaption>${picture}</figure>`;
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
