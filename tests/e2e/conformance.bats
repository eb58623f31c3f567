load common

# The same cases for each engine that this machine has; FACTORY_ENGINES="docker podman" chooses.
conform=$BATS_TEST_DIRNAME/../conformance/conform.sh
fixture=$BATS_TEST_DIRNAME/../fixtures/engine.sh

setup_file() {
	RESULTS=$(mktemp -d)
	export RESULTS
	"$conform" engines >"$RESULTS/engines"
	! grep -qx podman "$RESULTS/engines" || "$fixture" start "$RESULTS/podman-engine" podman 3>&-
}

teardown_file() {
	[ ! -e "$RESULTS/podman-engine" ] || "$fixture" remove "$RESULTS/podman-engine"
	rm -rf "$RESULTS"
}

# A test's own Podman has its storage mounted, and cleans up behind its containers by itself.
teardown() {
	if [ -d "$WORK/podman" ]; then
		sleep 1
		awk -v below="$WORK/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | tac | xargs -r -n 1 umount
	fi
	rm -rf "$WORK"
}

# endpoint ENGINE: where the tests have it; they are skipped where there is none.
endpoint() {
	grep -qx "$1" "$RESULTS/engines" || skip "no $1 here"
	case $1 in
	docker) ENDPOINT=$DOCKER_HOST ;;
	podman) ENDPOINT=unix://$RESULTS/podman-engine/docker.sock ;;
	oci) ENDPOINT=oci:$RESULTS/oci-engine ;;
	esac
}

cases() {
	endpoint "$1"
	"$conform" run "$1" "$ENDPOINT" "$RESULTS"
}

# prepare ENDPOINT: gives it the image that the builds stand on; clean_up takes it away.
prepare() {
	CONFORMANCE_TAR=$BATS_TEST_DIRNAME/../../build/images/busybox.tar \
		timeout 60 "$BATS_TEST_DIRNAME/../../build/asan/conformance" "$1" prepare
}

clean_up() {
	timeout 60 "$BATS_TEST_DIRNAME/../../build/asan/conformance" "$1" clean-up
}

# A build of two steps with a test, then one that stands on its image: what was built is there.
builds() {
	endpoint "$1"
	prepare "$ENDPOINT"
	manifest <<-'M'
		image: factory-test/conformance:base
		copy: [{source: made, destination: /etc/made}]
		install:
		  - echo one > /one
		  - test -e /one && mkdir /app && echo two > /app/two
		script: rm /one && test -e /etc/made
		config: {cmd: [cat, /app/two], user: "1000", env: {A: "1"}}
	M
	echo made >made
	"$FACTORY" build m.yml -t t/engines:1 --endpoint "$ENDPOINT"
	run "$FACTORY" build m.yml -t t/engines:1 --endpoint "$ENDPOINT"
	[ "$status" -eq 0 ]
	shows "(cached)"
	printf '%s\n' 'image: t/engines:1' \
		'script: test "$(cat /one /app/two)" = "$(printf "one\ntwo")" && test "$(id -u)" = 1000' >second.yml
	run "$FACTORY" build second.yml --endpoint "$ENDPOINT"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	clean_up "$ENDPOINT"
}

@test "docker: every case" {
	cases docker
}

@test "podman: every case" {
	cases podman
}

@test "oci: every case" {
	cases oci
}

@test "docker: a build, from the cache, and one that stands on it" {
	builds docker
}

@test "podman: a build, from the cache, and one that stands on it" {
	builds podman
}

@test "oci: a build, from the cache, and one that stands on it" {
	builds oci
}

# What two branches have changed, and one of them in the cache.
groups() {
	endpoint "$1"
	prepare "$ENDPOINT"
	manifest <<-'M'
		image: factory-test/conformance:base
		install:
		  - mkdir /d /d/gone /d/was; echo base > /d/file; touch /d/gone/file
		  - parallel:
		      - {name: left, steps: ['echo ran left; echo left > /d/file; rm -r /d/gone', chmod 4711 /d/file]}
		      - echo ran right; mkdir -m 2750 /d/new; echo hard > /d/new/one; ln /d/new/one /d/new/two; chown 7:8 /d/new/one
		      - mkfifo -m 600 /d/pipe; rmdir /d/was; ln -s ../etc /d/was; true
		script: >
		  test "$(cat /d/file)" = left && test "$(stat -c %a /d/file /d/new /d/pipe | tr '\n' ' ')" = "4711 2750 600 "
		  && test ! -e /d/gone && test "$(stat -c %h:%u:%g /d/new/two)" = 2:7:8 && test -p /d/pipe && test -L /d/was
	M
	run "$FACTORY" build m.yml -t t/groups:1 --endpoint "$ENDPOINT"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	sed -i 's/ran left; echo left/ran again; echo left/' m.yml
	run "$FACTORY" build m.yml -t t/groups:1 --endpoint "$ENDPOINT"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	shows "| ran again"
	shows "install-4  cached"
	sed -i 's/touch \/d\/gone\/file/true/; s/mkfifo/touch \/d\/file; mkfifo/' m.yml
	fails_with 6 "$FACTORY" build m.yml -t t/groups:1 --endpoint "$ENDPOINT"
	shows "the branches 'left' and 'touch /d/file; mkfifo"
	clean_up "$ENDPOINT"
}

@test "podman: groups" {
	groups podman
}

@test "oci: groups" {
	groups oci
}

# What the tests that look at the machine see of it: processes, mounts, cgroups, containers.
oci_leftovers() {
	pgrep -f "$1/containers" || true
	grep -F " $1/" /proc/self/mounts || true
	find /sys/fs/cgroup -maxdepth 3 -path '*/factory/*' -type d
	ls "$1/containers"
}

@test "oci: nothing of a session stays, however the driver ends" {
	endpoint oci
	local at=$WORK/oci signal
	prepare "oci:$at"
	printf '%s\n' 'image: factory-test/conformance:base' 'install: echo runs; sleep 60' >m.yml
	"$FACTORY" toolbox create --endpoint "oci:$at"
	local before
	before=$(oci_leftovers "$at")
	is_as_before() { [ "$(oci_leftovers "$at")" = "$before" ]; }
	for signal in INT KILL; do
		"$FACTORY" build m.yml --endpoint "oci:$at" >log 2>&1 3>&- &
		eventually grep -q runs log
		[ "$(oci_leftovers "$at")" != "$before" ]
		kill -$signal $!
		wait $! || true
		eventually is_as_before
	done
}

@test "oci: a supervisor that is killed takes its container with it, and the next command sweeps" {
	endpoint oci
	local at=$WORK/oci before
	prepare "oci:$at"
	printf '%s\n' 'image: factory-test/conformance:base' 'install: echo runs; sleep 60' >m.yml
	"$FACTORY" toolbox create --endpoint "oci:$at"
	before=$(ls "$at/containers")
	"$FACTORY" build m.yml --endpoint "oci:$at" >log 2>&1 3>&- &
	eventually grep -q runs log
	kill -KILL "$(cat "$at"/containers/*/supervisor)"
	local code=0
	wait $! || code=$?
	[ "$code" -eq 9 ]
	[ -z "$(pgrep -f "$at/containers")" ]
	"$FACTORY" toolbox create --endpoint "oci:$at"
	[ "$(ls "$at/containers")" = "$before" ]
}

@test "oci: a base image that is not there, no runtime, a directory that can't be" {
	endpoint oci
	printf '%s\n' 'image: factory-test/none:1' 'install: "true"' >m.yml
	mkdir bin && ln -s "$(command -v runc || command -v crun)" bin/
	fails_with 5 env PATH="$WORK/bin" "$FACTORY" build m.yml --endpoint "oci:$WORK/oci"
	shows "there is no program skopeo here, by which oci: speaks with registries: install the package skopeo"
	fails_with 4 env PATH=/nonexistent "$FACTORY" facts x --endpoint oci:
	shows "there is neither runc nor crun here"
	fails_with 4 "$FACTORY" facts x --endpoint oci:relative
	shows "use oci: or oci:/DIRECTORY"
	fails_with 4 "$FACTORY" facts x --endpoint oci:/proc/none
	[ "${#lines[@]}" -eq 1 ]
}

@test "podman: without a service one is started for the command, and nothing of it stays" {
	endpoint podman
	export XDG_RUNTIME_DIR=$WORK/run ENDPOINT=podman:$WORK/podman
	mkdir "$XDG_RUNTIME_DIR"
	prepare "$ENDPOINT"
	printf '%s\n' 'image: factory-test/conformance:base' 'install: echo 1 > /1' >m.yml
	"$FACTORY" build m.yml -t t/own:1 --endpoint "$ENDPOINT"
	[ -z "$(ls "$XDG_RUNTIME_DIR")" ]
	printf '%s\n' 'image: factory-test/conformance:base' 'install: echo runs; sleep 60' >long.yml
	"$FACTORY" build long.yml --endpoint "$ENDPOINT" >log 2>&1 3>&- &
	eventually grep -q runs log
	kill -KILL $!
	wait $! || true
	eventually not pgrep -f "$WORK/podman/data.* system service"
	DOCKER_HOST=$ENDPOINT run "$FACTORY" build m.yml
	[ "$status" -eq 0 ]
	[ -z "$(ls "$XDG_RUNTIME_DIR")" ]
}

@test "podman: without root" {
	endpoint podman
	local user
	user=$(awk -F : 'NR == FNR { known[$1]; next } $1 in known && $1 != "root" { print $1; exit }' /etc/passwd /etc/subuid)
	[ -n "$user" ] && command -v newuidmap >/dev/null || skip "no user has subordinate ids (see subuid(5))"
	chmod 755 "$WORK"
	install -d -o "$user" "$WORK"/{home,run}
	as_user() {
		setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups \
			env -u XDG_CONFIG_HOME -u XDG_CACHE_HOME HOME="$WORK/home" XDG_RUNTIME_DIR="$WORK/run" "$@" 3>&-
	}
	as_user test -x "$FACTORY" || skip "$user can't read $FACTORY"
	printf '%s\n' 'image: t/base:1' 'install: test "$(id -u)" = 0 && echo 1 > /1' 'script: test -e /1' >m.yml
	as_user "$FACTORY" import "$BATS_TEST_DIRNAME/../../build/images/busybox.tar" t/base:1 --endpoint podman:
	as_user "$FACTORY" build m.yml -t t/own:1 --endpoint podman:
	run as_user "$FACTORY" build m.yml -t t/own:1 --endpoint podman:
	[ "$status" -eq 0 ]
	shows "(cached)"
	sleep 1
	[ -z "$(pgrep -f "system service.*$WORK/run")" ]
	kill "$(cat "$WORK/run/libpod/tmp/pause.pid")" # Podman's own, that only keeps a namespace
}

@test "podman: no program, no storage" {
	endpoint podman
	fails_with 4 env PATH=/nonexistent "$FACTORY" build m.yml --endpoint podman:
	touch m.yml
	fails_with 4 env PATH=/nonexistent "$FACTORY" facts x --endpoint podman:
	shows "there is no program 'podman' here"
	fails_with 4 "$FACTORY" facts x --endpoint podman:relative
	shows "use podman: or podman:/DIRECTORY"
	fails_with 4 "$FACTORY" facts x --endpoint podman:/proc/none
	shows "Podman's service ended at once: "
	[ "${#lines[@]}" -eq 1 ]
}

@test "podman: the engine goes while a step runs" {
	endpoint podman
	"$fixture" start "$WORK/gone" podman 3>&-
	local here=unix://$WORK/gone/docker.sock
	prepare "$here"
	printf '%s\n' 'image: factory-test/conformance:base' 'install: echo runs; sleep 60' >m.yml
	"$FACTORY" build m.yml --endpoint "$here" >log 2>&1 3>&- &
	local pid=$!
	eventually grep -q runs log
	timeout 60 "$fixture" stop "$WORK/gone"
	local code=0
	wait $pid || code=$?
	cat log
	[ "$code" -eq 9 ] || [ "$code" -eq 4 ]
	timeout 60 "$fixture" remove "$WORK/gone"
}

@test "docs/engines.md says what they can do" {
	[ "$(wc -l <"$RESULTS/engines")" = 3 ] || skip "not all engines are here"
	"$conform" table "$RESULTS" >table
	sed -n '/^<!-- engines -->$/,/^<!-- end of engines -->$/{//!p}' \
		"$BATS_TEST_DIRNAME/../../docs/engines.md" | diff -u - table
}
