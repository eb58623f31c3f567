#!/usr/bin/env bats
# The numbers of errors: each is explained, and what goes wrong has the right one.
load common

root=$BATS_TEST_DIRNAME/../..

# ends_as NUMBER COMMAND...: it fails, its last line ends with the number, and that is explained.
ends_as() {
	local number=$1
	shift
	run "$@"
	[ "$status" -ne 0 ]
	printf '%s\n' "$output" | grep -q "\[$number\]\$" ||
		{ printf 'not %s:\n%s\n' "$number" "$output" >&2; return 1; }
	run "$FACTORY" explain "$number"
	[ "$status" -eq 0 ]
	shows "$number: "
	shows "What to do: "
}

@test "every number that the program can give is explained, and listed" {
	count=$(grep -cE '^	ERROR_[A-Z_]+' "$root/common/error_codes.h")
	[ "$("$FACTORY" explain | wc -l)" -eq "$count" ]
	for number in $("$FACTORY" explain | cut -d ' ' -f 1); do
		"$FACTORY" explain "$number" | grep -q "^What to do: "
	done
	[ "$("$FACTORY" explain f301)" = "$("$FACTORY" explain F0301)" ]
	for wrong in F9999 F F03x1 "" -1 99999999999999999999; do
		fails_with 2 "$FACTORY" explain -- "$wrong"
	done
	[ "$("$FACTORY" explain | cut -d ' ' -f 1 | sort)" = "$("$FACTORY" explain | cut -d ' ' -f 1)" ]
}

@test "docs/errors.md is what make errors writes" {
	"$FACTORY" explain --markdown | diff - "$root/docs/errors.md"
}

@test "wrong use" {
	ends_as F0200 "$FACTORY" render
	ends_as F0201 "$FACTORY" bulid
	ends_as F0202 "$FACTORY" build m.yml --jbos 3
	ends_as F0203 "$FACTORY" build m.yml --jobs many
	ends_as F0203 "$FACTORY" check m.yml --format xml
}

@test "manifests, one by one and in factory check" {
	ends_as F0307 "$FACTORY" render no-such.yml
	while IFS='|' read -r number text; do
		printf '%b' "$text" >m.yml
		ends_as "$number" "$FACTORY" check m.yml
		ends_as "$number" "$FACTORY" build m.yml -t t/explain:1
		run "$FACTORY" check m.yml --format json
		[ "$(jq -r '.[0].number' <<<"$output")" = "$number" ]
	done <<-E
		F0301|image: $BASE\ninstal: make\n
		F0302|image: $BASE\ninstall: [{run: make, retries: often}]\n
		F0304|install: [make]\n
		F0305|image: [a\n
		F0306|image: {{ base }}\n
		F0308|image: $BASE\ninclude: [m.yml]\n
	E
}

@test "the engine" {
	manifest <<<"{image: $BASE, install: [make]}"
	DOCKER_HOST=unix://$PWD/none ends_as F0401 "$FACTORY" build m.yml
	DOCKER_HOST=ssh://host ends_as F0403 "$FACTORY" build m.yml
	ends_as F0404 "$FACTORY" build m.yml --endpoint "tcp://$TEST_CONSUL"
	manifest <<<"{image: '127.0.0.1:1/no-such:1', install: [make]}"
	ends_as F0501 "$FACTORY" build m.yml
}

@test "a socket that its user may not use" {
	[ "$(id -u)" = 0 ] || skip "needs root, to become somebody else"
	chmod 755 "$WORK"
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("private")'
	chmod 600 private
	cp "$FACTORY" factory
	ends_as F0402 setpriv --reuid 65534 --clear-groups ./factory facts x --endpoint "unix://$PWD/private"
}

@test "steps" {
	while IFS='|' read -r number step; do
		manifest <<<"{image: $BASE, install: [$step]}"
		ends_as "$number" "$FACTORY" build m.yml --no-cache
	done <<-'E'
		F0601|{run: exit 3}
		F0602|{run: sleep 9, timeout: 200ms}
		F0603|{run: kill -9 $$}
	E
	no_container_left
}

@test "values and keys" {
	mkdir conf
	echo '{{ key "explain/none" }}' >conf/a.ctmpl
	echo 'template { source = "a.ctmpl" destination = "/a" }' >conf/template.hcl
	manifest <<<"{image: $BASE, files: conf, consul: '$TEST_CONSUL'}"
	ends_as F0804 "$FACTORY" build m.yml
	ends_as F0801 "$FACTORY" build m.yml --consul 127.0.0.1:1
	no_container_left
}

@test "a container that somebody takes away" {
	manifest <<<"{image: $BASE, install: [sleep 1000]}"
	"$FACTORY" build m.yml --no-cache 2>log &
	pid=$!
	for _ in $(seq 100); do grep -q install-1 log && break; sleep 0.05; done
	for container in $(our_containers); do
		api DELETE "/containers/$container?force=1" >/dev/null
	done
	code=0
	wait $pid || code=$?
	[ "$code" -eq 9 ]
	grep -q '\[F0901\]$' log
}

@test "in a terminal a line says how to learn more; elsewhere there is none" {
	run "$FACTORY" bulid
	[ "${#lines[@]}" -eq 1 ]
	run "$BATS_TEST_DIRNAME/typist.py" '' "$FACTORY" bulid
	shows '`factory explain F0201` tells more'
}
