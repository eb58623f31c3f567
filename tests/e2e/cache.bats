# What an earlier build has left is not done again.
load common

# What ran, by what the steps print: in order, for there is one test at most.
ran() {
	[ "$(grep -o '| ran [a-z0-9]*' <<<"$output" | cut -d' ' -f3 | tr '\n' ' ')" = "$1" ] ||
		{ printf 'not "%s", but:\n%s\n' "$1" "$output" >&2; return 1; }
}

build() {
	run "$FACTORY" build m.yml "$@"
	[ "$status" -eq 0 ] || { echo "$output" >&2; return 1; }
}

# Containers that were started since the build that `since` was called before.
since() { date +%s.%N; }
starts() {
	api GET "/events?since=$1&until=$(date +%s.%N)&filters=%7B%22event%22:%5B%22start%22%5D%7D" | grep -c . || true
}

three_steps() {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install:
		  - echo ran one; echo 1 > /one
		  - {run: echo ran two; echo $1 > /two, checkpoint: true}
		  - echo ran three; cat /one /two > /three
	M
}

@test "a late step that changed runs alone: the state before it is there" {
	three_steps first
	build -t cached/late:1
	ran "one two three "
	sed -i 's/ran three/ran other/' m.yml
	build -t cached/late:2
	ran "other "
	shows "install-1  cached"
	[ "$(file_in cached/late:2 /three)" = $'1\nfirst' ]
	no_container_left
}

@test "a step whose work is worth more than a commit is kept without being asked" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install:
		  - echo ran cheap
		  - echo ran dear; sleep 1.5
		  - echo ran last
	M
	build
	shows "kept the state after install-2"
	sed -i 's/ran last/ran other/' m.yml
	build
	ran "other "
}

@test "steps that are cheaper than a commit are not kept" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install: [echo ran one, echo ran two, echo ran three]
	M
	build
	! grep -q 'kept the state' <<<"$output"
	sed -i 's/ran three/ran other/' m.yml
	build
	ran "one two other "
}

@test "a build that failed goes on at the step that failed" {
	three_steps first
	sed -i 's/echo ran three/echo ran three; exit 3/' m.yml
	fails_with 6 "$FACTORY" build m.yml -t cached/again:1
	ran "one two three "
	no_image cached/again:1
	sed -i 's/; exit 3//' m.yml
	build -t cached/again:1
	ran "three "
	[ "$(file_in cached/again:1 /three)" = $'1\nfirst' ]
}

@test "after a failed test the provisioned state is there: only tests run" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install: echo ran install; echo x > /x
		script:
		  - echo ran test; cat /x; test -e /x
		  - "false"
	M
	fails_with 6 "$FACTORY" build m.yml -t cached/tested:1
	no_image cached/tested:1
	sed -i 's/"false"/"true"/' m.yml
	build -t cached/tested:1
	ran "test "
	shows "start  cached"
	build -t cached/tested:2
	shows "(cached)"
	[ "$(image_id cached/tested:1)" = "$(image_id cached/tested:2)" ]
}

@test "a driver that was killed: the next build goes on from the last state that was kept" {
	three_steps first
	sed -i 's/echo ran three/echo ran three; sleep 1000/' m.yml
	"$FACTORY" build m.yml 2>log &
	pid=$!
	for _ in $(seq 200); do grep -q 'ran three' log && break; sleep 0.05; done
	kill -KILL $pid
	sed -i 's/; sleep 1000//' m.yml
	build -t cached/killed:1
	ran "three "
	[ "$(file_in cached/killed:1 /three)" = $'1\nfirst' ]
	no_container_left
}

@test "a build that is wholly cached starts no container" {
	three_steps first
	build
	began=$(since)
	build
	shows "(cached)"
	ran ""
	[ "$(starts "$began")" -eq 0 ]
	began=$(since)
	build --no-cache
	[ "$(starts "$began")" -eq 1 ] # what is counted can be counted
}

@test "a state in the middle does not show in the artifact's config" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		config: {cmd: [/bin/echo, hello], env: {NEW: 1}, labels: {a: 1}}
		install:
		  - {run: echo ran one, checkpoint: true}
		  - {run: echo ran two, checkpoint: true}
	M
	build -t cached/config:1
	config() { api GET "/images/$1/json" | jq -S .Config; }
	sed -i 's/labels: {a: 1}/labels: {b: 1}/' m.yml
	build -t cached/config:2
	ran "" # only the config is another
	[ "$(config cached/config:2)" = "$(config cached/config:1 | sed 's/"a": "1"/"b": "1"/')" ]
	sed -i '/config:/d; s/ran two/ran other/' m.yml
	build -t cached/config:3
	ran "other "
	same() { jq -S '.Entrypoint //= [] | .Cmd //= [] | .Labels //= {}'; }
	diff <(config cached/config:3 | same) <(config $BASE | same)
}
