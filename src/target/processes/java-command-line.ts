// The arguments of a java launcher → what it runs: class, jar, module or source file, and the arguments apart from class paths.
// Source: ParseArguments() of libjli/java.c and args.c, JDK 8 to 25. JDK_JAVA_OPTIONS needs no look: the launcher refuses
// options in it that name the program (args.c isTerminalOpt). Values set by VM options files are left out for the same reason.

import type { JavaMain } from '../../model/process.ts';
import { parseJavaArgFile } from './java-arg-file.ts';

/** What a command line says. */
export interface JavaCommandLine {
  readonly main: JavaMain;
  readonly args: readonly string[];
  readonly classPath: readonly string[];
}

/** Real command lines name one or two; each is read as root, whoever wrote it. */
const MAX_ARG_FILES = 16;
/** Arguments that all argument files of a command line come to. */
const MAX_FILE_ARGUMENTS = 20_000;

const CLASS_PATH_OPTIONS: ReadonlySet<string> = new Set([
  '-cp',
  '-classpath',
  '--class-path',
  '-p',
  '--module-path',
  '--upgrade-module-path',
]);
/** Options whose value is the next argument (IsWhiteSpaceOption), besides class paths and the ones that name the program. */
// prettier-ignore
const VALUE_OPTIONS: ReadonlySet<string> = new Set([
  '--add-modules', '--enable-native-access', '--limit-modules', '--add-exports', '--add-opens', '--add-reads', '--patch-module',
  '--describe-module', '-d', '--source',
]);
/** Options that name the program and end the options. */
const MODULE_OPTIONS: ReadonlySet<string> = new Set(['-m', '--module']);

/**
 * Parses the arguments after the program's name. `readArgFile` gives the text of an @argfile, null when it cannot be read (any
 * more): it then stays as it is, and so does one beyond the limits.
 */
export function parseJavaCommandLine(argv: readonly string[], readArgFile: (path: string) => string | null): JavaCommandLine {
  const args: string[] = [];
  const classPath: string[] = [];
  const pending: Pending[] = argv.map((text) => ({ text, fromFile: false }));
  pending.reverse(); // a stack: the next argument is the last
  let expand = true;
  let jar = false;
  let source = false;
  let [files, fileArguments] = [0, 0];
  let value: 'class-path' | 'other' | 'module' | null = null;

  const finish = (main: JavaMain): JavaCommandLine => ({
    main,
    args: [...args, ...pending.reverse().map((arg) => arg.text)],
    classPath,
  });
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { text } = next;
    if (expand && !next.fromFile && text.startsWith('@') && text.length > 1) {
      const isLiteral = text.startsWith('@@');
      const content = isLiteral || files++ >= MAX_ARG_FILES ? null : readArgFile(text.slice(1));
      if (isLiteral) pending.push({ text: text.slice(1), fromFile: true });
      else if (content !== null) {
        const parsed = parseJavaArgFile(content).slice(0, MAX_FILE_ARGUMENTS - fileArguments);
        fileArguments += parsed.length;
        for (const arg of parsed.reverse()) pending.push({ text: arg, fromFile: true });
      } else args.push(text);
      continue;
    }
    if (value !== null) {
      if (value === 'module') return finish({ kind: 'module', name: text });
      if (value === 'class-path') classPath.push(text);
      else args.push(text);
      value = null;
      continue;
    }
    if (!text.startsWith('-')) return finish(programNamed(text, jar, source));
    const [name, inline] = splitOption(text);
    if (MODULE_OPTIONS.has(name) && inline !== undefined) return finish({ kind: 'module', name: inline });
    if (CLASS_PATH_OPTIONS.has(name) && inline !== undefined) {
      classPath.push(inline);
      continue;
    }
    if (MODULE_OPTIONS.has(text)) value = 'module';
    else if (CLASS_PATH_OPTIONS.has(text)) value = 'class-path';
    else if (VALUE_OPTIONS.has(text)) value = 'other';
    else if (text === '-jar') jar = true;
    else if (text === '--disable-@files') expand = false;
    source ||= name === '--source';
    if (value !== 'class-path') args.push(text);
  }
  return finish({ kind: 'unknown', name: '' });
}

interface Pending {
  readonly text: string;
  /** The launcher does not expand what came out of an @argfile. */
  readonly fromFile: boolean;
}

function splitOption(text: string): readonly [string, string | undefined] {
  const equals = text.startsWith('--') ? text.indexOf('=') : -1;
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function programNamed(text: string, jar: boolean, source: boolean): JavaMain {
  if (jar) return { kind: 'jar', name: text };
  if (source || text.endsWith('.java')) return { kind: 'source', name: text };
  return { kind: 'class', name: text.replaceAll('/', '.') }; // java takes pkg/Cls as well
}
