# Timing for the bench: medians of wall-clock times, and how many times longer than ours each is.
# Every line is printed as it is measured, and becomes a row of the report.
# shellcheck shell=bash

BASE=factory-test/busybox:latest
declare -A MEDIAN # microseconds by name, of the section

bench_start() {
	ENGINE_DIR=$1/engine
	export XDG_STATE_HOME=$1/state XDG_CACHE_HOME=$1/cache # the records of its builds
	export PATH=/usr/bin:$PATH # Debian's docker: newer clients have BuildKit in a package of its own
	tests/fixtures/engine.sh start "$ENGINE_DIR"
	eval "$(tests/fixtures/engine.sh env "$ENGINE_DIR")"
	tests/fixtures/images.sh load busybox "$BASE"
	build/factory toolbox create >/dev/null
}

bench_stop() {
	tests/fixtures/engine.sh stop "$ENGINE_DIR"
}

bench_has_network() {
	docker network inspect bridge >/dev/null 2>&1
}

api() {
	curl --silent --unix-socket "${DOCKER_HOST#unix://}" --request "$1" \
		--header 'Content-Type: application/json' --data "$3" "http://engine$2"
}

# section TITLE: what is measured next is compared with the first that is measured in it.
section() {
	SECTION=$1 OURS=
	MEDIAN=()
	printf '\n%s\n' "$SECTION"
	printf '\n### %s\n\n| | median | from | to | of ours |\n|---|---|---|---|---|\n' "$SECTION" >>"$REPORT"
}

milliseconds() {
	awk -v us="$1" 'BEGIN { printf us < 10000 ? "%.2f ms" : "%.0f ms", us / 1000 }'
}

# times NAME: how many times as long as ours; remembers what ours lost.
times() {
	[ -n "$OURS" ] && [ "$OURS" != "$1" ] || return 0
	awk -v peer="${MEDIAN[$1]}" -v ours="${MEDIAN[$OURS]}" -v name="$1" -v what="$SECTION" \
		-v us="$OURS" -v lost="$LOST" 'BEGIN {
		if (ours < 1) ours = 1
		ratio = peer / ours
		printf ratio < 10 ? "%.2f" : "%.0f", ratio
		if (ratio < 1)
			printf "- %s: %s takes %.2f times as long as %s.\n", what, us, 1 / ratio, name >>lost
	}'
}

# row NAME MEDIAN FROM TO (microseconds).
row() {
	local ratio
	MEDIAN[$1]=$2
	ratio=$(times "$1")
	[ -n "$OURS" ] || OURS=$1
	printf '  %-34s %10s  (%s to %s)%s\n' "$1" "$(milliseconds "$2")" "$(milliseconds "$3")" \
		"$(milliseconds "$4")" "${ratio:+   $ratio x ours}"
	printf '| %s | %s | %s | %s | %s |\n' "$1" "$(milliseconds "$2")" "$(milliseconds "$3")" \
		"$(milliseconds "$4")" "${ratio:+$ratio x}" >>"$REPORT"
}

# skipped NAME REASON
skipped() {
	printf '  %-34s not measured: %s\n' "$1" "$2"
	printf '| %s | not measured: %s | | | |\n' "$1" "${2//|/ }" >>"$REPORT"
}

# figure NAME TEXT: a figure that is no time.
figure() {
	printf '  %-34s %s\n' "$1" "$2"
	printf '| %s | %s | | | |\n' "$1" "$2" >>"$REPORT"
}

# measure NAME ROUNDS COMMAND...: one run that does not count, then the median of ROUNDS, each after
# what BEFORE names, if anything. What can't run is skipped, with the first line it said.
measure() {
	local name=$1 rounds=$2 i began times=()
	shift 2
	${BEFORE:-}
	if ! "$@" >"$BENCH/said" 2>&1; then
		skipped "$name" "$(grep -m 1 . "$BENCH/said" | cut -c 1-150)"
		return
	fi
	for ((i = 0; i < rounds; i++)); do
		${BEFORE:-}
		began=${EPOCHREALTIME/[.,]/}
		"$@" >"$BENCH/said" 2>&1 || true
		times+=($((${EPOCHREALTIME/[.,]/} - began)))
	done
	mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
	row "$name" "${times[rounds / 2]}" "${times[0]}" "${times[rounds - 1]}"
}

# peer PROGRAM NAME ROUNDS COMMAND...: the same, of a program that may not be there.
peer() {
	local program=$1
	shift
	if command -v "$program" >/dev/null; then
		measure "$@"
	else
		skipped "$1" "$program is not installed"
	fi
}
