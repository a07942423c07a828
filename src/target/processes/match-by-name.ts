// The name an operator types → the processes it means. Ranks from "this is its name" to "the word stands in its command line"; only
// the best rank that has any match counts, and in it upper and lower case are told apart before they are not. JVMs come before other
// programs, but a program's own name comes before what merely stands somewhere in a JVM.
// jtrace itself is no row, and of its launcher and sudo (whose command lines hold the name as well) the rows have no arguments.

import { editDistance } from '../../model/edit-distance.ts';
import type { JavaMain, JvmProcess, PlainProcess, TargetProcess } from '../../model/process.ts';

/** Suggested when nothing matches. */
const MAX_SUGGESTIONS = 3;
/** Names are compared letter by letter at a quadratic price: longer ones are no typing mistakes. */
const MAX_COMPARED_CHARS = 80;

/** Processes of the best rank, in the order given; empty when none matches. */
export function matchByName<Row extends TargetProcess>(name: string, processes: readonly Row[]): readonly Row[] {
  if (name === '') return [];
  const folded = name.toLowerCase();
  for (const rank of RANKS) {
    const exact = processes.filter((process) => rank(process).some((test) => test(name, (text) => text)));
    if (exact.length > 0) return exact;
    const loose = processes.filter((process) => rank(process).some((test) => test(folded, (text) => text.toLowerCase())));
    if (loose.length > 0) return loose;
  }
  return [];
}

/** Names near to one that matched nothing, nearest first. */
export function nearNames(name: string, processes: readonly TargetProcess[]): readonly string[] {
  const wanted = name.toLowerCase().slice(0, MAX_COMPARED_CHARS);
  const distances = new Map<string, number>();
  for (const process of processes) {
    const [best] = [...(process.vm === 'none' ? plainNames(process) : namesOf(process.main))]
      .map((text) => ({ text, distance: editDistance(wanted, text.toLowerCase().slice(0, MAX_COMPARED_CHARS)) }))
      .sort((a, b) => a.distance - b.distance);
    // A third of the letters wrong is a mistake; more is another word.
    if (best !== undefined && best.distance <= Math.max(1, Math.ceil(wanted.length / 3))) distances.set(best.text, best.distance);
  }
  const sorted = [...distances].sort((a, b) => a[1] - b[1] || a[0].localeCompare(b[0]));
  return sorted.slice(0, MAX_SUGGESTIONS).map(([text]) => text);
}

type Test = (name: string, fold: (text: string) => string) => boolean;

const equals =
  (text: string): Test =>
  (name, fold) =>
    fold(text) === name;
const contains =
  (text: string): Test =>
  (name, fold) =>
    fold(text).includes(name);
/** The name as a whole word: `kafka` in `-Dkafka.home=/opt/x`, not in `kafkaesque`. */
const hasWord =
  (text: string): Test =>
  (name, fold) =>
    ` ${fold(text).replace(WORD_BREAKS, ' ')} `.includes(` ${name.replace(WORD_BREAKS, ' ')} `);
const WORD_BREAKS = /[^\p{L}\p{N}_$]+/gu;

const ofJvm =
  (tests: (jvm: JvmProcess) => readonly Test[]) =>
  (process: TargetProcess): readonly Test[] =>
    process.vm === 'none' ? [] : tests(process);
const ofPlain =
  (tests: (process: PlainProcess) => readonly Test[]) =>
  (process: TargetProcess): readonly Test[] =>
    process.vm === 'none' ? tests(process) : [];

/** From the surest to the vaguest. */
const RANKS: readonly ((process: TargetProcess) => readonly Test[])[] = [
  ofJvm((jvm) => [...namesOf(jvm.main)].map(equals)),
  ofJvm((jvm) => [hasWord(jvm.main.name)]),
  ofPlain((process) => [...plainNames(process)].map(equals)),
  ofJvm((jvm) => [contains(jvm.main.name)]),
  ofJvm((jvm) => jvm.args.map(hasWord)),
  ofJvm((jvm) => jvm.args.map(contains)),
  ofJvm((jvm) => jvm.classPath.map(hasWord)),
  ofJvm((jvm) => jvm.classPath.map(contains)),
  ofPlain((process) => [...plainNames(process)].map(hasWord)),
  ofPlain((process) => [...plainNames(process)].map(contains)),
  ofPlain((process) => process.args.map(hasWord)),
  ofPlain((process) => process.args.map(contains)),
];

/** An interpreter's script is what a person calls the program: `python3 -u /srv/app.py` is app.py, and app. */
const INTERPRETERS = /^(python|node|perl|ruby|php|lua|bash|sh|dash|zsh)[\d.]*$/;

/** What a person may call a program that is no JVM: its file, with and without its folders, its comm, argv[0], its script. */
export function plainNames({ program, comm, calledAs, args }: PlainProcess): ReadonlySet<string> {
  const names = new Set<string>([program, fileName(program), comm, fileName(calledAs)]);
  const script = args.find((argument) => !argument.startsWith('-'));
  if (script !== undefined && INTERPRETERS.test(fileName(program))) {
    const file = fileName(script);
    names.add(file).add(file.replace(/\.\w{1,3}$/, ''));
  }
  names.delete('');
  return names;
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * What a person may call a program by its full name: `org.acme.Main` and every suffix (`acme.Main`, `Main`); `app-1.2.jar`,
 * `app-1.2`, `app`; module, class of a module; `Foo.java` and `Foo`.
 */
export function namesOf(main: JavaMain): ReadonlySet<string> {
  const names = new Set<string>([main.name]);
  const file = main.name.slice(main.name.lastIndexOf('/') + 1);
  switch (main.kind) {
    case 'class':
      addSuffixes(names, main.name);
      break;
    case 'module': {
      const [module = '', cls = ''] = main.name.split('/');
      names.add(module);
      addSuffixes(names, cls);
      break;
    }
    case 'jar':
    case 'source': {
      const bare = file.replace(/\.(jar|war|java)$/, '');
      names.add(file).add(bare);
      names.add(bare.replace(/[-_]v?\d[\w.+-]*$/, '')); // the version: from the first number after a dash
      break;
    }
    case 'tool':
    case 'embedded':
    case 'unknown':
      break;
    default:
      return main.kind satisfies never;
  }
  names.delete('');
  return names;
}

function addSuffixes(names: Set<string>, qualified: string): void {
  for (let at = 0; at >= 0; at = qualified.indexOf('.', at) < 0 ? -1 : qualified.indexOf('.', at) + 1)
    names.add(qualified.slice(at));
}
