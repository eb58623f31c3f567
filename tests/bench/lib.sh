# Timing for the bench: medians of wall-clock times, and ratios between them.
# shellcheck shell=bash

BASE=factory-test/busybox:latest
declare -A MEDIAN # microseconds by name

bench_start() {
	ENGINE_DIR=$1/engine
	export XDG_STATE_HOME=$1/state # the records of its builds
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

title() {
	printf '\n%s\n' "$1"
}

milliseconds() {
	awk -v us="$1" 'BEGIN { printf "%.2f ms", us / 1000 }'
}

# measure NAME ROUNDS COMMAND...: one run that does not count, then the median of ROUNDS.
measure() {
	local name=$1 rounds=$2 i began times=()
	shift 2
	"$@" >/dev/null
	for ((i = 0; i < rounds; i++)); do
		began=${EPOCHREALTIME/[.,]/}
		"$@" >/dev/null
		times+=($((${EPOCHREALTIME/[.,]/} - began)))
	done
	mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)
	MEDIAN[$name]=${times[rounds / 2]}
	printf '  %-28s %s (%s to %s)\n' "$name" "$(milliseconds "${MEDIAN[$name]}")" \
		"$(milliseconds "${times[0]}")" "$(milliseconds "${times[rounds - 1]}")"
}

# per_step NAME MANY FEW N: what each of the N steps more costs.
per_step() {
	MEDIAN[$1]=$(((MEDIAN[$2] - MEDIAN[$3]) / $4))
	printf '  %-28s %s\n' "$1, a step" "$(milliseconds "${MEDIAN[$1]}")"
}

# compare OURS PEER
compare() {
	awk -v ours="${MEDIAN[$1]}" -v peer="${MEDIAN[$2]}" -v name="$2" -v us="$1" \
		'BEGIN { if (ours < 1) ours = 1; printf "  -> %s takes %.1f times as long as %s\n", name, peer / ours, us }'
}
