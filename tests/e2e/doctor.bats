#!/usr/bin/env bats
# factory doctor, on an engine, without one, with an outdated toolbox, and where nothing is right.
load common

# finds CHECK VERDICT TEXT: a line of the last run.
finds() {
	printf '%s\n' "$output" | grep -Eq "^$2 +$1 .*$3" ||
		{ printf 'no line %s %s %s in:\n%s\n' "$1" "$2" "$3" "$output" >&2; return 1; }
}

remove_toolbox() {
	api DELETE '/containers/toolbox-doctor?force=1&v=1' >/dev/null
	api DELETE '/images/t/doctor?force=1' >/dev/null
}

@test "on an engine everything is fine, and nothing is changed" {
	fails_with 0 "$FACTORY" doctor --toolbox toolbox-doctor
	finds socket ok 'may be used'
	finds engine ok 'docker [0-9.]+.* answers at unix://'
	finds disk '(ok|warn)' 'GB are free in'
	finds toolbox ok "'toolbox-doctor' isn't there yet"
	finds git '[a-z]+' 'there'
	case "$output" in *consul*) false ;; esac
	[ -z "$(api GET /containers/toolbox-doctor/json | jq -r '.Id // empty')" ]
	no_container_left
}

@test "the toolbox: current, outdated, and a container that is none" {
	"$FACTORY" toolbox create --name toolbox-doctor --image t/doctor
	fails_with 0 "$FACTORY" doctor --toolbox toolbox-doctor
	finds toolbox ok "holds the agent that belongs to this factory"
	cp "$AGENT" other && echo >>other
	"$FACTORY" toolbox create --name toolbox-doctor --image t/doctor --agent ./other
	fails_with 0 "$FACTORY" doctor --toolbox toolbox-doctor
	finds toolbox warn 'another agent .*factory toolbox create'
	"$FACTORY" doctor --toolbox toolbox-doctor --format json |
		jq -e '[.[] | select(.verdict == "warn")][0] | .check == "toolbox" and (.advice | length > 0)'
	remove_toolbox
	api POST '/containers/create?name=toolbox-doctor' --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$BASE\",\"Cmd\":[\"x\"]}" >/dev/null
	fails_with 1 "$FACTORY" doctor --toolbox toolbox-doctor
	finds toolbox fail "is no toolbox"
	remove_toolbox
}

@test "without anything: each line says what to do, the exit code is 1" {
	mkdir empty
	DOCKER_HOST=unix://$PWD/none PATH=$PWD/empty fails_with 1 "$FACTORY" doctor
	finds socket fail 'No such file or directory: start an engine'
	finds engine fail "can't reach the engine"
	finds git ok 'is not there'
	DOCKER_HOST=nonsense fails_with 1 "$FACTORY" doctor --format json
	jq -e '.[0].check == "engine" and .[0].verdict == "fail"' <<<"$output"
	[ "$(printf '%s' "$output" | jq length)" -eq 5 ]
	DOCKER_HOST=unix://$PWD/none fails_with 1 "$FACTORY" doctor --quiet
	[ "${#lines[@]}" -eq 2 ]
	fails_with 2 "$FACTORY" doctor --format xml
	fails_with 2 "$FACTORY" doctor me
}

@test "a socket that its user may not use" {
	[ "$(id -u)" = 0 ] || skip "needs root, to become somebody else"
	chmod 755 "$WORK"
	/usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("private")'
	chmod 660 private
	chgrp adm private
	cp "$FACTORY" factory
	DOCKER_HOST=unix://$PWD/private fails_with 1 setpriv --reuid 65534 --clear-groups ./factory doctor
	finds socket fail "is its group adm's.*usermod"
}

@test "Consul, where one is named" {
	fails_with 0 "$FACTORY" doctor --toolbox toolbox-doctor --consul "$TEST_CONSUL"
	finds consul ok "Consul at $TEST_CONSUL answers"
	CONSUL_HTTP_ADDR=$TEST_CONSUL fails_with 0 "$FACTORY" doctor --toolbox toolbox-doctor
	finds consul ok answers
	fails_with 1 "$FACTORY" doctor --toolbox toolbox-doctor --consul 127.0.0.1:1
	finds consul fail '--consul or CONSUL_HTTP_ADDR'
}
