# `agent render` and a real Consul that wants certificates: an authority of its own, a client's
# certificate, a name that is not in the address; with a token too.

load agent

TOKEN=6f1d2c0a-7a44-4a0e-8d5e-0d5a6f1b2c3d

# certificate NAME AUTHORITY SUBJECT-ALTERNATIVE
certificate() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1-key.pem" -out csr 2>/dev/null
	printf 'subjectAltName=%s\n' "$3" >ext
	openssl x509 -req -in csr -CA "$2.pem" -CAkey "$2-key.pem" -CAcreateserial -days 2 \
		-extfile ext -out "$1.pem" 2>/dev/null
}

authority() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -keyout "$1-key.pem" \
		-out "$1.pem" 2>/dev/null
}

begin() {
	authority ca
	certificate server ca "${1-IP:127.0.0.1}"
	certificate client ca DNS:client
	"$BATS_TEST_DIRNAME/../fixtures/consul.sh" start second $TOKEN . 2>/dev/null
	CONSUL_HTTP_ADDR=$(cat second/address)
	curl --silent --fail --request PUT --header "X-Consul-Token: $TOKEN" --data-binary web \
		"http://$CONSUL_HTTP_ADDR/v1/kv/$PREFIX/name" >/dev/null
	template '{{ key "@/name" }}'
	HTTPS=$(cat second/https)
}

once() {
	"$AGENT" render -once -template t.ctmpl:out -consul-token $TOKEN -consul-retry-attempts 1 \
		-consul-retry-backoff 1ms "$@"
}

@test "with the authority and a client's certificate: by flags, configuration, environment" {
	begin
	once -consul-addr "https://$HTTPS" -consul-ssl-ca-cert ca.pem -consul-ssl-cert client.pem \
		-consul-ssl-key client-key.pem
	holds out web && rm out
	config <<-E
		consul {
		  address = "$HTTPS"
		  ssl {
		    ca_cert = "ca.pem"
		    cert = "client.pem"
		    key = "client-key.pem"
		  }
		}
	E
	once -config c.hcl
	holds out web && rm out
	CONSUL_HTTP_ADDR=$HTTPS CONSUL_HTTP_SSL=true CONSUL_CACERT=ca.pem CONSUL_CLIENT_CERT=client.pem \
		CONSUL_CLIENT_KEY=client-key.pem once
	holds out web
}

@test "without a certificate, or with another authority, it is an error and nothing is written" {
	begin
	authority other
	fails_with 11 once -consul-addr "https://$HTTPS" -consul-ssl-ca-cert ca.pem
	shows "$HTTPS"
	fails_with 11 once -consul-addr "https://$HTTPS" -consul-ssl-ca-cert other.pem \
		-consul-ssl-cert client.pem -consul-ssl-key client-key.pem
	shows "$HTTPS"
	fails_with 11 once -consul-addr "https://$HTTPS" -consul-ssl-cert client.pem \
		-consul-ssl-key client-key.pem # no public authority signed it
	fails_with 11 once -consul-addr "https://$HTTPS" -consul-ssl-ca-cert nowhere.pem
	shows "can't read nowhere.pem"
	[ ! -e out ]
	once -consul-addr "https://$HTTPS" -consul-ssl-verify=false -consul-ssl-cert client.pem \
		-consul-ssl-key client-key.pem
	holds out web
}

@test "the certificate's name may be another than the address: server_name" {
	begin DNS:consul.internal
	set -- -consul-addr "https://$HTTPS" -consul-ssl-ca-cert ca.pem -consul-ssl-cert client.pem \
		-consul-ssl-key client-key.pem
	fails_with 11 once "$@"
	once "$@" -consul-ssl-server-name consul.internal
	holds out web
}

@test "watching goes over TLS, with many keys too" {
	begin
	template '{{ key "@/name" }}{{ range loop 1 31 }} {{ keyOrDefault (printf "@/n/%d" .) "-" }}{{ end }}'
	agent -template t.ctmpl:out -consul-addr "https://$HTTPS" -consul-ssl-ca-cert ca.pem \
		-consul-ssl-cert client.pem -consul-ssl-key client-key.pem -consul-token $TOKEN
	eventually [ -s out ]
	curl --silent --fail --request PUT --header "X-Consul-Token: $TOKEN" --data-binary seven \
		"http://$CONSUL_HTTP_ADDR/v1/kv/$PREFIX/n/7" >/dev/null
	eventually grep -q seven out
	signal TERM 12
}
