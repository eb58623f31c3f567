# Consul's connect kinds, health filters and nearness against a real Consul (1.8, without peers).

load common

setup() {
	WORK=$(mktemp -d)
	cd "$WORK" || return 1
	unset "${!CONSUL_@}"
	export CONSUL_HTTP_ADDR=$TEST_CONSUL
	NAME=connect-$$-$BATS_TEST_NUMBER
}

teardown() {
	local id
	for id in $NAME-good $NAME-bad; do
		curl --silent --request PUT "http://$TEST_CONSUL/v1/agent/service/deregister/$id" >/dev/null
	done
	rm -rf "$WORK"
}

# service ID STATUS PORT: an instance of $NAME with a sidecar and a check of that status.
service() {
	curl --silent --fail --request PUT --data @- \
		"http://$TEST_CONSUL/v1/agent/service/register" <<-JSON
		{"ID": "$NAME-$1", "Name": "$NAME", "Port": $3, "Tags": ["$1"],
		 "Connect": {"SidecarService": {}},
		 "Check": {"TTL": "1h", "Status": "$2"}}
	JSON
}

# renders TEXT EXPECTED, with @ for the service's name.
renders() {
	printf '%s' "${1//@/$NAME}" >t.ctmpl
	"$AGENT" render -once -template t.ctmpl:out
	printf '%s' "${2//@/$NAME}" | diff - out
}

refuses() {
	printf '%s' "$1" >t.ctmpl
	run "$AGENT" render -once -template t.ctmpl:out
	[ "$status" = 11 ]
	[[ $output == *"$2"* ]]
}

@test "service: passing only by default; any and a status on demand" {
	service good passing 81
	service bad critical 82
	renders '{{ range service "@" }}{{ .ID }}:{{ .Port }} {{ end }}' '@-good:81 '
	renders '{{ range service "@|any" }}{{ .ID }}={{ .Status }} {{ end }}' '@-bad=critical @-good=passing '
	renders '{{ range service "@" "critical" }}{{ .ID }} {{ end }}' '@-bad '
	renders '{{ range service "good.@|critical" }}{{ .ID }}{{ else }}none{{ end }}' 'none'
}

@test "near an agent" {
	service good passing 81
	renders '{{ range service "@~_agent" }}{{ .ID }}{{ end }}' '@-good'
	renders '{{ range nodes "@dc1~_agent" }}{{ .Node }}{{ end }}' 'test'
}

@test "connect: the sidecars of a service" {
	service good passing 81
	renders '{{ range connect "@|any" }}{{ .Name }} {{ end }}' '@-sidecar-proxy '
	renders '{{ range connect "nobody" }}x{{ else }}none{{ end }}' 'none'
}

@test "caRoots and caLeaf: the leaf's certificate is one of the root" {
	printf '{{ range caRoots }}{{ if .Active }}{{ .RootCertPEM }}{{ end }}{{ end }}' >t.ctmpl
	"$AGENT" render -once -template t.ctmpl:root.pem
	printf '{{ with caLeaf "%s" }}{{ .CertPEM }}{{ end }}' "$NAME" >t.ctmpl
	"$AGENT" render -once -template t.ctmpl:leaf.pem
	openssl verify -CAfile root.pem leaf.pem
	printf '{{ with caLeaf "%s" }}{{ .Service }} {{ .PrivateKeyPEM }}{{ end }}' "$NAME" >t.ctmpl
	"$AGENT" render -once -template t.ctmpl:out
	grep -q "^$NAME -----BEGIN EC PRIVATE KEY-----" out
}

@test "what this Consul is too old for is said" {
	refuses '{{ partitions }}' "this Consul doesn't know partitions: Consul Enterprise 1.11 does"
	refuses '{{ peerings }}' "this Consul doesn't know peerings: Consul 1.13 does"
	refuses '{{ exportedServices }}' "this Consul doesn't know exportedServices"
	refuses '{{ importedServices }}' "this Consul doesn't know importedServices"
}
