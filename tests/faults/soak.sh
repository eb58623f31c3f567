#!/bin/bash
# 20,000 schedules of faults, on engines and a Consul of its own, in rounds that have some of each
# kind. SEED runs those of a run before.
set -euo pipefail
cd "$(dirname "$0")/../.."
state=$PWD/build/soak
seed=${SEED:-$RANDOM$RANDOM}
rounds=20
stop() {
	tests/fixtures/consul.sh stop "$state/consul"
	tests/fixtures/engine.sh remove "$state/engine"
	tests/fixtures/engine.sh remove "$state/podman"
}
trap stop EXIT
unset DOCKER_HOST
tests/fixtures/engine.sh start "$state/engine"
tests/fixtures/engine.sh start "$state/podman" podman
tests/fixtures/consul.sh start "$state/consul"
TEST_CONSUL=$(cat "$state/consul/address")
# The tree may go on meanwhile.
cp -t "$state" build/factory build/agent
export TEST_CONSUL FACTORY=$state/factory AGENT=$state/agent
unset "${!CONSUL_@}"
for engine in "$state/engine" "$state/podman"; do
	export DOCKER_HOST=unix://$engine/docker.sock
	tests/fixtures/images.sh load busybox factory-test/busybox:latest
	"$FACTORY" toolbox create
done

# What came of all rounds so far, by kind.
totals() {
	awk '/ schedules, / {
		kind = $1
		sub(",", "", kind)
		if (!(kind in count))
			order[++kinds] = kind
		count[kind] += $4; failed[kind] += $11; all += $4; bad += $11
	} END {
		for (i = 1; i <= kinds; i++)
			printf "%s %d (%d failed), ", order[i], count[order[i]], failed[order[i]]
		printf "together %d of 20000, %d failed\n", all, bad
	}' "$state/told"
}

: >"$state/told"
echo "SEED=$seed"
failed=0
for ((round = 0; round < rounds; round++)); do
	while read -r kind count jobs engine; do
		count=$((count / rounds))
		export DOCKER_HOST=unix://$state/$engine/docker.sock
		JOBS=$jobs /usr/bin/python3 tests/faults/run.py "$kind" "$seed" $count $((round * count)) \
			</dev/null | tee -a "$state/told" || failed=1
	done <<-'TABLE'
		cold 2000 8 engine
		podman 400 4 podman
		killed 1000 4 engine
		cached 4700 10 engine
		oci 400 4 none
		once 8500 12 none
		watch 3000 16 none
	TABLE
	echo "round $((round + 1)) of $rounds: $(totals)"
done
exit $failed
