#!/usr/bin/env bash
# Measures factory against its peers on one private engine, in one run, and prints ratios.
# Absolute times move from machine to machine; the ratios are what counts.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh

usage() {
	cat <<-'E'
		usage: tests/bench/run.sh [ROUNDS]

		Prints medians over ROUNDS (default 5) and how many times slower each peer is.
	E
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
rounds=${1:-5}
work=$(mktemp -d)
trap 'bench_stop; rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
bench_start "$work"

step='echo 0123456789 > /step-'

# steps N: a manifest and a Dockerfile of N small steps.
steps() {
	local n=$1 i
	{
		echo "image: $BASE"
		echo "$2"
		echo "install:"
		for i in $(seq "$n"); do echo "  - $step$i"; done
	} >"$work/steps-$n.yml"
	mkdir -p "$work/context-$n"
	{
		echo "FROM $BASE"
		for i in $(seq "$n"); do echo "RUN $step$i"; done
	} >"$work/context-$n/Dockerfile"
}

factory_build() { build/factory build "$work/steps-$1.yml" --no-cache -q -t bench/factory:latest; }
factory_cached() { build/factory build "$work/steps-$1.yml" -q -t bench/factory:latest; }
docker_build() { DOCKER_BUILDKIT=0 docker build --no-cache --network "$2" -q -t bench/docker:latest "$work/context-$1" 2>/dev/null; }
docker_cached() { DOCKER_BUILDKIT=0 docker build -q -t bench/docker:latest "$work/context-$1" 2>/dev/null; }

for network in default none; do
	if [ $network = default ] && ! bench_has_network; then
		echo "default network: this machine's engine has no bridge, so not measured"
		continue
	fi
	title "cold build of 20 small steps, network $network"
	steps 20 "$([ $network = none ] && echo 'network: none')"
	measure factory "$rounds" factory_build 20
	measure 'docker build (classic)' "$rounds" docker_build 20 $network
	compare factory 'docker build (classic)'
done

title "the same, fully cached"
measure factory "$rounds" factory_cached 20
measure 'docker build (classic)' "$rounds" docker_cached 20
compare factory 'docker build (classic)'

title "the same, the last step changed"
changes=0
change_last() { # FILE
	changes=$((changes + 1))
	sed -i "\$s/; true .*//; \$s/\$/; true $changes/" "$1"
}
factory_late() { change_last "$work/steps-20.yml" && factory_cached 20; }
docker_late() {
	change_last "$work/context-20/Dockerfile"
	DOCKER_BUILDKIT=0 docker build --network none -q -t bench/docker:latest "$work/context-20" 2>/dev/null
}
measure factory "$rounds" factory_late
measure 'docker build (classic)' "$rounds" docker_late
compare factory 'docker build (classic)'

title "a copy of 20,000 files of 10 KB"
mkdir -p "$work/files/tree"
for directory in $(seq 200); do
	mkdir "$work/files/tree/$directory"
	head -c 1024000 /dev/urandom | split -b 10240 -a 2 - "$work/files/tree/$directory/"
done
printf 'image: %s\nnetwork: none\ncopy: tree:/tree\n' "$BASE" >"$work/files/m.yml"
printf 'FROM %s\nCOPY tree /tree\n' "$BASE" >"$work/files/Dockerfile"
factory_files() { build/factory build "$work/files/m.yml" -q "$@"; }
docker_files() { DOCKER_BUILDKIT=0 docker build -q "$@" "$work/files" 2>/dev/null; }
measure 'factory, cold' 1 factory_files --no-cache
measure 'docker build (classic), cold' 1 docker_files --no-cache
compare 'factory, cold' 'docker build (classic), cold'
measure 'factory, unchanged' "$rounds" factory_files
measure 'docker build, unchanged' 1 docker_files
compare 'factory, unchanged' 'docker build, unchanged'
rm -r "$work/files/tree"

title "one step (sh -c with a small write)"
steps 220 'network: none'
steps 20 'network: none'
measure '20 steps' "$rounds" factory_build 20
measure '220 steps' "$rounds" factory_build 220
per_step factory '220 steps' '20 steps' 200
container=$(docker run -d --rm --network none "$BASE" sleep 1000)
exec_cli() { docker exec "$container" sh -c "${step}x"; }
exec_api() {
	local id
	id=$(api POST "/containers/$container/exec" '{"Cmd":["sh","-c","'"${step}"'y"]}' | cut -d'"' -f4)
	api POST "/exec/$id/start" '{"Detach":false}' >/dev/null
}
measure 'docker exec, command line' $((rounds * 4)) exec_cli
measure 'docker exec, API by curl' $((rounds * 4)) exec_api
compare factory 'docker exec, command line'
compare factory 'docker exec, API by curl'
docker rm -f "$container" >/dev/null

title "16 builds at once, of one step each, network none"
{
	# shellcheck disable=SC2016 # the step is for the target's shell
	printf 'image: %s\nnetwork: none\ninstall: %s$I\njobs:\n  include:\n' "$BASE" "$step"
	for i in $(seq 16); do echo "  - {name: cell-$i, env: I=$i}"; done
} >"$work/cells.yml"
factory_cells() { build/factory build "$work/cells.yml" --no-cache -q -j 16 -t bench/cells:1 >/dev/null 2>&1; }
# The calls that a build is made of, by one process for each container.
raw_cell() {
	local url=http://engine json='Content-Type: application/json' name=bench-cell-$1
	local -a to=(--silent --output /dev/null --unix-socket "${DOCKER_HOST#unix://}")
	curl "${to[@]}" -H "$json" --data '{"Image":"'"$BASE"'","HostConfig":{"NetworkMode":"none"},
		"Cmd":["sh","-c","'"$step$1"'"]}' "$url/containers/create?name=$name" \
		--next "${to[@]}" --request POST "$url/containers/$name/start" \
		--next "${to[@]}" --request POST "$url/containers/$name/wait" \
		--next "${to[@]}" --request POST "$url/commit?container=$name&repo=bench/raw&tag=$name" \
		--next "${to[@]}" --request DELETE "$url/containers/$name?force=1"
}
raw_cells() {
	local i
	for i in $(seq 16); do raw_cell "$i" & done
	wait
}
measure factory "$rounds" factory_cells
measure 'raw API by curl' "$rounds" raw_cells
compare 'raw API by curl' factory

title "the agent"
echo "size: $(stat -c %s build/agent) bytes"
echo "resident at its peak, 'agent version': $(/usr/bin/time -f %M build/agent version 2>&1 >/dev/null) KB"
agent_version() { build/agent version; }
c_true() { /bin/true; }
measure 'agent version' $((rounds * 20)) agent_version
measure '/bin/true' $((rounds * 20)) c_true
compare '/bin/true' 'agent version'
title "facts of this machine"
agent_facts() { build/agent facts; }
agent_fact() { build/agent facts os.release.full; }
facter_facts() { facter --json 2>/dev/null || true; } # it fails where a file is hidden
facter_fact() { facter os.release.full; }
ohai_facts() { ohai 2>/dev/null; }
ansible_facts() { ansible localhost -m setup 2>/dev/null; }
echo "  resident at its peak: $(/usr/bin/time -f %M build/agent facts 2>&1 >/dev/null) KB"
measure 'agent facts' $((rounds * 20)) agent_facts
measure 'agent facts, one fact' $((rounds * 20)) agent_fact
for peer in facter ohai ansible; do
	if ! command -v $peer >/dev/null; then
		echo "  $peer is not installed, so not measured"
		continue
	fi
	measure $peer "$rounds" ${peer}_facts
	compare 'agent facts' $peer
done
if command -v facter >/dev/null; then
	measure 'facter, one fact' "$rounds" facter_fact
	compare 'agent facts, one fact' 'facter, one fact'
fi
echo
echo "bench: done, medians of $rounds rounds on $(nproc) processors"
