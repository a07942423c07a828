#!/bin/bash
# Workload h2: in-memory SQL database H2, bank transactions (select/update/insert/join/aggregate) over JDBC
# Debian packages: openjdk-17-jdk-headless (or any JDK >= 17) libh2-java
# Usage: h2.sh [SECONDS=40] [THREADS=2]     unit of throughput: transactions
. "$(dirname "$0")/run.inc"
JARS="h2" HEAP="-Xms1g -Xmx1g"
run_workload h2 "$@"
