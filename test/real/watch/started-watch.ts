// `jtrace watch --json` as a program would run it: started, its events parsed as they come, ended by Ctrl-C.

import { onTestFinished } from 'vitest';
import { isRecord } from '../../support/is-record.ts';
import { type JtraceResult, type JtraceRun, startJtrace, until } from '../../support/run-jtrace.ts';

export type Told = Readonly<Record<string, unknown>>;

export interface StartedWatch {
  readonly run: JtraceRun;
  /** All events so far. */
  told(kind?: string): readonly Told[];
  /** Waits for an event. */
  tells(what: string, fits: (event: Told) => boolean): Promise<Told>;
  /** SIGINT, and its end. */
  end(): Promise<JtraceResult>;
}

/** Resolves when it watches. It ends with the test that has started it. */
export async function startWatch(...args: readonly string[]): Promise<StartedWatch> {
  const run = startJtrace(['watch', '--json', ...args]);
  onTestFinished(() => run.stop());
  return startedWatch(run);
}

/** For all tests of a file: who starts it ends it. */
export async function startWatchOfFile(...args: readonly string[]): Promise<StartedWatch> {
  const run = startJtrace(['watch', '--json', ...args]);
  try {
    return await startedWatch(run);
  } catch (error) {
    await run.stop();
    throw error;
  }
}

async function startedWatch(run: JtraceRun): Promise<StartedWatch> {
  let stdout = '';
  run.child.stdout?.on('data', (text: string) => (stdout += text));
  const told = (kind?: string): readonly Told[] => {
    const events = stdout.split('\n').slice(0, -1).map((line): unknown => JSON.parse(line)).filter(isRecord); // prettier-ignore
    return kind === undefined ? events : events.filter((event) => event['kind'] === kind);
  };
  const tells = (what: string, fits: (event: Told) => boolean): Promise<Told> =>
    until(`jtrace watch tells ${what}`, () => told().find(fits) ?? null);
  await run.said('"watching"');
  return {
    run,
    told,
    tells,
    end: async () => {
      run.child.kill('SIGINT');
      return run.ended;
    },
  };
}

/** Of one process. */
export function ofPid(kind: string, pid: number): (event: Told) => boolean {
  return (event) => event['kind'] === kind && event['pid'] === pid;
}

/** Name of the main class, jar or program of a start. */
export function mainOf({ jvm }: Told): string {
  const main = isRecord(jvm) ? jvm['main'] : null;
  return isRecord(main) ? String(main['name']) : '';
}
