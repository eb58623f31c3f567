#!/usr/bin/env bats
# What shells complete. In bash and zsh by a person's keys: a program called factory prints the
# words that it was given in the end.
load common

setup_file() {
	export COUNTRY=$BATS_FILE_TMPDIR/bin
	mkdir -p "$COUNTRY"
	cat >"$COUNTRY/factory" <<-SCRIPT
		#!/bin/sh
		case \$1 in
		complete | completion) exec "$FACTORY" "\$@" ;;
		esac
		printf '<%s>' "\$@"
		echo
	SCRIPT
	chmod +x "$COUNTRY/factory"
}

# types SHELL TEXT: into a shell that has read factory's script, in a directory with some files.
types() {
	export PATH=$COUNTRY:$PATH
	mkdir -p sub
	touch alpha.yml beta.txt "a b.yaml" sub/gamma.yml
	printf 'source <(factory completion %s)\n' "$1" >rc
	case $1 in
	bash) set -- "$2" bash --noprofile --rcfile rc -i ;;
	zsh)
		printf 'unsetopt zle_bracketed_paste; autoload -U compinit; compinit -u -D\n' | cat - rc >.zshrc
		set -- "$2" env ZDOTDIR="$PWD" zsh -d -i
		;;
	esac
	run timeout 100 "$BATS_TEST_DIRNAME/typist.py" "$@"
}

keys_complete() {
	types "$1" $'factory bui\talp\t--no\t\n'
	shows '<build><alpha.yml><--no-cache>'
	types "$1" $'factory toolb\tcr\t--with be\t--quiet\n'
	shows '<toolbox><create><--with><beta.txt><--quiet>'
	types "$1" $'factory check --form\tjs\tsub/g\t--values=be\t\n'
	shows '<check><--format><json><sub/gamma.yml><--values=beta.txt>'
	types "$1" $'factory check --format=te\ta\\ \t\n'
	shows '<check><--format=text><a b.yaml>'
	types "$1" $'factory facts factory-test/busyb\tkern\t\n'
	shows "<facts><$BASE><kernel>"
}

@test "bash completes commands, options, choices, files and images" {
	keys_complete bash
}

@test "zsh completes commands, options, choices, files and images" {
	command -v zsh >/dev/null || skip "no zsh"
	keys_complete zsh
}

fish_offers() {
	run timeout 20 fish --no-config -c 'source (factory completion fish | psub); complete -C $argv[1]' "$1"
}

@test "fish completes commands, options, choices, files and images" {
	command -v fish >/dev/null || skip "no fish"
	export PATH=$COUNTRY:$PATH
	mkdir sub
	touch alpha.yml beta.txt sub/gamma.yml
	fish_offers 'factory bui'
	[ "$output" = $'build\tbuild an image from a manifest' ]
	fish_offers 'factory toolbox '
	[ "${output%%$'\t'*}" = create ]
	fish_offers 'factory check --format '
	[ "$(sort <<<"$output")" = $'json\ntext' ]
	fish_offers 'factory check --format=j'
	[ "$output" = --format=json ]
	fish_offers 'factory check --values=be'
	[ "$output" = --values=beta.txt ]
	fish_offers 'factory build '
	shows alpha.yml
	shows sub/
	case "$output" in *beta.txt*) false ;; esac
	fish_offers 'factory facts factory-test/b'
	shows "$BASE"
}

@test "factory complete: what comes is from the tables, and nothing fails" {
	run "$FACTORY" complete -- build --
	for option in $("$FACTORY" build --help | grep -o -- '--[a-z-]*' | sort -u); do
		shows "$option"
	done
	for words in "" "--" "-- no-such-command x" "-- build --no-such=" "-- build -- --" "-- toolbox" \
		"-- toolbox x y" "-- -" "-- build --format" "-- build --tag="; do
		run "$FACTORY" complete $words
		[ "$status" -eq 0 ]
	done
	fails_with 2 "$FACTORY" completion
	fails_with 2 "$FACTORY" completion tcsh
}

@test "without an engine, or with one that doesn't answer, what else is known comes at once" {
	DOCKER_HOST=unix://$PWD/none run "$FACTORY" complete -- facts ker
	[ "$status" -eq 0 ]
	shows kernel
	/usr/bin/python3 -c 'import socket, time
s = socket.socket(socket.AF_UNIX); s.bind("deaf"); s.listen(); time.sleep(20)' &
	while [ ! -S deaf ]; do sleep 0.1; done
	DOCKER_HOST=unix://$PWD/deaf run timeout 5 "$FACTORY" complete -- facts ker
	kill $!
	[ "$status" -ne 124 ]
	shows kernel
}
