# shellcheck shell=bash
# Does something grow that should not? Sourced by run.sh.
#
# The driver is looked at while it works: what it holds in the last third of its time may not be
# more than what it held in the third before that, but for a bound. The engine is asked before and
# after, once it has come to rest.

MOST_DESCRIPTORS=16    # more than before, of a process
MOST_GOROUTINES=32     # more than before, of the engine
MOST_PER_PIECE=4       # KB that the driver may hold for a step or a build that is over: its record
MOST_ENGINE_KB=150000 # its heap grows once, to what its work takes at a time

# failed TEXT: says so, and run.sh ends with 1.
failed() {
	echo "  FAILED: $1" >&2
	FAILURES=$((FAILURES + 1))
}
FAILURES=0

# no_more WHAT BEFORE AFTER MOST
no_more() {
	[ "$3" -le $(($2 + $4)) ] || failed "$1: $2 before, $3 after; $4 more are allowed"
}

# watch PID FILE: a line "DESCRIPTORS KB" a few times a second, until the process ends.
watch() {
	local descriptors memory
	while memory=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$1/status" 2>/dev/null) &&
		[ -n "$memory" ]; do
		descriptors=("/proc/$1/fd/"*)
		echo "${#descriptors[@]} $memory"
		sleep 0.2
	done >"$2"
}

# thirds FILE COLUMN: the largest value of the middle third, and of the last.
thirds() {
	awk -v column="$2" '{ value[NR] = $column }
		END {
			for (i = 1; i <= NR; i++) {
				part = int((i - 1) * 3 / NR)
				if (value[i] > most[part])
					most[part] = value[i]
			}
			print most[1] + 0, most[2] + 0
		}' "$1"
}

# driver_grew FILE PIECES: judges what watch wrote.
driver_grew() {
	local middle last
	read -r middle last < <(thirds "$1" 1)
	no_more "driver's descriptors" "$middle" "$last" "$MOST_DESCRIPTORS"
	printf '  driver: %s, then %s descriptors' "$middle" "$last"
	read -r middle last < <(thirds "$1" 2)
	no_more "driver's KB" "$middle" "$last" $((4096 + $2 * MOST_PER_PIECE / 3))
	printf '; %s, then %s KB\n' "$middle" "$last"
}

engine() {
	curl --silent --unix-socket "${DOCKER_HOST#unix://}" "http://engine$1"
}

# engine_holds: "DESCRIPTORS GOROUTINES CONTAINERS KB" of the engine; KB only of one of our own.
engine_holds() {
	local kb=0
	[ -z "$own" ] || kb=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$(cat "$work/engine/pid")/status")
	engine /info | jq -r --arg kb "$kb" '"\(.NFd // 0) \(.NGoroutines // 0) \(.Containers) \($kb)"'
}

# Removals and connections that were kept end a little after the driver.
engine_rests() {
	local before='' now tries
	for tries in $(seq 30); do
		now=$(engine_holds | cut -d ' ' -f 1-3)
		[ "$now" = "$before" ] && return
		before=$now
		sleep 1
	done
}

# engine_grew BEFORE: judges what it holds now against what engine_holds said.
engine_grew() {
	local before after
	engine_rests
	read -r -a before <<<"$1"
	read -r -a after < <(engine_holds)
	no_more "engine's descriptors" "${before[0]}" "${after[0]}" "$MOST_DESCRIPTORS"
	no_more "engine's goroutines" "${before[1]}" "${after[1]}" "$MOST_GOROUTINES"
	no_more containers "${before[2]}" "${after[2]}" 0
	no_more "engine's KB" "${before[3]}" "${after[3]}" "$MOST_ENGINE_KB"
	printf '  engine: %s, then %s descriptors; %s, then %s goroutines' \
		"${before[0]}" "${after[0]}" "${before[1]}" "${after[1]}"
	[ -z "$own" ] || printf '; %s, then %s KB' "${before[3]}" "${after[3]}"
	printf '\n'
}
