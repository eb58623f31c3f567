# Pushes to a real registry on loopback, with passwords.
bats_require_minimum_version 1.5.0
load common
load registry

setup_file() {
	registry_start
}

teardown_file() {
	registry_stop
}

# config JSON: all of the client's configuration.
config() {
	export DOCKER_CONFIG=$WORK/docker
	mkdir -p "$DOCKER_CONFIG"
	printf '%s' "$1" >"$DOCKER_CONFIG/config.json"
}

# helper NAME BODY: a credential helper.
helper() {
	mkdir -p bin
	printf '#!/bin/sh\n%s\n' "$2" >"bin/docker-credential-$1"
	chmod +x "bin/docker-credential-$1"
	PATH=$WORK/bin:$PATH
}

# The tags that the registry has of a repository.
tags_of() {
	curl --silent --user ada:l0velace:1 "http://$REGISTRY/v2/$1/tags/list" | jq -r '.tags // [] | sort | join(" ")'
}

pushed() {
	manifest <<-E
		image: $BASE
		artifact: {repo: $REGISTRY/$1, tags: [${2:-"1"}], push: true}
		install: echo $1 >/made
	E
}

@test "an artifact's tags are pushed when it is built, and again when it is cached" {
	login ada l0velace:1
	pushed several '"1", "1.2", latest'
	run --separate-stderr "$FACTORY" build m.yml
	[ "$status" -eq 0 ]
	[ "$(tags_of several)" = "1 1.2 latest" ]
	[[ $stderr == *"pushing $REGISTRY/several:1.2"*"pushed $REGISTRY/several:1.2 in "* ]]
	[[ $stderr == *"digest: sha256:"* ]]
	[[ $output == sha256:* ]]
	run --separate-stderr "$FACTORY" build m.yml
	[[ $stderr == *"pushed $REGISTRY/several:latest"*"(cached)"* ]]
}

@test "a push is told by its layers, and a failed one fails the build" {
	login ada l0velace:1
	pushed told '"1"'
	run --separate-stderr "$FACTORY" build m.yml --progress json
	[ "$status" -eq 0 ]
	jq -es 'map(select(.event == "transfer" and .what == "push")) |
		(map(select(.name and .status)) | length > 0) and .[-1].over' <<<"$stderr"
	jq -es '.[-1].event == "end" and .[-1].passed' <<<"$stderr"
	login ada wrong
	run --separate-stderr "$FACTORY" build m.yml --progress json
	[ "$status" -ne 0 ]
	jq -es 'map(select(.event == "end"))[0] | .passed == false and (.failure | contains("push"))' <<<"$stderr"
}

@test "--push pushes what -t names; without it nothing is pushed" {
	login ada l0velace:1
	pushed manifests
	sed -i 's/push: true/push: false/' m.yml
	"$FACTORY" build m.yml -t "$REGISTRY/flag:7"
	[ -z "$(tags_of flag)" ]
	"$FACTORY" build m.yml -t "$REGISTRY/flag:7" --push
	[ "$(tags_of flag)" = 7 ]
	[ -z "$(tags_of manifests)" ]
}

@test "each cell of a matrix is pushed under its own tag" {
	login ada l0velace:1
	manifest <<-E
		image: $BASE
		artifact: {repo: $REGISTRY/cells, push: true}
		jobs: {include: [{env: A=1}, {env: A=2}]}
		install: echo \$A >/made
	E
	"$FACTORY" build m.yml
	[ "$(tags_of cells)" = "latest-A-1 latest-A-2" ]
}

@test "--push without a name is refused before anything is built" {
	printf 'image: %s\ninstall: "true"\n' "$BASE" | manifest
	fails_with 2 "$FACTORY" build m.yml --push
	shows '--push needs a name'
}

@test "a failed test pushes nothing" {
	login ada l0velace:1
	pushed failing
	echo 'script: exit 3' >>m.yml
	fails_with 6 "$FACTORY" build m.yml
	[ -z "$(tags_of failing)" ]
}

@test "a wrong password: the registry's word, and what to do; the image stays" {
	login ada wrong
	pushed refused
	fails_with 10 "$FACTORY" build m.yml
	shows "can't push $REGISTRY/refused:1"
	shows "log in by \`docker login $REGISTRY\`"
	shows '[F1301]'
	[[ $output != *wrong* ]]
	[ -n "$(image_id "$REGISTRY/refused:1")" ]
	[ -z "$(tags_of refused)" ]
}

@test "no credentials at all are told likewise" {
	config '{}'
	pushed nobody
	fails_with 10 "$FACTORY" build m.yml
	shows "log in by \`docker login $REGISTRY\`"
}

@test "no registry there: one clear error" {
	config '{}'
	printf 'image: %s\ninstall: "true"\n' "$BASE" | manifest
	fails_with 10 "$FACTORY" build m.yml -t 127.0.0.1:1/x:1 --push
	shows "can't push 127.0.0.1:1/x:1"
	shows 'connection refused'
}

@test "a credential helper is asked for the registry that is meant" {
	helper fake "[ \"\$1\" = get ] || exit 9
read -r server || [ -n \"\$server\" ]
[ \"\$server\" = $REGISTRY ] || exit 8
echo '{\"ServerURL\":\"x\",\"Username\":\"ada\",\"Secret\":\"l0velace:1\"}'"
	config "{\"credHelpers\":{\"$REGISTRY\":\"fake\"},\"credsStore\":\"missing\"}"
	pushed helped
	"$FACTORY" build m.yml
	[ "$(tags_of helped)" = 1 ]
	config '{"credsStore":"fake"}'
	pushed stored
	"$FACTORY" build m.yml
	[ "$(tags_of stored)" = 1 ]
}

@test "helpers that are missing, fail, lie or know nothing" {
	pushed unhelped
	config '{"credsStore":"missing"}'
	fails_with 10 "$FACTORY" build m.yml
	shows "no credentials for the registry $REGISTRY: there is no program docker-credential-missing in PATH"
	config '{"credsStore":"fake"}'
	helper fake 'echo "the vault is locked" >&2; exit 4'
	fails_with 10 "$FACTORY" build m.yml
	shows 'docker-credential-fake ended with code 4: the vault is locked'
	helper fake 'echo "{\"Username\":\"ada\"}"'
	fails_with 10 "$FACTORY" build m.yml
	shows 'answered without Username and Secret'
	helper fake 'yes l0velace'
	fails_with 10 "$FACTORY" build m.yml
	shows 'docker-credential-fake says more than'
	helper fake 'echo "credentials not found in native keychain"; exit 1'
	fails_with 10 "$FACTORY" build m.yml
	shows 'docker login'
	config '{"credsStore":"../../bin/sh"}'
	fails_with 10 "$FACTORY" build m.yml
	shows 'is no name of a credential helper'
	[ -z "$(tags_of unhelped)" ]
}

@test "a broken configuration has a position; a broken auth names its host" {
	pushed broken
	config $'{"auths":\n  nonsense}'
	fails_with 10 "$FACTORY" build m.yml
	shows 'docker/config.json:2:'
	config "{\"auths\":{\"https://$REGISTRY/v1/\":{\"auth\":\"%%%\"}}}"
	fails_with 10 "$FACTORY" build m.yml
	shows "the \`auth\` of $REGISTRY is no base64 of USER:PASSWORD"
}

@test "a pull uses the same credentials" {
	login ada l0velace:1
	pushed pulled
	"$FACTORY" build m.yml
	api DELETE "/images/$REGISTRY/pulled:1?force=1" >/dev/null
	printf 'image: %s/pulled:1\ninstall: cat /made\n' "$REGISTRY" | manifest
	login ada wrong
	fails_with 5 "$FACTORY" build m.yml
	login ada l0velace:1
	run "$FACTORY" build m.yml
	[ "$status" -eq 0 ]
	shows pulled
}

@test "a push that is interrupted ends at once" {
	/usr/bin/python3 -c '
import socket, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
c = s.accept()
time.sleep(60)' >port 3>&- &
	silent=$!
	eventually [ -s port ]
	config '{}'
	printf 'image: %s\ninstall: "true"\n' "$BASE" | manifest
	"$FACTORY" build m.yml -t "127.0.0.1:$(cat port)/x:1" --push >out 2>&1 3>&- &
	pid=$!
	eventually grep -q '^pushing' out
	kill -TERM $pid
	code=0
	wait $pid || code=$?
	kill $silent
	[ "$code" -eq 143 ]
	grep -q "can't push 127.0.0.1:$(cat port)/x:1: interrupted" out
}
