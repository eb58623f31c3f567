#!/usr/bin/env bats
# The numbers of errors: each is explained, and what goes wrong has the right one.
load common
load serve

teardown() {
	unserve
	rm -rf "$WORK"
}

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
	eventually grep -q install-1 log
	for container in $(our_containers); do
		api DELETE "/containers/$container?force=1" >/dev/null
	done
	code=0
	wait $pid || code=$?
	[ "$code" -eq 9 ]
	grep -q '\[F0901\]$' log
}

@test "files, names, programs" {
	ends_as F0101 "$FACTORY" import no-such.tar app:1
	mkdir directory
	ends_as F0104 "$FACTORY" import directory app:1
	touch factory.yml
	ends_as F0106 "$FACTORY" init
	truncate -s 1G large.json
	ends_as F0105 "$FACTORY" render factory.yml --values large.json
	echo '{' >broken.json
	manifest <<<"{image: $BASE, install: [make]}"
	ends_as F0111 "$FACTORY" render m.yml --values broken.json
	ends_as F0112 env -u HOME -u XDG_STATE_HOME "$FACTORY" ui
	ends_as F0113 "$FACTORY" report no-such-build
	"$FACTORY" build m.yml --no-cache || true
	"$FACTORY" build m.yml --no-cache || true
	ends_as F0114 "$FACTORY" report 2
	ends_as F0113 "$FACTORY" facts "$BASE" os.no_such_fact
	serve
	ends_as F0115 "$FACTORY" ui --port "$(cat port)"
}

@test "a file that is not this user's" {
	[ "$(id -u)" = 0 ] || skip "needs root, to become somebody else"
	chmod 755 "$WORK"
	echo secret >private.tar
	chmod 600 private.tar
	cp "$FACTORY" factory
	ends_as F0102 setpriv --reuid 65534 --clear-groups ./factory import private.tar app:1
}

@test "a disk that is full" {
	[ "$(id -u)" = 0 ] || skip "needs root, to mount one"
	mkdir small
	mount -t tmpfs -o size=64k none small
	code=0
	ends_as F0103 "$FACTORY" export "$BASE" -o small/base.tar || code=$?
	umount small
	[ $code = 0 ]
}

@test "steps and matrices that are meant and not there, tests that there are none of" {
	manifest <<<"{image: $BASE, install: [make]}"
	ends_as F0204 "$FACTORY" build m.yml --from-step no-such
	ends_as F0204 "$FACTORY" build m.yml --break-at no-such
	ends_as F0204 "$FACTORY" shell m.yml:no-such
	ends_as F0309 "$FACTORY" test "$BASE" --manifest m.yml
	manifest <<<"{image: $BASE, env: {matrix: [A=1, A=2]}, install: [make]}"
	ends_as F0205 "$FACTORY" build -i m.yml
}

@test "what the engine can't do" {
	while read -r key; do
		manifest <<<"{image: $BASE, $key, install: ['true']}"
		ends_as F0406 "$FACTORY" build m.yml --no-cache
	done <<-'E'
		limits: {cpus: 9999}
		network: no-such-network
	E
	manifest <<<"{image: $BASE, env: {matrix: [A=1, A=2]}, install: ['sleep 1']}"
	ln -s "${DOCKER_HOST#unix://}" other.sock
	ends_as F1800 "$FACTORY" build m.yml --no-cache -o both.tar --endpoint "$DOCKER_HOST" --endpoint "unix://$PWD/other.sock"
	manifest <<<"{image: $BASE, runs_on: [no-such-label], install: ['true']}"
	ends_as F0408 "$FACTORY" build m.yml --endpoint "$DOCKER_HOST" --endpoint "unix://$PWD/other.sock"
	no_container_left
}

@test "secrets, groups, templates, copies" {
	manifest <<<"{image: $BASE, install: [{run: 'true', secrets: {A: NO_SUCH_VARIABLE}}]}"
	ends_as F0606 "$FACTORY" build m.yml --no-cache
	manifest <<<"{image: $BASE, install: [{parallel: ['echo a >/x', 'echo b >/x']}]}"
	ends_as F0607 "$FACTORY" build m.yml --no-cache
	mkdir conf
	echo 'template { source = "a.ctmpl" destination = "/a" }' >conf/template.hcl
	for text in '{{ no_such_function }}' '{{ index 5 "x" }}' '{{'; do
		echo "$text" >conf/a.ctmpl
		manifest <<<"{image: $BASE, files: conf}"
		ends_as F0701 "$FACTORY" build m.yml --no-cache
	done
	echo text >file
	manifest <<<"{image: $BASE, copy: ['file:/etc/passwd/file']}"
	ends_as F0703 "$FACTORY" build m.yml --no-cache
	no_container_left
}

@test "locks" {
	manifest <<<"{image: $BASE, install: ['true']}"
	ends_as F1402 "$FACTORY" build m.yml --locked
	echo 'version: many' >factory.lock
	ends_as F1401 "$FACTORY" build m.yml --locked
	rm factory.lock
	"$FACTORY" lock m.yml
	sed -i "s/sha256:[0-9a-f]\{64\}/sha256:$(printf '0%.0s' $(seq 64))/" factory.lock
	ends_as F1400 "$FACTORY" build m.yml --locked
}

@test "registries" {
	manifest <<<"{image: $BASE, install: ['true']}"
	ends_as F1300 "$FACTORY" build m.yml -t 127.0.0.1:1/t/explain:1 --push
	mkdir docker bin
	echo '{"credHelpers": {"127.0.0.1:1": "refuses"}}' >docker/config.json
	printf '#!/bin/sh\nexit 3\n' >bin/docker-credential-refuses
	chmod +x bin/docker-credential-refuses
	PATH=$PWD/bin:$PATH DOCKER_CONFIG=$PWD/docker ends_as F1302 "$FACTORY" build m.yml -t 127.0.0.1:1/t/explain:1 --push
	api DELETE "/images/127.0.0.1:1/t/explain:1" >/dev/null
}

@test "modules and their indices" {
	ends_as F1702 "$FACTORY" module install nginx --index http://127.0.0.1:1/index.json
	echo '[]' >index.json
	ends_as F1701 "$FACTORY" module install nginx --index index.json
	echo '[{"name": 5}]' >index.json
	ends_as F1705 "$FACTORY" module install nginx --index index.json
	mkdir www
	serve
	echo no-archive >www/nginx.tar.gz
	digest=$(sha256sum www/nginx.tar.gz | cut -d ' ' -f 1)
	entry() { echo "[{name: nginx, version: '1.0', description: a server, tarball: $URL/nginx.tar.gz, sha256: $1}]" >index.json; }
	entry "$digest"
	ends_as F1704 "$FACTORY" module install nginx --index index.json
	entry "$(printf '0%.0s' $(seq 64))"
	ends_as F1703 "$FACTORY" module install nginx --index index.json
	mkdir nginx
	echo 'name: other' >nginx/module.yml
	tar czf www/nginx.tar.gz nginx
	entry "$(sha256sum www/nginx.tar.gz | cut -d ' ' -f 1)"
	ends_as F1700 "$FACTORY" module install nginx --index index.json
	echo "[{name: nginx, version: '1.0', description: a server, git: $PWD/nginx, tag: v1, sha256: $(printf '0%.0s' $(seq 64))}]" >index.json
	ends_as F0108 env PATH="$PWD/none" "$FACTORY" module install nginx --index index.json
}

@test "in a terminal a line says how to learn more; elsewhere there is none" {
	run "$FACTORY" bulid
	[ "${#lines[@]}" -eq 1 ]
	run "$BATS_TEST_DIRNAME/typist.py" '' "$FACTORY" bulid
	shows '`factory explain F0201` tells more'
}
