# parallel: in install: branches at once, and what they have changed put together.
load common
load terminal

teardown() {
	close_terminal
	rm -rf "$WORK"
}

build() {
	run "$FACTORY" build m.yml "$@"
	[ "$status" -eq 0 ] || { echo "$output" >&2; return 1; }
}

# What ran, by what the steps print, sorted: branches have no order.
ran() {
	[ "$(grep -o '| ran [a-z0-9]*' <<<"$output" | cut -d' ' -f3 | sort | tr '\n' ' ')" = "$1" ] ||
		{ printf 'not "%s", but:\n%s\n' "$1" "$output" >&2; return 1; }
}

two_branches() {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install:
		  - echo ran before; mkdir /d; echo base > /d/changed; echo x > /d/gone; echo keep > /d/keep
		  - parallel:
		      - name: left
		        steps: ['echo ran left1; echo ${1:-left} > /d/changed', 'echo ran left2; rm /d/gone']
		      - 'echo ran right; mkdir /d/new; echo new > /d/new/file'
		  - echo ran after; cat /d/changed /d/new/file > /d/both; test ! -e /d/gone
	M
}

@test "branches overlap in time" {
	manifest <<-M
		image: $BASE
		install:
		  - parallel:
		      - read now rest </proc/uptime; echo "begins \$now"; sleep 2; read now rest </proc/uptime; echo "ends \$now"
		      - - read now rest </proc/uptime; echo "begins \$now"; sleep 2; read now rest </proc/uptime; echo "ends \$now"
	M
	build --no-cache -t groups/time:1
	local n
	for n in 1 2; do
		awk -v a="$(sed -n "s/^install-$n *| begins //p" <<<"$output")" \
			-v b="$(sed -n "s/^install-$((3 - n)) *| ends //p" <<<"$output")" \
			'BEGIN { exit !(a != "" && b != "" && a < b) }' || { echo "$output" >&2; return 1; }
	done
	no_container_left
}

@test "what branches have changed is in one image: bytes, owners, modes, links, times" {
	cat >expect.sh <<-'S'
		set -ex
		test "$(cat /d/changed)" = left
		test ! -e /dead
		test -f /d/kind/in
		test "$(stat -c %a:%F /d/keep)" = '640:regular file'
		test "$(readlink /d/soft)" = keep
		test "$(stat -c %h /d/one)" = 2 && test "$(cat /d/two)" = hard
		test -p /d/pipe
		sha256sum -c /d/sum
		test "$(stat -c %a /d/new)" = 2750
		test "$(stat -c %a:%u:%g:%Y /d/new/suid)" = 4711:7:8:1000000000
		test "$(readlink /d/was)" = new
	S
	manifest <<-M
		image: $BASE
		copy: expect.sh:/expect.sh
		install:
		  - mkdir /d /dead; echo base > /d/changed; echo keep > /d/keep; touch /dead/a /d/kind; mkdir /d/was
		  - parallel:
		      - echo left > /d/changed; rm -r /dead; chmod 640 /d/keep; rm /d/kind; mkdir /d/kind; touch /d/kind/in
		      - ln -s keep /d/soft; echo hard > /d/one; ln /d/one /d/two; mkfifo /d/pipe; head -c 30000000 /dev/urandom > /d/big; sha256sum /d/big > /d/sum
		      - mkdir /d/new; chmod 2750 /d/new; echo n > /d/new/suid; chown 7:8 /d/new/suid; chmod 4711 /d/new/suid; touch -d @1000000000 /d/new/suid; rmdir /d/was; ln -s new /d/was
		  - sh /expect.sh
		script: sh /expect.sh
	M
	build -t groups/merged:1
	shows "test-1  ok"
	no_container_left
}

@test "a cached build runs nothing; one branch that changed runs alone, and what follows" {
	two_branches
	build -t groups/cached:1
	ran "after before left1 left2 right "
	run "$FACTORY" history groups/cached:1
	[ "$(grep -o 'install-[0-9]' <<<"$output" | tr '\n' ' ')" = "install-1 install-2 install-3 install-4 install-5 " ]
	build -t groups/cached:1
	ran ""
	two_branches other
	run "$FACTORY" why m.yml
	grep -q 'install-4 *cached' <<<"$output" && grep -q 'install-2 *runs' <<<"$output" ||
		{ echo "$output" >&2; return 1; }
	build -t groups/cached:2
	ran "after left1 left2 "
	shows "install-4  cached"
	[ "$(file_in groups/cached:2 /d/both)" = $'other\nnew' ]
	build -t groups/cached:3 --from-step install-4
	ran "after right "
	build -t groups/cached:3 --from-step install-3
	ran "after left1 left2 "
	build -t groups/cached:3 --from-step merge-1
	ran "after "
	build -t groups/cached:4 --no-cache
	ran "after before left1 left2 right "
}

@test "a branch that failed runs alone in the next build" {
	two_branches
	sed -i 's/echo ran right;/& sleep 2; false \&\&/' m.yml
	fails_with 6 "$FACTORY" build m.yml -t groups/failed:1
	shows "install-4 failed with exit code 1"
	nothing_left groups/failed:1
	sed -i 's/ sleep 2; false &&//' m.yml
	build -t groups/failed:1
	ran "after right "
}

# conflict PATH LEFT RIGHT: two branches with these commands do, at this path.
conflict() {
	manifest <<-M
		image: $BASE
		install:
		  - mkdir /d /d/e; echo base > /d/file; ln -s file /d/link
		  - parallel:
		      - {name: first, steps: '$2'}
		      - {name: second, steps: ['$3', true]}
	M
	fails_with 6 "$FACTORY" build m.yml -t groups/conflict:1
	shows "m.yml:6:32: the branches 'first' and 'second' both change $1:"
	nothing_left groups/conflict:1
}

@test "what two branches change is an error that names them, and the place" {
	conflict /d/file 'echo 1 > /d/file' 'echo 2 > /d/file'
	conflict /d/file 'rm /d/file' 'echo 2 > /d/file'
	conflict /d/file 'chmod 600 /d/file' 'rm -r /d/file'
	conflict /d/e/new 'rm -r /d/e' 'touch /d/e/new'
	conflict /d 'chmod 700 /d' 'chown 5 /d'
	conflict /d/link 'ln -sf other /d/link' 'rm /d/link'
	conflict /d/new 'mkfifo /d/new' 'mkdir /d/new'
}

@test "a name that means ill to the terminal comes out harmless" {
	manifest <<-'M'
		image: factory-test/busybox:latest
		install:
		  - printf 'ba\033]0;title\007\033[31md' > /name
		  - parallel:
		      - touch "/$(cat /name)"
		      - touch "/$(cat /name)"
	M
	open_terminal 120 40
	type_line '"$FACTORY" build m.yml -q'
	sees "both change /bad:"
	painted_screen >painted
	not grep -q $'\033\\[31md' painted
	[ "$(tmux -L "$SCREEN" display-message -p '#{pane_title}')" != title ]
}

@test "what two branches do in the same way is no conflict; one that changes nothing, one alone" {
	manifest <<-M
		image: $BASE
		install:
		  - mkdir /d /gone; touch /d/file /gone/file
		  - parallel:
		      - chmod 700 /d; rm -r /gone; mkdir -m 711 /same; ln -s d /link; touch /d/one
		      - chmod 700 /d; rm -r /gone; mkdir -m 711 /same; ln -s d /link; touch /d/two
		      - [ls /, 'true']
		  - parallel: [touch /alone]
		  - parallel: ['true']
		script:
		  - test "\$(stat -c %a /d /same | tr '\n' ' ')" = "700 711 " && test ! -e /gone && test -L /link
		  - test -e /alone && test -e /d/one && test -e /d/two
	M
	build -t groups/same:1
	no_container_left
}

@test "extended attributes and capabilities move with a file, sockets do not" {
	cat >attributes.py <<-'P'
		import os, socket, sys
		capability = bytes.fromhex('0100000200040000000000000000000000000000')
		if sys.argv[1] == 'set':
		    open('/run-me', 'w').close()
		    os.setxattr('/run-me', 'security.capability', capability)
		    os.makedirs('/marked')
		    socket.socket(socket.AF_UNIX).bind('/socket')
		elif sys.argv[1] == 'gone':
		    os.removexattr('/before', 'security.capability')
		elif sys.argv[1] == 'before':
		    open('/before', 'w').close()
		    os.setxattr('/before', 'security.capability', capability)
		else:
		    assert os.getxattr('/run-me', 'security.capability') == capability
		    assert os.listxattr('/before') == []
		    assert os.path.isdir('/marked')
		    assert not os.path.lexists('/socket')
	P
	manifest <<-M
		image: factory-test/python:latest
		copy: attributes.py:/attributes.py
		install:
		  - python3 /attributes.py before
		  - parallel:
		      - python3 /attributes.py set
		      - python3 /attributes.py gone
		  - python3 /attributes.py check
	M
	build -t groups/attributes:1
	no_container_left
}

# In a container, whose root is the tree that is written to.
@test "a stream that means ill writes nowhere else" {
	cat >ill.py <<-'P'
		import os, stat, struct, subprocess
		def record(path, kind=stat.S_IFREG, target=b'', linked=0, data=b''):
		    path = path.encode()
		    return struct.pack('<8IQQqq', kind, 0o755, 0, 0, len(path), len(target), 0, linked,
		                       0, len(data), 0, 0) + path + target + data
		def refused(part, *records):
		    done = subprocess.run(['/tools/agent', 'tree', 'unpack'], input=b''.join(records),
		                          capture_output=True)
		    assert done.returncode == 1 and part in done.stderr, done
		os.symlink('/tools', '/way')
		os.symlink('/proc/self/root', '/self')
		mounted = b'something is mounted there'
		for path in '/tools/new', '/proc/sys/kernel/hostname', '/dev/new', '/dev', '/etc/hosts':
		    refused(mounted, record(path, data=b'ill'))
		    refused(mounted, record(path, kind=0))
		refused(b'something is mounted below it', record('/etc', kind=0))
		refused(b'something is mounted below it', record('/etc', kind=stat.S_IFLNK, target=b'/way'))
		refused(b'belongs into what is no directory', record('/way/new', data=b'ill'))
		refused(b'belongs into what is no directory', record('/self/tmp/new', data=b'ill'))
		refused(b'is no path', record('/../tools/new', data=b'ill'))
		refused(mounted, record('/name', target=b'/tools/agent', linked=1))
		refused(b'end in the middle', record('/good', data=b'good')[:-1])
		assert not os.path.lexists('/tools/new') and not os.path.lexists('/tmp/new')
		assert os.path.exists('/etc/passwd') and os.stat('/tools/agent').st_nlink == 1
	P
	manifest <<-M
		image: factory-test/python:latest
		copy: ill.py:/ill.py
		install: python3 /ill.py
	M
	build
	no_container_left
}

@test "a branch that fails ends the others at once" {
	manifest <<-M
		image: $BASE
		install:
		  - parallel:
		      - {name: slow, steps: [echo begun; sleep 60, 'true']}
		      - - true
		        - sleep 1; echo oops; exit 3
		      - sleep 60
	M
	local began=$SECONDS
	fails_with 6 "$FACTORY" build m.yml -t groups/failing:1
	[ $((SECONDS - began)) -lt 30 ]
	shows "m.yml:6:11: install-4 failed with exit code 3: sleep 1; echo oops; exit 3"
	nothing_left groups/failing:1
}

@test "groups leave no trace where the manifest wants none" {
	two_branches
	echo 'traceless: true' >>m.yml
	build -t groups/traceless:1 --no-cache
	[ "$(file_in groups/traceless:1 /d/both)" = $'left\nnew' ]
	not file_in groups/traceless:1 /tools
	no_container_left
}

@test "groups in a matrix, and on an image that has one" {
	manifest <<-M
		image: $BASE
		env: {matrix: [V=1, V=2]}
		install:
		  - parallel: ['echo ran here; echo here > /here', 'echo ran v\$V; echo \$V > /v']
		script: test "\$(cat /here /v | tr '\n' ' ')" = "here \$V "
	M
	build --no-cache
	ran "here here v1 v2 "
	two_branches
	mv m.yml base.yml
	manifest <<-M
		from: base.yml
		install:
		  - parallel: ['cat /d/both > /one', 'wc -l < /d/both > /two']
		  - test "\$(cat /one /two | tr '\n' ' ')" = "left new 2 "
	M
	build
	no_container_left
}

@test "what can't be a group is refused, with its place" {
	manifest <<-M
		image: $BASE
		install:
		  - parallel:
		      - true
		      - - parallel: [true]
	M
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:5:11: a branch can't hold a group of its own"
	sed -i '4,$d' m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "'parallel' is a list of branches"
	printf '%s\n' "image: $BASE" 'script:' '  - parallel: [true, true]' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:3:5: 'parallel' is for install steps"
	printf '%s\n' "image: $BASE" 'install:' '  - parallel: [true]' '    user: x' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:3:15: a group has only 'parallel'"
	printf '%s\n' "image: $BASE" 'install:' '  - parallel: [true, []]' >m.yml
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:3:22: a branch needs a step"
}

@test "groups in a row, at the start and at the end, on one slot" {
	manifest <<-M
		image: $BASE
		install:
		  - parallel: [echo a > /a, echo b > /b]
		  - parallel: [cat /a /b > /c, [cat /b > /d, cat /d /a > /e]]
		script: [test "\$(cat /c /e | tr '\n' ' ')" = 'a b b a ']
	M
	build -j 1 --no-cache -t groups/row:1
	shows "test-1  ok"
	no_container_left
}

@test "an end by force in a group leaves nothing" {
	manifest <<-M
		image: $BASE
		install:
		  - parallel: [echo begun; sleep 60, sleep 60]
	M
	"$FACTORY" build m.yml -t groups/cut:1 >out 2>&1 &
	local pid=$!
	eventually grep -q '| begun' out
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 143 ]
	nothing_left groups/cut:1
}

@test "an end by force in a merge leaves nothing, whenever it comes" {
	manifest <<-M
		image: $BASE
		install:
		  - parallel: [head -c 50000000 /dev/zero > /big, touch /small, touch /other]
	M
	build
	local pid after
	for after in 0 0.2 0.4 0.6 0.8 0.9 1 1.1 1.2 1.5; do
		"$FACTORY" build m.yml -t groups/cut:2 --from-step merge-1 >out 2>&1 &
		pid=$!
		eventually grep -q '^.[0-9/]*. merge-1' out
		sleep $after
		kill -TERM $pid || {
			wait $pid # it was quicker
			api DELETE /images/groups/cut:2 >/dev/null
			break
		}
		status=0
		wait $pid || status=$?
		[ "$status" -eq 143 ] || { echo "$after s: $status"; cat out; return 1; } >&2
	done
	nothing_left groups/cut:2
}

@test "what a build takes from the cache for a merge is not cleaned away meanwhile" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install:
		  - parallel: ['echo ran kept; touch /kept', 'echo ran slow; sleep 1; false']
	M
	fails_with 6 "$FACTORY" build m.yml
	sed -i 's/sleep 1; false/sleep 4/' m.yml
	"$FACTORY" build m.yml >out 2>&1 &
	local pid=$!
	eventually grep -q '| ran slow' out
	"$FACTORY" gc --unused 0s
	wait $pid || { cat out >&2; return 1; }
	not grep -q '| ran kept' out
	not grep -q '^install-1 .*failed' out
}
