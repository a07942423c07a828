// Starts a program that undoes something when jtrace ends, however it ends: its standard input ends then, also after kill -9. It has a session of
// its own, so that Ctrl-C does not reach it, and jtrace does not wait for it.

import { execa } from 'execa';

export interface Guard {
  /** Its first line; '' when it ended without one. */
  readonly said: string;
  /** Lets it do its work now. */
  release(): void;
}

export async function startGuard(file: string, args: readonly string[]): Promise<Guard> {
  const guard = execa(file, [...args], { stdin: 'pipe', stdout: 'pipe', stderr: 'ignore', buffer: false, reject: false, detached: true, cleanup: false }); // prettier-ignore
  guard.stdin.on('error', () => undefined);
  const said = await new Promise<string>((resolve) => {
    let text = '';
    guard.stdout.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    });
    void guard.then(() => resolve(text));
  });
  guard.stdout.destroy();
  guard.unref();
  // A handle that is open would keep jtrace from ending.
  (guard.stdin as { unref?: () => void }).unref?.();
  return { said, release: () => guard.stdin.end() };
}
