#!/usr/bin/env bats
# The manual pages, made of the table of commands.
load common

@test "manual pages have no mistakes, for mandoc and for groff" {
	"$FACTORY" man .
	cp "$BATS_TEST_DIRNAME/../../docs/agent.1" .
	run mandoc -T lint -W warning ./*.1
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	for page in *.1; do
		run groff -man -mdoc -ww -Tutf8 -z "$page"
		[ -z "$output" ]
	done
}

@test "each command has a page with all its options; factory.1 lists them all" {
	"$FACTORY" man .
	"$FACTORY" help | sed -n 's/^  \([a-z -]*[a-z]\)  .*/\1/p' >commands
	[ "$(wc -l <commands)" -ge 9 ]
	mandoc -T utf8 factory.1 | col -bx >all
	while read -r command; do
		name=factory-${command// /-}
		grep -q "$name(1)" all
		mandoc -T utf8 "$name.1" | col -bx >page
		for option in $("$FACTORY" $command --help | sed -n 's/^  .* \(--[a-z-]*\).*/\1/p'); do
			grep -Eq -- "^ +(-., )?$option( |$)" page
		done
	done <commands
	for code in $("$FACTORY" help exit-codes | awk '{ print $1 }'); do
		grep -Eq "^ +$code( |$)" all
	done
}

@test "agent.1 has every command of the agent" {
	for command in $("$AGENT" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
		grep -q "^.It Cm $command$" "$BATS_TEST_DIRNAME/../../docs/agent.1"
	done
}

@test "a directory that isn't there is an error, and SOURCE_DATE_EPOCH makes pages repeatable" {
	fails_with 1 "$FACTORY" man no-such-directory
	fails_with 2 "$FACTORY" man
	mkdir a b
	SOURCE_DATE_EPOCH=86400 "$FACTORY" man a
	SOURCE_DATE_EPOCH=86400 "$FACTORY" man b
	diff -r a b
	grep -q '^.Dd January 02, 1970$' a/factory.1
}
