# kill -9 of the driver, wherever a container's machine is: see tests/faults/cells.py.

load common

BATS_TEST_TIMEOUT=600

@test "killed at each cell of the machine: nothing runs on, no tag moved, the next build goes on where it was" {
	"$FACTORY" toolbox create >/dev/null
	run env FACTORY="$BATS_TEST_DIRNAME/../../build/faults/factory" FACTORY_AGENT="$AGENT" \
		/usr/bin/python3 "$BATS_TEST_DIRNAME/../faults/cells.py"
	echo "$output"
	[ "$status" -eq 0 ]
	not shows 'nobody says why'
}
