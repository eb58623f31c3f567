#!/usr/bin/env bats
# docs/tour.md is true: what it types works, and prints what it says.
load common

setup() {
	WORK=$(mktemp -d)
	export XDG_CACHE_HOME=$WORK/cache XDG_CONFIG_HOME=$WORK/config XDG_STATE_HOME=$WORK/state
	unset CONSUL_HTTP_ADDR CONSUL_HTTP_TOKEN
	cd "$WORK" || return 1
	mkdir bin
	ln -s "$FACTORY" bin/factory
	export PATH=$WORK/bin:$PATH
	BUSYBOX=$(image_id busybox:latest)
	[ -n "$BUSYBOX" ] || api POST "/images/$BASE/tag?repo=busybox&tag=latest" >/dev/null
	without_toolbox
}

without_toolbox() {
	api DELETE '/containers/toolbox?force=1&v=1' >/dev/null
	api DELETE '/images/factory/toolbox?force=1' >/dev/null
}

teardown() {
	[ -n "$BUSYBOX" ] || api DELETE /images/busybox:latest >/dev/null
	for tag in 1 2 cat; do
		[ -z "$(image_id hello:$tag)" ] || api DELETE "/images/hello:$tag" >/dev/null
	done
	rm -rf "$WORK"
	"$FACTORY" toolbox create --quiet
}

@test "the tour's commands print what the tour says" {
	command -v docker >/dev/null || skip "no docker client"
	run timeout 300 "$BATS_TEST_DIRNAME/tour.py" "$BATS_TEST_DIRNAME/../../docs/tour.md"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "the checker of the tour finds what is not so" {
	printf '```console\n$ echo a b c\na ... c\n$ seq 9\n1\n...\n9\n$ echo one\ntwo\n```\n' >wrong.md
	run "$BATS_TEST_DIRNAME/tour.py" wrong.md
	[ "$status" -eq 1 ]
	shows '3 commands, 1 of them'
	shows '$ echo one'
}
