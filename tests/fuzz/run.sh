#!/bin/bash
# Fuzzes every target for its share of the time, from its seeds and from what earlier runs found.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
	cat <<'TEXT'
usage: tests/fuzz/run.sh MINUTES

Runs the programs of build/fuzz ("make fuzz" builds them), one after the other, for MINUTES in all.
Inputs that reach new code are kept in build/fuzz/corpus/NAME; an input that fails is kept in
build/fuzz/failed/ and ends the run with 1. Add it to tests/fuzz/corpus/NAME when it is mended.
TEXT
}

case ${1-} in
-h | --help) usage && exit ;;
'' | *[!0-9]*) usage >&2 && exit 2 ;;
esac

targets=(tests/fuzz/fuzz_*.c)
seconds=$(($1 * 60 / ${#targets[@]}))
[ $seconds -gt 0 ] || seconds=1
failed=0
mkdir -p build/fuzz/failed build/fuzz/log
for target in "${targets[@]}"; do
	name=$(basename "$target" .c) name=${name#fuzz_}
	mkdir -p "build/fuzz/corpus/$name"
	log=build/fuzz/log/$name
	if "build/fuzz/$name" -max_total_time=$seconds -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="build/fuzz/failed/$name-" \
		"build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
		awk -v name="$name" '/number_of_executed_units/ { units = $2 } / cov: / { coverage = $4 }
			END { printf "%-12s %d inputs, %d edges\n", name, units, coverage }' "$log"
	else
		failed=$((failed + 1))
		tail -n 40 "$log"
		echo "$name failed; all of its log: $log"
	fi
done
[ $failed = 0 ]
