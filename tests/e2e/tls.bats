load common

# A second door to the engine that wants certificates: TLS in front of its socket, by a few lines of
# Python, since the engine under test has only the socket.
setup() {
	WORK=$(mktemp -d)
	export XDG_CACHE_HOME=$WORK/cache XDG_CONFIG_HOME=$WORK/config XDG_STATE_HOME=$WORK/state
	cd "$WORK" || return 1
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-ca -keyout ca-key.pem -out ca.pem 2>/dev/null
	for name in server client; do
		openssl req -newkey rsa:2048 -nodes -subj /CN=$name -keyout $name-key.pem -out $name.csr 2>/dev/null
		printf 'subjectAltName=IP:127.0.0.1\n' >ext
		openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile ext -out $name.pem 2>/dev/null
	done
	mkdir certs
	cp ca.pem certs/ca.pem && cp client.pem certs/cert.pem && cp client-key.pem certs/key.pem
	/usr/bin/python3 "$BATS_TEST_DIRNAME/tls_proxy.py" "${DOCKER_HOST#unix://}" >port &
	PROXY=$!
	eventually [ -s port ]
	manifest <<-E
		image: $BASE
		install: echo over TLS > /tls
	E
}

teardown() {
	kill $PROXY
	rm -rf "$WORK"
}

@test "a build over TLS, with the certificates of DOCKER_CERT_PATH" {
	DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=$WORK/certs "$FACTORY" build m.yml --no-cache \
		--endpoint "tcp://127.0.0.1:$(cat port)" -t t/tls:1
	[ "$(file_in t/tls:1 /tls)" = "over TLS" ]
}

@test "an authority that did not sign the server's certificate is refused" {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout k -out certs/ca.pem 2>/dev/null
	fails_with 4 env DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$WORK/certs" "$FACTORY" build m.yml \
		--endpoint "tcp://127.0.0.1:$(cat port)"
	shows "127.0.0.1:$(cat port)"
	[ "${#lines[@]}" -eq 1 ]
}
