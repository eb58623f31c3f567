# Images that move between two private engines, because a build is to run where its base is not.
load common
load registry

setup_file() {
	OTHER=$(mktemp -d)
	export OTHER OTHER_HOST=unix://$OTHER/docker.sock
	(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" start "$OTHER")
	registry_start
}

teardown_file() {
	registry_stop
	(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" remove "$OTHER")
}

both() {
	timeout 120 "$FACTORY" build --endpoint "$DOCKER_HOST" --endpoint "$OTHER_HOST" "$@"
}

# other COMMAND...: at the second engine.
other() {
	DOCKER_HOST=$OTHER_HOST "$@"
}

# labelled: the first engine is called here, the second one there; and lines for the configuration.
labelled() {
	mkdir -p config/factory
	{
		echo "endpoints: [{address: '$DOCKER_HOST', labels: [here]}, {address: '$OTHER_HOST', labels: [there]}]"
		printf '%s\n' "$@"
	} >config/factory/config.yml
}

# chain LABEL LABEL: base.yml at the one, m.yml, which stands on it, at the other.
chain() {
	cat >base.yml <<-M
		image: $BASE
		runs_on: $1
		install: head -c 20000000 /dev/urandom >/big; sha256sum /big >/sum
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
