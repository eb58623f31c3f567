# `agent render -dedup`: agents with the same templates share one watcher, against a real Consul.

load common

setup() {
	WORK=$(mktemp -d)
	cd "$WORK" || return 1
	PREFIX=agent-dedup-$$-$BATS_TEST_NUMBER
	processes=()
	unset "${!CONSUL_@}" "${!VAULT_@}"
	CONSUL=$TEST_CONSUL TOKEN=
	export CONSUL_HTTP_ADDR=$TEST_CONSUL
}

teardown() {
	if [ ${#processes[@]} != 0 ]; then
		kill "${processes[@]}" 2>/dev/null || true
		wait "${processes[@]}" || true
	fi
	consul DELETE "kv/$PREFIX?recurse" >/dev/null
	rm -rf "$WORK"
}

# consul METHOD PATH [curl option...]: Consul's answer.
consul() {
	local method=$1 path=$2
	shift 2
	curl --silent --request "$method" --header "X-Consul-Token: ${TOKEN-}" "$@" \
		"http://$CONSUL/v1/$path"
}

# put KEY VALUE: below this test's own prefix.
put() {
	consul PUT "kv/$PREFIX/$1" --data-binary "$2" >/dev/null
}

# template TEXT: becomes t.ctmpl, with @ for the prefix.
template() {
	printf '%s' "${1//@/$PREFIX}" >t.ctmpl
}

# within SECONDS COMMAND...: until it succeeds.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || { echo "not in time: $*" >&2; return 1; }
		sleep 0.1
	done
}

holds() { # FILE TEXT
	[ "$(cat "$1" 2>/dev/null)" = "$2" ]
}

says() { # NAME TEXT: the agent's log has it.
	grep -qF -- "$2" "$1.log"
}

# relay NAME [PORT]: passes connections on to Consul; NAME.asked has a line for each request. Its pid
# is in NAME.relay. Requests with $SICK in them get status 500.
relay() {
	python3 -c '
import os, re, socket, sys, threading
name = sys.argv[1]
host, port = os.environ["CONSUL_HTTP_ADDR"].split(":")
sick = os.environ.get("SICK", "no such request").encode()
asked = open(name + ".asked", "ab", buffering=0)
def pump(a, b, log):
    try:
        while data := a.recv(65536):
            if log and sick in data:
                a.sendall(b"HTTP/1.1 500 Sick\r\nContent-Length: 4\r\n\r\nsick")
                continue
            if log:
                for line in re.findall(rb"((?:GET|PUT) /v1/\S+) HTTP", data):
                    asked.write(line + b"\n")
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass
s = socket.create_server(("127.0.0.1", int(sys.argv[2])))
open(name + ".port", "w").write(str(s.getsockname()[1]))
while True:
    near, _ = s.accept()
    far = socket.create_connection((host, int(port)))
    for ends in ((near, far, True), (far, near, False)):
        threading.Thread(target=pump, args=ends, daemon=True).start()' "$1" "${2:-0}" 3>&- &
	echo $! >"$1.relay"
	processes+=($!)
	within 5 [ -s "$1.port" ]
}

# agent NAME [option...]: renders t.ctmpl into ./NAME by its own relay; its pid is in NAME.pid.
agent() {
	local name=$1
	shift
	[ -s "$name.port" ] || relay "$name"
	echo 'deduplicate { ttl = "10s" }' >ttl.hcl
	"$AGENT" render -dedup -config ttl.hcl -log-level debug \
		-consul-addr "127.0.0.1:$(cat "$name.port")" -template "t.ctmpl:$name" "$@" \
		>"$name.log" 2>&1 3>&- &
	echo $! >"$name.pid"
	processes+=($!)
}

# The first one leads, the second one follows; both have rendered TEXT.
lead_and_follow() {
	agent one
	within 10 holds one "$1"
	says one 'sharing: leads'
	agent two
	within 10 holds two "$1"
	says two 'sharing: follows'
}

# What the agents with t.ctmpl share.
shared() {
	consul GET "kv/consul-template/dedup?recurse" | jq -r '.[] | select(.Key | endswith("/data")) | .Value | @base64d'
}

session() { # NAME: the last one that the agent has tried to get the lock with
	grep -oP '/lock\?acquire=\K\S+' "$1.asked" | tail -n 1
}

asked() { # NAME PATTERN: how often
	grep -cE -- "$2" "$1.asked" || true
}

@test "both files are rendered and changed; only the leader asks for the values" {
	put a 1
	template 'a={{ key "@/a" }} {{ range ls "@" }}{{ .Key }} {{ end }}{{ keyOrDefault "@/none" "-" }}{{ range service "consul" }}{{ .Port }}{{ end }}'
	port=$(consul GET catalog/service/consul | jq '.[0].ServicePort')
	lead_and_follow "a=1 a -$port"
	put a 2
	within 10 holds one "a=2 a -$port"
	within 10 holds two "a=2 a -$port"
	put none 3
	within 10 holds two "a=2 a none 3$port"
	[ "$(asked one "/v1/kv/$PREFIX")" -gt 0 ]
	[ "$(asked one "/v1/health/service/consul")" -gt 0 ]
	[ "$(asked two "/v1/kv/$PREFIX")" -eq 0 ]
	[ "$(asked two "/v1/(txn|health|catalog)")" -eq 0 ]
	[ "$(asked two "/v1/kv/consul-template/dedup/[0-9a-f]{64}/data")" -gt 0 ]
}

@test "the leader is killed: the follower leads, and changes still arrive" {
	put a 1
	template '{{ key "@/a" }}'
	lead_and_follow 1
	kill -KILL "$(cat one.pid)"
	within 40 says two 'sharing: leads'
	put a 2
	within 10 holds two 2
	[ "$(asked two "/v1/kv/$PREFIX/a")" -gt 0 ]
	agent three
	within 10 holds three 2
	says three 'sharing: follows'
}

@test "a leader that ends in order gives the lock back; what changed meanwhile is seen" {
	put a 1
	template '{{ key "@/a" }}{{ range ls "@" }}.{{ end }}'
	lead_and_follow 1.
	kill "$(cat one.pid)"
	wait "$(cat one.pid)" || true
	put a 2
	put b 2
	within 8 says two 'sharing: leads'
	within 8 holds two 2..
	[ "$(consul GET "session/info/$(session one)")" = '[]' ]
	[ "$(consul GET "session/info/$(session two)")" != '[]' ]
}

@test "a leader whose session is destroyed joins again, and both go on" {
	put a 1
	template '{{ key "@/a" }}'
	lead_and_follow 1
	consul PUT "session/destroy/$(session one)" >/dev/null
	within 20 says one 'sharing: leads no more'
	for value in 2 3; do
		put a $value
		within 20 holds one $value
		within 20 holds two $value
	done
}

@test "what only a follower wants it asks for itself" {
	put a 1
	put b 1
	template '{{ key "@/a" }}{{ if eq (env "WHO") "two" }}{{ key "@/b" }}{{ end }}'
	WHO=one agent one
	within 10 holds one 1
	WHO=two agent two
	within 10 holds two 11
	put b 2
	within 10 holds two 12
	put a 3
	within 10 holds two 32
	[ "$(asked two "/v1/kv/$PREFIX/b")" -gt 0 ]
	[ "$(asked two "/v1/kv/$PREFIX/a")" -eq 0 ]
}

@test "bytes that JSON can't hold come to both" {
	head -c 5000 /dev/urandom >blob
	printf '\0\377' >>blob
	put b @blob
	put a 1
	template '{{ key "@/b" }}{{ key "@/a" }}'
	agent one
	within 10 test -s one
	agent two
	within 10 test -s two
	printf 1 >>blob
	cmp blob one
	cmp blob two
	says two 'sharing: follows'
	[ "$(asked two "/v1/kv/$PREFIX/a")" -eq 0 ]
}

@test "more than 500 KB: a warning, and each one watches for itself" {
	head -c 300000 /dev/zero | tr '\0' x >large
	put a @large
	put b @large
	put c 1
	template '{{ key "@/a" | len }} {{ key "@/b" | len }} {{ key "@/c" }}'
	lead_and_follow '300000 300000 1'
	says one 'more than 500 KB'
	put c 2
	within 10 holds one '300000 300000 2'
	within 10 holds two '300000 300000 2'
	[[ $(shared) != *xxxx* ]]
	[ "$(asked two "/v1/kv/$PREFIX/c")" -gt 0 ]
}

@test "a secret of Vault's is not among what is shared" {
	cat >table.json <<-'J'
		[{"path": "/v1/sys/internal/ui/mounts/kv/app", "body": {"data": {"path": "kv/", "type": "kv", "options": {"version": "2"}}}},
		 {"path": "/v1/kv/data/app", "body": {"data": {"data": {"password": "hunter2"}, "metadata": {"version": 1}}}}]
	J
	python3 "$BATS_TEST_DIRNAME/../fixtures/recorded.py" "$WORK" <> <(:) 3>&- &
	processes+=($!)
	within 5 [ -s address ]
	VAULT_ADDR=http://$(cat address)
	export VAULT_ADDR VAULT_TOKEN=t
	put a shared-$PREFIX
	template '{{ key "@/a" }} {{ with secret "kv/app" }}{{ .Data.data.password }}{{ end }}'
	lead_and_follow "shared-$PREFIX hunter2"
	put a again-$PREFIX
	within 10 holds two "again-$PREFIX hunter2"
	[[ $(shared) == *again-$PREFIX* ]]
	[[ $(shared) != *hunter2* ]]
	[[ $(shared) != *kv/app* ]]
	[ "$(grep -c 'GET /v1/kv/data/app' asked)" -ge 2 ]
}

# limited_token RULES: a Consul with access control is used, with a token that may read this test's
# keys and what the rules say.
limited_token() {
	[ -n "${TEST_CONSUL_ACL-}" ] || skip "no Consul with access control"
	CONSUL=$TEST_CONSUL_ACL TOKEN=$TEST_CONSUL_TOKEN
	consul PUT acl/policy --data '{"Name": "'"$PREFIX"'", "Rules":
		"key_prefix \"'"$PREFIX"'\" { policy = \"read\" } '"$1"'"}' >/dev/null
	CONSUL_HTTP_TOKEN=$(consul PUT acl/token --data '{"Policies": [{"Name": "'"$PREFIX"'"}]}' | jq -r .SecretID)
	export CONSUL_HTTP_ADDR=$TEST_CONSUL_ACL CONSUL_HTTP_TOKEN
}

@test "a token without rights to sessions: a warning, and both work" {
	limited_token ''
	put a 1
	template '{{ key "@/a" }}'
	agent one
	agent two
	within 10 holds one 1
	within 10 holds two 1
	for name in one two; do
		grep -q 'WARN.*sharing: .*every agent watches for itself.*403' $name.log
	done
	put a 2
	within 10 holds one 2
	within 10 holds two 2
}

@test "a token that may hold sessions but not write the keys: a warning, and both work" {
	limited_token 'session_prefix \"\" { policy = \"write\" }'
	put a 1
	template '{{ key "@/a" }}'
	agent one
	agent two
	within 10 holds one 1
	within 10 holds two 1
	says one 'every agent watches for itself'
	put a 2
	within 10 holds two 2
	[ "$(consul GET session/list | jq length)" -eq 0 ]
}

@test "a Consul that can hold no sessions: a warning after some attempts, and both work" {
	put a 1
	template '{{ key "@/a" }}'
	export SICK=/v1/session/create
	agent one -consul-retry-attempts 2
	agent two -consul-retry-attempts 2
	for name in one two; do
		within 10 holds $name 1
		grep -q 'sharing: it answers 500: sick (asking again' $name.log
		says $name 'every agent watches for itself'
	done
	put a 2
	within 10 holds one 2
	within 10 holds two 2
}

@test "Consul comes later than the agents: they ask again, elect and share" {
	put a 1
	template '{{ key "@/a" }}'
	for name in one two; do
		relay $name
		kill "$(cat $name.relay)"
		agent $name -consul-retry-max-backoff 1s
	done
	within 5 says one 'asking again'
	within 5 says two 'asking again'
	[ ! -e one ]
	for name in one two; do
		relay $name "$(cat $name.port)"
	done
	within 20 holds one 1
	within 20 holds two 1
	[ "$(cat one.log two.log | grep -c 'sharing: leads')" -eq 1 ]
	[ "$(cat one.log two.log | grep -c 'sharing: follows')" -eq 1 ]
}

@test "other templates, other leaders; -once shares nothing" {
	put a 1
	template '{{ key "@/a" }}'
	agent one
	within 10 holds one 1
	template '{{ key "@/a" }}!'
	agent two
	within 10 holds two '1!'
	says one 'sharing: leads'
	says two 'sharing: leads'
	relay three
	"$AGENT" render -once -dedup -consul-addr "127.0.0.1:$(cat three.port)" -template t.ctmpl:three
	holds three '1!'
	[ "$(asked three session)" -eq 0 ]
}

# many_keys: 40 keys in two folders, more than have a query each.
many_keys() {
	local i text=
	for i in $(seq 40); do
		put "$((i % 2))/$i" x
		text+="{{ key \"@/$((i % 2))/$i\" }}"
	done
	template "$text"
	printf 'x%.0s' $(seq 40) >expected
}

@test "a leader that is cut off is followed by another, and follows it when it is back; many keys" {
	many_keys
	agent one -consul-retry-max-backoff 1s -consul-retry-attempts 0
	within 10 cmp -s expected one
	agent two
	within 10 cmp -s expected two
	kill "$(cat one.relay)"
	within 40 says two 'sharing: leads'
	put 1/1 2
	within 10 grep -q ^2 two
	relay one "$(cat one.port)"
	within 20 says one 'sharing: leads no more'
	within 20 says one 'sharing: follows'
	# It has read the leader's answers, and waits for the next ones.
	within 10 grep -q '/data?index=' one.asked
	within 10 grep -q ^2x one
	: >one.asked
	put 1/1 3
	put 0/40 4
	within 10 grep -q '^3x*4$' two
	within 10 grep -q '^3x*4$' one
	[ "$(asked one "$PREFIX")" -eq 0 ]
	[ "$(asked one txn)" -eq 0 ]
}

@test "a follower that is cut off for a while goes on, and leads many keys" {
	many_keys
	agent one
	within 10 cmp -s expected one
	agent two -consul-retry-max-backoff 1s
	within 10 cmp -s expected two
	[ "$(asked two txn)" -eq 0 ]
	kill "$(cat two.relay)"
	put 1/1 2
	within 10 grep -q ^2 one
	within 5 says two 'asking again'
	relay two "$(cat two.port)"
	within 10 grep -q ^2 two
	kill "$(cat one.pid)"
	within 8 says two 'sharing: leads'
	put 0/40 3
	within 10 grep -q '^2x*3$' two
	[ "$(asked two "$PREFIX.*index=")" -le 20 ]
}

# Whoever is first: the agent that was told to reload may be it again.
led_twice() {
	[ "$(cat one.log two.log | grep -cF 'sharing: leads')" -ge 2 ]
}

@test "a missing key is waited for by both; a reload elects again" {
	template '{{ key "@/a" }}'
	agent one
	within 10 says one 'waits for'
	agent two
	within 10 says two 'waits for'
	put a 1
	within 10 holds one 1
	within 10 holds two 1
	kill -HUP "$(cat one.pid)"
	within 10 led_twice
	put a 2
	within 20 holds two 2
	within 20 holds one 2
}

@test "what is no list of answers is said, and the follower watches for itself until there is one" {
	put a 1
	template '{{ key "@/a" }}'
	lead_and_follow 1
	data=$(grep -oP '/v1/kv/\K\S+/data' two.asked | head -n 1)
	consul PUT "kv/$data" --data '{"answers": 7}' >/dev/null
	within 10 says two 'no values that factory wrote'
	within 10 grep -q "/v1/kv/$PREFIX/a" two.asked
	put a 2
	within 10 holds one 2
	within 10 holds two 2
}
