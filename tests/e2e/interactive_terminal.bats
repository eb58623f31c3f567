# The prompt in a build as a person has it: typed at, and looked at.
bats_require_minimum_version 1.5.0
load common
load terminal
load interactive

teardown() {
	close_terminal
	api DELETE '/images/t/pilot?force=1' >/dev/null
	rm -rf "$WORK"
}

@test "keys and history, the prefilled command, a shell, Ctrl-C" {
	steps
	sed -i 's/exit 3/echo slee""ps; sleep 1000/' m.yml
	open_terminal 100 40
	pilot
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
	press C-c
	type_line 'exit'
	sees 'back from the shell'
	press Enter
	sees 'install-2>'
	press Enter
	sees '| sleeps'
	press C-c
	sees 'install-2 was killed by signal 2'
	type_line edit
	sees 'command: echo slee""ps; sleep 1000'
	press C-c
	sees '`quit` ends the build'
	type_line edit
	sees_times 2 'command: '
	press BSpace BSpace BSpace BSpace
	type_line 0
	sees 'the command is: echo slee""ps; sleep 0'
	type_line continue
	ended 0
	[ "$(stat -c %a state/factory/history)" = 600 ]
	grep -q 'echo' state/factory/history
}

@test "Tab: commands, steps, paths and facts of the container; an emptied line is none" {
	steps
	open_terminal 70 40
	pilot
	sees 'install-1>'
	press C-l
	press s Tab
	sees 'skip   shell  save'
	press k Tab
	sees 'install-1> skip'
	press C-u
	type_line 'do mkdir -p /data/inner && echo x42x >/data/inner/file'
	sees $'/file\ninstall-1>'
	press c a Tab
	sees 'install-1> cat'
	press Space / d a t Tab i Tab f Tab
	sees 'cat /data/inner/file'
	press Enter
	sees x42x
	press l s Space d a t Tab
	sees 'ls data/'
	press C-u
	press f a Tab Space k e r n Tab . n Tab
	sees 'facts kernel.name'
	press Enter
	sees '"name": "Linux"'
	press b r e a k Space s e Tab
	sees 'break second'
	press Enter
	sees "stops before 'second'"
	press q BSpace x C-b C-d Tab
	press C-d
	sees 'what was done is not saved'
	press C-d
	ended 1
}

@test "several lines: a backslash goes on; the editor, its failures, what it leaves; save" {
	manifest <<-YAML
		image: $BASE
		install:
		  - name: many
		    run: |
		      echo one >/one
		      echo two >/two
		  # behind
		  - echo three >/three
	YAML
	cat >editor <<-'SH'
		#!/bin/sh
		trap '' INT
		stat -c '%a' "$2" "${2%/*}" >modes
		cp "$2" given
		echo "$1 $2" >called
		echo editor is"" here
		read -r what
		stty raw -echo
		case $what in
		change) sed -i 's/two/zwei/g' "$2" ;;
		empty) : >"$2" ;;
		fail) exit 7 ;;
		zero) printf 'a\0b' >"$2" ;;
		die) kill -9 $$ ;;
		esac
	SH
	chmod +x editor
	open_terminal 100 60
	type_line "export EDITOR=false VISUAL='./editor --wait' TMPDIR=$WORK"
	pilot
	sees 'install-1>'
	count=1
	for what in same empty fail zero die; do
		type_line edit
		sees_times $count 'editor is here'
		press C-c
		type_line "$what"
		sees_times $count 'the command stays as it was'
		sees_times $((++count)) 'install-1>'
	done
	sees 'there is nothing left of it: the command stays'
	sees 'ended with exit code 7'
	sees "can't have a zero byte"
	sees 'was killed by signal 9'
	type_line edit
	edits() { ls factory-edit-*/command.sh; }
	eventually edits
	type_line change
	sees 'the command is:'
	sees 'echo zwei >/zwei'
	[ "$(cat called)" = "--wait $(sed 's/.* //' called)" ]
	[ "$(cat modes)" = $'600\n700' ]
	[ "$(cat given)" = $'echo one >/one\necho two >/two' ]
	[ -z "$(ls -d factory-edit-* 2>/dev/null)" ]
	press Enter
	sees 'install-2>'
	type_line 'edit echo three >/three && \'
	type_line 'echo four >/four'
	sees_times 2 'echo four >/four'
	type_line 'save'
	sees 'saved: m.yml'
	type_line 'continue'
	ended 0
	diff - m.yml <<-YAML
		image: $BASE
		install:
		  - name: many
		    run: |
		      echo one >/one
		      echo zwei >/zwei
		  # behind
		  - |-
		    echo three >/three && \\
		    echo four >/four
	YAML
	in_image /zwei
	in_image /four
	"$FACTORY" build -q -t t/pilot:again m.yml
	in_image /four
}

@test "signals and keys at the prompt, in an editor and in a step: the terminal is as before" {
	steps
	sed -i 's/exit 3/echo slee""ps; sleep 1000/' m.yml
	open_terminal 100 50
	type_line "export TMPDIR=$WORK EDITOR='sh -c \"echo edi\"\"ting; sleep 1000\"'"
	# At the prompt, with something typed.
	pilot
	sees 'install-1>'
	press a b
	sees 'install-1> ab'
	press 'C-\'
	ended 131
	close_terminal
	# In a step.
	open_terminal 100 50
	pilot
	sees 'install-1>'
	press Enter
	sees 'install-2>'
	press Enter
	sees '| sleeps'
	press 'C-\'
	ended 131
	close_terminal
	# The typed line outlives Ctrl-Z.
	open_terminal 100 50
	pilot
	sees 'install-1>'
	tmux -L "$SCREEN" send-keys -l 'do echo bac'
	sees 'do echo bac'
	press C-z
	sees Stopped
	type_line 'stty -a >stopped; fg'
	sees_times 2 'do echo bac'
	cmp old stopped
	type_line k
	sees_times 2 'back'
	press C-d
	sees 'once more: ends the build'
	type_line list
	sees '> install-1'
	type_line quit
	sees_times 2 'once more: ends the build'
	type_line quit
	ended 1
	close_terminal
	# A killed one ends its editor.
	open_terminal 100 50
	manifest <<-YAML
		image: $BASE
		install:
		  - {name: second, run: "echo 1\necho 2"}
	YAML
	type_line "export TMPDIR=$WORK EDITOR='sh -c \"echo edi\"\"ting; stty raw; sleep 1000\"'"
	type_line 'stty -a >old; $FACTORY build --break-at second m.yml & pid=$!; echo $pid >pid; fg; echo code $?; stty -a >new; echo ov""er'
	sees 'install-1>'
	type_line edit
	sees 'editing'
	kill -TERM "$(cat pid)"
	ended 143
	[ -z "$(ls -d factory-edit-* 2>/dev/null)" ]
}

@test "help fits the terminal" {
	steps
	open_terminal 40 50
	pilot
	sees 'install-1>'
	type_line help
	sees 'Ctrl-D quits'
	[[ $(screen) == *$'\ncheckpoint\n    keep this state for `back`\nback\n'* ]]
	press C-d
	ended 1
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
