# Endpoints that die, or hang, while builds run there: two private engines beside that of the tests.
load common

setup_file() {
	OTHER=$(mktemp -d) THIRD=$(mktemp -d)
	export OTHER THIRD OTHER_HOST=unix://$OTHER/docker.sock THIRD_HOST=unix://$THIRD/docker.sock
}

teardown_file() {
	local dir
	for dir in "$OTHER" "$THIRD"; do
		resume "$dir"
		(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" remove "$dir")
	done
}

# Whatever became of it before, it runs and has the base.
setup() {
	WORK=$(mktemp -d)
	export XDG_CACHE_HOME=$WORK/cache XDG_CONFIG_HOME=$WORK/config XDG_STATE_HOME=$WORK/state
	cd "$WORK" || return 1
	resume "$OTHER"
	start "$OTHER"
}

start() {
	(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" start "$1")
	DOCKER_HOST=unix://$1/docker.sock "$BATS_TEST_DIRNAME/../fixtures/images.sh" load busybox "$BASE"
}

# What hangs accepts connections and answers nothing, old ones are silent.
hang() {
	kill -STOP "$(cat "$1/pid")"
}

resume() {
	[ ! -e "$1/pid" ] || kill -CONT "$(cat "$1/pid")" 2>/dev/null || true
}

die() {
	kill -KILL "$(cat "$1/pid")"
}

# endpoints LINE...: in config.yml.
endpoints() {
	mkdir -p config/factory
	printf 'endpoints:\n' >config/factory/config.yml
	printf '  - %s\n' "$@" >>config/factory/config.yml
}

# build SECONDS OPTION...: on the file's endpoints, in the background; ends within so many seconds.
build() {
	local bound=$1
	shift
	env -u DOCKER_HOST timeout "$bound" "$FACTORY" build --no-cache "$@" >out 2>&1 3>&- &
	BUILD=$!
}

# built CODE: it has ended with that code.
built() {
	local code=0
	wait "$BUILD" || code=$?
	output=$(cat out)
	[ "$code" -eq "$1" ] || { printf 'exit code %s, not %s\n%s\n' "$code" "$1" "$output" >&2; return 1; }
}

cells() {
	manifest <<-E
		image: $BASE
		jobs: {include: [{name: one, env: A=1}, {name: two, env: A=2}]}
		install: sleep $1
	E
}

# chain: base.yml, and two cells of m.yml that stand on it.
chain() {
	printf 'image: %s\ninstall: echo made >/made\n' "$BASE" >base.yml
	manifest <<-E
		from: base.yml
		jobs: {include: [{name: one, env: A=1}, {name: two, env: A=2}]}
		install: cat /made; sleep $1
	E
}

@test "an endpoint that hangs at the start does not hold the others up" {
	endpoints "$OTHER_HOST" "$DOCKER_HOST"
	cells 1
	hang "$OTHER"
	SECONDS=0
	build 60 --patience 8 m.yml -t t/gone:1
	built 0
	[ "$SECONDS" -lt 7 ]
	[ -n "$(image_id t/gone:1-two)" ]
}

@test "one that answers late joins the builds that run" {
	endpoints "{address: '$OTHER_HOST', labels: [late]}" "$DOCKER_HOST"
	printf 'image: %s\ninstall: sleep 3\n' "$BASE" >other.yml
	printf 'image: %s\nruns_on: late\ninstall: "true"\n' "$BASE" | manifest
	hang "$OTHER"
	build 60 --patience 20 m.yml other.yml
	eventually grep -q "sleep 3" out
	resume "$OTHER"
	built 0
	shows "on $OTHER_HOST"
}

@test "one that only hangs is given up within the patience, and what needs it fails" {
	endpoints "{address: '$OTHER_HOST', labels: [gpu]}" "$DOCKER_HOST"
	printf 'image: %s\nruns_on: gpu\ninstall: "true"\n' "$BASE" | manifest
	hang "$OTHER"
	SECONDS=0
	build 60 --patience 3 m.yml
	built 4
	[ "$SECONDS" -lt 8 ]
	shows "an endpoint is left out: the engine at $OTHER_HOST"
	shows "no endpoint that is left has the labels"
}

@test "an endpoint that hangs in mid-build: its builds run on the other" {
	endpoints "{address: '$OTHER_HOST', slots: 1}" "{address: '$DOCKER_HOST', slots: 1}"
	cells 5
	build 100 --patience 2 m.yml -t t/gone:2
	eventually grep -q "two *| \[2/3\]" out
	eventually grep -q "one *| \[2/3\]" out
	hang "$OTHER"
	built 0
	shows "$OTHER_HOST does not answer any more: it is given up"
	shows "($OTHER_HOST was lost)"
	[ -n "$(image_id t/gone:2-one)" ]
	[ -n "$(image_id t/gone:2-two)" ]
	no_container_left
}

@test "one that dies with a chain: what stood there is built again, base and all" {
	endpoints "{address: '$OTHER_HOST', weight: 100}" "$DOCKER_HOST"
	chain 5
	build 100 m.yml -t t/gone:3
	eventually grep -q "one *| \[2/3\]" out
	die "$OTHER"
	built 0
	[ "$(grep -c "base.yml .* on $DOCKER_HOST ($OTHER_HOST was lost)" out)" = 1 ]
	[ "$(grep -c "passed .* on $DOCKER_HOST ($OTHER_HOST was lost)" out)" = 3 ]
	[ "$(file_in t/gone:3-one /made)" = made ]
	no_container_left
}

@test "one whose image is needed elsewhere dies: the image is made again" {
	endpoints "{address: '$OTHER_HOST', weight: 100}" "{address: '$DOCKER_HOST', labels: [here]}"
	printf 'image: %s\ninstall: echo made >/made\n' "$BASE" >base.yml
	printf 'image: %s\nruns_on: here\ninstall: sleep 4\n' "$BASE" >slow.yml
	printf 'from: base.yml\nruns_on: here\ninstall: cat /made\n' | manifest
	build 100 -j 1 slow.yml m.yml
	eventually grep -q "base.yml *| built" out
	die "$OTHER"
	built 0
	[ "$(grep -c "base.yml .* passed .* on $DOCKER_HOST ($OTHER_HOST was lost)" out)" = 1 ]
}

@test "all of them die: a clear error, and nothing is left" {
	start "$THIRD"
	endpoints "$OTHER_HOST" "$THIRD_HOST"
	chain 20
	build 60 m.yml
	eventually grep -q "one *| \[2/3\]" out
	die "$OTHER"
	die "$THIRD"
	built 4
	shows "is gone, and no other endpoint is left for it: "
	grep -q '^factory: ' out
}

@test "all of them hang: likewise, within the patience" {
	start "$THIRD"
	endpoints "$OTHER_HOST" "$THIRD_HOST"
	cells 40
	build 100 --patience 2 m.yml
	eventually grep -q "one *| \[2/3\]" out
	hang "$OTHER"
	hang "$THIRD"
	SECONDS=0
	built 4
	[ "$SECONDS" -lt 20 ]
	shows "$OTHER_HOST does not answer any more"
	shows "$THIRD_HOST does not answer any more"
	resume "$THIRD"
	resume "$OTHER"
	is_empty() { [ "$(DOCKER_HOST=$OTHER_HOST api GET /containers/json | jq length)" = 0 ]; }
	eventually is_empty
}

@test "a single engine that hangs in mid-build is noticed too" {
	printf 'image: %s\ninstall: sleep 60\n' "$BASE" | manifest
	DOCKER_HOST=$OTHER_HOST timeout 60 "$FACTORY" build --no-cache --patience 2 m.yml >out 2>&1 3>&- &
	BUILD=$!
	eventually grep -q "\[2/3\]" out
	hang "$OTHER"
	built 4
	shows "$OTHER_HOST does not answer any more: it is given up"
}
