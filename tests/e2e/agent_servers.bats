# `agent render` and a Consul that fails: outages, refusals, answers that are wrong.

load agent

# proxy: before Consul; agents find it. `mode MODE` says how it behaves.
proxy() {
	echo "$TEST_CONSUL" >target
	mode pass
	start /usr/bin/python3 "$BATS_TEST_DIRNAME/faulty_proxy.py" port
	eventually [ -s port ]
	proxy=127.0.0.1:$(cat port)
}

# Until it has come into force: what is stored next must not slip through a connection of before.
mode() {
	echo "$1" >mode.new
	mv mode.new mode
	[ -z "${proxy-}" ] || eventually equals "obeyed-${proxy#*:}" "$1"
}

# longer_than LINES FILE
longer_than() {
	[ "$(wc -l <"$2")" -gt "$1" ]
}

retries=(-consul-retry-backoff=20ms -consul-retry-max-backoff=100ms -consul-retry-attempts=0)

@test "connections are reset for a while: it asks again, and says so" {
	put a 1
	template '{{ key "@/a" }}'
	proxy
	agent "${retries[@]}" -consul-addr "$proxy" -template 't.ctmpl:out:echo ran >>ran'
	becomes out 1
	mode reset
	logs 'asking again in'
	put a 2
	holds out 1
	mode pass
	becomes out 2
	logs 'answers again'
	put a 3
	becomes out 3
	signal TERM 12
	holds ran $'ran\nran\nran'
}

@test "it answers 500 for a while" {
	put a 1
	template '{{ key "@/a" }}'
	proxy
	agent "${retries[@]}" -consul-addr "$proxy" -template t.ctmpl:out
	becomes out 1
	mode 500
	logs 500
	put a 2
	mode pass
	becomes out 2
	put a 3
	becomes out 3
	signal TERM 12
}

@test "an outage at the beginning: the first answer comes later" {
	put a 1
	put t/b 2
	template '{{ key "@/a" }} {{ range tree "@/t" }}{{ .Value }}{{ end }}'
	for how in reset 500 short; do
		proxy
		mode $how
		: >log
		agent "${retries[@]}" -consul-addr "$proxy" -template t.ctmpl:out
		logs 'asking again in'
		[ ! -e out ]
		mode pass
		becomes out '1 2'
		signal TERM 12
		rm out port
	done
}

@test "answers that break off change nothing" {
	put a "$(seq 2000)"
	template '{{ key "@/a" }}'
	proxy
	agent "${retries[@]}" -consul-addr "$proxy" -template t.ctmpl:out
	becomes out "$(seq 2000)"
	mode short
	put a "$(seq 3000)"
	logs 'asking again in'
	holds out "$(seq 2000)"
	mode pass
	becomes out "$(seq 3000)"
	signal TERM 12
}

@test "attempts have an end: 11 with the reason; -once has fewer" {
	put a 1
	template '{{ key "@/a" }}'
	proxy
	agent -consul-retry-backoff=10ms -consul-retry-attempts=3 -consul-addr "$proxy" -template t.ctmpl:out
	becomes out 1
	mode reset
	ends_with 11
	[ "$(grep -c 'asking again' log)" = 3 ]
	grep -q "^agent: .*$proxy" log
	: >log
	agent -consul-retry=false -consul-addr "$proxy" -template t.ctmpl:out
	ends_with 11
	[ "$(grep -c 'asking again' log)" = 0 ]
}

@test "many keys, some of them in groups, through outages of all kinds" {
	for n in $(seq 5); do put "few$n/k" "$n"; done
	many many 200
	for n in $(seq 5); do printf '{{ key "%s/few%s/k" }}\n' "$PREFIX" "$n"; done >t.ctmpl
	for n in $(seq 200); do printf '{{ key "%s/many/%s" }}\n' "$PREFIX" "$n"; done >>t.ctmpl
	{ seq 5; seq 200; } >expected
	proxy
	agent "${retries[@]}" -consul-addr "$proxy" -template t.ctmpl:out
	eventually cmp -s expected out
	for how in reset 500 short; do
		seen=$(wc -l <log)
		mode $how
		put many/77 "$how"
		put few3/k "$how"
		eventually longer_than "$seen" log
		mode pass
		sed -i "82s/.*/$how/; 3s/.*/$how/" expected
		eventually cmp -s expected out
	done
	signal TERM 12
}

@test "a template is edited, and the configuration read again, during an outage" {
	put a 1
	put b 2
	put c 3
	template '{{ key "@/a" }}'
	proxy
	agent "${retries[@]}" -log-level info -consul-addr "$proxy" -template t.ctmpl:out
	becomes out 1
	mode reset
	logs 'asking again in'
	template '{{ key "@/b" }}'
	logs 'was edited'
	holds out 1
	mode pass
	becomes out 2
	mode hang
	logs_times 1 'answers again'
	template '{{ key "@/c" }}'
	logs_times 2 'was edited'
	template 'both: {{ key "@/c" }}{{ key "@/a" }}'
	logs_times 3 'was edited'
	kill -HUP "$agent"
	logs 'read the configuration again'
	mode pass
	becomes out 'both: 31'
	signal TERM 12
}

# A Consul of the test's own, behind the proxy: it begins empty each time.
second() {
	"$BATS_TEST_DIRNAME/../fixtures/consul.sh" start "$WORK/second" 3>&- 2>/dev/null
	CONSUL_HTTP_ADDR=$(cat second/address)
	export CONSUL_HTTP_ADDR
	cp second/address target.new
	mv target.new target
}

no_second() {
	"$BATS_TEST_DIRNAME/../fixtures/consul.sh" stop "$WORK/second"
}

@test "Consul is stopped and started anew: nothing partial, then the new values" {
	proxy
	second
	put a 1
	put b 1
	template '{{ key "@/a" }} {{ key "@/b" }}'
	agent "${retries[@]}" -consul-addr "$proxy" -template 't.ctmpl:out:cat out >>ran; echo >>ran'
	becomes out '1 1'
	no_second
	logs 'asking again in'
	holds out '1 1'
	second
	logs 'which is missing'
	put b 2
	put a 2
	becomes out '2 2'
	put a 3
	becomes out '3 2'
	becomes ran $'1 1\n2 2\n3 2'
	signal TERM 12
	no_second
}

@test "Consul is started anew with many keys that are watched in groups: lower indices are new ones" {
	proxy
	second
	for n in $(seq 20); do put before "$n"; done
	many g 25 1
	many g/other 120
	for n in $(seq 25); do
		printf '{{ keyOrDefault "%s/g/%s" "-" }} ' "$PREFIX" "$n" >>t.ctmpl
	done
	agent "${retries[@]}" -consul-addr "$proxy" -template t.ctmpl:out
	ones=$(printf '1 %.0s' $(seq 25))
	becomes out "$ones"
	put g/1 one
	becomes out "one${ones#1}"
	no_second
	logs 'asking again in'
	second
	many g 25 2
	becomes out "${ones//1/2}"
	put g/25 last
	becomes out "$(printf '2 %.0s' $(seq 24))last "
	signal TERM 12
	no_second
}

# --- answers that are odd ---

# imitation: of Consul, with one key: the file `now` holds its index and its value. A query with
# that index waits for another, unless there is a file `hasty`. It writes the queries' indices to ./asked.
imitation() {
	start /usr/bin/python3 -c '
import base64, http.server, json, os, time, urllib.parse
class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        asked = query.get("index", ["0"])[0]
        open("asked", "a").write(asked + "\n")
        for _ in range(500):
            index, value = open("now").read().split()
            if index != asked or os.path.exists("hasty"): break
            time.sleep(0.01)
        body = json.dumps([{"Key": "k", "ModifyIndex": int(index), "Flags": 0,
            "Value": base64.b64encode(value.encode()).decode()}]).encode()
        self.send_response(200)
        self.send_header("X-Consul-Index", index)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
server.daemon_threads = True
open("port.new", "w").write(str(server.server_port))
os.rename("port.new", "port")
server.serve_forever()'
	eventually [ -s port ]
}

now() {
	echo "$*" >now.new
	mv now.new now
}

@test "an index that goes backwards: it begins anew" {
	now 100 one
	imitation
	template '{{ key "k" }}'
	agent -consul-addr "127.0.0.1:$(cat port)" -template t.ctmpl:out
	becomes out one
	eventually grep -qx 100 asked
	now 5 two
	becomes out two
	now 6 three
	becomes out three
	signal TERM 12
	[ "$(grep -cx 100 asked)" = 1 ]
	[ "$(wc -l <asked)" -le 8 ]
}

@test "a server that does not wait is not asked without end" {
	touch hasty
	template '{{ key "k" }}'
	for index in 0 7; do
		now $index one
		imitation
		agent -consul-addr "127.0.0.1:$(cat port)" -template t.ctmpl:out
		becomes out one
		sleep 0.5
		: >asked
		sleep 0.5
		[ "$(wc -l <asked)" -le 40 ]
		now $index two
		becomes out two
		signal TERM 12
		rm out port
	done
}

# --- rights ---

acl() {
	curl --silent --fail --request "$1" "${@:3}" --header "X-Consul-Token: $TEST_CONSUL_TOKEN" \
		"http://$TEST_CONSUL_ACL/v1/$2"
}

@test "a token without rights: retried and logged when watching, an error at once with -once" {
	[ -n "${TEST_CONSUL_ACL-}" ] || skip "no Consul with access control"
	export CONSUL_HTTP_ADDR=$TEST_CONSUL_ACL
	acl PUT "kv/$PREFIX/a" --data 1
	template '{{ key "@/a" }}'
	agent "${retries[@]}" -template t.ctmpl:out
	logs 403
	logs 'asking again in'
	signal TERM 12
	[ ! -e out ]
	: >log
	agent -once -template t.ctmpl:out
	ends_with 11
	grep -qF "key \"$PREFIX/a\"" log
	grep -qF 403 log
	[ "$(grep -c 'asking again' log)" = 0 ]
	acl DELETE "kv/$PREFIX?recurse"
}

# has_more COUNT TEXT: lines of the log.
has_more() {
	[ "$(grep -cF -- "$2" log)" -gt "$1" ]
}

@test "a token that gets its rights later: the value comes; one that loses them: the file stays" {
	[ -n "${TEST_CONSUL_ACL-}" ] || skip "no Consul with access control"
	export CONSUL_HTTP_ADDR=$TEST_CONSUL_ACL
	acl PUT "kv/$PREFIX/a" --data 1
	policy=$(acl PUT acl/policy --data "{\"Name\": \"$PREFIX\", \"Rules\": \"\"}" | jq -r .ID)
	token=$(acl PUT acl/token --data "{\"Policies\": [{\"ID\": \"$policy\"}]}" | jq -r .SecretID)
	rules() {
		acl PUT "acl/policy/$policy" --data "{\"Name\": \"$PREFIX\", \"Rules\": \"$1\"}" >/dev/null
	}
	template '{{ key "@/a" }}'
	agent "${retries[@]}" -consul-token "$token" -template t.ctmpl:out
	logs 403
	rules "key_prefix \\\"$PREFIX\\\" { policy = \\\"read\\\" }"
	becomes out 1
	acl PUT "kv/$PREFIX/a" --data 2
	becomes out 2
	refused=$(grep -c 403 log)
	rules ''
	# The query that waits was allowed; the next one is not.
	acl PUT "kv/$PREFIX/a" --data 3
	eventually has_more "$refused" 403
	held=$(cat out)
	acl PUT "kv/$PREFIX/a" --data 4
	refused=$(grep -c 403 log)
	eventually has_more "$refused" 403
	holds out "$held"
	rules "key_prefix \\\"$PREFIX\\\" { policy = \\\"read\\\" }"
	becomes out 4
	signal TERM 12
	acl DELETE "kv/$PREFIX?recurse"
}
