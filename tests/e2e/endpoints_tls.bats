# Endpoints with TLS of their own, as config.yml says: a real engine that insists on certificates.
load common

free_port() {
	/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# certificates DIR: a CA in ca.pem, and cert.pem and key.pem of a server on loopback and a client.
certificates() {
	local name
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout "$1/ca-key.pem" -out "$1/ca.pem" 2>/dev/null
	printf 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n' >"$1/ext"
	for name in server client; do
		mkdir -p "$1/$name"
		openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$1/$name/key.pem" -out "$1/$name/csr" 2>/dev/null
		openssl x509 -req -in "$1/$name/csr" -CA "$1/ca.pem" -CAkey "$1/ca-key.pem" -CAcreateserial -days 2 \
			-extfile "$1/ext" -out "$1/$name/cert.pem" 2>/dev/null
		cp "$1/ca.pem" "$1/$name/ca.pem"
	done
}

setup_file() {
	OTHER=$(mktemp -d)
	CERTS=$OTHER/certs
	mkdir "$CERTS"
	certificates "$CERTS"
	SECURE=tcp://127.0.0.1:$(free_port)
	export OTHER CERTS SECURE
	printf '%s\n' --host "$SECURE" --tlsverify --tlscacert "$CERTS/ca.pem" \
		--tlscert "$CERTS/server/cert.pem" --tlskey "$CERTS/server/key.pem" >"$OTHER/flags"
	(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" start "$OTHER")
	DOCKER_HOST=unix://$OTHER/docker.sock "$BATS_TEST_DIRNAME/../fixtures/images.sh" load busybox "$BASE"
}

teardown_file() {
	(unset DOCKER_HOST && "$BATS_TEST_DIRNAME/../fixtures/engine.sh" remove "$OTHER")
}

# secured TLS: the two endpoints, the second one with that in its `tls:`.
secured() {
	mkdir -p config/factory
	cat >config/factory/config.yml <<-E
		endpoints:
		  - {address: '$DOCKER_HOST', labels: [plain]}
		  - {address: '$SECURE', labels: [secure], tls: $1}
	E
	printf 'image: %s\nruns_on: secure\ninstall: echo over TLS >/tls\n' "$BASE" | manifest
}

# build OPTION...: on the file's endpoints.
build() {
	env -u DOCKER_HOST timeout 60 "$FACTORY" build m.yml --no-cache "$@"
}

in_other() {
	DOCKER_HOST=unix://$OTHER/docker.sock "$@"
}

@test "a directory, as docker's client has it" {
	secured "$CERTS/client"
	build -t t/tls:1
	[ "$(in_other file_in t/tls:1 /tls)" = 'over TLS' ]
	no_image t/tls:1
}

@test "single files; those without a slash are beside config.yml" {
	secured "{ca: ca.pem, cert: mine.pem, key: $CERTS/client/key.pem}"
	cp "$CERTS/ca.pem" config/factory/ca.pem
	cp "$CERTS/client/cert.pem" config/factory/mine.pem
	build -t t/tls:2
	[ -n "$(in_other image_id t/tls:2)" ]
}

@test "--endpoint with the same address knows its TLS, and so does every other command" {
	secured "$CERTS/client"
	run timeout 30 "$FACTORY" ls --endpoint "$SECURE"
	[ "$status" -eq 0 ]
	run timeout 30 "$FACTORY" doctor --endpoint "$SECURE"
	shows "answers at $SECURE"
	run timeout 60 "$FACTORY" build m.yml --endpoint "$DOCKER_HOST" --endpoint "$SECURE"
	[ "$status" -eq 0 ]
}

@test "a server is not believed whose certificate is another's, but with verify: false" {
	mkdir strange
	certificates strange
	secured "{ca: $WORK/strange/ca.pem, cert: $CERTS/client/cert.pem, key: $CERTS/client/key.pem}"
	fails_with 4 build
	shows "an endpoint is left out: "
	shows "the engine at $SECURE"
	secured "{verify: false, cert: $CERTS/client/cert.pem, key: $CERTS/client/key.pem}"
	build -t t/tls:3
}

@test "a client without a certificate, or with another's, is refused by the engine" {
	secured "{ca: $CERTS/ca.pem}"
	fails_with 4 build
	shows "an endpoint is left out: "
	mkdir strange
	certificates strange
	secured "{ca: $CERTS/ca.pem, cert: $WORK/strange/client/cert.pem, key: $WORK/strange/client/key.pem}"
	fails_with 4 build
}

@test "what is not there, and what is no tls:, are told" {
	secured "{ca: /nowhere/ca.pem}"
	fails_with 4 build
	shows "the certificate /nowhere/ca.pem (see \`tls:\` in factory's config.yml): No such file"
	secured "{cert: $CERTS/client/cert.pem}"
	fails_with 1 build
	shows "config.yml:1:1: 'endpoints' must be a list of engines"
	secured "{verify: perhaps}"
	fails_with 1 build
	secured "[a]"
	fails_with 1 build
}
