#!/bin/sh
# What this kernel's verifier says of the programs of refusals.c, and bpftrace of two that it refuses: a fixture of test/fixtures/verifier.
# collect.sh REFUSALS BPFTRACE…: the compiled refusals.c (static, for guests), and each bpftrace as VERSION=PATH.
set -u
refusals=$1
shift
all=$(mktemp)
trap 'rm -f "$all"' EXIT

told() {
  echo "=== bpftrace-$1 $2"
  cat "$all"
}

tell_all() {
  echo "# $(uname -r)"
  "$refusals"
  for one in "$@"; do
    version=${one%%=*} bpftrace=${one#*=}
    timeout 200 "$bpftrace" -v -e 'BEGIN { @n = 0; while (@n < 10) { @n = @n + 1; } exit(); }' >"$all" 2>&1
    told "$version" map-counter
    timeout 200 "$bpftrace" -v -e 'BEGIN { $x = 0; while ($x < 2000000) { $x = $x + 1; if (nsecs == 3) { @a = 1; } } exit(); }' >"$all" 2>&1
    told "$version" many-rounds
  done
}

tell_all "$@" | awk -v first=100 -v last=20 -f "$(dirname "$0")/without-middle.awk"
