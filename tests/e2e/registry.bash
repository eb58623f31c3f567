# A real registry on loopback, for setup_file and teardown_file. Its address is in REGISTRY; it asks
# for the user ada, whose password is l0velace:1.
registry_start() {
	REGISTRY_DIR=$(mktemp -d)
	"$BATS_TEST_DIRNAME/../fixtures/registry.sh" start "$REGISTRY_DIR" ada l0velace:1
	REGISTRY=$(cat "$REGISTRY_DIR/address")
	export REGISTRY REGISTRY_DIR
}

registry_stop() {
	"$BATS_TEST_DIRNAME/../fixtures/registry.sh" stop "$REGISTRY_DIR"
	rm -rf "$REGISTRY_DIR"
}

# login USER PASSWORD: as docker's client keeps it.
login() {
	export DOCKER_CONFIG=$WORK/docker
	mkdir -p "$DOCKER_CONFIG"
	jq -n --arg host "$REGISTRY" --arg pair "$(printf '%s:%s' "$1" "$2" | base64 -w0)" \
		'{auths: {($host): {auth: $pair}}}' >"$DOCKER_CONFIG/config.json"
}
