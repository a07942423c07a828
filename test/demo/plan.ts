// What a machine has → what must be done before the demonstration can run: nothing, an installation, or telling the operator why not.

import { aptCommand } from '../tools/setup/apt.ts';

/** What `npm run demo` finds here. */
export interface DemoMachine {
  readonly hasBpftrace: boolean;
  /** A JDK 17 with its compiler. */
  readonly hasJdk: boolean;
  /** The release whose packages are known to fit. */
  readonly isDebian12: boolean;
  readonly hasApt: boolean;
}

export type DemoPlan =
  | { readonly kind: 'run' }
  | { readonly kind: 'install'; readonly packages: readonly string[]; readonly command: string }
  /** `lines`: what is missing, and the command that would help. */
  | { readonly kind: 'refuse'; readonly lines: readonly string[] };

/** What is missing, as people call it, and the package of Debian 12 that has it. */
const NEEDS = [
  { what: 'bpftrace', package: 'bpftrace', isThere: ({ hasBpftrace }: DemoMachine) => hasBpftrace },
  { what: 'a JDK 17', package: 'openjdk-17-jdk-headless', isThere: ({ hasJdk }: DemoMachine) => hasJdk },
] as const;

/** Decides; looks at nothing but its argument. */
export function planDemo(machine: DemoMachine): DemoPlan {
  const missing = NEEDS.filter(({ isThere }) => !isThere(machine));
  if (missing.length === 0) return { kind: 'run' };
  const packages = missing.map((need) => need.package);
  if (!machine.isDebian12) return refusal(machine, 'this is not Debian 12: nothing is installed. There it would be:');
  if (!machine.hasApt) return refusal(machine, 'there is no apt-get in PATH. With it:');
  return { kind: 'install', packages, command: aptCommand(packages) };
}

/** What is said where something is missing and may not, or could not, be installed. `why` ends in what introduces the command. */
export function refusal(machine: DemoMachine, why: string): DemoPlan & { readonly kind: 'refuse' } {
  const missing = NEEDS.filter(({ isThere }) => !isThere(machine));
  const what = missing.map((need) => need.what).join(' and ');
  return {
    kind: 'refuse',
    lines: [
      `${what} ${missing.length === 1 ? 'is' : 'are'} missing, and ${why}`,
      `  ${aptCommand(missing.map((need) => need.package))}`,
    ],
  };
}
