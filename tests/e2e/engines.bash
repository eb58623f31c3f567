# A second private engine, for setup_file and teardown_file: its directory is OTHER, its address
# OTHER_HOST.
second_engine_start() {
	OTHER=$(mktemp -d)
	export OTHER OTHER_HOST=unix://$OTHER/docker.sock
	(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" start "$OTHER")
}

second_engine_remove() {
	(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" remove "$OTHER")
}

# other COMMAND...: at the second engine.
other() {
	DOCKER_HOST=$OTHER_HOST "$@"
}

# both OPTION...: a build on both.
both() {
	timeout 120 "$FACTORY" build --endpoint "$DOCKER_HOST" --endpoint "$OTHER_HOST" "$@"
}
