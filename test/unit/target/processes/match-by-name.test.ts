// The name an operator types → the JVMs it means.

import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../../src/model/errors.ts';
import type { JavaMain, JvmProcess, PlainProcess } from '../../../../src/model/process.ts';
import { asPid } from '../../../../src/model/units.ts';
import { pickByName, pickOnlyJvm } from '../../../../src/target/processes/choose-target.ts';
import { matchByName } from '../../../../src/target/processes/match-by-name.ts';

function jvm(pid: number, kind: JavaMain['kind'], name: string, args: string[] = [], classPath: string[] = []): JvmProcess {
  const base = { startTicks: 1, vm: 'hotspot', jdk: '17.0.21', threads: 20, user: 'root', container: '' } as const;
  return { ...base, pid: asPid(pid), main: { kind, name }, args, classPath, cpu: { percent: 0, over: 'since-start' } };
}

const TOMCAT = jvm(1, 'class', 'org.apache.catalina.startup.Bootstrap', ['-Dcatalina.home=/opt/tomcat-10', 'start']);
const KAFKA = jvm(2, 'class', 'kafka.Kafka', ['config/server.properties'], ['/opt/kafka/libs/*']);
const APP = jvm(3, 'jar', '/srv/my-app-1.2.3.jar', ['--spring.profiles.active=prod', 'serve']);
const OTHER_APP = jvm(4, 'jar', '/srv/other.jar', [], []);
const MODULE = jvm(5, 'module', 'acme.core/org.acme.Main', ['-m']);
const SOURCE = jvm(6, 'source', '/tmp/Foo.java', []);
const H2_USER = jvm(7, 'class', 'org.acme.Shop', [], ['/srv/lib/h2-2.1.214.jar:/srv/lib/my-app-1.2.3.jar']);
const ALL = [TOMCAT, KAFKA, APP, OTHER_APP, MODULE, SOURCE, H2_USER];

describe('a name means', () => {
  test.each([
    ['org.apache.catalina.startup.Bootstrap', [1]],
    ['Bootstrap', [1]],
    ['startup.Bootstrap', [1]],
    ['bootstrap', [1]], // no other case fits: upper and lower case are alike
    ['catalina', [1]], // a part of its package
    ['tomcat', [1]], // a word of its command line
    ['Kafka', [2]],
    ['kafka', [2]],
    ['my-app-1.2.3.jar', [3]],
    ['my-app-1.2.3', [3]],
    ['my-app', [3]], // its own name beats the other's class path
    ['/srv/my-app-1.2.3.jar', [3]],
    ['prod', [3]],
    ['other', [4]],
    ['acme.core', [5]],
    ['Main', [5]],
    ['acme.core/org.acme.Main', [5]],
    ['Foo', [6]],
    ['Foo.java', [6]],
    ['h2', [7]], // only a class path names it
    ['Shop', [7]],
    ['acme', [5, 7]],
    ['/srv', [3, 4]],
    ['nothing-like-it', []],
    ['', []],
  ])('%s', (name, pids) => {
    expect(matchByName(name, ALL).map(({ pid }) => pid)).toEqual(pids);
  });

  test('the case as typed before any case', () => {
    const upper = jvm(8, 'class', 'WORKER');
    const lower = jvm(9, 'class', 'worker');
    expect(matchByName('worker', [upper, lower])).toEqual([lower]);
    expect(matchByName('Worker', [upper, lower])).toEqual([upper, lower]);
  });

  test('names are no patterns', () => {
    expect(matchByName('.*', ALL)).toEqual([]);
    expect(matchByName('(', ALL)).toEqual([]);
  });
});

function plain(pid: number, program: string, args: string[] = [], more: Partial<PlainProcess> = {}): PlainProcess {
  const comm = program.slice(program.lastIndexOf('/') + 1).slice(0, 15);
  const base = { startTicks: 1, vm: 'none', threads: 1, user: 'root', container: '', comm, calledAs: program } as const;
  return { ...base, pid: asPid(pid), program, args, cpu: { percent: 0, over: 'since-start' }, ...more };
}

const NODE = plain(11, '/usr/bin/node', ['--perf-basic-prof', '/srv/shop/server.js', 'kafka']);
const PYTHON = plain(12, '/usr/bin/python3.11', ['-u', '/srv/report.py', '--for', 'catalina']);
const POSTGRES = plain(13, '/usr/lib/postgresql/15/bin/postgres', [], { calledAs: 'postgres: writer process' });
const SHELL = plain(14, '/usr/bin/bash', [], { calledAs: '-bash' });
const MACHINE = [...ALL, NODE, PYTHON, POSTGRES, SHELL];

describe('among all programs of a machine, a name means', () => {
  test.each([
    ['node', [11]],
    ['/usr/bin/node', [11]],
    ['server.js', [11]], // its script
    ['server', [11]],
    ['python3.11', [12]],
    ['report', [12]],
    ['postgres', [13]],
    ['bash', [14]],
    ['-bash', [14]],
    ['Kafka', [2]], // a JVM's own name before all else
    ['kafka', [2]],
    ['catalina', [1]], // a part of a JVM's name before an argument of another program
    ['python', [12]], // a part of a program's name
    ['--perf-basic-prof', [11]],
    ['/usr', [11, 12, 13, 14]],
    ['nothing-like-it', []],
  ])('%s', (name, pids) => {
    expect(matchByName(name, MACHINE).map(({ pid }) => pid)).toEqual(pids);
  });

  test("a program's own name before what merely stands in a JVM", () => {
    const mentions = jvm(8, 'class', 'org.acme.Nodes', ['-Dnode=1']);
    expect(matchByName('node', [mentions, NODE])).toEqual([NODE]);
  });
});

describe('the choice', () => {
  const hint = (choose: () => unknown): string => {
    try {
      choose();
    } catch (error) {
      if (error instanceof OperatorError) return `${error.message} | ${error.hint}`;
    }
    return 'no error';
  };

  test('one, several, none', () => {
    expect(pickByName('Kafka', ALL)).toEqual({ kind: 'one', process: KAFKA });
    expect(pickByName('acme', ALL)).toEqual({
      kind: 'several',
      question: "2 JVMs match 'acme'",
      processes: [MODULE, H2_USER],
    });
    expect(hint(() => pickByName('Kafak', ALL))).toBe("no process matches 'Kafak' | did you mean Kafka?");
    expect(hint(() => pickByName('qqqqqq', ALL))).toContain('without a name lists the JVMs');
  });

  test('of several kinds the table is of processes', () => {
    const other = plain(15, '/usr/bin/node');
    expect(pickByName('node', [...MACHINE, other])).toEqual({
      kind: 'several',
      question: "2 processes match 'node'",
      processes: [NODE, other],
    });
    expect(hint(() => pickByName('postgers', MACHINE))).toBe("no process matches 'postgers' | did you mean postgres?");
  });

  test('no argument: the only JVM; one that cannot be profiled is no rival', () => {
    const openj9: JvmProcess = { ...KAFKA, vm: 'openj9' };
    expect(pickOnlyJvm([APP])).toEqual({ kind: 'one', process: APP });
    expect(pickOnlyJvm([APP, openj9])).toEqual({ kind: 'one', process: APP });
    expect(pickOnlyJvm([openj9])).toEqual({ kind: 'one', process: openj9 }); // refused with its own reason later
    expect(pickOnlyJvm(ALL)).toMatchObject({ kind: 'several', processes: ALL });
    expect(hint(() => pickOnlyJvm([]))).toContain('no JVM runs on this machine');
  });
});
