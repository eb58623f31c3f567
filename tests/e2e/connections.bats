# What must hold whatever happens to the connections: see tests/faults/. FAULTS_SEED runs the
# schedules of a run before again; each that fails also prints the line that runs it alone.

load common

BATS_TEST_TIMEOUT=300

# faults KIND COUNT: random schedules, more of them at once where they mostly wait.
faults() {
	local seed=${FAULTS_SEED:-$RANDOM$RANDOM}
	"$FACTORY" toolbox create >/dev/null
	run env JOBS="$3" /usr/bin/python3 "$BATS_TEST_DIRNAME/../faults/run.py" "$1" "$seed" "$2"
	echo "FAULTS_SEED=$seed"
	echo "$output"
	[ "$status" -eq 0 ]
}

# own_engine [podman]: starts one, for what the shared one must not suffer.
own_engine() {
	OWN=$(mktemp -d /tmp/keepXXXX)
	without_own "$BATS_TEST_DIRNAME/../fixtures/engine.sh" start "$OWN" "$@" 3>&-
	export DOCKER_HOST=unix://$OWN/docker.sock
	"$BATS_TEST_DIRNAME/../fixtures/images.sh" load busybox "$BASE"
}

# An engine that DOCKER_HOST names would be the one.
without_own() {
	env -u DOCKER_HOST "$@"
}

@test "builds under faults between driver and engine: an image that is right, or a true failure" {
	faults cold 60 6
}

@test "builds under faults between driver and Podman's service" {
	[ "$(id -u)" -eq 0 ] || skip "a private engine needs root"
	command -v podman >/dev/null || skip "there is no podman"
	own_engine podman
	code=0
	(faults podman 24 4) || code=$?
	without_own "$BATS_TEST_DIRNAME/../fixtures/engine.sh" remove "$OWN"
	[ "$code" -eq 0 ]
}

@test "a driver without a daemon, or its helpers, that are killed: nothing runs, the name is old or right" {
	[ "$(id -u)" -eq 0 ] || skip "oci: needs root"
	command -v runc >/dev/null || command -v crun >/dev/null || skip "neither runc nor crun is here"
	faults oci 40 4
}

@test "cached builds under faults between driver and engine" {
	faults cached 280 10
}

@test "a driver that is killed at any request leaves nothing that runs, and no image" {
	faults killed 28 4
}

@test "agent render -once under faults between agent and Consul: old or new files, never between" {
	faults once 400 12
}

@test "agent render that goes on under faults comes back, with whole files" {
	faults watch 200 16
}

@test "an engine that is restarted in mid-build: one clear error, nothing left, the next one works" {
	[ "$(id -u)" -eq 0 ] || skip "a private engine needs root"
	own_engine
	manifest <<-E
		image: $BASE
		network: none
		install:
		  - echo one > /one
		  - sleep 60
	E
	"$FACTORY" build m.yml -t t/restarted:1 >log 2>&1 &
	driver=$!
	for i in $(seq 100); do
		grep -q 'install-2' log && break
		sleep 0.1
	done
	without_own "$BATS_TEST_DIRNAME/../fixtures/engine.sh" stop "$OWN"
	code=0
	wait $driver || code=$?
	without_own "$BATS_TEST_DIRNAME/../fixtures/engine.sh" start "$OWN" 3>&-
	left=$(containers)
	sed -i 's/sleep 60/true/' m.yml
	again=0
	"$FACTORY" build m.yml -t t/restarted:1 || again=$?
	without_own "$BATS_TEST_DIRNAME/../fixtures/engine.sh" remove "$OWN"
	cat log
	[ "$code" -eq 4 ] || [ "$code" -eq 9 ]
	[ "$(grep -c '^factory: ' log)" -eq 1 ]
	[ -z "$left" ]
	[ "$again" -eq 0 ]
}

# Only the driver's clock: the agent is a static program, and the engine has the machine's.
@test "a clock that is set back by a day in mid-build changes nothing" {
	command -v faketime >/dev/null || skip "faketime is not installed"
	manifest <<-E
		image: $BASE
		network: none
		install: [sleep 1, echo two > /two]
		script: test -e /two
	E
	echo +0 >clock
	library=$(echo /usr/lib/*/faketime/libfaketime.so.1)
	LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$WORK/clock FAKETIME_NO_CACHE=1 \
		DONT_FAKE_MONOTONIC=1 "$FACTORY" build m.yml --no-cache -t t/clock:1 >log 2>&1 &
	driver=$!
	sleep 0.5
	echo -1d >clock
	wait $driver
	grep -q '^built t/clock:1' log
	no_container_left
}
