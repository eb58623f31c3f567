#!/usr/bin/env bats
# Pulls and pushes without a daemon: a real registry on loopback, and one that lies.
bats_require_minimum_version 1.5.0
load common
load oci
load registry

setup_file() {
	registry_start
	/usr/bin/python3 "$BATS_TEST_DIRNAME/../fixtures/hostile_registry.py" >"$REGISTRY_DIR/hostile" 3>&- &
	echo $! >"$REGISTRY_DIR/hostile.pid"
	eventually [ -s "$REGISTRY_DIR/hostile" ]
}

teardown_file() {
	kill "$(cat "$REGISTRY_DIR/hostile.pid")"
	registry_stop
}

# other DIRECTORY: the engine without any image but the toolbox.
other() {
	export DOCKER_HOST=oci:$WORK/$1
	"$FACTORY" toolbox create 2>/dev/null
}

pushed() {
	manifest <<-E
		image: $BASE
		network: none
		artifact: {repo: $REGISTRY/oci/$1, tags: [${2:-"1"}], push: true}
		config: {env: {A: "1"}, healthcheck: {test: [CMD, "true"]}}
		install: echo $1 >/made; rm /bin/arch
	E
}

digest_of() {
	curl --silent --head --user ada:l0velace:1 --header \
		'Accept: application/vnd.docker.distribution.manifest.v2+json' \
		"http://$REGISTRY/v2/oci/$1/manifests/$2" | tr -d '\r' | awk '/^Docker-Content-Digest/ { print $2 }'
}

hostile() {
	printf 'image: 127.0.0.1:%s/%s:1\nnetwork: none\n' "$(cat "$REGISTRY_DIR/hostile")" "$1" >m.yml
}

# All that is below a directory of the engine's, times aside.
snapshot() {
	find "$1" -printf '%p %s\n' | sort
}

@test "what is pushed comes back as the same image, by its tag and by its digest" {
	login ada l0velace:1
	pushed several '"1", "1.2"'
	run --separate-stderr "$FACTORY" build m.yml
	[ "$status" -eq 0 ]
	id=${lines[-1]}
	digest=$(digest_of several 1.2)
	[[ $stderr == *"1.2: digest: $digest"*"pushed $REGISTRY/oci/several:1.2 in "* ]]
	for ref in several:1 "several@$digest" "several:any@$digest"; do
		other "new-$(md5sum <<<"$ref" | cut -c1-8)"
		printf 'image: %s/oci/%s\nnetwork: none\ninstall: cat /made && test ! -e /bin/arch && test "$A" = 1\n' "$REGISTRY" "$ref" >above.yml
		"$FACTORY" build -q above.yml
		[ -e "${DOCKER_HOST#oci:}/images/${id#sha256:}" ]
		[ -z "$(ls "${DOCKER_HOST#oci:}/incoming")" ]
		# It is there now: nobody is asked any more.
		DOCKER_CONFIG=$WORK/none "$FACTORY" build -q --no-cache above.yml
	done
	[ -e "${DOCKER_HOST#oci:}/tags/${REGISTRY}%oci%several@$digest" ]
}

@test "the digest of a pushed and of a pulled image is known: lock files and provenance have it" {
	login ada l0velace:1
	pushed locked
	"$FACTORY" build -q m.yml
	other fresh
	printf 'image: %s/oci/locked:1\nnetwork: none\n' "$REGISTRY" >above.yml
	"$FACTORY" lock above.yml
	digest=$(digest_of locked 1)
	[ -n "$digest" ]
	grep -qF "$digest" factory.lock
}

@test "progress is told by layers, as text and as JSON" {
	login ada l0velace:1
	pushed told
	run --separate-stderr "$FACTORY" build m.yml --progress json
	jq -es 'map(select(.event == "transfer" and .what == "push")) |
		(map(select(.name and .status)) | length > 0) and .[-1].over' <<<"$stderr"
	other fresh
	printf 'image: %s/oci/told:1\nnetwork: none\n' "$REGISTRY" >above.yml
	run --separate-stderr "$FACTORY" build above.yml
	[[ $stderr == *Downloading*Unpacking* ]]
}

@test "credentials: wrong ones, none, a helper; no secret on a command line, in a file or in a message" {
	pushed refused
	login ada wrong
	fails_with 10 "$FACTORY" build m.yml
	shows "can't push $REGISTRY/oci/refused:1"
	shows "log in by \`docker login $REGISTRY\`"
	[[ $output != *wrong* ]]
	echo '{}' >"$DOCKER_CONFIG/config.json"
	fails_with 10 "$FACTORY" build m.yml
	shows "log in by \`docker login $REGISTRY\`"
	mkdir bin
	printf '#!/bin/sh\necho "{\\"Username\\":\\"ada\\",\\"Secret\\":\\"l0velace:1\\"}"\n' >bin/docker-credential-fake
	printf '#!/bin/sh\necho "$@" >>%s/arguments\ngrep -rsl l0velace %s/oci >>%s/found\nexec %s "$@"\n' "$WORK" "$WORK" "$WORK" "$(command -v skopeo)" >bin/skopeo
	chmod +x bin/*
	echo '{"credsStore":"fake"}' >"$DOCKER_CONFIG/config.json"
	PATH=$WORK/bin:$PATH "$FACTORY" build m.yml
	[ -n "$(digest_of refused 1)" ]
	grep -q authfile arguments
	[ -z "$(grep -i -e l0velace -e "$(printf 'ada:l0velace:1' | base64)" arguments)" ]
	[ ! -s found ]
	echo '{"credsStore":"missing"}' >"$DOCKER_CONFIG/config.json"
	fails_with 10 "$FACTORY" build m.yml
	shows "no credentials for the registry $REGISTRY: there is no program docker-credential-missing in PATH"
}

@test "no registry there, no such image, no skopeo: one clear error each, and nothing is left" {
	before=$(snapshot oci)
	printf 'image: 127.0.0.1:1/x:1\n' >m.yml
	fails_with 5 "$FACTORY" build m.yml
	shows 'connection refused'
	login ada l0velace:1
	printf 'image: %s/oci/nothing:1\n' "$REGISTRY" >m.yml
	fails_with 5 "$FACTORY" build m.yml
	shows 'no registry has it'
	mkdir bin && ln -s "$(command -v runc || command -v crun)" bin/
	fails_with 5 env PATH="$WORK/bin" "$FACTORY" build m.yml
	shows 'install the package skopeo'
	pushed nothing
	fails_with 10 env PATH="$WORK/bin" "$FACTORY" build m.yml
	shows 'install the package skopeo'
	"$FACTORY" rm "$REGISTRY/oci/nothing:1"
	"$FACTORY" gc -q --unused 0s --left 0s
	[ "$(snapshot oci)" = "$before" ]
}

@test "without TLS only this machine is spoken with" {
	mkdir bin
	printf '#!/bin/sh\necho "$@" >>%s/arguments\necho no >&2\nexit 1\n' "$WORK" >bin/skopeo
	chmod +x bin/skopeo
	for host in localhost:5000 127.0.0.1 127.8.8.8:5000 '[::1]:5000' 127.0.0.1.example.org localhost.example.org:80 example.org; do
		printf 'image: "%s/x:1"\n' "$host" >m.yml
		PATH=$WORK/bin:$PATH fails_with 5 "$FACTORY" build m.yml
		shows "can't be pulled: no"
	done
	[ "$(grep -o 'tls-verify=[a-z]*' arguments | xargs)" = "tls-verify=false tls-verify=false tls-verify=false tls-verify=false tls-verify=true tls-verify=true tls-verify=true" ]
}

@test "a pull that is interrupted, and one whose driver is killed, leave nothing" {
	local signal
	arrives() { [ "$(du -sb oci/incoming | cut -f1)" -gt 20000 ]; }
	before=$(snapshot oci)
	hostile slow
	for signal in INT KILL; do
		"$FACTORY" build m.yml >log 2>&1 3>&- &
		pid=$!
		eventually arrives
		grep -q Downloading log
		kill -$signal $pid
		wait $pid || true
		eventually not pgrep -f "$WORK/oci/incoming"
		# Who was killed can't clean up: the next command does.
		[ $signal = INT ] || "$FACTORY" ls >/dev/null
		[ "$(snapshot oci)" = "$before" ]
	done
}

@test "images that lie are refused, and leave nothing" {
	before=$(snapshot oci)
	while read -r name said; do
		hostile "$name"
		fails_with 5 "$FACTORY" build m.yml
		shows "$said"
		[ "$(snapshot oci)" = "$before" ] || { echo "left by $name"; false; }
	done <<-'E'
		up Path contains '..'
		hard Hard-link target
		hard-up Path contains '..'
		diff-id is not what the image's config says
		no-diff-id the image has 1 layers, and its config names 0
		more-diff-ids the image has 1 layers, and its config names 2
		odd-diff-id no SHA-256 digest for a layer
		short has 111 bytes, not 10
		long has 111 bytes, not 10000000
		no-tar can't read the layer
		cut Truncated
		no-config the image's config is no map
		no-json the image's config: this is no JSON
		env the image's config is broken: config.Env
		entrypoint the image's config is broken: config.Entrypoint
		labels the image's config is broken: config.Labels
		history the image's config is broken: history
		lying Digest did not match
	E
}

@test "what leads out of an image stays in it" {
	local name
	rm -f /tmp/factory-escaped
	for name in absolute through mark volumes; do
		hostile "$name"
		timeout 60 "$FACTORY" build m.yml || true
		[ ! -e /tmp/factory-escaped ]
	done
	[ -n "$(find oci/layers -path '*/tree/tmp/factory-escaped')" ]
}

@test "a layer that comes twice, and what a layer deletes that is not there" {
	hostile twice
	echo 'copy: [m.yml:/copied]' >>m.yml
	"$FACTORY" build -q m.yml -t t/twice:1
	"$FACTORY" export t/twice:1 -o - | tar -xO manifest.json | jq -e '.[0].Layers | length == 4'
	printf 'image: t/twice:1\nnetwork: none\ncopy: [above.yml:/above]\n' >above.yml
	"$FACTORY" build -q above.yml -t t/above:1
	fails_with 13 "$FACTORY" diff t/twice:1 t/above:1
	shows '1 file and'
	hostile deletes
	"$FACTORY" build -q m.yml
}
