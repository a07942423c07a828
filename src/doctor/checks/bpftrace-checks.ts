// Which bpftrace there is, and what it really can here: each kind of probe was attached once.

import type { BufferFacts, ProbeName, Tried } from '../../model/machine-facts.ts';
import { type Check, limited, type MachineFacts, missing, ok, unknown } from '../check.ts';
import { ticksOf } from '../probe-programs.ts';

const MEBIBYTE = 1024 * 1024;
const INSTALL = 'apt-get install bpftrace';

export const BPFTRACE_CHECKS: readonly Check[] = [
  {
    name: 'program',
    group: 'bpftrace',
    title: 'bpftrace',
    judge({ bpftrace }) {
      const means = 'jtrace runs all its programs by bpftrace, 0.17 or later.';
      if (bpftrace.kind === 'absent')
        return bpftrace.isNamed
          ? missing(bpftrace.message, `${means} ${sentence(bpftrace.hint)}`)
          : missing(bpftrace.message, means, INSTALL);
      const text = `${bpftrace.versionText}, ${bpftrace.path}`;
      return bpftrace.tooOld ? missing(`${text} is too old`, means, INSTALL) : ok(text);
    },
  },
  {
    name: 'begin',
    group: 'bpftrace',
    title: 'programs',
    judge: (facts) => tried(facts, 'begin', 'programs load', () => failedMissing(facts.tried.begin, 'Nothing works without.')),
  },
  {
    name: 'sampling',
    group: 'bpftrace',
    title: 'sampling',
    judge(facts) {
      const { sampling, begin } = facts.tried;
      const ticks = sampling.kind === 'works' ? ticksOf(sampling.lines) : null;
      if (ticks === 0)
        return limited(
          'the program of jtrace profile loads, and no tick came',
          'Timers of perf events do not fire here (a virtual machine?): --event samples by tracepoints instead.',
        );
      const { buffers } = facts;
      const text = `jtrace's own program samples (${String(ticks ?? 0)} ticks in 0.3 s${buffers === null ? '' : `; ${sizes(buffers)}`})`;
      // What no program can is told once.
      if (begin.kind === 'failed') return unknown('not tried: no program loads', 'See above.');
      return tried(facts, 'sampling', text, () => {
        const asks = buffers === null ? '' : ` It asks for ${sizes(buffers)}.`;
        return failedMissing(sampling, `jtrace profile does not work.${asks}`);
      });
    },
  },
  {
    name: 'uprobes',
    group: 'bpftrace',
    title: 'uprobes',
    judge: (facts) =>
      tried(facts, 'uprobe', 'uprobes and user stacks', () =>
        limited(
          told(facts.tried.uprobe, facts.kernel.config?.options.CONFIG_UPROBES === 'n' ? 'CONFIG_UPROBES is not set' : null),
          'Events inside a JVM or a library (gc, lock, alloc, nativemem, uprobe:…) cannot be sampled; CPU, off-CPU and tracepoints can.',
        ),
      ),
  },
  {
    name: 'usdt',
    group: 'bpftrace',
    title: 'USDT',
    judge(facts) {
      const { usdt } = facts.tried;
      const count = usdt.kind === 'works' ? usdt.lines.length : 0;
      // None at hand says nothing of the machine.
      if (usdt.kind === 'not-tried') return ok(`USDT not tried: ${usdt.why}`);
      return tried(facts, 'usdt', `USDT probes are listed (${String(count)} in libjvm)`, () =>
        limited(
          told(usdt, null),
          'usdt:…:hotspot:… probes cannot be used: that JDK was built without, or this bpftrace does not read them.',
        ),
      );
    },
  },
  {
    name: 'kprobes',
    group: 'bpftrace',
    title: 'kprobes',
    judge: (facts) =>
      tried(facts, 'kprobe', 'kprobes', () =>
        limited(
          told(facts.tried.kprobe, facts.kernel.hasKernelProbes ? null : why(facts, 'CONFIG_KPROBES')),
          'Scripts that need kprobes do not run (jtrace list says which); tracepoints are there all the same. A distribution’s kernel has them.',
        ),
      ),
  },
  {
    name: 'fentry',
    group: 'bpftrace',
    title: 'fentry',
    judge: (facts) =>
      tried(facts, 'fentry', 'fentry', () =>
        limited(
          told(
            facts.tried.fentry,
            facts.kernel.config?.options.CONFIG_FUNCTION_TRACER === 'n' ? why(facts, 'CONFIG_FUNCTION_TRACER') : null,
          ),
          'Programs of yours with kfunc: or fentry: do not run; kprobes, where there are any, can the same at a higher price.',
        ),
      ),
  },
];

function tried(
  facts: MachineFacts,
  name: ProbeName,
  works: string,
  otherwise: () => ReturnType<Check['judge']>,
): ReturnType<Check['judge']> {
  const result = facts.tried[name];
  switch (result.kind) {
    case 'works':
      return ok(works);
    case 'not-tried':
      return unknown(`not tried: ${result.why}`, 'What it would have shown is not known.');
    case 'too-slow':
      return unknown(
        `bpftrace did not answer within ${String(Math.round(result.afterMs / 1000))} s`,
        'The machine is overloaded, or bpftrace hangs: try again.',
      );
    case 'failed':
      return otherwise();
    default:
      return result satisfies never;
  }
}

/** What is taken of the kernel's memory: before 5.11 it counts as locked. */
function sizes({ count, pages, pageBytes }: BufferFacts): string {
  const megabytes = Math.round((count * pages * pageBytes) / MEBIBYTE);
  const each = `${String(pages)} pages`;
  return `buffers of ${String(megabytes)} MiB: ${count === 1 ? `one of ${each}` : `${String(count)} of ${each}, one for each CPU`}`;
}

function failedMissing(result: Tried, means: string): ReturnType<Check['judge']> {
  const hint = result.kind === 'failed' && result.hint !== '' ? ` ${sentence(result.hint)}` : '';
  return missing(result.kind === 'failed' ? whole(result) : '', `${means}${hint}`);
}

/** Of what jtrace itself loads, its own explanation comes first. */
function whole({ message, said }: Extract<Tried, { readonly kind: 'failed' }>): string {
  const [first] = said;
  return first === undefined ? message : `${message} (${first})`;
}

/** What was found to be wrong: what the machine is known to lack, else what bpftrace said. */
function told(result: Tried, known: string | null): string {
  if (known !== null) return `this kernel has none: ${known}`;
  if (result.kind !== 'failed') return '';
  const [said = ''] = result.said.filter((line) => /ERROR|error|rror:/.test(line));
  // Its own words say more of one kind of probe than what is known of programs in general.
  return said === '' ? result.message : `bpftrace says: ${said.replace(/^(stdin|-):[\d:-]+:?\s*/, '')}`;
}

function why({ kernel: { config } }: MachineFacts, option: 'CONFIG_KPROBES' | 'CONFIG_FUNCTION_TRACER'): string {
  if (config === null) return `built without ${option}, it seems`;
  return config.options[option] === 'n' ? `${option} is not set` : `${option} is set, and it is switched off`;
}

const sentence = (hint: string): string => `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
