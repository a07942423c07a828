// The layers of style.md as rules: data flows one way, and where a thing lives is told by what it may touch.
// Sections: who may import whom inside src/, who may touch what of Node and of npm, hygiene.

/** Stage folders of src/ and the stages each may import besides src/model and itself. */
const STAGES = {
  model: [],
  program: [],
  script: [], // a user's bpftrace program: text in, text and positions out
  child: [],
  bpftrace: ['child', 'program'], // renders its capability probes with the same generator
  target: [],
  unwind: [],
  profile: [],
  recording: [], // the .jtrace file format, both ways
  inputs: ['profile'], // other profilers' formats, into a profile
  outputs: ['recording'], // one of the formats
  page: ['outputs'], // only the type of its data, see page-sees-data-only
  catalogue: ['program'], // puts typed values into its scripts with the templates' escapes
  doctor: ['program', 'unwind'], // pure decisions; whatever must be run or read is handed in
  residency: [], // pure decisions about pages
  watch: [], // the same, of JVMs that come and go
  verifier: [], // a log of the kernel's verifier in words: text in, words out
  labs: ['verifier', 'program'], // pure: what a lab asks, and how its answers are judged; whatever must be run is handed in
  app: [
    'program',
    'script',
    'child',
    'bpftrace',
    'target',
    'unwind',
    'profile',
    'recording',
    'inputs',
    'outputs',
    'catalogue',
    'doctor',
    'residency',
    'watch',
    'labs',
  ], // the one place that composes
  cli: ['app', 'catalogue', 'labs', 'outputs', 'profile', 'target', 'verifier'], // target: only its list of processes, see cli-sees-processes-only
};

/** What of Node's own modules a stage may import; anything else of Node is refused. Why, where it is not plain: */
const NODE_MODULES = {
  model: [],
  program: ['fs', 'path', 'url'], // its templates, nothing of the target
  script: [],
  child: ['child_process', 'fs', 'path', 'os', 'stream', 'events', 'timers', 'process', 'buffer'],
  bpftrace: ['fs', 'path', 'os', 'events', 'timers', 'process', 'buffer', 'crypto', 'stream'], // finds bpftrace, sweeps leftovers of dead runs
  target: ['fs', 'path', 'os', 'zlib', 'buffer', 'stream', 'util', 'crypto', 'timers'], // the only reader of a target's files
  unwind: [],
  profile: [],
  recording: ['zlib', 'buffer'], // bytes in, bytes out
  inputs: ['zlib', 'buffer'],
  outputs: ['zlib', 'buffer', 'crypto'], // formats that are compressed; hashes of the page's policy
  page: [], // runs in a browser
  catalogue: ['fs', 'url'], // bt-scripts/, nothing else
  doctor: [],
  residency: [],
  watch: [],
  verifier: [],
  labs: [],
  app: ['fs', 'path', 'os', 'events', 'timers', 'process', 'stream', 'util', 'url', 'v8', 'vm'], // writes the output files; v8: how much memory there may be; vm: patterns that take too long
  cli: ['fs', 'path', 'os', 'process', 'tty', 'util', 'url', 'timers', 'events', 'stream', 'readline'], // checks output paths before anything starts; readline: answers of a learner
};

/** Packages of npm and the one stage that may know each. */
const PACKAGES = {
  execa: ['child'],
  tmp: ['child', 'app'],
  yargs: ['cli'],
  chalk: ['cli'],
  'd3-flame-graph': ['page'],
  'd3-selection': ['page'],
};

const oneOf = (names) => `(${names.join('|')})`;

const stageRules = Object.entries(STAGES).map(([stage, others]) => ({
  name: `stage-${stage}`,
  comment: `src/${stage} may import ${['itself', 'src/model', ...others.map((other) => `src/${other}`)].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${stage}/` },
  to: { path: '^(src|test|bin)/', pathNot: `^src/${oneOf(['model', stage, ...others])}/` },
}));

const nodeRules = Object.entries(NODE_MODULES).map(([stage, modules]) => ({
  name: `node-${stage}`,
  comment: `src/${stage} may import of Node: ${modules.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^src/${stage}/` },
  to: { dependencyTypes: ['core'], ...(modules.length > 0 && { pathNot: `^(node:)?${oneOf(modules)}(/promises)?$` }) },
}));

const packageRules = Object.entries(PACKAGES).map(([name, stages]) => ({
  name: `package-${name}`,
  comment: `only src/${oneOf(stages)} knows ${name}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/${oneOf(stages)}/` },
  to: { path: [`(^|/)node_modules/${name}/`, `(^|/)node_modules/@types/${name}/`] },
}));

export default {
  forbidden: [
    ...stageRules,
    ...nodeRules,
    ...packageRules,
    {
      name: 'known-stage',
      comment: 'every module of src/ lives in a stage of the table above',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: `^src/${oneOf(Object.keys(STAGES))}/` },
    },
    {
      name: 'cli-sees-processes-only',
      comment: 'the command line lists processes; it never opens a target',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: { path: '^src/target/', pathNot: '^src/target/processes/' },
    },
    {
      name: 'page-sees-data-only',
      comment: 'the page is a program of its own, for browsers: of jtrace it knows types, and of outputs the types of its data',
      severity: 'error',
      from: { path: '^src/page/' },
      to: { path: '^src/outputs/', pathNot: '^src/outputs/(page-data|script/script-page-data)[.]ts$' },
    },
    {
      name: 'page-takes-types-only',
      comment: 'nothing of jtrace is bundled into the page',
      severity: 'error',
      from: { path: '^src/page/' },
      to: { path: '^src/(model|outputs)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'other-packages',
      comment: 'a new package is a decision: add it to PACKAGES',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
        pathNot: [
          `(^|/)node_modules/${oneOf(Object.keys(PACKAGES))}/`,
          `(^|/)node_modules/@types/${oneOf([...Object.keys(PACKAGES), 'node'])}/`,
        ],
      },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'never-tests',
      comment: 'src/ never reaches into tests or tools',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
    },
  },
};
