#!/bin/bash
# Workload javac: the JDK's compiler through javax.tools on packages of the JDK's sources, in-process
# Debian packages: openjdk-17-jdk-headless (or any JDK >= 17) openjdk-17-source
# Usage: javac.sh [SECONDS=40] [THREADS=2]     unit of throughput: task events (parse/enter/analyze/generate of one class)
. "$(dirname "$0")/run.inc"
RELEASE=11
run_workload javac "$@"
