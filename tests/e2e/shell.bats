bats_require_minimum_version 1.5.0
load common
load terminal

teardown() {
	close_terminal
	[ ! -e toolbox_made ] || api DELETE '/containers/toolbox-shell?force=1&v=1' >/dev/null
	[ ! -e toolbox_made ] || api DELETE '/images/t/toolbox-shell?force=1' >/dev/null
	rm -rf "$WORK"
}

# A toolbox of the test's own, with what is given.
toolbox() {
	"$FACTORY" toolbox create --name toolbox-shell --image t/toolbox-shell -q "$@"
	touch toolbox_made
}

# An image made from scratch: one file, no program.
scratch_image() {
	mkdir root
	echo nothing >root/nothing
	tar -C root -c . | curl --silent --unix-socket "${DOCKER_HOST#unix://}" --data-binary @- \
		--header 'Content-Type: application/x-tar' \
		'http://engine/images/create?fromSrc=-&repo=t/scratch' >/dev/null
}

@test "without a terminal it is a pipe: both streams, the exit code, nothing left" {
	run --separate-stderr "$FACTORY" shell "$BASE" <<<'echo out; echo err >&2; exit 7'
	[ "$status" -eq 7 ]
	[ "$output" = out ]
	[[ $stderr == *err* ]]
	run "$FACTORY" shell "$BASE" <<<'kill -9 $$'
	[ "$status" -eq 137 ]
	no_container_left
}

@test "much goes through the pipe in both directions" {
	head -c 8000000 /dev/zero >big
	{ yes : | head -n 1000000; echo 'head -c 8000000 /dev/zero'; } | "$FACTORY" shell "$BASE" >copy
	cmp big copy
}

@test "--user; an image's own user" {
	run --separate-stderr "$FACTORY" shell "$BASE" --user 12:34 <<<'id -u; id -g'
	[ "$output" = $'12\n34' ]
}

@test "a manifest: behind a step, behind the last one; the environment of steps; no tag is made" {
	manifest <<-YAML
		image: $BASE
		env: {WHO: "me"}
		workdir: /w
		artifact: {repo: t/shell}
		install:
		  - name: one
		    run: echo 1 >/one
		  - name: "two: second"
		    run: echo 2 >/two
		script:
		  - exit 1
	YAML
	run --separate-stderr "$FACTORY" shell m.yml:one <<<'cat /one; ls /two; echo $WHO; pwd'
	[ "$output" = $'1\nme\n/w' ]
	run --separate-stderr "$FACTORY" shell "m.yml:two: second" <<<'cat /one /two'
	[ "$output" = $'1\n2' ]
	run --separate-stderr "$FACTORY" shell m.yml <<<'cat /one /two'
	[ "$output" = $'1\n2' ]
	run --separate-stderr "$FACTORY" shell m.yml:install-1 <<<'cat /one; ls /two'
	[ "$output" = 1 ]
	fails_with 2 "$FACTORY" shell m.yml:three </dev/null
	shows "there is no install step 'three'; there are: one, two: second"
	no_image t/shell
	no_container_left
}

@test "a matrix, an image that is not there, no image: refused" {
	manifest <<-YAML
		image: $BASE
		env:
		  matrix: [A=1, A=2]
		install: [true]
	YAML
	fails_with 2 "$FACTORY" shell m.yml </dev/null
	shows "has a matrix: one image is meant. \`--cell NAME\` chooses one of: 'A=1', 'A=2'"
	run --separate-stderr "$FACTORY" shell --cell A=2 m.yml <<<'echo $A'
	[ "$output" = 2 ]
	fails_with 2 "$FACTORY" shell --cell A=3 m.yml </dev/null
	fails_with 5 "$FACTORY" shell 127.0.0.1:1/no-such </dev/null
	fails_with 2 "$FACTORY" shell </dev/null
}

@test "an image without a shell says what to do; with busybox in the toolbox it has one" {
	scratch_image
	fails_with 6 "$FACTORY" shell t/scratch </dev/null
	shows "the target has no shell, neither bash nor sh, and the toolbox has no busybox"
	toolbox --with /bin/busybox
	run --separate-stderr "$FACTORY" shell t/scratch --toolbox toolbox-shell \
		<<<'busybox cat /nothing || /tools/busybox cat /nothing; exit 4'
	[ "$status" -eq 4 ]
	[ "$output" = nothing ]
	open_terminal 80 24
	type_line '$FACTORY shell t/scratch --toolbox toolbox-shell'
	sees '/ #'
	type_line '/tools/busybox stty size; echo $((6*7))'
	sees '24 80'
	sees 42
	type_line 'exit 3'
	sees '> '
	type_line 'echo code $?'
	sees 'code 3'
	api DELETE '/images/t/scratch?force=1' >/dev/null
}

@test "a command instead of the shell: its words, streams, terminal and exit code" {
	run --separate-stderr "$FACTORY" shell "$BASE" --user 12 -- sh -c 'id -u; echo "$1" >&2; exit 9' x 'a  b' </dev/null
	[ "$status" -eq 9 ]
	[ "$output" = 12 ]
	[[ $stderr == *'a  b'* ]]
	[ "$(echo through | "$FACTORY" shell "$BASE" -- cat)" = through ]
	fails_with 6 "$FACTORY" shell "$BASE" -- no-such-program </dev/null
	shows 'can'\''t run "no-such-program"'
	manifest <<-YAML
		image: $BASE
		env: {WHO: me}
		install: ["mkdir /two", "touch /two/b"]
	YAML
	[ "$("$FACTORY" shell m.yml:1 -- sh -c 'echo $WHO; ls /two' </dev/null)" = me ]
	[ "$("$FACTORY" shell m.yml:2 -- ls /two </dev/null)" = b ]
	open_terminal 90 25
	type_line 'stty -a >before; $FACTORY shell $BASE -- sh -c "stty size; sleep 1000"; echo code $?; stty -a >after; echo ov""er'
	sees '25 90'
	press C-c
	sees 'code 130'
	sees over
	cmp before after
	no_container_left
}

@test "a standard stream that is closed is none of ours" {
	export BASE
	run timeout -k 1 20 bash -c '"$FACTORY" shell "$BASE" <&-'
	[ "$status" -eq 0 ]
	[ "$(timeout -k 1 20 bash -c '"$FACTORY" shell "$BASE" -- echo there <&- 2>&-')" = there ]
	no_container_left
}

@test "a terminal: size and changes, Ctrl-C, colours, jobs, exit code; the user's is as before" {
	open_terminal 90 25
	type_line 'stty -a >before; $FACTORY shell $BASE; echo code $?; stty -a >after'
	sees '/ #'
	type_line 'stty size'
	sees '25 90'
	tmux -L "$SCREEN" resize-window -x 101 -y 33
	sleep 0.5
	type_line 'stty size'
	sees '33 101'
	tmux -L "$SCREEN" resize-window -x 90 -y 25
	type_line 'sleep 1000; echo "not in"terrupted'
	sleep 0.5
	press C-c
	type_line 'echo still $((40 + 2))'
	sees 'still 42'
	[[ $(screen) != *'not interrupted'* ]]
	type_line 'sleep 1000'
	sleep 0.5
	press C-z
	sees Stopped
	type_line 'kill -9 %1; wait'
	type_line 'printf "\033[31mred\033[0m\n"; echo TERM=$TERM'
	sees TERM=tmux
	painted_screen | grep -q $'\033\[31mred'
	type_line 'test -t 0 && test -t 1 && test -t 2 && echo all th""ree'
	sees 'all three'
	type_line 'exit 9'
	sees 'code 9'
	sleep 0.3
	cmp before after
	no_container_left
}

@test "a driver that is killed by a signal gives the terminal back; its shell ends" {
	for signal in TERM HUP QUIT INT; do
		open_terminal 80 24
		type_line 'stty -a >before; $FACTORY shell $BASE & pid=$!; echo $pid >pid; fg'
		sees '/ #'
		type_line 'sleep 1234'
		sleep 0.5
		kill -"$signal" "$(cat pid)"
		sees 'interrupted'
		type_line 'stty -a >after; echo do""ne'
		sees 'done'
		cmp before after
		no_container_left
		close_terminal
	done
}

@test "a driver that is killed outright takes the shell with it" {
	mkfifo in
	"$FACTORY" shell "$BASE" <in &
	pid=$!
	exec 7>in
	echo 'sleep 1234' >&7
	sleep 1
	[ -n "$(our_containers)" ]
	kill -KILL $pid
	no_container_left
	exec 7>&-
}

@test "an agent of another protocol is refused" {
	[ -n "$(command -v musl-gcc)" ] || skip "no compiler"
	cat >old.c <<-'C'
		#include <string.h>
		#include <unistd.h>
		int main(void)
		{
			static const char hello[] = "{\"protocol\":1,\"agent\":\"0.0.1\",\"shell\":null,\"staging\":\"/tmp\"}";
			char head[12] = {sizeof hello - 1, 0, 0, 0, 64};
			write(1, head, sizeof head);
			write(1, hello, sizeof hello - 1);
			read(0, head, 1);
			return 0;
		}
	C
	musl-gcc -static -no-pie -o old old.c
	toolbox --agent ./old
	fails_with 9 "$FACTORY" shell "$BASE" --toolbox toolbox-shell </dev/null
	shows "speaks protocol 1"
	shows "run \`factory toolbox create\`"
}
