# Builds of one call, side by side.
load common

# Two cells, each of which tells when it begins and ends.
two_cells() {
	manifest <<-E
		image: $BASE
		jobs:
		  include:
		    - {name: one, env: CELL=1}
		    - {name: two, env: CELL=2}
		install: read now rest </proc/uptime; echo "begins \$now"; sleep 2; read now rest </proc/uptime; echo "ends \$now"
	E
}

# time_of BUILD WORD: when a build's step said it.
time_of() {
	sed -n "s/^$1 *| *install-1 | $2 //p" <<<"$output"
}

# before A B: numbers.
before() {
	awk -v a="$1" -v b="$2" 'BEGIN { exit !(a != "" && b != "" && a < b) }' ||
		{ printf '%s is not before %s in:\n%s\n' "$1" "$2" "$output" >&2; return 1; }
}

@test "cells are built at once" {
	two_cells
	run "$FACTORY" build --no-cache m.yml -t t/parallel:1
	echo "$output"
	[ "$status" -eq 0 ]
	before "$(time_of one begins)" "$(time_of two ends)"
	before "$(time_of two begins)" "$(time_of one ends)"
	[ -n "$(image_id t/parallel:1-one)" ]
	[ -n "$(image_id t/parallel:1-two)" ]
	no_container_left
}

@test "with -j 1 one container works at a time" {
	two_cells
	echo 'script: [sleep 0.1, sleep 0.1]' >>m.yml
	"$FACTORY" build -j 1 --no-cache m.yml >out 2>&1 &
	local pid=$! most=0 now
	while kill -0 $pid 2>/dev/null; do
		now=$(api GET /containers/json | jq '[.[] | select(.Names[0] != "/toolbox")] | length')
		[ "$now" -le "$most" ] || most=$now
		sleep 0.3
	done
	wait $pid
	output=$(cat out)
	before "$(time_of one ends)" "$(time_of two begins)"
	# One that was told to end may be seen beside the next.
	[ "$most" -ge 1 ] && [ "$most" -le 2 ]
}

@test "the slots bound the tests of all builds together" {
	manifest <<-E
		image: $BASE
		jobs:
		  include: [{name: one}, {name: two, env: A=1}]
		script: [&t 'read b r </proc/uptime; sleep 1; read e r </proc/uptime; echo "span \$b \$e"', *t, *t]
	E
	run "$FACTORY" build -j 2 --no-cache m.yml
	[ "$status" -eq 0 ]
	# How many spans are open at the begin of each: never more than two.
	sed -n 's/.*| span //p' <<<"$output" >spans
	[ "$(wc -l <spans)" -eq 6 ]
	awk '{ b[NR] = $1; e[NR] = $2 }
		END { for (i = 1; i <= NR; i++) { n = 0
			for (j = 1; j <= NR; j++) if (b[j] <= b[i] && b[i] < e[j]) n++
			if (n > 2) exit 1 } }' spans
}

@test "every line says whose it is" {
	two_cells
	"$FACTORY" build --no-cache m.yml >ids 2>log
	cat log
	[ "$(grep -c '^sha256:' ids)" -eq 2 ] && [ "$(wc -l <ids)" -eq 2 ]
	# Up to the summary.
	[ -z "$(sed '/^$/,$d' log | grep -vE '^(one|two)  \| ')" ]
	grep -qE '^two  \| \[2/3\] install-1  ok ' log
	grep -qE '^one +passed +[0-9.]+ s$' log
}

@test "a failing cell lets the others go on" {
	two_cells
	sed -i 's/{name: one, env: CELL=1}/{name: one, env: CELL=1, install: exit 3}/' m.yml
	fails_with 6 "$FACTORY" build --no-cache m.yml -t t/parallel:fails
	shows "factory: one: m.yml:4:41: install-1 failed with exit code 3"
	[[ $output =~ one\ +failed ]]
	[[ $output =~ two\ +passed ]]
	no_image t/parallel:fails-one
	[ -n "$(image_id t/parallel:fails-two)" ]
	no_container_left
}

@test "manifests that stand on the same one build it once, before themselves" {
	cat >base.yml <<-E
		image: $BASE
		install: echo base-is-built >/base
	E
	for name in a b; do
		cat >$name.yml <<-E
			from: base.yml
			artifact: t/diamond-$name
			install: read now rest </proc/uptime; echo "begins \$now"; sleep 1.5; read now rest </proc/uptime; echo "ends \$now"
			script: test -e /base
		E
	done
	run "$FACTORY" build --no-cache a.yml b.yml
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^base.yml | .*install-1.*ok' <<<"$output")" -eq 1 ]
	before "$(time_of a.yml begins)" "$(time_of b.yml ends)"
	before "$(time_of b.yml begins)" "$(time_of a.yml ends)"
	[ "$(grep -c '^sha256:' <<<"$output")" -eq 2 ]
	[ -n "$(image_id t/diamond-a)" ] && [ -n "$(image_id t/diamond-b)" ]
	for name in base.yml a.yml b.yml; do
		[[ $output =~ $name\ +passed ]]
	done
}

@test "what a failed one is the base of is not run" {
	printf 'image: %s\ninstall: exit 9\n' "$BASE" >base.yml
	printf 'from: base.yml\ninstall: echo never\n' >a.yml
	printf 'image: %s\ninstall: echo b is built\n' "$BASE" >b.yml
	fails_with 6 "$FACTORY" build --no-cache a.yml b.yml
	shows "factory: base.yml: base.yml:2:10: install-1 failed with exit code 9"
	shows "b is built"
	[[ $output =~ a.yml\ +not\ run ]]
	[[ $output =~ b.yml\ +passed ]]
}

@test "-t names the image of one manifest only" {
	two_cells
	cp m.yml n.yml
	fails_with 2 "$FACTORY" build m.yml n.yml -t t/parallel:1
	shows "let each say its \`artifact:\`"
}

@test "cells of several manifests go by both names" {
	two_cells
	sed 's/CELL=/OTHER=/' m.yml >n.yml
	run "$FACTORY" build --no-cache -j 4 m.yml n.yml m.yml
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -cE '^[mn]\.yml: (one|two)  +passed' <<<"$output")" -eq 4 ]
}

@test "one signal ends all of them, and nothing is left" {
	two_cells
	sed -i 's/sleep 2/sleep 30/' m.yml
	for signal in INT TERM; do
		env --default-signal=INT "$FACTORY" build --no-cache m.yml -t t/parallel:never >out 2>&1 &
		local pid=$! tries code=0
		for tries in $(seq 100); do
			[ "$(grep -c 'begins' out)" -ge 4 ] && break
			sleep 0.1
		done
		kill -$signal $pid
		wait $pid || code=$?
		cat out
		[ "$code" -eq "$([ $signal = INT ] && echo 130 || echo 143)" ]
		[ "$(grep -c '^factory: interrupted' out)" -eq 1 ]
		grep -qE '^two +failed' out
		no_container_left
		no_image t/parallel:never-one
	done
}

# More than an engine is asked to start at a time.
twenty_cells() {
	manifest <<-E
		image: $BASE
		install: "true"
		jobs:
		  include:
		$(seq 20 | sed 's/.*/    - {name: cell-&, env: I=&}/')
	E
}

@test "containers that never come up make room for others, and each fails for itself" {
	twenty_cells
	mute_toolbox
	run "$FACTORY" build --no-cache m.yml -j 20 --toolbox toolbox-mute --patience 5 -t t/parallel:mute
	remove_mute_toolbox
	echo "$output"
	# The agent's silence, or the engine's where that is busy.
	[ "$status" -eq 9 ] || [ "$status" -eq 4 ]
	[ "$(grep -c '^factory: cell-[0-9]*: .*: given up after 5 s' <<<"$output")" -eq 20 ]
	nothing_left t/parallel:mute-cell-20
}

@test "one signal ends those that start, and those that wait for that" {
	twenty_cells
	mute_toolbox
	env --default-signal=INT "$FACTORY" build --no-cache m.yml -j 20 --toolbox toolbox-mute >out 2>&1 &
	local pid=$! tries code=0 there
	for tries in $(seq 100); do
		[ "$(our_containers | wc -l)" -lt 17 ] || break # the toolbox is one
		sleep 0.1
	done
	sleep 1
	there=$(our_containers | wc -l)
	kill -INT $pid
	wait $pid || code=$?
	remove_mute_toolbox
	cat out
	echo "$there containers"
	[ "$there" -eq 17 ]
	[ "$code" -eq 130 ]
	no_container_left
}

# --- several drivers ---

slow_build() {
	manifest <<-E
		image: $BASE
		install: ": $WORK; echo works; sleep ${1:-2}; head -c 16 /dev/urandom >/random"
	E
}

# says FILE TEXT: waits until a driver has printed it.
says() {
	local tries
	for tries in $(seq 200); do
		grep -q "$2" "$1" && return 0
		sleep 0.05
	done
	printf 'not said: %s\nin:\n%s\n' "$2" "$(cat "$1")" >&2
	return 1
}

@test "of two drivers with the same manifest one builds, and the other uses that" {
	slow_build
	"$FACTORY" build m.yml -t t/turn:a >out-a 2>&1 &
	local a=$!
	says out-a '| works'
	run "$FACTORY" build m.yml -t t/turn:b
	echo "$output"
	[ "$status" -eq 0 ]
	shows 'the same is being built right now'
	shows '(cached)'
	wait $a
	[ "$(image_id t/turn:a)" = "$(image_id t/turn:b)" ]
	[ -z "$(ls cache/factory/claims)" ]
}

@test "who waits for another driver goes on when that is killed, or is interrupted" {
	slow_build 3
	"$FACTORY" build m.yml >out-a 2>&1 &
	local a=$! code=0
	says out-a '| works'
	"$FACTORY" build m.yml >out-b 2>&1 &
	local b=$!
	env --default-signal=INT "$FACTORY" build m.yml >out-c 2>&1 &
	local c=$!
	says out-b 'is being built right now'
	says out-c 'is being built right now'
	kill -INT $c
	wait $c || code=$?
	[ "$code" -eq 130 ]
	kill -KILL $a
	wait $b
	grep -q 'install-1  ok' out-b
	no_container_left
}

@test "drivers that know nothing of each other may build the same at once" {
	slow_build
	local i pids=()
	for i in 1 2 3; do
		XDG_CACHE_HOME=$WORK/cache-$i "$FACTORY" build m.yml -t t/apart:1 >out-$i 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	[ "$(cat out-* | grep -c 'install-1  ok')" -eq 3 ]
	[ -n "$(image_id t/apart:1)" ]
	no_container_left
	run "$FACTORY" build m.yml
	shows '(cached)'
}

@test "of cells that come to the same one is built" {
	manifest <<-E
		image: $BASE
		jobs: {include: [{name: one}, {name: two}]}
		install: ": $WORK; echo works; sleep 1; head -c 16 /dev/urandom >/random"
	E
	run "$FACTORY" build m.yml
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c '| works' <<<"$output")" -eq 1 ]
	[ "$(grep '^sha256:' <<<"$output" | sort -u | wc -l)" -eq 1 ]
}

# A registry that takes connections and never answers; its address is in the file `registry`.
silent_registry() {
	/usr/bin/python3 -c '
import socket, time
server = socket.create_server(("127.0.0.1", 0))
open("registry", "w").write("127.0.0.1:%d" % server.getsockname()[1])
time.sleep(60)' 3>&- &
	SILENT=$!
	local tries
	for tries in $(seq 100); do [ -s registry ] && return 0; sleep 0.05; done
	return 1
}

@test "while one waits for its base's pull others are built, and a signal ends it" {
	silent_registry
	printf 'image: %s/slow:1\n' "$(cat registry)" >slow.yml
	printf 'image: %s\ninstall: ": %s"\n' "$BASE" "$WORK" >fast.yml
	env --default-signal=INT "$FACTORY" build slow.yml fast.yml >out 2>&1 &
	local pid=$! code=0
	says out 'fast.yml | built'
	kill -INT $pid
	wait $pid || code=$?
	kill $SILENT
	cat out
	[ "$code" -eq 130 ]
	grep -q 'pulling it' out
	grep -qE '^fast.yml +passed' out
	no_container_left
}
