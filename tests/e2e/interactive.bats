bats_require_minimum_version 1.5.0
load common
load terminal

teardown() {
	close_terminal
	api DELETE '/images/t/pilot?force=1' >/dev/null
	rm -rf "$WORK"
}

# With a variable that no build had before: nothing of it is in the cache.
steps() {
	RUN=$(cat /proc/sys/kernel/random/uuid)
	manifest <<-YAML
		# the top
		image: $BASE
		env: {RUN: "$RUN"}
		install:
		  # the first one
		  - echo one >/one   # behind it

		  - name: second
		    # why
		    run: exit 3
		  - echo three >/three
		# the end
		script:
		  - test -e /one
	YAML
	cp m.yml before.yml
}

# in_image PATH: what was built has it.
in_image() {
	"$FACTORY" shell -q t/pilot <<<"test -e $1"
}

# answers LINE...: a build with these lines typed.
answers() {
	printf '%s\n' "$@" | "$FACTORY" build -i -t t/pilot m.yml
}

@test "Enter runs each step; skip; a changed command; something else; save writes just that" {
	steps
	run answers '' 'edit echo two >/two' 'do touch /added' 'run' 'skip' 'help' 'save' ''
	[ "$status" -eq 0 ]
	[ "$(file_in t/pilot /two)" = two ]
	in_image /added
	run ! in_image /three
	cat >expected.yml <<-YAML
		# the top
		image: $BASE
		env: {RUN: "$RUN"}
		install:
		  # the first one
		  - echo one >/one   # behind it
		  - touch /added

		  - name: second
		    # why
		    run: echo two >/two
		  # - echo three >/three
		# the end
		script:
		  - test -e /one
	YAML
	diff expected.yml m.yml
	run "$FACTORY" build m.yml
	[ "$status" -eq 0 ]
	shows "[3/6] install-2  ok"
	no_container_left
}

@test "a failed step stops there: looked at, put right, run again; what failed is not saved" {
	manifest <<-YAML
		image: $BASE
		install:
		  - name: needs
		    run: cat /input
	YAML
	cp m.yml before.yml
	run answers run 'ls /' 'do exit 9' 'cat /no-such' 'do echo 42 >/input' 'cat /input' run save
	[ "$status" -eq 0 ]
	shows 'install-1 failed with exit code 1: needs'
	shows 'drwxr-xr-x'
	shows "it ended with exit code 9: \`save\` leaves it out"
	shows 'can'\''t read "/no-such": No such file or directory'
	[ "$(file_in t/pilot /input)" = 42 ]
	diff before.yml m.yml
	run answers run 'do echo 42 >/input' save run
	sed -i '/name: needs/i\  - echo 42 >/input' before.yml
	diff before.yml m.yml
}

@test "facts, list, breaks, continue; words that are none" {
	steps
	run answers 'facts kernel.name' 'frobnicate' 'sk it' 'break nothing' 'break install-3' 'break' \
		'continue' 'list' 'edit true' 'continue' 'list' 'quit'
	[ "$status" -eq 1 ]
	shows '"name": "Linux"'
	shows "'frobnicate' is no command"
	shows "'skip' takes nothing behind it"
	shows "there is no step 'nothing'"
	shows "stops before 'install-3'"
	shows '> install-2'
	shows '> install-3'
	shows '  install-2    ran      second'
	shows 'the build was stopped at install-3, as was asked for'
	nothing_left t/pilot
}

@test "back: to the base, to a checkpoint; changed commands stay, the rest is undone" {
	steps
	run answers '' 'do touch /gone' 'edit ls /one /gone' back '' run 'edit echo two >/two' \
		run checkpoint 'do touch /three /gone' back 'ls /' run save ''
	[ "$status" -eq 0 ]
	shows '/gone: No such file or directory'
	run ! in_image /gone
	diff <(sed 's|exit 3|echo two >/two|' before.yml) m.yml
	no_container_left
}

@test "quit drops; quit keep makes an image; the end of the input quits" {
	steps
	fails_with 1 answers '' quit
	nothing_left t/pilot
	fails_with 1 answers ''
	nothing_left t/pilot
	fails_with 1 answers '' 'do echo kept >/kept' 'quit keep'
	[[ $output =~ kept\ as\ (sha256:[0-9a-f]+) ]]
	id=${BASH_REMATCH[1]}
	[ "$(file_in "$id" /kept)" = kept ]
	api DELETE "/images/$id?force=1" >/dev/null
	nothing_left t/pilot
}

@test "--break-on-failure and --break-at stop only there" {
	steps
	run bash -c 'printf "edit true\nrun\n" | "$FACTORY" build --break-on-failure -t t/pilot m.yml'
	[ "$status" -eq 0 ]
	[[ $output != *'-- install-1'* ]]
	shows 'install-2 failed with exit code 3: second'
	in_image /three
	run bash -c 'printf "edit true\ncontinue\n" | "$FACTORY" build --break-at second m.yml'
	[ "$status" -eq 0 ]
	shows '-- install-2'
	fails_with 2 "$FACTORY" build --break-at nothing m.yml </dev/null
	shows "has no step 'nothing'"
	# Without a failure nothing is asked.
	sed -i 's/exit 3/true/' m.yml
	run "$FACTORY" build --break-on-failure m.yml </dev/null
	[ "$status" -eq 0 ]
}

@test "a test that fails: put right in its own branch; the artifact has nothing of it" {
	manifest <<-YAML
		image: $BASE
		install: ["touch /built"]
		script: ["test -e /flag"]
	YAML
	run answers '' '' 'do touch /flag' 'save' run
	[ "$status" -eq 0 ]
	in_image /built
	run ! in_image /flag
}

@test "save refuses what Jinja2 or somebody else has made, and changes nothing" {
	manifest <<-YAML
		image: $BASE
		install:
		# {% for i in [1, 2] %}
		  - echo {{ i }}
		# {% endfor %}
	YAML
	cp m.yml before.yml
	run answers 'edit true' save quit
	shows "m.yml:2:1: can't save: the steps of \`install\` are not what is written here"
	diff before.yml m.yml
	steps
	run answers 'do echo >>/dev/null' 'shell' 'exit' 'edit true' '!true' save quit
	shows 'back from the shell'
	run bash -c '{ echo "edit true"; sleep 2; echo save; } | "$FACTORY" build -i m.yml & sleep 1; echo "# more" >>m.yml; wait'
	shows 'was changed by someone else meanwhile'
}

@test "one manifest, one image, not quietly" {
	steps
	fails_with 2 "$FACTORY" build -i m.yml m.yml
	fails_with 2 "$FACTORY" build -i -q m.yml
	manifest <<-YAML
		image: $BASE
		env: {matrix: [A=1, A=2]}
		install: ["true"]
	YAML
	fails_with 2 "$FACTORY" build -i m.yml
	shows "has a matrix"
}

@test "a terminal: keys and history, the prefilled command, a shell, Ctrl-C; all is as before" {
	steps
	sed -i 's/exit 3/sleep 1000/' m.yml
	export XDG_STATE_HOME=$WORK/state
	open_terminal 100 40
	type_line "export XDG_STATE_HOME=$XDG_STATE_HOME"
	type_line 'stty -a >old; $FACTORY build -i -t t/pilot m.yml; echo code $?; stty -a >new'
	sees 'install-1>'
	type_line 'do echo hello'
	sees_times 2 'install-1>'
	press Up Enter
	sees_times 2 hello
	sees_times 3 'install-1>'
	type_line 'shell'
	sees '/ #'
	type_line 'stty size; sleep 1000'
	sees '40 100'
	sleep 0.5
	press C-c
	type_line 'exit'
	sees 'back from the shell'
	press Enter
	sees 'install-2>'
	press Enter
	sleep 1
	press C-c
	sees 'install-2 was killed by signal 2'
	type_line edit
	sees 'command: sleep 1000'
	press BSpace BSpace BSpace BSpace
	type_line 0
	sees 'the command is: sleep 0'
	press C-c
	sees '`quit` ends the build'
	type_line continue
	sees 'code 0'
	sleep 0.3
	cmp old new
	[ "$(stat -c %a state/factory/history)" = 600 ]
	grep -q 'echo' state/factory/history
	no_container_left
}

@test "killed by a signal at the prompt: the terminal is as before, no container is left" {
	steps
	open_terminal 100 40
	type_line 'stty -a >old; $FACTORY build -i m.yml & pid=$!; echo $pid >pid; fg'
	sees 'install-1>'
	kill -TERM "$(cat pid)"
	sees interrupted
	type_line 'stty -a >new; echo do""ne'
	sees 'done'
	cmp old new
	type_line '$FACTORY build -i m.yml; echo code $?'
	sees_times 2 'install-1>'
	press C-d
	sees 'code 1'
	no_container_left
}

@test "a group's branches are asked about one after another, and left by back" {
	manifest <<-YAML
		image: $BASE
		env: {RUN: "$(cat /proc/sys/kernel/random/uuid)"}
		install:
		  - echo ran before
		  - parallel:
		      - [echo ran a1 >/a1, echo ran a2]
		      - exit 7
		  - echo ran after
		script: test -e /a1 && test -e /put && ! test -e /did
	YAML
	cp m.yml before.yml
	run answers run 'do touch /did' run checkpoint back run run run 'do touch /put' 'edit true' run save run run
	[ "$status" -eq 0 ] || { echo "$output" >&2; return 1; }
	shows 'a branch is not kept'
	shows 'install-3 failed with exit code 7' || shows 'install-4 failed with exit code 7'
	shows '`install` has a group'
	[ "$(grep -c -- '-- install-2' <<<"$output")" = 2 ]
	cmp m.yml before.yml
	in_image /put
	run answers run skip skip 'quit keep'
	[ "$status" -eq 1 ]
	shows "kept as sha256:"
	api DELETE "/images/$(grep -o 'sha256:[0-9a-f]*' <<<"$output" | tail -n 1)" >/dev/null
	no_container_left
}

@test "a test's branch is not kept, be it to quit" {
	steps
	run answers run skip run 'quit keep' checkpoint run
	[ "$status" -eq 0 ] || { echo "$output" >&2; return 1; }
	shows "a test's branch is not kept: \`quit\` ends the build"
	no_container_left
}
