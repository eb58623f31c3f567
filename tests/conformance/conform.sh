#!/bin/bash
# Runs the cases of build/asan/conformance against the engines of this machine, and makes the table
# of docs/engines.md of what came out.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=tests/fixtures/lib.sh
. "$root/tests/fixtures/lib.sh"

usage() {
	cat <<'TEXT'
usage: tests/conformance/conform.sh engines
       tests/conformance/conform.sh run ENGINE ENDPOINT DIR
       tests/conformance/conform.sh table DIR
       tests/conformance/conform.sh document DIR

engines   prints those of docker, podman and oci that can be had here (or that FACTORY_ENGINES names)
run       runs all cases at ENDPOINT; DIR/ENGINE gets a line for each: "yes", or what it can't do
table     prints the table of what is in DIR
document  puts it into docs/engines.md
TEXT
}

program=$root/build/asan/conformance
document=$root/docs/engines.md
all=(docker podman oci)

engines() {
	local name
	for name in "${all[@]}"; do
		if [ -n "${FACTORY_ENGINES-}" ]; then
			[[ " $FACTORY_ENGINES " = *" $name "* ]] && echo "$name"
		elif "has_$name"; then
			echo "$name"
		fi
	done
}

has_docker() {
	[ -n "${DOCKER_HOST-}" ] || command -v dockerd >/dev/null
}

has_podman() {
	[ "$(id -u)" = 0 ] && command -v podman >/dev/null
}

has_oci() {
	[ "$(id -u)" = 0 ] && { command -v runc || command -v crun; } >/dev/null
}

# The base's root file system comes from the fixtures.
run() {
	local name=$1 endpoint=$2 dir=$3 case said code failed=0
	export CONFORMANCE_TAR=$root/build/images/busybox.tar
	"$root/tests/fixtures/images.sh" make busybox
	timeout 60 "$program" "$endpoint" prepare
	: >"$dir/$name"
	while IFS=$'\t' read -r case _; do
		code=0
		said=$(timeout 60 "$program" "$endpoint" "$case" 2>&1 </dev/null) || code=$?
		case $code in
		0) said=yes ;;
		3) said="no: $said" ;;
		*) echo "$case: $said (exit code $code)" && failed=1 && said=FAILED ;;
		esac
		printf '%s\t%s\n' "$case" "$said" >>"$dir/$name"
	done < <("$program" --list)
	timeout 60 "$program" "$endpoint" clean-up
	return $failed
}

table() {
	local dir=$1 case title name
	printf '| it'
	printf ' | %s' "${all[@]}"
	printf ' |\n|---|---|---|---|\n'
	while IFS=$'\t' read -r case title; do
		printf '| %s' "$title"
		for name in "${all[@]}"; do
			printf ' | %s' "$(awk -F '\t' -v case="$case" '$1 == case { print $2 }' "$dir/$name")"
		done
		printf ' |\n'
	done < <("$program" --list)
}

put_into_document() {
	table "$1" >"$1/table"
	sed -i -e '/^<!-- engines -->$/,/^<!-- end of engines -->$/{//!d}' \
		-e "/^<!-- engines -->\$/r $1/table" "$document"
}

case ${1-}/$# in
engines/1) engines ;;
run/4) run "${@:2}" ;;
table/2) table "$2" ;;
document/2) put_into_document "$2" ;;
-h/* | --help/*) usage ;;
*) usage >&2 && exit 2 ;;
esac
