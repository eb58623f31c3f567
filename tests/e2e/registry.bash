# A real registry, Debian's docker-registry, on loopback: for setup_file and teardown_file. Its
# address is in REGISTRY; it asks for the user ada, whose password is l0velace:1.
registry_start() {
	REGISTRY_DIR=$(mktemp -d)
	REGISTRY=127.0.0.1:$(/usr/bin/python3 -c '
import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])')
	export REGISTRY REGISTRY_DIR
	htpasswd -Bbc "$REGISTRY_DIR/passwords" ada 'l0velace:1' 2>/dev/null
	cat >"$REGISTRY_DIR/config.yml" <<-E
		version: 0.1
		log: {level: error}
		storage: {filesystem: {rootdirectory: $REGISTRY_DIR/data}}
		http: {addr: $REGISTRY}
		auth: {htpasswd: {realm: factory-test, path: $REGISTRY_DIR/passwords}}
	E
	docker-registry serve "$REGISTRY_DIR/config.yml" >"$REGISTRY_DIR/log" 2>&1 3>&- &
	echo $! >"$REGISTRY_DIR/pid"
	for _ in $(seq 100); do
		! curl --silent --output /dev/null "http://$REGISTRY/v2/" || return 0
		sleep 0.1
	done
	cat "$REGISTRY_DIR/log" >&2
	return 1
}

registry_stop() {
	kill "$(cat "$REGISTRY_DIR/pid")"
	rm -rf "$REGISTRY_DIR"
}

# login USER PASSWORD: as docker's client keeps it.
login() {
	export DOCKER_CONFIG=$WORK/docker
	mkdir -p "$DOCKER_CONFIG"
	jq -n --arg host "$REGISTRY" --arg pair "$(printf '%s:%s' "$1" "$2" | base64 -w0)" \
		'{auths: {($host): {auth: $pair}}}' >"$DOCKER_CONFIG/config.json"
}
