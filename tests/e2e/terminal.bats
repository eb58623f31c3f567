load common

# A terminal of its own for each test, in which one command runs.
TMUX_NAME=factory-$$

setup_file() {
	unset TMUX
}

teardown() {
	tmux -L "$TMUX_NAME" kill-server 2>/dev/null || true
	rm -rf "$WORK"
}

# terminal COLUMNS ROWS COMMAND: begins it; "over" appears when it has ended, with its exit code.
terminal() {
	tmux -L "$TMUX_NAME" -f /dev/null new-session -d -x "$1" -y "$2" \
		"env TERM=${TERMINAL-screen} $3; echo over \$?; sleep 600"
}

on_screen() {
	tmux -L "$TMUX_NAME" capture-pane -p
}

# wait_for PATTERN: until it is on the screen, which is $output then.
wait_for() {
	local tries
	for tries in $(seq 200); do
		output=$(on_screen)
		grep -q -- "$1" <<<"$output" && return 0
		sleep 0.05
	done
	printf 'not on the screen: %s\nbut:\n%s\n' "$1" "$output" >&2
	return 1
}

# How many lines of the screen have it.
count() {
	grep -c -- "$1" <<<"$output" || true
}

@test "a live view in 40 columns: what runs has a line, what has ended is folded" {
	manifest <<-E
		image: $BASE
		install:
		  - echo one; sleep 0.2
		  - echo a line that is longer than forty columns can be; touch $WORK/x 2>/dev/null; sleep 1.5
		script:
		  - sleep 1; echo from-one
		  - sleep 1; echo 日本語日本語日本語日本語日本語日本語日本語; sleep 1
	E
	terminal 40 20 "$FACTORY build m.yml --no-cache -t t/live:1"
	wait_for '^. install-2 .*a line that is'
	[ "$(count '✓ install-1')" = 1 ]
	[ "$(count '| one')" = 0 ]
	[ "$(count 'of 6 nodes')" = 1 ]
	wait_for '^. test-2 .*日本'
	[ "$(count '✓ install-2')" = 1 ]
	wait_for '^over 0'
	[ "$(count '^. test-[12] .*[0-9]s ')" = 0 ]
	[ "$(count '^✓')" = 6 ]
	shows "built t/live:1 in"
	shows "nodes: 6 run, 0 cached"
	shows "this build added"
	shows "sha256:"
	# No frame was left behind above or below.
	[ "$(count ' nodes [0-9]')" = 0 ]
}

@test "a step can't move the cursor, clear the screen or name the window" {
	manifest <<-E
		image: $BASE
		install:
		  - printf 'begin\033[2J\033[H\033[5;5Hmiddle\033]0;stolen\007\r\n'; sleep 1
		  - printf 'progress 1%%\rprogress 99%%\n'; sleep 1; false
	E
	terminal 60 20 "echo above; $FACTORY build m.yml --no-cache"
	wait_for '^. install-1 .*beginmiddle'
	[ "$(head -n 1 <<<"$output")" = above ]
	wait_for '^. install-2 .*s progress 99%$'
	wait_for '^over 6'
	[ "$(head -n 1 <<<"$output")" = above ]
	shows '  | progress 99%'
	[ "$(tmux -L "$TMUX_NAME" display-message -p '#{pane_title}')" != stolen ]
}

@test "nor by plain lines on a terminal; a file gets what it prints" {
	printf '%s\n' "image: $BASE" 'install:' \
		"  - printf 'one\\033[2Jtwo\\033]0;stolen\\007three\\n'" >m.yml
	terminal 80 20 "$FACTORY build --no-cache --progress plain m.yml"
	wait_for "over 0"
	grep -q "| onetwothree" <<<"$output"
	run "$FACTORY" build --no-cache m.yml
	[[ $output == *$'one\033[2Jtwo\033]0;stolen\007three'* ]]
}

@test "what fails is unfolded with its last lines" {
	manifest <<-E
		image: $BASE
		install:
		  - seq 1 5
		  - seq 1 50; exit 3
	E
	terminal 60 40 "$FACTORY build m.yml --no-cache"
	wait_for '^over 6'
	shows '✗ install-2  seq 1 50; exit 3  failed'
	shows '... 30 lines before these'
	[ "$(count '^  | ')" = 20 ]
	shows '  | 50'
	shows 'factory: m.yml:4:5: install-2 failed with exit code 3'
}

@test "a terminal that changes its size gets whole frames again" {
	manifest <<-E
		image: $BASE
		install: for i in \$(seq 40); do echo a long line of many many words and the number \$i; sleep 0.1; done
	E
	terminal 80 20 "$FACTORY build m.yml --no-cache"
	wait_for '^. install-1 .* number'
	for columns in 30 60 25 40; do
		tmux -L "$TMUX_NAME" resize-window -x $columns -y 20
		sleep 0.5
		output=$(on_screen)
		[ "$(count 'of 3 nodes')" = 1 ]
		[ "$(count '^. install-1')" = 1 ]
	done
	wait_for '^over 0'
	[ "$(count 'of 3 nodes')" = 0 ]
}

@test "more branches than rows are counted" {
	manifest <<-E
		image: $BASE
		script: [$(printf 'sleep 2, %.0s' {1..8})sleep 2]
	E
	terminal 40 8 "$FACTORY build m.yml --no-cache -j 9"
	wait_for 'and [0-9] more'
	[ "$(count '^. test-')" -le 6 ]
	wait_for '^over 0'
}

@test "thirty frames a second at most, each one write" {
	manifest <<-E
		image: $BASE
		install: for i in \$(seq 200); do seq 20; sleep 0.01; done
	E
	local began=$EPOCHREALTIME
	TERM=xterm script -qec "$FACTORY build m.yml --no-cache" typescript >/dev/null
	local took=$(((${EPOCHREALTIME/./} - ${began/./}) / 1000))
	local frames
	frames=$(grep -o $'\033\\[J' typescript | wc -l)
	[ "$frames" -gt 10 ]
	[ "$frames" -le $((took * 30 / 1000 + 3)) ]
}

@test "no live view on a dumb terminal, none in a file; NO_COLOR is obeyed" {
	manifest <<-E
		image: $BASE
		install: echo one
	E
	TERMINAL=dumb terminal 80 30 "$FACTORY build m.yml --no-cache"
	wait_for '^over 0'
	shows 'install-1 | one'
	run "$FACTORY" build m.yml --no-cache
	shows 'install-1 | one'
	[[ $output != *$'\033'* ]]
	TERM=xterm NO_COLOR=1 script -qec "$FACTORY build m.yml --no-cache" typescript >/dev/null
	grep -q $'\033\\[J' typescript
	not grep -q $'\033\\[[0-9;]*m' typescript
	TERM=xterm script -qec "$FACTORY build m.yml --no-cache --progress plain" typescript >/dev/null
	grep -q 'install-1 |.*one' typescript
	not grep -q $'\033\\[J' typescript
}

@test "--progress json: an object a line, also where the build fails" {
	manifest <<-E
		image: $BASE
		install: echo one
		script: exit 3
	E
	run --separate-stderr "$FACTORY" build m.yml --no-cache --progress json
	[ "$status" -eq 6 ]
	[ "$(jq -r .event <<<"$stderr" | tr '\n' ' ')" = \
		"begin build plan node done node output done node failed end message " ] ||
		[ "$(jq -r .event <<<"$stderr" | tr '\n' ' ')" = \
			"begin build notice plan node done node output done node failed end message " ]
	[ "$(jq -r 'select(.event == "begin").version' <<<"$stderr")" = 1 ]
	[ "$(jq -r 'select(.event == "end") | "\(.passed) \(.failure)"' <<<"$stderr")" = \
		"false m.yml:3:9: test-1 failed with exit code 3: exit 3" ]
	jq -es 'map(select(.event == "build"))[0].graph.nodes | length == 4' <<<"$stderr"
	fails_with 2 "$FACTORY" build m.yml --progress loud
	shows "takes tty, plain, json or quiet, not 'loud'"
}

@test "every build leaves a record that only its owner can read; the last fifty stay" {
	manifest <<-E
		image: $BASE
		env: {secure: hidden-word}
		install: echo one
	E
	"$FACTORY" build m.yml --no-cache
	record=$(echo "$XDG_STATE_HOME"/factory/builds/*.jsonl)
	[ "$(stat -c %a "$record")" = 600 ]
	jq -es '.[-1].passed' "$record"
	for i in $(seq -w 60); do touch "$XDG_STATE_HOME/factory/builds/20000101-0000$i-000-1.jsonl"; done
	"$FACTORY" build m.yml --no-cache
	[ "$(ls "$XDG_STATE_HOME/factory/builds" | wc -l)" = 50 ]
	[ -e "$record" ]
	chmod 555 "$XDG_STATE_HOME/factory/builds"
	XDG_STATE_HOME=/proc/nowhere "$FACTORY" build m.yml --no-cache
}

@test "an upload is told by its bytes" {
	head -c 3000000 /dev/zero >one
	head -c 2000000 /dev/zero >two
	manifest <<-E
		image: $BASE
		copy: ["one:/one", "two:/two"]
	E
	run --separate-stderr "$FACTORY" build m.yml --no-cache --progress json
	[ "$status" -eq 0 ]
	jq -es 'map(select(.event == "transfer")) | .[0].total == 5000000 and .[-1].over and .[-1].done == 5000000 and
		(map(.done) | . == sort) and (map(.done) | index(3000000))' <<<"$stderr"
	jq -es '.[-1].added == 5000000' <<<"$stderr"
}
