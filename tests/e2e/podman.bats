#!/usr/bin/env bats
# The user stories that look at what an engine holds, on a Podman of their own.

has_podman() {
	[ "$(id -u)" = 0 ] && command -v podman >/dev/null
}

setup_file() {
	has_podman || return 0
	PODMAN=$(mktemp -d)
	export PODMAN
	"$BATS_TEST_DIRNAME/../fixtures/engine.sh" start "$PODMAN/engine" podman 3>&-
	DOCKER_HOST=unix://$PODMAN/engine/docker.sock \
		"$BATS_TEST_DIRNAME/../fixtures/images.sh" load busybox factory-test/busybox:latest
}

# Of one test: bats 1.8 fails where a whole file is skipped.
setup() {
	has_podman || skip "no Podman here"
}

teardown_file() {
	[ -n "${PODMAN-}" ] || return 0
	"$BATS_TEST_DIRNAME/../fixtures/engine.sh" remove "$PODMAN/engine"
	rm -rf "$PODMAN"
}

# stories FILE [EXPRESSION]: those of a file whose names match.
stories() {
	local code=0
	env DOCKER_HOST="unix://$PODMAN/engine/docker.sock" BATS_TEST_TIMEOUT=100 \
		bats --tap --filter "${2-.}" "$BATS_TEST_DIRNAME/$1.bats" >"$BATS_TEST_TMPDIR/tap" 3>&- || code=$?
	cat "$BATS_TEST_TMPDIR/tap"
	grep -q '^ok' "$BATS_TEST_TMPDIR/tap"
	return $code
}

@test "podman: ls, rm" {
	stories clean '^(ls|rm) '
}

@test "podman: gc" {
	stories clean '^(gc|the last use|a build that runs) '
}

@test "podman: builds and gc at once" {
	stories clean '^builds and gc'
}

@test "podman: export" {
	stories export
}

@test "podman: history" {
	stories history
}

@test "podman: sbom" {
	stories sbom 'lists|names the archive|fails writes|without packages'
}

@test "podman: traceless" {
	stories traceless
}

@test "podman: verify and diff" {
	stories verify
}
