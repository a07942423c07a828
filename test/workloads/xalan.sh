#!/bin/bash
# Workload xalan: XSLT 1.0 transformations with Apache Xalan-J (keys, sorting, recursion)
# Debian packages: openjdk-17-jdk-headless (or any JDK >= 17) libxalan2-java libxerces2-java libxml-commons-external-java
# Usage: xalan.sh [SECONDS=40] [THREADS=2]     unit of throughput: documents transformed
. "$(dirname "$0")/run.inc"
JARS="xalan2 serializer xercesImpl xml-apis"
run_workload xalan "$@"
