// The works of test/programs/scenarios and what is known of their stacks by construction. A row is a class there; its graph is to be
// read beside it. What may happen anywhere in the JDK (class loading, linkage) is `LIB`.

import type { CallGraph, SampledFrame } from './call-graph.ts';

export interface WorkSpec {
  readonly graph: CallGraph;
  /** Seen in at least one sample, or the rest proves little. */
  readonly mustSee: readonly string[];
  /** Share of samples whose outcome is "complete" ... */
  readonly leastComplete: number;
  /** ... not counting so many others, when samples are few. */
  readonly allowedOthers: number;
  /** Share of samples that the program cannot have had; above 0 only where code is reused between tick and look-up (docs/how-it-works.md). */
  readonly mostImpossible: number;
  /** Share of samples with a method that is told to be another's memory by now; absent: none may be. */
  readonly mostUnresolved?: number;
  /** What counts as complete here: a stack longer than what can be copied is cut, and says so. */
  readonly ends?: 'cut';
}

/** The line of the call in work(), in Redefined.java and second/Redefined.java. */
const FIRST_LINE = 6;
const SECOND_LINE = 12;

const RUN = 'Scenarios$Worker.run';
/** Some hundred samples on a machine that does much else: pieces of a stack are lost now and then. How often stacks are whole is measured by npm run measure. */
const SOUND = { leastComplete: 0.995, allowedOthers: 2, mostImpossible: 0 } as const;

const throwables = ['java/lang/*'];

export const WORKS = {
  calls: {
    ...SOUND,
    graph: {
      calls: {
        [RUN]: ['Calls.round', 'LIB'],
        'Calls.round': ['Calls.first', 'Calls.shapes', 'Calls.steps', 'Calls.down0', 'Calls.locked', 'Calls.garbage'],
        'Calls.first': ['Calls.second'],
        'Calls.second': ['Calls.third'],
        'Calls.third': ['Leaf.spin'],
        'Calls.shapes': ['Calls$Square.area', 'Calls$Line.area', 'Calls$Cube.area', 'Calls$Twice.area'],
        'Calls$Twice.area': ['Calls$Square.area', 'Calls$Cube.area'],
        'Calls$Square.area': ['Leaf.spin'],
        'Calls$Line.area': ['Leaf.spin'],
        'Calls$Cube.area': ['Leaf.spin'],
        'Calls.steps': ['Calls$Base.twice'],
        'Calls$Base.twice': ['Calls$StepA.step', 'Calls$StepB.step', 'Calls$StepC.step'],
        'Calls$StepA.step': ['Leaf.spin'],
        'Calls$StepB.step': ['Leaf.spin'],
        'Calls$StepC.step': ['Leaf.spin'],
        'Calls.locked': ['Leaf.spin'],
        'Calls.down0': ['Calls.down1', 'Calls.bottom'],
        'Calls.down1': ['Calls.down2', 'Calls.bottom'],
        'Calls.down2': ['Calls.down0', 'Calls.bottom'],
        'Calls.bottom': ['Leaf.spin'],
        'Calls.garbage': ['LIB'],
      },
      counts: [{ above: 'Calls.bottom', matching: /^Calls\.down[012]$/u, exactly: 60 }],
    },
    mustSee: ['Calls.third', 'Calls.shapes', 'Calls$Base.twice', 'Calls.bottom', 'Calls.garbage'],
  },
  throwing: {
    ...SOUND,
    graph: {
      calls: {
        [RUN]: ['Throwing.round', 'LIB'],
        'Throwing.round': ['Throwing.caught'],
        'Throwing.caught': ['Throwing.far0', 'Leaf.spin', ...throwables],
        'Throwing.far0': ['Throwing.far1', 'Throwing.thrower', ...throwables],
        'Throwing.far1': ['Throwing.far2', 'Throwing.thrower', 'Leaf.spin', ...throwables],
        'Throwing.far2': ['Throwing.far0', 'Throwing.thrower', 'Leaf.spin', ...throwables],
        'Throwing.thrower': ['Leaf.spin', 'java/lang/*'],
      },
      counts: [{ above: 'Throwing.thrower', matching: /^Throwing\.far[012]$/u, exactly: 45 }],
    },
    mustSee: ['Throwing.thrower', 'Throwing.far2'],
  },
  osr: {
    ...SOUND,
    graph: {
      calls: {
        [RUN]: ['Osr.round', 'LIB'],
        'Osr.round': ['Osr.warm', 'Osr.endless'],
        'Osr.warm': ['Leaf.spin', 'LIB'],
        'Osr.endless': ['Osr.step'],
        'Osr.step': ['Leaf.spin'],
      },
    },
    mustSee: ['Osr.endless'],
  },
  stubs: {
    ...SOUND,
    graph: {
      calls: {
        [RUN]: ['Stubs.round', 'LIB'],
        'Stubs.round': ['Stubs.*', 'java/lang/Double.doubleToLongBits'],
        'Stubs.copyBytes': ['java/lang/System.arraycopy'],
        'Stubs.copyInts': ['java/lang/System.arraycopy'],
        'Stubs.copyObjects': ['java/lang/System.arraycopy'],
        'Stubs.fill': ['java/util/Arrays.*'],
        'Stubs.checksum': ['java/util/zip/*'],
        'Stubs.maths': ['java/lang/*'],
        'Stubs.text': ['java/lang/*'],
        'Stubs.big': ['java/math/*'],
        'Stubs.digest': ['java/security/*'],
        'Stubs.base64': ['java/util/Base64*'],
      },
    },
    mustSee: ['Stubs.copyBytes', 'Stubs.copyObjects', 'Stubs.maths', 'Stubs.big'],
  },
  locks: {
    ...SOUND,
    graph: {
      calls: {
        [RUN]: ['Locks.round', 'LIB'],
        'Locks.round': ['Locks.guarded'],
        'Locks.guarded': ['Locks$*'],
        'Locks$Whole.hold': ['java/util/concurrent/locks/*'],
        'Locks$Taken.hold': ['java/util/concurrent/locks/*'],
        'Locks$Given.hold': ['java/util/concurrent/locks/*'],
        'Locks$Nested.hold': ['java/util/concurrent/locks/*', 'Leaf.spin'],
      },
    },
    mustSee: ['Locks$Whole.hold', 'Locks$Taken.hold', 'Locks$Given.hold', 'Locks$Nested.hold'],
  },
  jni: {
    ...SOUND,
    graph: {
      calls: {
        [RUN]: ['Jni.round', 'LIB'],
        'Jni.round': ['Jni.down', 'Jni.critical', 'Jni.spin', 'Jni.spinLocked', 'Jni.caught'],
        'Jni.caught': ['Jni.down', ...throwables],
        'Jni.down': ['Jni.fromNative'],
        'Jni.fromNative': ['Jni.down', 'Jni.bottom'],
        'Jni.bottom': ['Jni.spin', 'Leaf.spin', 'java/lang/*'],
      },
      counts: [
        { above: 'Jni.bottom', matching: /^Jni\.down$/u, exactly: 6 },
        { above: 'Jni.bottom', matching: /^Jni\.fromNative$/u, exactly: 6 },
      ],
    },
    mustSee: ['Jni.bottom', 'Jni.critical', 'Jni.spin', 'Jni.spinLocked'],
  },
  handles: {
    ...SOUND,
    graph: {
      calls: {
        [RUN]: ['Handles.round', 'LIB'],
        'Handles.round': [
          ...['constant', 'changed', 'guarded', 'filtered', 'reflected', 'lambdas', 'bound'].map((name) => `Handles.${name}`),
          'java/lang/*',
        ],
        'Handles.constant': ['LIB'],
        'Handles.changed': ['LIB'],
        'Handles.guarded': ['LIB'],
        'Handles.filtered': ['LIB'],
        'Handles.reflected': ['LIB'],
        'Handles.bound': ['LIB'],
        'Handles.lambdas': ['LIB', 'Handles$$Lambda*'],
        // A lambda's class takes what it captures.
        'Handles$$Lambda*': ['Handles$$Lambda*', 'Handles.lambda$*', 'Handles.referenceTarget', 'LIB'],
        'Handles.lambda$*': ['Handles.lambdaTarget'],
        LIB: [
          ...['constantTarget', 'changingTarget', 'isOdd', 'oddTarget', 'evenTarget', 'filter', 'reflectedTarget'].map(
            (name) => `Handles.${name}`,
          ),
          'Handles$$Lambda*',
        ],
        'Handles.constantTarget': ['Leaf.spin'],
        'Handles.changingTarget': ['Leaf.spin'],
        'Handles.isOdd': ['Leaf.spin'],
        'Handles.oddTarget': ['Leaf.spin'],
        'Handles.evenTarget': ['Leaf.spin'],
        'Handles.filter': ['Leaf.spin'],
        'Handles.reflectedTarget': ['Leaf.spin'],
        'Handles.lambdaTarget': ['Leaf.spin'],
        'Handles.referenceTarget': ['Leaf.spin'],
      },
    },
    mustSee: ['Handles.round'],
  },
  deopt: {
    ...SOUND,
    graph: {
      unloads: true,
      calls: {
        [RUN]: ['Deopt.round', 'LIB'],
        'Deopt.round': ['Deopt.load', 'Fresh.applyAsInt'],
        'Deopt.load': ['LIB', 'Reloading.*'],
        'Reloading.*': ['LIB', 'Reloading.*'],
        LIB: ['Fresh.<init>', 'Reloading.loadClass'],
        // Any of its methods may be the first to need a class.
        'Fresh*': ['LIB', 'Reloading.loadClass'],
        'Fresh.<init>': ['Fresh$One.<init>'],
        'Fresh$One.<init>': ['Fresh$Base.<init>'],
        'Fresh$Two.<init>': ['Fresh$Base.<init>'],
        'Fresh$Late.<init>': ['Fresh$Base.<init>'],
        'Fresh.applyAsInt': ['Fresh.dispatched', 'Fresh.casting'],
        'Fresh.dispatched': ['Fresh.through', 'Fresh$One.step', 'Fresh$Two.step', 'Fresh$Late.step'],
        'Fresh.through': ['Fresh.changeHabits', 'Fresh$One.step', 'Fresh$Two.step', 'Fresh$Late.step'],
        'Fresh.changeHabits': ['Fresh$Two.<init>', 'Fresh$Late.<init>'],
        'Fresh.casting': ['Fresh.asText', 'Fresh.asNumber'],
        'Fresh$*': ['Fresh.spin', 'Fresh.access$*'],
        'Fresh.access$*': ['Fresh.spin'],
        'Fresh.asText': ['Fresh.spin'],
        'Fresh.asNumber': ['Fresh.spin'],
      },
    },
    mustSee: ['Fresh.dispatched'],
  },
  unloading: {
    leastComplete: 0.5,
    allowedOthers: 2,
    mostImpossible: 0.1,
    graph: {
      unloads: true,
      calls: {
        [RUN]: ['Unloading.round', 'LIB'],
        'Unloading.round': ['Unloading.load', 'Loaded.applyAsInt', 'LIB'],
        'Unloading.load': ['Unloading.lettered', 'LIB', 'Reloading.*'],
        'Unloading.lettered': ['LIB'],
        'Reloading.*': ['LIB', 'Reloading.*'],
        LIB: ['Loaded.<init>', 'Reloading.loadClass'],
        'Loaded.<init>': ['LIB'],
        'Loaded.applyAsInt': ['Loaded.outer*'],
        'Loaded.outer*': ['Loaded.middle*'],
        'Loaded.middle*': ['Loaded.inner*'],
        'Loaded.inner*': ['LIB'],
      },
      rule: oneLetter,
    },
    mustSee: ['Loaded.applyAsInt'],
  },
  redefine: {
    ...SOUND,
    // Redefined every 30 ms: under load a look-up may come two versions later (at most 4 of 148 samples, at a load of 8 to 16).
    mostUnresolved: 0.03,
    graph: {
      unloads: true,
      calls: {
        [RUN]: ['Redefine.round', 'LIB'],
        'Redefine.round': ['Redefined.work'],
        'Redefined.work': ['Redefined.alpha', 'Redefined.beta'],
        'Redefined.alpha': ['Redefined.alphaTwo'],
        'Redefined.beta': ['Redefined.betaTwo'],
        'Redefined.alphaTwo': ['Leaf.spin'],
        'Redefined.betaTwo': ['Leaf.spin'],
      },
      rule: lineOfVersion,
    },
    mustSee: ['Redefined.alphaTwo', 'Redefined.betaTwo'],
  },
  fits: {
    ...SOUND,
    graph: deepGraph(600),
    mustSee: ['Deep.bottom'],
  },
  deep: {
    ...SOUND,
    ends: 'cut',
    graph: deepGraph(10_000),
    mustSee: ['Deep.bottom'],
  },
} as const satisfies Record<string, WorkSpec>;

export type WorkName = keyof typeof WORKS;

/** Of the works that run, the one whose round() this is: so threads are known whatever they are called. */
export function workOfRound(method: string, running: readonly WorkName[]): WorkName | null {
  return running.find((work) => ROUNDS[work] === method) ?? null;
}

const ROUNDS: Readonly<Record<WorkName, string>> = {
  calls: 'Calls.round',
  throwing: 'Throwing.round',
  osr: 'Osr.round',
  stubs: 'Stubs.round',
  locks: 'Locks.round',
  jni: 'Jni.round',
  handles: 'Handles.round',
  deopt: 'Deopt.round',
  unloading: 'Unloading.round',
  redefine: 'Redefine.round',
  fits: 'Deep.round',
  deep: 'Deep.round',
};

/** All methods of a round carry its letter. */
function oneLetter(frames: readonly SampledFrame[]): string | null {
  const letters = new Set(frames.flatMap(({ name }) => /^Loaded\.(?:outer|middle|inner)([A-Z])$/u.exec(name)?.[1] ?? []));
  return letters.size > 1 ? `methods of rounds ${[...letters].join(' and ')}` : null;
}

/** A running method keeps the lines of its own version, whatever the class has become. */
function lineOfVersion(frames: readonly SampledFrame[]): string | null {
  for (const [index, { name, line }] of frames.entries()) {
    if (name !== 'Redefined.work') continue;
    const callee = frames[index + 1]?.name;
    const due = callee === 'Redefined.alpha' ? FIRST_LINE : callee === 'Redefined.beta' ? SECOND_LINE : null;
    if (due !== null && line !== due) return `work() calls ${String(callee)} in line ${line}, not ${due}`;
  }
  return null;
}

function deepGraph(depth: number): CallGraph {
  return {
    calls: {
      [RUN]: ['Deep.round', 'LIB'],
      'Deep.round': ['Deep.deep0'],
      'Deep.deep0': ['Deep.deep1', 'Deep.bottom'],
      'Deep.deep1': ['Deep.deep2', 'Deep.bottom'],
      'Deep.deep2': ['Deep.deep0', 'Deep.bottom'],
      'Deep.bottom': ['Leaf.spin'],
    },
    counts: [{ above: 'Deep.bottom', matching: /^Deep\.deep[012]$/u, exactly: depth }],
  };
}
