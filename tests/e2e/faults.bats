# Calls of libc that fail: memory that is exhausted, a disk that is full or broken. The agent is
# static: what is preloaded here is in its dynamic twin, and a full disk in the program itself.

FAULTS=$BATS_TEST_DIRNAME/../../build/faults
BATS_TEST_TIMEOUT=300

EINTR=4 EIO=5 ENOSPC=28

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
	cat >m.yml <<-'M'
		image: busybox
		env: {a: "1", b: "{{ [1, 2]|join(1) }}"}
		install:
		  - "echo {{ 'x'|upper }}"
		script: ["true"]
	M
	cat >t.ctmpl <<-'T'
		{{ range $k, $v := parseJSON "{\"a\":[1,2]}" }}{{ $k }}{{ $v }}{{ end }}
		{{ "a: [1, x]" | parseYAML | toYAML }}{{ "abc" | regexReplaceAll "b+" "x" | toUpper }}
	T
	cat >c.hcl <<-'C'
		template {
		  source      = "t.ctmpl"
		  destination = "out"
		}
	C
}

# with CALL WHICH ERRNO COMMAND...: runs it while that call fails. Its output is in ./said and
# ./told, its exit code in $code; fails when the call was never reached.
with() {
	local call=$1 which=$2 number=$3
	shift 3
	code=0
	rm -f mark
	env FAULT="$call" FAULT_AT="$which" FAULT_ERRNO="$number" FAULT_MARK="$PWD/mark" \
		LD_PRELOAD="$FAULTS/faults.so" timeout 20 "$@" >said 2>told || code=$?
	grep -q x mark
}

# One line that says what is wrong, exit code 70, and nothing that is half there.
is_exhausted() {
	[ "$code" = 70 ] && [ "$(wc -l <told)" = 1 ] && grep -q "^$1: .*out of memory\( \[F1200\]\)\?$" told && is_whole
}

# The output is the old one, the new one or none, without a temporary file beside it.
is_whole() {
	[ ! -e out ] || cmp -s out old || cmp -s out new || return 1
	[ -z "$(find . -name 'out.*')" ] && [ -z "$(find . -name 'factory.yml.*')" ]
}

# exhausted NAME COMMAND...: memory that is used up for good, from any moment on.
exhausted() {
	local at=1 name=$1
	shift
	while with alloc $at+ 12 "$@"; do
		is_exhausted "$name" || { echo "allocation $at: exit code $code" && cat told && return 1; }
		at=$((at + 1 + at / 5))
	done
	[ "$code" = 0 ] && [ $at -gt 10 ]
}

# How many allocations a command makes.
allocations() {
	local low=1 high=1000000 middle
	while [ $low -lt $((high - 1)) ]; do
		middle=$(((low + high) / 2))
		if with alloc $middle 12 "$@"; then low=$middle; else high=$middle; fi
	done
	echo $low
}

# once NAME COMMAND...: one allocation that fails, each of the last 100; what comes before is
# libcurl's beginning. A library may do without; then all is as it should be.
once() {
	local at last name=$1
	shift
	last=$(allocations "$@")
	"$@" >expected
	for ((at = last > 100 ? last - 100 : 1; at <= last; at++)); do
		rm -f out
		with alloc $at 12 "$@"
		is_exhausted "$name" || { [ "$code" = 0 ] && cmp said expected; } ||
			grep -qi memory told || { echo "allocation $at: exit code $code" && cat told && return 1; }
		[ "$code" -lt 128 ]
	done
}

@test "an exhausted driver says so in one line and ends with 70" {
	for command in check render graph; do
		exhausted factory "$FACTORY" $command m.yml
	done
}

# libcurl divides by the sizes of tables that it did not get: its own signal is not ours to judge.
@test "a build whose driver is exhausted ends its containers, and makes no name" {
	local at last
	load common
	FOREIGN=$(containers)
	printf 'image: %s\nnetwork: none\ninstall: [":", ":"]\nscript: ["true", "true"]\n' "$BASE" >m.yml
	last=$(allocations "$FACTORY" build --no-cache m.yml -t faults/exhausted:0)
	[ "$last" -gt 1000 ]
	for ((at = last / 3; at < last; at += last / 25)); do
		with alloc $at 12 "$FACTORY" build --no-cache m.yml -t faults/exhausted:1
		[ "$code" = 0 ] || [ "$code" = 70 ] || [ "$code" = 136 ] || { echo "allocation $at: exit code $code" && cat told && return 1; }
		[ "$code" = 0 ] || grep -q 'out of memory' told || [ "$code" = 136 ]
	done
	with alloc $((last / 2))+ 12 "$FACTORY" build --no-cache m.yml -t faults/exhausted:2
	[ "$code" = 70 ]
	nothing_left faults/exhausted:2
}

@test "a request that exhausts the agent's memory is an error, and the session goes on" {
	run timeout 20 python3 "$BATS_TEST_DIRNAME/../fixtures/exhausted_session.py" "$AGENT" 8000
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "ERROR 1 the agent: out of memory 1200" ]
	[ "${lines[1]}" = "STDOUT 2 hello" ]
	[ "${lines[2]}" = "EXIT 2 code 0" ]
}

@test "any one allocation of the driver's may fail" {
	for command in check render; do
		once factory "$FACTORY" $command m.yml
	done
}

@test "an exhausted agent leaves the old file or the new one" {
	"$FAULTS/agent" render -once -config c.hcl
	mv out new && echo old >old && cp old out
	exhausted agent "$FAULTS/agent" render -once -config c.hcl
	cmp out new
}

@test "any one allocation of the agent's may fail" {
	"$FAULTS/agent" render -once -config c.hcl
	mv out new
	once agent "$FAULTS/agent" render -once -config c.hcl
}

# refused CALL ERRNO TEXT: no file, or the old one; the code and the message say so.
refused() {
	echo old >old
	for before in none old; do
		rm -f out
		[ $before = none ] || cp old out
		with "$1" 1 "$2" "$FAULTS/agent" render -once -config c.hcl
		[ "$code" -ne 0 ] && [ "$code" -lt 70 ]
		[ "$(wc -l <told)" = 1 ]
		grep -q "out: $3" told
		if [ $before = none ]; then [ ! -e out ]; else cmp out old; fi
		is_whole
	done
}

@test "a rendered file is old or new, whatever fails" {
	refused write $ENOSPC 'No space left on device'
	refused write $EIO 'Input/output error'
	refused fsync $EIO 'Input/output error'
	refused fsync $ENOSPC 'No space left on device'
	refused rename $EIO 'Input/output error'
	refused open $ENOSPC 'No space left on device'
}

@test "interrupted and short writes are continued" {
	"$FAULTS/agent" render -once -config c.hcl
	mv out new
	for fault in $EINTR short; do
		with write 1 $fault "$FAULTS/agent" render -once -config c.hcl
		[ "$code" = 0 ]
		cmp out new
		rm out
	done
}

@test "the driver's files are old or new, whatever fails" {
	for fault in "write $ENOSPC" "write $EIO" "fsync $EIO" "rename $ENOSPC" "open $ENOSPC"; do
		# shellcheck disable=SC2086 # two words
		with ${fault% *} 1 ${fault#* } "$FACTORY" init
		[ "$code" = 1 ]
		[ "$(wc -l <told)" = 1 ]
		[ ! -e factory.yml ]
		is_whole
	done
	for fault in $EINTR short; do
		with write 1 $fault "$FACTORY" init --force
		[ "$code" = 0 ]
		"$FACTORY" check factory.yml >/dev/null
	done
}

@test "what can't be read is an error that names it" {
	with read 1 $EIO "$FACTORY" check m.yml
	[ "$code" -ne 0 ]
	[ "$(wc -l <told)" = 1 ]
	grep -q 'Input/output error' told
}

@test "output that can't be printed is an error" {
	run bash -c '"$0" check m.yml >/dev/full' "$FACTORY"
	[ "$status" = 1 ]
	[[ $output == "factory: can't write to standard output: No space left on device"* ]]
	run bash -c '"$0" render m.yml >/dev/full' "$FACTORY"
	[ "$status" -ne 0 ]
}

# In a mount namespace of its own, which ends with the command.
on_a_full_disk() {
	# shellcheck disable=SC2016 # the inner shell's
	unshare --mount sh -euc '
		mkdir -p full
		mount -t tmpfs -o size=64k none full
		cp t.ctmpl full
		[ "$2" = none ] || echo old >full/out
		head -c 65536 /dev/zero >full/filling 2>/dev/null || true
		code=0
		"$1" render -once -template full/t.ctmpl:full/out || code=$?
		[ "$code" -ne 0 ]
		[ "$(ls full | sort | xargs)" = "$3" ]
		[ "$2" = none ] || [ "$(cat full/out)" = old ]
	' sh "$AGENT" "$@"
}

@test "a full disk leaves the old file and no other" {
	[ "$(id -u)" = 0 ] || skip "mounts need root"
	head -c 20000 /dev/zero | tr '\0' x >>t.ctmpl
	run on_a_full_disk none 'filling t.ctmpl'
	[ "$status" = 0 ]
	[[ $output == *'full/out: No space left on device'* ]]
	run on_a_full_disk old 'filling out t.ctmpl'
	[ "$status" = 0 ]
}

# prepare_build ENDPOINT: what `builds_in_spite` builds, and a check of what was built.
prepare_build() {
	export FACTORY_AGENT=$AGENT XDG_CACHE_HOME=$PWD/cache XDG_STATE_HOME=$PWD/state
	mkdir app
	echo hello >app/file
	cat >build.yml <<-'M'
		image: faults/base:1
		network: none
		copy: [{source: app, destination: /app}]
		install:
		  - {run: echo one > /one, checkpoint: true}
		  - echo two > /two
		script: test -e /app/file
	M
	printf '%s\n' 'image: faults/built:1' 'network: none' \
		'script: test "$(cat /app/file /one /two)" = "$(printf "hello\none\ntwo")"' >check.yml
	"$FACTORY" import "$BATS_TEST_DIRNAME/../../build/images/busybox.tar" faults/base:1 --endpoint "$1"
	"$FACTORY" toolbox create --endpoint "$1"
}

# builds_in_spite ENDPOINT CALL ERRNO: each such call of the driver's in turn fails (of those behind
# the third, some). It ends well or says why; then the same goes well.
builds_in_spite() {
	local at=1
	while with "$2" $at "$3" "$FACTORY" build build.yml --no-cache -t faults/built:1 --endpoint "$1"; do
		[ "$code" = 0 ] || fails_truly "$3" || { echo "$2 $at: exit code $code" && cat told && return 1; }
		at=$((at + 1 + at / 3))
	done
	"$FACTORY" build build.yml -t faults/built:1 --endpoint "$1" || return 1
	"$FACTORY" build check.yml --no-cache --endpoint "$1" || return 1
	[ "$code" = 0 ] && [ $at -gt 1 ] || { echo "$2 $at: never reached, exit code $code" && cat told && return 1; }
}

# fails_truly ERRNO: one message. What is only interrupted or short is no reason, but for libarchive.
fails_truly() {
	[ "$code" -lt 70 ] && [ "$(grep -c '^factory: ' told)" = 1 ] || return 1
	[ "$1" != short ] && { [ "$1" != $EINTR ] || grep -q "can't unpack" told; }
}

# ENDPOINT "CALL ERRNO"...
builds_in_spite_of() {
	local endpoint=$1 fault
	prepare_build "$endpoint"
	for fault in "${@:2}"; do
		# shellcheck disable=SC2086 # two words
		builds_in_spite "$endpoint" $fault || { echo "$fault" && return 1; }
	done
}

@test "a build ends well or says why, whichever of the driver's files fails" {
	builds_in_spite_of "$DOCKER_HOST" "write $ENOSPC" "read $EIO" "open $ENOSPC"
}

@test "a build without a daemon ends well or says why, whichever file fails, and leaves no container" {
	[ "$(id -u)" = 0 ] || skip "oci: needs root"
	command -v runc >/dev/null || command -v crun >/dev/null || skip "neither runc nor crun is here"
	builds_in_spite_of "oci:$PWD/oci" "write $ENOSPC" "write $EIO" "write $EINTR" "write short" "read $EIO" \
		"read $EINTR" "read short" "fsync $EIO" "rename $ENOSPC" "open $ENOSPC" "close $EIO"
	[ "$(ls oci/containers | wc -l)" = 1 ]
	[ -z "$(find oci/layers oci/images -mindepth 1 -maxdepth 1 -name '*[!0-9a-f]*')" ]
}
