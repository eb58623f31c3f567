# Builds spread over two private engines: that of the tests, and one that is killed.
load common
load engines

setup_file() {
	second_engine_start
	other "$BATS_TEST_DIRNAME/../fixtures/images.sh" load busybox "$BASE"
}

teardown_file() {
	second_engine_remove
}

cells() {
	manifest <<-E
		image: $BASE
		jobs:
		  include: [{name: one, env: A=1}, {name: two, env: A=2}]
		install: sleep $1
	E
}

@test "builds are spread, and the summary says where" {
	cells 1
	run both --no-cache m.yml -t t/endpoints:1
	[ "$status" -eq 0 ]
	shows "on $DOCKER_HOST"
	shows "on $OTHER_HOST"
}

@test "an image that only one endpoint has draws its builds there" {
	other "$BATS_TEST_DIRNAME/../fixtures/images.sh" load busybox factory-test/only-there:latest
	cells 1
	sed -i 's|^image:.*|image: factory-test/only-there|' m.yml
	run both --no-cache m.yml -t t/endpoints:2
	[ "$status" -eq 0 ]
	shows "on $OTHER_HOST"
	not shows "on $DOCKER_HOST"
}

@test "an image that another endpoint has already is not built again, though this user knows nothing of it" {
	mkdir -p config/factory
	echo "endpoints: [{address: '$DOCKER_HOST', weight: 9}]" >config/factory/config.yml
	api GET "/images/$BASE/get" --output base.tar # an import would have another id
	other api POST /images/load --header 'Content-Type: application/x-tar' --data-binary @base.tar
	manifest <<-E
		image: $BASE
		install: echo $WORK
	E
	run other "$FACTORY" build m.yml
	[ "$status" -eq 0 ]
	XDG_CACHE_HOME=$WORK/another run both m.yml -t t/endpoints:5
	[ "$status" -eq 0 ]
	shows "another endpoint has its image: going there"
	shows "0 run, 3 cached"
	[ -n "$(other image_id t/endpoints:5)" ]
}

@test "labels say where a build may run" {
	mkdir -p config/factory
	echo "endpoints: [{address: '$OTHER_HOST', labels: [gpu]}]" >config/factory/config.yml
	cells 1
	echo 'runs_on: gpu' >>m.yml
	run both --no-cache m.yml -t t/endpoints:3
	[ "$status" -eq 0 ]
	not shows "on $DOCKER_HOST"
	sed -i 's/gpu/arm64/' m.yml
	run both --no-cache m.yml -t t/endpoints:3
	[ "$status" -ne 0 ]
	shows "no endpoint that is left has the labels"
}

@test "an endpoint that is killed in mid-build: its builds run on the other" {
	cells 6
	both --no-cache m.yml -t t/endpoints:4 >out 2>&1 &
	local pid=$!
	sleep 4
	kill -KILL "$(cat "$OTHER/pid")"
	wait "$pid" || { cat out; false; }
	output=$(cat out)
	shows "($OTHER_HOST was lost)"
	[ -n "$(image_id t/endpoints:4-one)" ]
	[ -n "$(image_id t/endpoints:4-two)" ]
}
