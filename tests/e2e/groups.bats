# parallel: in install: branches at once, and what they have changed put together.
load common

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

@test "a file that two branches change is an error that names them" {
	manifest <<-M
		image: $BASE
		install:
		  - mkdir /d
		  - parallel:
		      - {name: first, steps: 'echo 1 > /d/file'}
		      - {name: second, steps: [true, 'echo 2 > /d/file']}
	M
	fails_with 6 "$FACTORY" build m.yml -t groups/conflict:1
	shows "the branches 'first' and 'second' both change /d/file"
	nothing_left groups/conflict:1
	sed -i "s,'echo 2 > /d/file',rmdir /d," m.yml
	fails_with 6 "$FACTORY" build m.yml -t groups/conflict:1
	shows "the branches 'first' and 'second' both change /d"
	nothing_left groups/conflict:1
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
	local pid=$! tries
	for tries in $(seq 100); do
		grep -q '| begun' out && break
		sleep 0.1
	done
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 143 ]
	nothing_left groups/cut:1
}
