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

@test "a cached image gets its name back, and not again the one that it has" {
	local image since named='%7B%22event%22:%5B%22tag%22%5D%7D'
	three_steps first
	build -t cached/name:1
	image=$(api GET /images/cached/name:1/json | jq -r .Id)
	since=$(since)
	build -t cached/name:1
	[ -z "$(api GET "/events?since=$since&until=$(since)&filters=$named")" ]
	api POST "/images/$BASE/tag?repo=cached/name&tag=1"
	build -t cached/name:1
	ran ""
	[ "$(api GET /images/cached/name:1/json | jq -r .Id)" = "$image" ]
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
	not grep -q 'kept the state' <<<"$output"
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
	eventually grep -q 'ran three' log
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

# A manifest with a template that reads keys, and a file that is copied.
with_files() {
	mkdir -p files app
	echo 'template { source = "a.ctmpl" destination = "/a" }' >files/template.hcl
	echo '{{ key "app/name" }}' >files/a.ctmpl
	echo one >app/one
	echo "{app/name: first, app/other: x}" >keys.yml
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		files: files
		copy: app:/app
		install:
		  - {run: echo ran one; cat /a, checkpoint: true}
		  - echo ran two; cat /app/one
	M
}

@test "a value that changed: the files and what is behind them run again" {
	with_files
	build --kv keys.yml
	ran "one two "
	build --kv keys.yml
	ran ""
	echo "{app/name: first, app/other: changed}" >keys.yml
	build --kv keys.yml
	ran "" # nobody has read it
	echo "{app/name: second, app/other: changed}" >keys.yml
	build --kv keys.yml -t cached/value:1
	ran "one two "
	[ "$(file_in cached/value:1 /a)" = second ]
	sed -i 's/ran two/ran other/' m.yml
	build --kv keys.yml
	ran "other " # what the state in the middle has read is still right
	echo "{app/name: third}" >keys.yml
	sed -i 's/ran other/ran last/' m.yml
	build --kv keys.yml
	ran "one last "
}

@test "a file that changed, its mode, a new one: the files run again" {
	with_files
	build --kv keys.yml
	for change in 'echo two >app/one' 'chmod 600 app/one' 'touch app/new' 'ln -s one app/link'; do
		eval "$change"
		build --kv keys.yml -t cached/file:1
		ran "one two "
	done
	[ "$(file_in cached/file:1 /app/one)" = two ]
	touch -d yesterday app/one # its content is what counts
	build --kv keys.yml
	ran ""
	rm app/link
	build --kv keys.yml
	ran "" # that was built before
}

@test "what .factoryignore names is neither copied nor a reason to copy again" {
	with_files
	mkdir -p app/log
	printf '*.tmp\nlog\n!log/keep\n' >app/.factoryignore
	touch app/x.tmp app/log/big app/log/keep
	build --kv keys.yml -t cached/ignore:1
	id=$(api POST /containers/create --header 'Content-Type: application/json' \
		--data '{"Image":"cached/ignore:1","Cmd":["x"]}' | jq -r .Id)
	api GET "/containers/$id/archive?path=/app" | tar -t | sort >list
	api DELETE "/containers/$id" >/dev/null
	[ "$(tr '\n' ' ' <list)" = "app/ app/log/ app/log/keep app/one " ]
	echo more >app/x.tmp
	echo more >app/log/big
	build --kv keys.yml
	ran ""
	echo '[' >>app/.factoryignore
	fails_with 3 "$FACTORY" build m.yml --kv keys.yml
	shows "app/.factoryignore:4: a '[' without its ']'"
}

@test "--from-step runs a step and those behind it again, and nothing before" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install:
		  - {name: first, run: echo ran one, checkpoint: true}
		  - {name: second, run: echo ran two, checkpoint: true}
		  - {name: third, run: echo ran three}
		script: echo ran test
	M
	build
	ran "one two three test "
	build
	ran ""
	build --from-step second
	ran "two three test "
	build --from-step 3
	ran "three test "
	build --from-step install-1
	ran "one two three test "
	build --from-step test-1
	ran "test "
	fails_with 2 "$FACTORY" build m.yml --from-step 4
	fails_with 2 "$FACTORY" build m.yml --from-step fourth
	shows "there is no step 'fourth'"
}

# why NODE REASONS: what `factory why` says of a node.
why() {
	run "$FACTORY" why m.yml --kv keys.yml --format json
	[ "$(jq -r --arg id "$1" '.[] | select(.id == $id).reasons | join(", ")' <<<"$output")" = "$2" ] ||
		{ echo "$output" >&2; return 1; }
}

@test "why names the input that changed" {
	with_files
	fails_with 12 "$FACTORY" why m.yml --kv keys.yml
	shows "install-1    runs    never built"
	build --kv keys.yml
	run "$FACTORY" why m.yml --kv keys.yml
	[ "$status" -eq 0 ]
	not grep -q runs <<<"$output"
	cp -r . "$BATS_TEST_TMPDIR/saved"
	changed() { rm -r m.yml files app; cp -a "$BATS_TEST_TMPDIR"/saved/{m.yml,files,app,keys.yml} .; eval "$1"; }
	changed "sed -i 's/ran two/ran other/' m.yml"
	why install-1 ""
	why install-2 "command"
	why commit "parent"
	fails_with 12 "$FACTORY" why m.yml --kv keys.yml
	changed "sed -i 's/ONLY_HERE: /ONLY_HERE: x/' m.yml"
	why files "not kept"
	why install-1 "env ONLY_HERE"
	why install-2 "env ONLY_HERE, parent"
	changed "sed -i '1a user: app' m.yml"
	why install-1 "user"
	changed "echo two > app/one"
	why start ""
	why files "file app/one"
	why install-1 "parent"
	changed "touch app/new; rm app/one"
	why files "file app/new, file app/one"
	changed "echo '{app/name: second, app/other: y}' > keys.yml"
	why files "value app/name"
	why install-2 "parent"
	changed "echo 'config: {user: app}' >> m.yml"
	why install-2 "not kept"
	why commit "config"
	changed "true"
	api POST "/images/$BASE/tag?repo=cached/base&tag=1" >/dev/null
	sed -i "s#image: .*#image: cached/base:1#" m.yml
	why commit "" # another name of the same image
	printf 'FROM %s\nLABEL a=%s\n' "$BASE" "$WORK" >Dockerfile
	tar -c Dockerfile | api POST "/build?t=cached/base:1&q=1" --header 'Content-Type: application/x-tar' --data-binary @- >/dev/null
	why start "base image"
	why install-2 "parent"
}

@test "why tells what nobody kept, and knows a step by what it does" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install: [echo one, echo two]
	M
	echo '{}' >keys.yml
	build
	sed -i 's/echo two/echo other/' m.yml
	why install-1 "not kept"
	why install-2 "command"
	sed -i 's/echo one, echo other/echo new, echo one, echo two/' m.yml
	why install-1 "command"
	why install-2 "parent"
	why install-3 "parent"
	fails_with 2 "$FACTORY" why m.yml --format xml
	fails_with 2 "$FACTORY" why
}

volumes() { api GET '/volumes' | jq -r --arg owner "$PWD/m.yml" '.Volumes[]? | select(.Labels["factory.cache.manifest"] == $owner) | .Labels["factory.cache"]' | sort; }
drop_volumes() { api GET /volumes | jq -r '.Volumes[]? | select(.Labels["factory.cache"]).Name' | while read -r name; do api DELETE "/volumes/$name?force=1"; done; }

@test "a cache directory stays from build to build, and is not in the image" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		cache: [/root/.cache/pip, {path: /etc/, locked: true}]
		install:
		  - echo ran \$(cat /root/.cache/pip/count 2>/dev/null || echo none); echo one > /root/.cache/pip/count; echo mine > /etc/mine
		  - {run: cat /etc/mine /root/.cache/pip/count, checkpoint: true}
		  - "true"
		script: test "\$(cat /root/.cache/pip/count)" = one && ! test -e /only-in-volume
	M
	build -t cached/volumes:1
	ran "none "
	[ "$(volumes | tr '\n' ' ')" = "/etc /root/.cache/pip " ]
	build --no-cache -t cached/volumes:2
	ran "one "
	[ "$(volumes | wc -l)" -eq 2 ]
	export_of() {
		local id
		id=$(api POST /containers/create --header 'Content-Type: application/json' --data "{\"Image\":\"$1\",\"Cmd\":[\"x\"]}" | jq -r .Id)
		api GET "/containers/$id/export" | tar -t "${@:2}" | grep -v -e '^\.dockerenv$' -e '^dev/' -e '^proc/' -e '^sys/' | sort
		api DELETE "/containers/$id" >/dev/null
	}
	# The empty mount point is all there is; what was below a path that the image has is as it was.
	diff <( (export_of $BASE; printf '%s\n' root/.cache/ root/.cache/pip/ tools/) | sort) <(export_of cached/volumes:2)
	api GET /images/cached/volumes:2/json | jq -e '.Config.Volumes["/etc"] == null'
	# Another manifest's are others.
	sed 's/ran/also/' m.yml >other.yml
	run "$FACTORY" build other.yml
	[ "$status" -eq 0 ]
	grep -q '| also none' <<<"$output"
	drop_volumes
}

@test "a locked cache directory has one build at a time" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		cache: {path: /shared, locked: true}
		install: mkdir /shared/lock && sleep 0.7 && rmdir /shared/lock
		jobs:
		  include: [{env: {A: 1}}, {env: {A: 2}}]
	M
	"$FACTORY" build m.yml --no-cache 2>log &
	pid=$!
	build --no-cache
	wait $pid
	cat log - <<<"$output" | grep -q "waiting for another build that uses the cache directory /shared"
	# Who waits can be interrupted, and leaves nothing.
	sed -i 's/sleep 0.7/sleep 1000/' m.yml
	"$FACTORY" build m.yml --no-cache 2>log &
	pid=$!
	eventually grep -q waiting log
	kill -INT $pid
	code=0
	wait $pid || code=$?
	[ "$code" -eq 130 ]
	no_container_left
	drop_volumes
}

@test "cache directories that can't be are told at their place" {
	for wrong in relative / /tools/x /proc /a/../b '{locked: true}' '{path: /x, shared: 1}' '[/a, /a/]' 'true'; do
		manifest <<-M
			image: $BASE
			cache: $wrong
		M
		fails_with 3 "$FACTORY" build m.yml
		shows "m.yml:2:"
	done
	manifest <<-M
		image: $BASE
		dialect: travis
		cache: {directories: [x]}
	M
	build
	shows "'cache' is ignored"
}

@test "a state that running processes belong to is not kept" {
	manifest <<-M
		image: $BASE
		env: {ONLY_HERE: $WORK}
		install:
		  - echo ran one; (sleep 1000 >/dev/null 2>&1 &) ; sleep 0.5
		  - ps | grep -q 'sleep 1000' && echo ran two; sleep 0.5; killall sleep
		  - echo ran three; sleep 0.5
		  - echo ran last
	M
	build
	shows "kept the state after install-3"
	not grep -q 'after install-1' <<<"$output"
	sed -i 's/ran two/ran other/' m.yml
	build
	ran "one other three last "
}
