#!/bin/bash
# Runs the unit tests and the corpora that "make coverage" has built with counters, and prints how
# much of each room's lines and branches they run. What only the end-to-end tests reach (the engine,
# the build, commands) counts as not run.
set -euo pipefail
cd "$(dirname "$0")/.."
log=build/coverage/log
table=build/coverage/table.json

run() {
	timeout 300 "$@" >>"$log" 2>&1 || echo "  failed   $* (see $log)" >&2
}

: >"$log"
find build/obj/coverage -name '*.gcda' -delete
for program in build/coverage/test_*; do
	run "$program"
done
for program in build/coverage/replay_*; do
	run "$program" "tests/fuzz/corpus/${program#build/coverage/replay_}"
done
gcovr --root . --object-directory build/obj/coverage --filter '(common|host|agent)/' \
	--gcov-ignore-parse-errors -j 2 --json-summary "$table" >>"$log" 2>&1

# A room is the folder of a file.
jq -r '
	def row: [.name, .lines, .run * 100 / .lines, .branches, .taken * 100 / ([.branches, 1] | max)] | @tsv;
	def sum(name): {name: name, lines: map(.line_total) | add, run: map(.line_covered) | add,
		branches: map(.branch_total) | add, taken: map(.branch_covered) | add};
	([.files | group_by(.filename | sub("/[^/]*$"; ""))[] |
		sum(.[0].filename | sub("/[^/]*$"; ""))] + [.files | sum("total")])[] | row' "$table" |
	awk -F'\t' 'BEGIN { printf "%-26s %8s %8s %10s %8s\n", "room", "lines", "run", "branches", "taken" }
		{ printf "%-26s %8d %7.1f%% %10d %7.1f%%\n", $1, $2, $3, $4, $5 }'
