# A small form of tests/load, with bounds: memory that does not grow with the amount, and time that
# grows no faster.

load common

BATS_TEST_TIMEOUT=300

# amount KIND AMOUNT: sets DRIVER and HELD, the peaks of driver and agent in KB.
amount() {
	local lines line
	lines=$("$BATS_TEST_DIRNAME/../load/run.sh" "$1" "$2") || { echo "$lines" >&2; return 1; }
	echo "$lines"
	line=$(grep '^[a-z]' <<<"$lines" | tail -n 1) # the others tell what has grown
	DRIVER=$(sed -n 's/.* \([0-9]*\) KB.*/\1/p' <<<"${line% agent*}")
	HELD=$(sed -n 's/.*agent \([0-9]*\) KB/\1/p' <<<"$line")
}

# asan holds much more than is asked for.
below() {
	case $FACTORY in *asan*) return 0 ;; esac
	[ "$1" -lt "$2" ]
}

@test "1,000 steps in one session" {
	amount steps 1000
	below "$DRIVER" 40000
	[ "$HELD" -lt 4000 ]
}

@test "50 builds by one process, and the same cached, take no more memory than 10" {
	amount builds 10
	few=$DRIVER
	amount builds 50
	below "$DRIVER" $((few + 4000))
	amount cached 50
	below "$DRIVER" $((few + 4000))
}

@test "40 containers at once by one driver, more than may start at once" {
	amount sessions 40
	below "$DRIVER" 60000
}

@test "a step that prints 200 MB into a slow reader: neither side holds it" {
	amount output 200
	below "$DRIVER" 40000
	[ "$HELD" -lt 12000 ]
}

@test "a file of 200 MB goes through the session whole, and neither side holds it" {
	amount file 200
	below "$DRIVER" 60000
	[ "$HELD" -lt 12000 ]
}

@test "a graph of 100,000 nodes is planned in linear memory" {
	amount nodes 100000
	below "$DRIVER" 400000
}
