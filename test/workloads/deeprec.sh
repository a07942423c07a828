#!/bin/bash
# Workload deeprec: synthetic: recursion 40 to 600 frames deep through interfaces and lambdas with work at the leaves
# Debian packages: openjdk-17-jdk-headless (or any JDK >= 17)
# Usage: deeprec.sh [SECONDS=40] [THREADS=2]     unit of throughput: recursions
. "$(dirname "$0")/run.inc"
run_workload deeprec "$@"
