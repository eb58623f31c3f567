# The engine's disk is full: the error says so, nothing stays, no name moves, and with room again the
# next build goes on where it was. Each engine has its images on a small tmpfs.

load common

fixture=$BATS_TEST_DIRNAME/../fixtures/engine.sh
SIZE=64 # MB

setup() {
	[ "$(id -u)" -eq 0 ] || skip "mounts need root"
	WORK=$(mktemp -d)
	export XDG_CACHE_HOME=$WORK/cache XDG_CONFIG_HOME=$WORK/config XDG_STATE_HOME=$WORK/state
	cd "$WORK" || return 1
	unset DOCKER_HOST
}

teardown() {
	unset DOCKER_HOST
	[ ! -e "$WORK/engine/kind" ] || "$fixture" stop "$WORK/engine"
	awk -v at="$WORK/small" 'index($2, at) == 1 { print $2 }' /proc/self/mounts | tac | xargs -r -n 1 umount
	rm -rf "$WORK"
}

# small ENGINE: starts it with a base image and a toolbox; skips the test where there is none.
small() {
	mkdir engine small
	ln -s ../small engine/data
	mount -t tmpfs -o size=${SIZE}m small small
	case $1 in
	oci)
		command -v runc >/dev/null || command -v crun >/dev/null || skip "neither runc nor crun is here"
		export DOCKER_HOST=oci:$WORK/small
		;;
	*)
		command -v "${1/docker/dockerd}" >/dev/null || skip "no $1 here"
		"$fixture" start "$WORK/engine" "$1" 3>&-
		export DOCKER_HOST=unix://$WORK/engine/docker.sock
		;;
	esac
	"$FACTORY" import "$BATS_TEST_DIRNAME/../../build/images/busybox.tar" t/base:1 >/dev/null
	"$FACTORY" toolbox create >/dev/null
	manifest <<-E
		image: t/base:1
		network: none
		install:
		  - {run: echo one > /one, checkpoint: true}
		  - {run: dd if=/dev/zero of=/big bs=1M count=\$MB, env: {MB: "1"}}
	E
	"$FACTORY" build m.yml -t t/full:1
	OLD=$(named t/full:1)
}

room() { # in MB
	df --output=avail --block-size=1M small | tail -n 1
}

# What was removed is gone from the disk a little later.
has_room() {
	eventually is_half_empty
}

is_half_empty() {
	[ "$(room)" -ge $((SIZE / 2)) ]
}

fill() {
	head -c ${SIZE}M /dev/zero >small/filling 2>/dev/null || true
}

# The image that has the name.
named() {
	case $DOCKER_HOST in
	oci:*) cat "small/tags/${1//\//%}" ;;
	*) image_id "$1" ;;
	esac
}

# Containers of builds that are there.
builds_left() {
	case $DOCKER_HOST in
	oci:*) jq -r .Name small/containers/*/container.json | grep -v '^toolbox$' ;;
	*) containers ;;
	esac
}

writes() {
	sed -i "s/MB: \"[0-9]*\"/MB: \"$1\"/" m.yml
}

# is_full CODE TEXT: a build fails so; the name is the old image's, and nothing runs.
is_full() {
	fails_with "$1" "$FACTORY" build m.yml -t t/full:1
	shows "$2"
	shows "the engine's disk is full"
	[ "$(named t/full:1)" = "$OLD" ]
	nothing_left
}

no_build_left() {
	[ -z "$(builds_left)" ]
}

nothing_left() {
	eventually no_build_left || { builds_left >&2; return 1; }
}

goes_on() {
	run "$FACTORY" build m.yml -t t/full:1
	[ "$status" -eq 0 ] || { echo "$output" >&2; return 1; }
	shows "install-1  cached"
	[ "$(named t/full:1)" != "$OLD" ]
	OLD=$(named t/full:1)
}

fills_up() {
	small "$1"
	writes $(($(room) * 2 / 3)) # in the commit
	is_full 4 "can't commit the container"
	has_room
	fill # before it begins
	is_full 4 "can't create a container"
	rm small/filling
	writes 2
	goes_on
	writes $((SIZE * 2)) # in a step
	is_full 6 "install-2 failed"
	# Podman may not be able to note that a container is gone, and then keeps what it wrote.
	[ "$1" = podman ] || has_room
	[ "$1" = podman ] || { writes 3 && goes_on; }
}

@test "docker" {
	fills_up docker
}

@test "podman" {
	fills_up podman
}

@test "oci" {
	fills_up oci
}
