#!/bin/bash
# All tests: unit tests and corpora under AddressSanitizer, then the programs end to end, on a
# private engine and a private Consul.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
fixtures=$root/tests/fixtures
# shellcheck source=tests/fixtures/lib.sh
. "$fixtures/lib.sh"

usage() {
	cat <<'TEXT'
usage: tests/run.sh [--asan] [all | unit [NAME...] | e2e [FILE...]]

all   (the default) what follows, the driver's end-to-end tests under AddressSanitizer too, and
      whether anything was left behind
unit  the programs build/asan/test_NAME, and each fuzz target on its corpus
e2e   tests/e2e/*.bats, or those that are given

--asan  end to end with the driver that was built under AddressSanitizer

It runs what "make all asan" has built. The last line is "N passed, N failed"; failures are shown in
full, everything else is in build/test/log.
TEXT
}

asan=
part=all
while [ $# -gt 0 ]; do
	case $1 in
	--asan) asan=1 ;;
	all | unit | e2e) part=$1 && shift && break ;;
	-h | --help) usage && exit ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done

cd "$root"
state=$root/build/test
logs=$state/log
lanes=(a b)
longest=(killed connections fleet conformance faults endpoints_gone)
passed=0 failed=0 skipped=0

# All that is to be said of a suite; printed at once, for there may be another lane.
tell() { # NAME FILE-OF-TAP EXIT-CODE PASSED FAILED SKIPPED
	if [ "$5" = -1 ]; then
		printf '%s ended with code %s\n' "$1" "$3"
		tail -n 60 "$2"
	elif [ "$5" != 0 ]; then
		awk '/^(ok|[0-9]+\.\.)/ { on = 0 } /^not ok / { on = 1 } on' "$2"
	fi
	printf '%-28s %3d passed' "$1" "$4"
	[ "$5" = 0 ] || printf ', %d failed' "${5#-}"
	[ "$6" = 0 ] || printf ', %d skipped' "$6"
}

# suite NAME FILE-OF-TAP EXIT-CODE: counts, and shows the failures with their comments.
suite() {
	local name=$1 tap=$2 code=$3 good bad skips
	good=$(grep -c '^ok ' "$tap" || true)
	bad=$(grep -c '^not ok ' "$tap" || true)
	skips=$(grep -ci '^ok .*# skip' "$tap" || true)
	# It ended badly though every test that it told about was good: crashed, leaked, timed out.
	[ "$code" = 0 ] || [ "$bad" != 0 ] || bad=-1
	printf '%s\n' "$(tell "$name" "$tap" "$code" $((good - skips)) "$bad" "$skips")"
	[ "$bad" != -1 ] || bad=1
	passed=$((passed + good - skips)) failed=$((failed + bad)) skipped=$((skipped + skips))
}

unit() {
	local name code programs=("${@/#/tests/unit/test_}")
	[ ${#programs[@]} != 0 ] || programs=(tests/unit/test_*.c)
	for name in "${programs[@]}"; do
		name=$(basename "$name" .c) name=${name#test_} code=0
		CMOCKA_MESSAGE_OUTPUT=tap timeout 300 "build/asan/test_$name" \
			>"$logs/unit-$name" 2>&1 || code=$?
		suite "unit $name" "$logs/unit-$name" "$code"
	done
}

# A target's corpus is one test: it runs through, or it does not. The second is the same with each
# allocation failing in turn, but for "unpack" and "tree": what is around the readers there can't do
# without.
corpora() {
	local target name log code
	for target in tests/fuzz/fuzz_*.c; do
		[ -e "$target" ] || continue
		name=$(basename "$target" .c) name=${name#fuzz_} log=$logs/corpus-$name code=0
		timeout 300 "build/asan/replay_$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 || code=$?
		[ "$code" != 0 ] || echo "ok 1 - $name" >>"$log"
		if [ "$code" = 0 ] && [[ $name != @(unpack|tree) ]]; then
			timeout 300 "build/asan/exhaust_$name" "tests/fuzz/corpus/$name" >>"$log" 2>&1 || code=$?
			[ "$code" != 0 ] || echo "ok 2 - $name, exhausted" >>"$log"
		fi
		suite "corpus $name" "$log" "$code"
	done
}

# The servers of a lane: its own engine, whatever the machine has, unless this user can't start one,
# and its own Consul.
start_servers() {
	local state=$state/$1
	! can_be_root || unset DOCKER_HOST
	unset DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION
	unset "${!CONSUL_@}"
	"$fixtures/engine.sh" start "$state/engine"
	eval "$("$fixtures/engine.sh" env "$state/engine")"
	"$fixtures/images.sh" load busybox factory-test/busybox:latest
	"$fixtures/images.sh" load python factory-test/python:latest
	TEST_CONSUL_TOKEN=$(cat /proc/sys/kernel/random/uuid)
	"$fixtures/consul.sh" start "$state/consul"
	"$fixtures/consul.sh" start "$state/consul-acl" "$TEST_CONSUL_TOKEN"
	TEST_CONSUL=$(cat "$state/consul/address")
	TEST_CONSUL_ACL=$(cat "$state/consul-acl/address")
	export TEST_CONSUL TEST_CONSUL_ACL TEST_CONSUL_TOKEN
	foreign=$(containers)
}

stop_servers() {
	local lane
	for lane in "${lanes[@]}"; do
		"$fixtures/consul.sh" stop "$state/$lane/consul"
		"$fixtures/consul.sh" stop "$state/$lane/consul-acl"
		"$fixtures/engine.sh" remove "$state/$lane/engine"
	done
}

one_file() { # FILE
	local name code=0
	name=$(basename "$1" .bats)
	BATS_TEST_TIMEOUT=180 timeout 1200 bats --formatter tap "$1" \
		>"$logs/e2e${asan:+-asan}-$name" 2>&1 </dev/null || code=$?
	suite "e2e${asan:+ asan} $name" "$logs/e2e${asan:+-asan}-$name" "$code"
}

# lane NAME FILE...: runs those that no other lane has begun, and leaves its counts.
lane() {
	local lane=$1 file passed=0 failed=0 skipped=0
	trap - EXIT # the servers are the caller's
	for file in "${@:2}"; do
		! mkdir "$state/begun/${file//\//:}" 2>/dev/null || one_file "$file"
	done
	check "no container is left (lane $lane)" containers_left
	echo "$passed $failed $skipped" >"$state/$lane/counts"
}

# Most tests wait for something: two at a time take little more than half as long. Those that take
# longest come first.
e2e() {
	local lane files=("$@")
	[ ${#files[@]} != 0 ] ||
		mapfile -t files < <(printf 'tests/e2e/%s.bats\n' "${longest[@]}" && ls tests/e2e/*.bats)
	[ ${#files[@]} != 1 ] || lanes=(a)
	export AGENT=$root/build/agent FACTORY=$root/build/${asan:+asan/}factory
	# What build/asan has beside the driver is no static program.
	[ -z "$asan" ] || export FACTORY_AGENT=$AGENT
	# It would keep 256 MB of what was freed, which tests of memory can't tell from what is held.
	[ -z "$asan" ] || export ASAN_OPTIONS=quarantine_size_mb=32
	rm -rf "$state/begun"
	mkdir -p "$state/begun"
	for lane in "${lanes[@]}"; do
		rm -f "$state/$lane/counts"
		start_servers "$lane"
		lane "$lane" "${files[@]}" &
	done
	wait
	for lane in "${lanes[@]}"; do
		add_counts "$state/$lane/counts"
	done
	stop_servers
}

add_counts() {
	local good=0 bad=1 left=0
	[ ! -e "$1" ] || read -r good bad left <"$1"
	passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
}

# check NAME COMMAND...: one more test; it passes if the command prints nothing.
check() {
	local name=$1 found
	found=$("${@:2}")
	if [ -z "$found" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'not ok - %s\n%s\n' "$name" "$found"
	fi
}

containers() {
	curl --silent --unix-socket "${DOCKER_HOST#unix://}" 'http://engine/containers/json?all=1' |
		jq -r '.[] | select(.Names[0] != "/toolbox") | "\(.Names[0]) \(.Image) \(.Status)"'
}

# Not those that a shared engine had before. A build that has passed does not wait for the removal of
# its containers, which they have been told: that may take the engine a moment.
containers_left() {
	local left
	for _ in $(seq 50); do
		left=$(containers | grep -vxF "${foreign:-none}" || true)
		[ -n "$left" ] || return 0
		sleep 0.1
	done
	echo "$left"
}

processes_left() {
	local pid
	for pid in $(pids_of "$state/"); do
		[ "$pid" = $$ ] || ps -o pid=,args= -p "$pid" || true
	done
}

mounts_left() {
	grep -F " $state/" /proc/self/mounts || true
}

began=$SECONDS
stop_servers # of a run that was killed
mkdir -p "$logs"
rm -f "$logs"/*
trap stop_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ "$part" = e2e ] || unit "$@"
[ "$part" = e2e ] || [ $# != 0 ] || corpora
[ "$part" = unit ] || e2e "$@"
# Once more under AddressSanitizer, on an engine that has cached nothing.
if [ "$part" = all ] && [ -z "$asan" ]; then
	asan=1
	e2e tests/e2e/{artifact,build,facts,files,manifest,modules,pillar,tls,toolbox}.bats
fi
if [ "$part" != unit ]; then
	check 'no process is left' processes_left
	check 'no mount is left' mounts_left
fi

echo
echo "tests took $((SECONDS - began)) s$([ $skipped = 0 ] || echo "; $skipped were skipped")"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
