# What the linker and the compiler were asked for is in the programs.

setup() {
	cd "$BATS_TEST_TMPDIR" || return 1
}

headers() {
	readelf --wide --file-header --program-headers "$1"
}

# No memory that can be written and run, and a stack that can't be run.
no_page_is_written_and_run() {
	headers "$1" | grep -qE 'GNU_STACK .* RW +0x'
	! headers "$1" | grep -E '^ +(LOAD|GNU_STACK) .* RWE ' || false
}

# How often the program's code has what matches.
code() {
	objdump --disassemble --no-show-raw-insn "$1" | grep -cE "$2"
}

x86_only() {
	[ "$(uname -m)" = x86_64 ] || skip "the instructions are those of x86-64"
}

@test "the driver is at a random address, and its tables can't be written once it runs" {
	headers "$FACTORY" | grep -q 'Type: .*DYN'
	headers "$FACTORY" | grep -q GNU_RELRO
	readelf --wide --dynamic "$FACTORY" >dynamic
	grep -q 'FLAGS_1.* NOW PIE' dynamic
	! grep -E 'RPATH|RUNPATH|TEXTREL' dynamic || false
	no_page_is_written_and_run "$FACTORY"
}

@test "the driver's buffers are guarded and its calls of libc checked" {
	readelf --wide --dyn-syms "$FACTORY" >symbols
	grep -q __stack_chk_fail symbols
	[ "$(grep -c '_chk@' symbols)" -ge 4 ]
}

@test "an indirect call of the driver's ends where a function begins" {
	x86_only
	[ "$(code "$FACTORY" endbr64)" -gt 300 ]
}

# musl has no checked calls, and Debian's no static program at a random address.
@test "the agent needs nothing of the target, and its buffers are guarded" {
	headers "$AGENT" | grep -q 'Type: .*EXEC'
	! headers "$AGENT" | grep -E 'INTERP|DYNAMIC' || false
	no_page_is_written_and_run "$AGENT"
	x86_only
	[ "$(code "$AGENT" '%fs:0x28')" -gt 300 ]
}

@test "the toolbox's programs are the agent, without a bit that would change who runs it" {
	[ ! -u "$AGENT" ] && [ ! -g "$AGENT" ]
	[ -z "$(getcap "$AGENT" 2>/dev/null)" ]
}
