// `npm run check`: every static check, two at a time, none left out because another one failed; exit 1 if any did.
// `npm run check -- lint types` runs those. Each is also a script of its own (`npm run check:lint`).

import process from 'node:process';
import { checkLanes, checkNames } from './checks.ts';
import type { CheckResult } from './checks.ts';

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !checkNames.includes(name));
if (unknown.length > 0) {
  console.error(`no such check: ${unknown.join(', ')} (there are: ${checkNames.join(', ')})`);
  process.exit(2);
}
const failed: string[] = [];
const lane = checkLanes(checkNames.filter((name) => asked.length === 0 || asked.includes(name)));
const show = ({ name, passed, text }: CheckResult): void => {
  console.log(text);
  if (!passed) failed.push(name);
};
await Promise.all([lane(show), lane(show)]);
if (failed.length > 0) {
  console.error(`\nfailed: ${failed.map((name) => `npm run check:${name}`).join(', ')}`);
  process.exit(1);
}
