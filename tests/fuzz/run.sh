#!/bin/bash
# Fuzzes every target for its share of the time, from its seeds and from what earlier runs found;
# then texts from grammars, compared with the originals, and the agent's own process, by AFL++.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
	cat <<'TEXT'
usage: tests/fuzz/run.sh [--merge] MINUTES

Runs the programs of build/fuzz ("make fuzz" builds them), one after the other, for MINUTES in all,
and prints for each the inputs it ran and the part of the code it was linked with that they reached.
Inputs that reach new code are kept in build/fuzz/corpus/NAME; an input that fails is kept in
build/fuzz/failed/ and ends the run with 1. Add it to tests/fuzz/corpus/NAME when it is mended.

--merge  afterwards adds to tests/fuzz/corpus/NAME the fewest of those inputs that reach what its
         files don't, none larger than 4 KB
TEXT
}

merge=
if [ "${1-}" = --merge ]; then
	merge=1
	shift
fi
case ${1-} in
-h | --help) usage && exit ;;
'' | *[!0-9]*) usage >&2 && exit 2 ;;
esac

targets=(tests/fuzz/fuzz_*.c)
seconds=$(($1 * 60 / (${#targets[@]} + 1)))
[ $seconds -gt 0 ] || seconds=1
failed=0
mkdir -p build/fuzz/failed build/fuzz/log

# What the log of a run says: inputs, edges of the program that were reached, and all there are.
report() {
	awk -v name="$1" '/ inline 8-bit counters/ { gsub(/[^0-9 ]/, "", $0); all = $2 }
		/number_of_executed_units/ { units = $2 } / cov: / { coverage = $4 }
		END { printf "%-12s %9d inputs, %5d of %5d edges\n", name, units, coverage, all }' "$2"
}

for target in "${targets[@]}"; do
	name=$(basename "$target" .c) name=${name#fuzz_}
	found=build/fuzz/corpus/$name kept=tests/fuzz/corpus/$name log=build/fuzz/log/$name
	mkdir -p "$found"
	if "build/fuzz/$name" -max_total_time=$seconds -timeout=10 -rss_limit_mb=1024 \
		-print_final_stats=1 -artifact_prefix="build/fuzz/failed/$name-" \
		"$found" "$kept" >"$log" 2>&1; then
		report "$name" "$log"
		[ -z "$merge" ] || "build/fuzz/$name" -merge=1 -max_len=4096 "$kept" "$found" >>"$log" 2>&1
	else
		failed=$((failed + 1))
		tail -n 40 "$log"
		echo "$name failed; all of its log: $log"
	fi
done
# Against the originals: a few thousand texts from a grammar each, of another seed every time.
for grammar in jinja_differential gotemplate_differential hcl_grammar; do
	printf '%-24s ' "$grammar"
	"tests/fuzz/$grammar.py" $RANDOM 3000 || failed=$((failed + 1))
done
tests/fuzz/session.sh $seconds || failed=$((failed + 1))
[ $failed = 0 ]
