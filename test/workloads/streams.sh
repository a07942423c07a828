#!/bin/bash
# Workload streams: JDK only: java.util.stream, HashMap, regex, String.format, BigDecimal, parallel fork/join word statistics
# Debian packages: openjdk-17-jdk-headless (or any JDK >= 17) openjdk-17-source
# Usage: streams.sh [SECONDS=40] [THREADS=2]     unit of throughput: rounds
. "$(dirname "$0")/run.inc"
run_workload streams "$@"
