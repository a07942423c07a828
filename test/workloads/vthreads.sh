#!/bin/bash
# Workload vthreads: 400 virtual threads hand values over by pairs, sleep and park, beside an HTTP server that runs a request a virtual thread
# Debian packages: a JDK 21 or later in JAVA and JAVAC; without them that of test/tools/debian-programs jdk 21
# Usage: vthreads.sh [SECONDS=40] [THREADS=2]     unit of throughput: values handed over and requests
. "$(dirname "$0")/run.inc"
RELEASE=21
later=${JTRACE_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/jtrace-tests}/jdk-21/usr/lib/jvm/java-21-openjdk-amd64/bin
JAVA=${JAVA:-$later/java} JAVAC=${JAVAC:-$later/javac}
run_workload vthreads "$@"
