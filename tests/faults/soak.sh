#!/bin/bash
# 20,000 schedules of faults, on an engine and a Consul of its own. SEED runs those of a run before.
set -euo pipefail
cd "$(dirname "$0")/../.."
state=$PWD/build/soak
seed=${SEED:-$RANDOM$RANDOM}
stop() {
	tests/fixtures/consul.sh stop "$state/consul"
	tests/fixtures/engine.sh remove "$state/engine"
}
trap stop EXIT
tests/fixtures/engine.sh start "$state/engine"
eval "$(tests/fixtures/engine.sh env "$state/engine")"
tests/fixtures/images.sh load busybox factory-test/busybox:latest
tests/fixtures/consul.sh start "$state/consul"
TEST_CONSUL=$(cat "$state/consul/address")
export TEST_CONSUL FACTORY=$PWD/build/factory AGENT=$PWD/build/agent
unset "${!CONSUL_@}"
"$FACTORY" toolbox create

failed=0
echo "SEED=$seed"
while read -r kind count jobs; do
	JOBS=$jobs /usr/bin/python3 tests/faults/run.py "$kind" "$seed" "$count" </dev/null || failed=1
done <<'TABLE'
cold 2500 8
killed 1000 4
cached 5000 10
once 8500 12
watch 3000 16
TABLE
exit $failed
