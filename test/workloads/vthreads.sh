#!/bin/bash
# Workload vthreads: 400 virtual threads at blocking queues, sleeping and parking; the JDK's HttpServer on virtual threads
# Debian packages: a JDK >= 21 in JAVA and JAVAC
# Usage: vthreads.sh [SECONDS=40] [THREADS=2]     unit of throughput: messages and requests
. "$(dirname "$0")/run.inc"
RELEASE=21
run_workload vthreads "$@"
