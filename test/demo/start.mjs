// `npm run demo [-- DURATION]`, from a fresh clone on: uses nothing but Node itself until the npm packages are there, then hands over to
// demo.ts, in the same process: what a signal ends is the demonstration.

import process from 'node:process';
import { EXIT_ENVIRONMENT, installNpmPackages, refuseOldNode, runInClone } from '../tools/fresh-clone.mjs';

const COMMAND = 'npm run demo';

function refuse(line) {
  console.error(`${COMMAND}: ${line}`);
  process.exit(EXIT_ENVIRONMENT);
}

refuseOldNode(COMMAND);
if (process.platform !== 'linux' || process.arch !== 'x64')
  refuse(`jtrace runs on Linux on x86-64, this is ${process.platform} on ${process.arch}`);
if (process.geteuid() !== 0) {
  // sudo looks for npm in a PATH of its own, and there is no nvm in it.
  const usual = /^\/usr\/(local\/)?bin\//.test(process.execPath);
  refuse(`root is needed, to load BPF programs: ${usual ? `sudo ${COMMAND}` : `sudo env "PATH=$PATH" ${COMMAND}`}`);
}
const installed = installNpmPackages('demo');
if (installed !== 0) refuse(`npm ci failed (status ${installed}); what npm says of it stands above`);

import('tsx/esm/api')
  .then(({ register }) => {
    register();
    return import('./demo.ts');
  })
  .then(({ demo }) => demo(process.argv.slice(2), runInClone))
  .then((status) => process.exit(status));
