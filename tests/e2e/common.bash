# What every end-to-end test loads: the programs under test, and a look at the engine by its API.
# FACTORY, AGENT, DOCKER_HOST and TEST_CONSUL come from tests/run.sh.

BASE=factory-test/busybox:latest

setup() {
	WORK=$(mktemp -d)
	export XDG_CACHE_HOME=$WORK/cache XDG_CONFIG_HOME=$WORK/config XDG_STATE_HOME=$WORK/state
	unset CONSUL_HTTP_ADDR CONSUL_HTTP_TOKEN NO_COLOR
	FOREIGN=$(containers)
	cd "$WORK" || return 1
}

teardown() {
	rm -rf "$WORK"
}

# api METHOD PATH [curl option...]: the engine's answer.
api() {
	local method=$1 path=$2
	shift 2
	curl --silent --unix-socket "${DOCKER_HOST#unix://}" --request "$method" "$@" "http://engine$path"
}

is_podman() {
	api GET /version | grep -q 'Podman Engine'
}

# manifest: the text on standard input becomes m.yml.
manifest() {
	cat >m.yml
}

image_id() {
	api GET "/images/$1/json" | jq -r '.Id // empty'
}

# All containers, the toolbox's data container aside.
containers() {
	api GET '/containers/json?all=1' | jq -r '.[] | select(.Names[0] != "/toolbox") | .Id'
}

# Those that were not there when the test began: the engine may be one that others use too.
our_containers() {
	containers | grep -vxF "${FOREIGN:-none}" || true
}

# An orderly end leaves the removal to the engine: it may take a moment.
no_container_left() {
	local tries
	for tries in $(seq 50); do
		[ -z "$(our_containers)" ] && return 0
		sleep 0.1
	done
	echo "containers left: $(our_containers)" >&2
	return 1
}

no_image() {
	[ -z "$(image_id "$1")" ] || { echo "there is an image $1" >&2; return 1; }
}

# After a failure: nothing runs, and the tag was not made.
nothing_left() {
	no_container_left && no_image "$1"
}

# fails_with CODE COMMAND...: the exit code is CODE; $output holds what it printed.
fails_with() {
	local code=$1
	shift
	run "$@"
	[ "$status" -eq "$code" ] || { printf 'exit code %s, not %s\n%s\n' "$status" "$code" "$output" >&2; return 1; }
}

# not COMMAND...: it fails. (A test goes on behind a "!", whatever came of it.)
not() {
	if "$@"; then
		echo "this succeeded: $*" >&2
		return 1
	fi
}

# shows TEXT: the last run printed it.
shows() {
	case "$output" in
	*"$1"*) ;;
	*) printf 'not shown: %s\nin:\n%s\n' "$1" "$output" >&2; return 1 ;;
	esac
}

# A toolbox whose agent never says a word; to be removed before anything can fail.
mute_toolbox() {
	printf '#!/bin/sh\nexec sleep 1000\n' >mute
	"$FACTORY" toolbox create --agent ./mute --name toolbox-mute --image factory/toolbox-mute
}

remove_mute_toolbox() {
	api DELETE '/containers/toolbox-mute?force=1&v=1'
}

# A file's content in an image.
file_in() {
	local id code=0
	id=$(api POST /containers/create --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$1\",\"Cmd\":[\"x\"]}" | jq -r .Id)
	api GET "/containers/$id/archive?path=$2" | tar -xO || code=$?
	api DELETE "/containers/$id" >/dev/null
	return $code
}
