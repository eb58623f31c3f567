# Images that move between two private engines, because a build is to run where its base is not.
load common
load engines
load registry

setup_file() {
	second_engine_start
	registry_start
}

teardown_file() {
	registry_stop
	second_engine_remove
}

teardown() {
	[ ! -d "$WORK/podman" ] ||
		(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" remove "$WORK/podman")
	rm -rf "$WORK"
}

# labelled: the first engine is called here, the second one there; and lines for the configuration.
labelled() {
	mkdir -p config/factory
	{
		echo "endpoints: [{address: '$DOCKER_HOST', labels: [here]}, {address: '$OTHER_HOST', labels: [there]}]"
		printf '%s\n' "$@"
	} >config/factory/config.yml
}

# chain LABEL LABEL: base.yml at the one, m.yml, which stands on it, at the other. No other test has
# built them.
chain() {
	cat >base.yml <<-M
		image: $BASE
		runs_on: $1
		install: head -c 20000000 /dev/zero >/big; echo $RANDOM$RANDOM >>/big; sha256sum /big >/sum
	M
	manifest <<-M
		from: base.yml
		runs_on: $2
		install: sha256sum -c /sum
	M
}

@test "what stands on another manifest runs where its labels say: its base is brought there" {
	labelled
	chain here there
	run both m.yml base.yml -t t/moving:1
	[ "$status" -eq 2 ] # -t names one
	run both m.yml base.yml
	[ "$status" -eq 0 ]
	shows "moving the image sha256:"
	shows "from $DOCKER_HOST to $OTHER_HOST"
	shows "/big: OK"
	[ "$(grep -c "passed .* on $DOCKER_HOST" <<<"$output")" = 1 ]
	[ "$(grep -c "passed .* on $OTHER_HOST" <<<"$output")" = 1 ]
	no_container_left
}

@test "what stands on another manifest is spread over all that are there" {
	labelled
	cat >base.yml <<-M
		image: $BASE
		install: head -c 1000000 /dev/zero >/big; echo $RANDOM$RANDOM
	M
	manifest <<-M
		from: base.yml
		jobs: {include: [{env: A=1}, {env: A=2}]}
		install: sleep 2
	M
	run both -j 1 m.yml -t t/moving:spread
	[ "$status" -eq 0 ]
	[ "$(grep -c "moving the image" <<<"$output")" = 1 ]
	[ "$(grep -c "passed .* on $DOCKER_HOST" <<<"$output")" -ge 1 ]
	[ "$(grep -c "passed .* on $OTHER_HOST" <<<"$output")" -ge 1 ]
}

@test "the next build finds what was brought: nothing moves, nothing runs" {
	labelled
	chain here there
	both m.yml base.yml
	run both m.yml base.yml
	[ "$status" -eq 0 ]
	not shows "moving the image"
	[ "$(grep -c '(cached)' <<<"$output")" -ge 2 ]
	[ "$(other api GET '/images/json?filters=%7B%22dangling%22:%5B%22true%22%5D%7D' | jq length)" = 0 ]
}

@test "an image that only one endpoint has is brought to another, by its name" {
	labelled
	other api DELETE "/images/factory-test/lent:1?force=1" >/dev/null
	api POST "/images/$BASE/tag?repo=factory-test/lent&tag=1" >/dev/null
	other api DELETE "/images/$BASE?force=1" >/dev/null
	manifest <<-M
		image: factory-test/lent:1
		runs_on: there
		install: "true"
	M
	run both --no-cache m.yml -t t/moving:lent
	[ "$status" -eq 0 ]
	shows "moving the image factory-test/lent:1 from $DOCKER_HOST to $OTHER_HOST"
	[ "$(other image_id factory-test/lent:1)" = "$(image_id factory-test/lent:1)" ]
}

@test "an image of 200 MB streams through a driver that stays small, and tells how far it is" {
	labelled
	chain here there
	sed -i 's/20000000/200000000/' base.yml
	both base.yml
	/usr/bin/python3 - "$FACTORY" "$DOCKER_HOST" "$OTHER_HOST" >out 2>err <<-'P'
		import resource, subprocess, sys
		code = subprocess.call([sys.argv[1], "build", "m.yml", "--progress", "json",
		                        "--endpoint", sys.argv[2], "--endpoint", sys.argv[3]])
		print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
		sys.exit(code)
	P
	peak=$(sed -n 's/^peak //p' out)
	[ "$peak" -lt 60000 ] || { echo "peak: $peak KB" >&2; false; }
	jq -es 'map(select(.event == "transfer" and .what == "move")) |
		length > 50 and .[-1].over and (map(select(.done > 50000000 and .total > 200000000)) | length > 0)' err
	[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -newer m.yml -size +1M -user "$(id -u)" -name 'factory*')" ]
}

@test "through a registry, where one is configured" {
	login ada l0velace:1
	labelled "registry: $REGISTRY/moving"
	chain here there
	run both m.yml base.yml
	[ "$status" -eq 0 ]
	shows "moving the image"
	shows "/big: OK"
	not shows "not by the registry"
	[ "$(curl --silent --user ada:l0velace:1 "http://$REGISTRY/v2/moving/tags/list" | jq '.tags | length')" = 1 ]
	[ "$(other api GET /images/json | jq --arg r "$REGISTRY" '[.[].RepoTags[]? | select(startswith($r))] | length')" = 0 ]
	[ "$(api GET /images/json | jq --arg r "$REGISTRY" '[.[].RepoTags[]? | select(startswith($r + "/moving"))] | length')" = 0 ]
}

@test "a registry that is of no use is said so, and the image streams" {
	labelled "registry: 127.0.0.1:1/moving"
	chain here there
	run both m.yml base.yml
	[ "$status" -eq 0 ]
	shows "not by the registry 127.0.0.1:1/moving"
	shows "/big: OK"
	[ "$(api GET /images/json | jq '[.[].RepoTags[]? | select(startswith("127.0.0.1:1/moving"))] | length')" = 0 ]
	labelled "registry: nonsense"
	fails_with 1 both m.yml
	shows "'registry' must be where images move through: HOST[:PORT]/REPOSITORY"
}

@test "commands that look find what only another endpoint has" {
	labelled
	manifest <<-M
		image: $BASE
		runs_on: there
		install: echo $RANDOM$RANDOM >/nonce
		script: grep . /nonce
	M
	local ends=(--endpoint "$DOCKER_HOST" --endpoint "$OTHER_HOST")
	fails_with 12 timeout 60 "$FACTORY" why "${ends[@]}" m.yml
	both m.yml -t t/moving:look
	no_image t/moving:look
	timeout 60 "$FACTORY" why "${ends[@]}" m.yml
	run timeout 60 "$FACTORY" diff "${ends[@]}" t/moving:look "$BASE"
	[ "$status" -eq 13 ]
	shows /nonce
	timeout 60 "$FACTORY" diff "${ends[@]}" t/moving:look m.yml
	run timeout 60 "$FACTORY" shell "${ends[@]}" t/moving:look <<<'cat /nonce'
	[ "$status" -eq 0 ]
	run timeout 60 "$FACTORY" shell "${ends[@]}" m.yml <<<'cat /nonce; echo seen'
	shows seen
	run timeout 60 "$FACTORY" test "${ends[@]}" t/moving:look --manifest m.yml
	shows '1 passed, 0 failed'
	run timeout 60 "$FACTORY" test "${ends[@]}" m.yml
	shows '1 passed, 0 failed'
	no_container_left
}

@test "a move that is interrupted ends at once, and leaves nothing" {
	labelled
	chain here there
	sed -i 's/20000000/400000000/' base.yml
	both base.yml
	local before code=0
	before=$(other api GET '/images/json?all=1' | jq length)
	"$FACTORY" build --endpoint "$DOCKER_HOST" --endpoint "$OTHER_HOST" m.yml >out 2>&1 3>&- &
	local pid=$!
	eventually grep -q '^.*moving the image' out
	sleep 0.3
	kill -INT "$pid"
	SECONDS=0
	wait "$pid" || code=$?
	[ "$code" -eq 130 ]
	[ "$SECONDS" -lt 3 ]
	sleep 1
	[ "$(other api GET '/images/json?all=1' | jq length)" = "$before" ]
}

@test "between Docker and Podman, there and back" {
	local podman=$WORK/podman
	command -v podman >/dev/null || skip "no podman here"
	(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" start "$podman" podman)
	DOCKER_HOST=unix://$podman/docker.sock "$BATS_TEST_DIRNAME/../fixtures/images.sh" load busybox "$BASE"
	OTHER_HOST=unix://$podman/docker.sock
	labelled
	for way in "here there" "there here"; do
		chain "${way% *}" "${way#* }"
		run both m.yml base.yml
		echo "$output"
		[ "$status" -eq 0 ]
		shows "moving the image"
		shows "/big: OK"
		run both m.yml base.yml
		[ "$status" -eq 0 ]
		[ "$(grep -c '(cached)  on' <<<"$output")" = 2 ]
		not shows "moving the image"
	done
}
