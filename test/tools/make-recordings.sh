#!/bin/bash
# Makes all recordings of test/fixtures/recordings anew, as its README says: as root, with bpftrace, a JDK 17 and a C compiler, about
# three minutes. Needed when the unwinder asks for memory that the trimmed ones do not hold (the golden test then says so).
#   npm run build && test/tools/make-recordings.sh [OTHER-BPFTRACE] && JTRACE_BLESS=1 npx vitest run --project unit test/golden
# Then read the difference that git shows of test/golden. OTHER-BPFTRACE: a newer one for bpftrace-0.27; without it that one stays.
set -u
repository=$(cd "$(dirname "$0")/../.." && pwd)
other=${1:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
home=${JTRACE_TEST_JAVA_HOME:-/usr/lib/jvm/java-17-openjdk-amd64}
cd "$folder" || exit 1
"$home/bin/javac" -nowarn -d . "$repository/test/programs/Strata.java" 2> javac.log || { cat javac.log; exit 1; }
cc -O2 -fPIC -shared -I"$home/include" -I"$home/include/linux" -o libstrata.so "$repository/test/programs/strata.c" || exit 1

trim() { # NAME COUNT: the folder's name is not to be in a recording
  gzip -dc "$1.whole" | sed "s#$folder/#/opt/strata/#g" | gzip -1 > "$1.clean"
  npx --prefix "$repository" tsx "$repository/test/tools/trim-recording.ts" \
    "$1.clean" "$repository/test/fixtures/recordings/$1.jreads" "most-different:$2" | tail -1
}

one() { # NAME COUNT PHASES JAVA-OPTIONS JTRACE-OPTIONS [KILL-AFTER-S]
  mkfifo "$1.in"
  sleep 300 > "$1.in" & local keeper=$!
  # shellcheck disable=SC2086
  "$home/bin/java" $4 -cp . -Dstrata.lib="$folder" -XX:CompileCommand=quiet '-XX:CompileCommand=dontinline,Strata::tiny*' \
    Strata "$3" 2 < "$1.in" > "$1.out" 2>&1 & local jvm=$!
  sleep "${WARM_UP_S:-8}"
  if [ $# -gt 5 ]; then (sleep "$6"; kill -9 $jvm) & fi
  # shellcheck disable=SC2086
  node "$repository/bin/jtrace.js" profile $jvm $5 --record-reads "$1.whole" -o "$1.folded" > "$1.log" 2>&1 || cat "$1.log"
  kill -9 $jvm $keeper 2> /dev/null
  wait $jvm $keeper 2> /dev/null
  trim "$1" "$2"
}

one tiered 7 all '' '-d 6s -F 25'
one interpreted 5 all -Xint '-d 3s -F 25'
one c1 6 all -XX:TieredStopAtLevel=1 '-d 4s -F 25'
one c2 6 tiny,inlined,deep,dispatch,texts -XX:-TieredCompilation '-d 3s -F 25'
one natives 6 natives,upcalls,monitors '' '-d 5s -F 49'
one stack-cut 3 deep '' '-d 2s -F 25 --stack-bytes 4096'
WARM_UP_S=3 one exited 8 churn,alloc,throwing '' '-d 12s -F 499' 7
[ -z "$other" ] || one bpftrace-0.27 5 all '' "-d 3s -F 25 --bpftrace $other"
