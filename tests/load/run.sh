#!/bin/bash
# Much of everything: time and peak memory of the driver, and what the agent held.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
	cat <<'TEXT'
usage: tests/load/run.sh [KIND AMOUNT]...

steps N     steps in one session
builds N    builds by one process, not cached; cached N: the same, cached
sessions N  containers at once by one driver
output MB   that a step prints into a slow reader
file MB     through the session
nodes N     of a graph, planned
walk N      of a graph that is cached: built, then walked; a tenth of it first

One line each: how long it took, the driver's peak and, where it tells something, the agent's. For
what is done over and over, what driver, agent and engine hold: growth is a failure, and so is time
that grows faster than the amount.
Without arguments: 10,000 steps, 1,000 builds, 200 sessions, 10 GB, 5 GB, 100,000 nodes. It works
on the engine of DOCKER_HOST, or on one of its own.
TEXT
}

case ${1-} in -h | --help) usage && exit ;; esac
[ $# -gt 0 ] || set -- steps 10000 builds 1000 cached 1000 sessions 200 output 10000 file 5000 nodes 100000 walk 100000
FACTORY=${FACTORY:-$PWD/build/factory}
base=factory-test/busybox:latest
work=$(mktemp -d)
own=
clean_up() {
	[ -z "$own" ] || tests/fixtures/engine.sh remove "$work/engine"
	rm -rf "$work"
}
trap clean_up EXIT
if [ -z "${DOCKER_HOST-}" ]; then
	own=1
	tests/fixtures/engine.sh start "$work/engine"
	eval "$(tests/fixtures/engine.sh env "$work/engine")"
	tests/fixtures/images.sh load busybox "$base"
fi
# shellcheck source=tests/load/growth.sh
. tests/load/growth.sh
export XDG_CACHE_HOME=$work/cache XDG_STATE_HOME=$work/state

header='image: factory-test/busybox:latest
network: none'
peak='grep VmHWM /proc/1/status'
table='grep FDSize /proc/1/status'

# timed LABEL COMMAND...: prints the line; $work/said has what it said. $SECONDS_TAKEN is for others.
timed() {
	local label=$1 kilobytes agent
	shift
	/usr/bin/time -o "$work/time" -f '%e %M' "$@" >"$work/said" 2>&1 || {
		grep -v " passed " "$work/said" | tail -n 30
		return 1
	}
	read -r SECONDS_TAKEN kilobytes <"$work/time"
	agent=$(sed -n 's/.*VmHWM:[[:space:]]*\([0-9]*\) kB.*/\1/p' "$work/said" | tail -n 1)
	printf '%-28s %8s s %9s KB %s\n' "$label" "$SECONDS_TAKEN" "$kilobytes" "${agent:+agent $agent KB}"
}

# steady PIECES LABEL COMMAND...: as timed, and neither driver nor engine hold more at its end.
steady() {
	local pieces=$1 before watcher
	shift
	engine_rests
	before=$(engine_holds)
	rm -f "$work/pid"
	(until [ -s "$work/pid" ]; do sleep 0.1; done && watch "$(cat "$work/pid")" "$work/held") &
	watcher=$!
	# shellcheck disable=SC2016 # for the other shell
	timed "$1" bash -c 'echo $$ >"$0" && exec "$@"' "$work/pid" "${@:2}"
	wait "$watcher"
	driver_grew "$work/held" "$pieces"
	engine_grew "$before"
}

steps() {
	local first last
	{
		printf '%s\ninstall:\n  - %s\n' "$header" "$table"
		seq -f '  - ": %.0f"' "$1"
		printf '  - %s\n' "$table" "$peak"
	} >"$work/steps.yml"
	steady "$1" "steps $1" "$FACTORY" build "$work/steps.yml" --no-cache -t load/steps:1
	read -r first last < <(sed -n 's/.*FDSize:[[:space:]]*\([0-9]*\).*/\1/p' "$work/said" | sed -n '1p;$p' | paste -sd ' ')
	no_more "room for the agent's descriptors" "$first" "$last" 0
	echo "  agent: room for $first, then $last descriptors"
}

many() {
	local i
	mkdir -p "$work/many"
	for i in $(seq "$1"); do
		printf '%s\ninstall: echo %s > /x\nartifact: load/many:%s\n' "$header" "$i" "$i" >"$work/many/$i.yml"
	done
}

builds() {
	many "$1"
	steady "$1" "builds $1" "$FACTORY" build -j 4 --no-cache "$work"/many/*.yml
}

cached() {
	many "$1"
	"$FACTORY" build -j 4 "$work"/many/*.yml >/dev/null 2>&1
	steady "$1" "cached builds $1" "$FACTORY" build -j 4 "$work"/many/*.yml
}

sessions() {
	{
		# shellcheck disable=SC2016 # the step is for the target's shell
		printf '%s\ninstall: "echo $I; sleep 2"\njobs:\n  include:\n' "$header"
		seq "$1" | sed 's/.*/  - {name: cell-&, env: I=&}/'
	} >"$work/cells.yml"
	timed "sessions $1" "$FACTORY" build -j "$1" --no-cache "$work/cells.yml"
}

output() {
	printf '%s\ninstall:\n  - head -c %s000000 /dev/zero | tr "\\0" x\n  - %s\n' "$header" "$1" "$peak" >"$work/output.yml"
	# shellcheck disable=SC2016 # for the other shell
	timed "output $1 MB" bash -c 'set -o pipefail
		"$0" build "$1" --no-cache -t load/output:1 2>&1 |
			(sleep 2 && grep --text -o "VmHWM.* kB" | tail -n 1)' "$FACTORY" "$work/output.yml"
}

file() {
	mkdir -p "$work/tree"
	head -c "$1"000000 /dev/urandom >"$work/tree/file"
	printf '%s\ncopy: tree:/tree\ninstall:\n  - sha256sum /tree/file\n  - %s\n' "$header" "$peak" >"$work/file.yml"
	timed "file $1 MB" "$FACTORY" build "$work/file.yml" --no-cache -t load/file:1
	grep -q "$(sha256sum <"$work/tree/file" | cut -d ' ' -f 1)" "$work/said"
	rm "$work/tree/file"
}

chain() {
	printf '%s\ninstall:\n' "$header" && seq -f '  - ": %.0f"' "$1"
}

# linear LABEL SECONDS SECONDS: those of a tenth, and of all.
linear() {
	awk -v few="$2" -v all="$3" 'BEGIN { exit all > 15 * (few + 0.1) }' ||
		failed "$1: $2 s for a tenth, $3 s for all"
}

nodes() {
	local few=$(($1 / 10)) seconds
	chain "$few" >"$work/few.yml"
	chain "$1" >"$work/nodes.yml"
	timed "nodes $few, planned" "$FACTORY" graph "$work/few.yml"
	seconds=$SECONDS_TAKEN
	timed "nodes $1, planned" "$FACTORY" graph "$work/nodes.yml"
	linear planning "$seconds" "$SECONDS_TAKEN"
}

walk() {
	local seconds amount
	for amount in $(($1 / 10)) "$1"; do
		chain "$amount" >"$work/walk.yml"
		timed "nodes $amount, built" "$FACTORY" build "$work/walk.yml" -t load/walk:1
		timed "nodes $amount, cached walk" "$FACTORY" build "$work/walk.yml" -t load/walk:1
		[ -z "${seconds-}" ] || linear "cached walk" "$seconds" "$SECONDS_TAKEN"
		seconds=$SECONDS_TAKEN
	done
}

"$FACTORY" toolbox create >/dev/null
while [ $# -gt 0 ]; do
	"$1" "$2"
	shift 2
done
[ "$FAILURES" -eq 0 ]
