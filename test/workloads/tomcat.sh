#!/bin/bash
# Workload tomcat: embedded Tomcat 10, HTML servlet with sessions and JSON, keep-alive clients in the same JVM over loopback
# Debian packages: openjdk-17-jdk-headless (or any JDK >= 17) libtomcat10-java
# Usage: tomcat.sh [SECONDS=40] [THREADS=4]     unit of throughput: HTTP requests
. "$(dirname "$0")/run.inc"
JARS="$(printf 'tomcat10-%s ' catalina coyote util util-scan juli servlet-api annotations-api jaspic-api jni api jasper jsp-api el-api)" RELEASE=11
run_workload tomcat "$@"
