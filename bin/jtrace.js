#!/usr/bin/env node
// What node runs first: refuses versions of Node that cannot run jtrace, in syntax that they can still read (no static imports, no
// operators newer than they are), then starts the built program, or the sources of a clone that was not built.

var LEAST = [20, 19];

var version = process.versions.node.split('.').map(Number);
if (version[0] < LEAST[0] || (version[0] === LEAST[0] && version[1] < LEAST[1])) {
  process.stderr.write(
    'jtrace: Node.js ' +
      process.versions.node +
      ' is too old: jtrace needs ' +
      LEAST.join('.') +
      ' or later\n' +
      '  this one is ' +
      process.execPath +
      '; another can be chosen by PATH, e.g. sudo env "PATH=$PATH" jtrace\n',
  );
  process.exit(3);
}

/** @param {{ main: (argv: readonly string[]) => Promise<number> }} program */
function run(program) {
  return program.main(process.argv.slice(2)).then(leave);
}

/** What a pipe or a socket has not taken yet would be lost, of either stream. */
function leave(code) {
  written(process.stdout, function () {
    written(process.stderr, function () {
      process.exit(code);
    });
  });
}

/** Calls back when all was taken, or the reader is gone. Not by `drain`, which does not come where little is left. */
function written(out, then) {
  if (out.destroyed || !out.writableLength) return then();
  out.once('error', then);
  out.once('close', then);
  out.write('', then);
}

function notBuilt(error) {
  process.stderr.write('jtrace: this copy of jtrace is not built\n  in its folder: npm ci && npm run build\n');
  if (process.env.JTRACE_DEBUG) process.stderr.write(String((error && error.stack) || error) + '\n');
  process.exit(3);
}

function isMissing(error, part) {
  return error && error.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).indexOf(part) >= 0;
}

/** A page needs a bundle that only the build makes: better said before the sampling than after it. */
function refusePageWithoutBuild(fs) {
  var own = process.argv.slice(2);
  var end = own.indexOf('--');
  var asksForPage = (end < 0 ? own : own.slice(0, end)).some(function (arg) {
    return /\.html$/.test(arg);
  });
  if (!asksForPage || fs.existsSync(new URL('../dist/page/page.js', import.meta.url))) return;
  process.stderr.write('jtrace: the flame graph page is not built\n  in the folder of jtrace: npm run build\n');
  process.exit(3);
}

import('../dist/cli/main.js').then(run, function (error) {
  if (!isMissing(error, 'dist/cli/main.js')) throw error;
  // A clone that was not built: tsx, which is there for development, runs the sources.
  return import('tsx/esm/api').then(function (tsx) {
    return import('fs').then(function (fs) {
      refusePageWithoutBuild(fs);
      tsx.register();
      return import('../src/cli/main.ts').then(run);
    });
  }, notBuilt);
});
