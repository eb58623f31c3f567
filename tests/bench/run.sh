#!/usr/bin/env bash
# Measures factory and the agent beside their peers on this machine, in one run, and writes
# docs/benchmarks.md. Absolute times move from machine to machine; the ratios are what counts.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

sections=(build step cells branches agent facts render)

usage() {
	cat <<-E
		usage: tests/bench/run.sh [ROUNDS [SECTION...]]

		Medians over ROUNDS (default 5, at least 5), and how many times as long as ours each
		peer takes. All sections, which are ${sections[*]}, make docs/benchmarks.md; some of
		them are only printed.
	E
}

case ${1:-} in -h | --help) usage && exit ;; esac
rounds=${1:-5}
[ "$rounds" -ge 5 ] || rounds=5
[ $# -lt 2 ] || chosen=("${@:2}")
BENCH=$(mktemp -d)
REPORT=$BENCH/rows LOST=$BENCH/lost
touch "$REPORT" "$LOST"
cleanup() {
	tests/fixtures/consul.sh stop "$BENCH/consul" || true
	bench_stop || true
	rm -rf "$BENCH"
}
trap cleanup EXIT
load=$(cat /proc/loadavg)
bench_start "$BENCH"

for name in "${chosen[@]-${sections[@]}}"; do
	# shellcheck source=/dev/null
	. "tests/bench/$name.sh"
done

machine() {
	awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo
	printf ', %s processors, %s MB of memory, Linux %s, ' "$(nproc)" \
		"$(awk '/^MemTotal/ { printf "%d", $2 / 1024 }' /proc/meminfo)" "$(uname -r)"
	docker version --format 'Docker {{.Server.Version}}'
}

report() {
	cat <<-E
		# Benchmarks

		Written by \`make bench\`, on $(machine | tr -d '\n'); the load before it was
		$(cut -d ' ' -f 1 <<<"$load"). Medians of $rounds runs or more after one that does not count, in the
		same minutes on the same engine with the same base image. "Of ours" is how many times as long as the
		first row of its table something takes: ratios hold elsewhere, absolute times do not.

		## Where we lose

	E
	if [ -s "$LOST" ]; then cat "$LOST"; else echo 'At nothing that is measured here.'; fi
	printf '\n## All of it\n'
	cat "$REPORT"
}

echo
if [ -z "${chosen-}" ]; then
	report >docs/benchmarks.md
	echo "bench: docs/benchmarks.md, medians of $rounds rounds on $(nproc) processors"
else
	echo "bench: done, medians of $rounds rounds on $(nproc) processors"
fi
