# `agent render -once` against a real Consul, and with keys from a file.

load common

setup_file() {
	export PREFIX=agent-render-$$
}

setup() {
	WORK=$(mktemp -d)
	cd "$WORK" || return 1
	unset "${!CONSUL_@}"
	export CONSUL_HTTP_ADDR=$TEST_CONSUL
}

teardown() {
	curl --silent --request DELETE "http://$TEST_CONSUL/v1/kv/$PREFIX?recurse" >/dev/null
	rm -rf "$WORK"
}

# put KEY VALUE: below this file's own prefix.
put() {
	curl --silent --fail --request PUT --data-binary "$2" \
		"http://$TEST_CONSUL/v1/kv/$PREFIX/$1" >/dev/null
}

# template TEXT: becomes t.ctmpl, with @ for the prefix.
template() {
	printf '%s' "${1//@/$PREFIX}" >t.ctmpl
}

# renders TEXT EXPECTED: what comes of a template.
renders() {
	template "$1"
	"$AGENT" render -once -template t.ctmpl:out
	printf '%s' "$2" | diff - out
}

# background PYTHON: runs it; it writes its port to ./port when it listens. $server is its pid.
background() {
	python3 -c "$1" 3>&- &
	server=$!
	eventually [ -s port ]
}

# Passes connections on to Consul; each is a line in ./connections.
relay() {
	background '
import os, socket, threading
host, port = os.environ["TEST_CONSUL"].split(":")
def pump(a, b):
    while data := a.recv(65536):
        b.sendall(data)
    b.shutdown(socket.SHUT_WR)
s = socket.create_server(("127.0.0.1", 0))
open("port", "w").write(str(s.getsockname()[1]))
while True:
    near, _ = s.accept()
    open("connections", "a").write("one\n")
    far = socket.create_connection((host, int(port)))
    for ends in ((near, far), (far, near)):
        threading.Thread(target=pump, args=ends, daemon=True).start()'
}

# --- values ---

@test "key, keyOrDefault, keyExists, key with a leading slash" {
	put app/name web
	put app/empty ''
	renders '{{ key "@/app/name" }} {{ key "/@/app/name" }} {{ keyOrDefault "@/app/no" "d" }} {{ keyExists "@/app/name" }} {{ keyExists "@/app/no" }} [{{ key "@/app/empty" }}]' \
		'web web d true false []'
}

@test "ls shows a level, sorted; tree all below it; neighbours with the same beginning neither" {
	put app/b 2
	put app/a 1
	put app/deep/x/y 3
	put application/z 4
	renders '{{ range ls "@/app" }}{{ .Key }}={{ .Value }} {{ end }}' 'a=1 b=2 '
	renders '{{ range ls "@/app/" }}{{ .Key }}={{ .Value }} {{ end }}' 'a=1 b=2 '
	renders '{{ range tree "@/app" }}{{ .Key }}={{ .Value }} {{ end }}' 'a=1 b=2 deep/x/y=3 '
	renders '{{ range tree "@/app/deep" }}{{ .Path }}={{ .Value }} {{ end }}' "$PREFIX/app/deep/x/y=3 "
	renders '{{ range ls "@/none" }}x{{ else }}nothing{{ end }}' nothing
}

@test "folders' own entries are no keys" {
	put app/folder/ ''
	put app/folder/k v
	renders '{{ range tree "@/app" }}{{ .Key }} {{ end }}' 'folder/k '
	renders '{{ range ls "@/app" }}{{ .Key }} {{ else }}none{{ end }}' none
}

@test "values and keys may hold any bytes that a URL or JSON has to escape" {
	put 'odd/a%20b%26%22%3C%C3%A9%25' $'l1\nl2\t"<&>\xc3\xa9'
	renders '{{ key "@/odd/a b&\"<é%" }}' $'l1\nl2\t"<&>\xc3\xa9'
	renders '{{ range ls "@/odd" }}{{ .Key }}{{ end }}' 'a b&"<é%'
	head -c 300000 /dev/urandom >blob
	curl --silent --request PUT --data-binary @blob "http://$TEST_CONSUL/v1/kv/$PREFIX/blob" >/dev/null
	template '{{ key "@/blob" }}'
	"$AGENT" render -once -template t.ctmpl:out
	cmp blob out
}

@test "1,000 single keys use few connections" {
	seq 1000 | python3 -c '
import json, sys, base64, urllib.request, os
keys = [line.strip() for line in sys.stdin]
for i in range(0, len(keys), 60):
    body = [{"KV": {"Verb": "set", "Key": "%s/many/%s" % (os.environ["PREFIX"], k),
        "Value": base64.b64encode(k.encode()).decode()}} for k in keys[i:i + 60]]
    urllib.request.urlopen(urllib.request.Request("http://%s/v1/txn" % os.environ["TEST_CONSUL"],
        data=json.dumps(body).encode(), method="PUT")).read()'
	seq 1000 | sed "s|.*|{{ key \"$PREFIX/many/&\" }}|" >t.ctmpl
	relay
	"$AGENT" render -once -consul-addr "127.0.0.1:$(cat port)" -template t.ctmpl:out
	kill "$server"
	seq 1000 | diff - out
	[ "$(wc -l <connections)" -le 8 ]
}

# --- where Consul is ---

@test "the address: flag over configuration over environment" {
	put a here
	template '{{ key "@/a" }}'
	CONSUL_HTTP_ADDR=127.0.0.1:1 "$AGENT" render -once -consul-addr "$TEST_CONSUL" -template t.ctmpl:out
	[ "$(cat out)" = here ]
	rm out
	cat >c.hcl <<-H
		consul { address = "http://$TEST_CONSUL" }
		template { source = "t.ctmpl" destination = "out" }
	H
	CONSUL_HTTP_ADDR=127.0.0.1:1 "$AGENT" render -once -config c.hcl
	[ "$(cat out)" = here ]
	sed -i 's/address = .*}/address = "127.0.0.1:1" }/' c.hcl
	fails_with 11 "$AGENT" render -once -config c.hcl
	"$AGENT" render -once -config c.hcl -consul-addr="$TEST_CONSUL"
}

@test "an unreachable Consul: one line with its address and what to do; nothing is written" {
	template '{{ key "@/a" }}'
	fails_with 11 "$AGENT" render -once -consul-addr 127.0.0.1:1 -template t.ctmpl:out
	shows 127.0.0.1:1
	shows CONSUL_HTTP_ADDR
	[ "$(printf '%s\n' "$output" | grep -c 'asking again')" -eq 3 ]
	[ "$(printf '%s\n' "$output" | grep -c '^agent: ')" -eq 1 ]
	[ ! -e out ]
}

@test "a Consul that was not there, and is not well at first, is asked again" {
	template '{{ key "a" }}'
	background '
import socket
s = socket.create_server(("127.0.0.1", 0))
open("port", "w").write(str(s.getsockname()[1]))'
	wait $server
	port=$(cat port)
	timeout 30 "$AGENT" render -once -consul-addr "127.0.0.1:$port" -template t.ctmpl:out 2>log 3>&- &
	agent=$!
	eventually grep -q 'asking again' log
	rm port
	background '
import http.server, sys
class Consul(http.server.BaseHTTPRequestHandler):
    well = False
    def do_GET(self):
        body = b"[{\"Key\": \"a\", \"ModifyIndex\": 1, \"Value\": \"eA==\"}]" if Consul.well else b"No cluster leader"
        self.send_response(200 if Consul.well else 500)
        Consul.well = True
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", '"$port"'), Consul)
open("port", "w").write("x")
server.serve_forever()'
	code=0
	wait $agent || code=$?
	kill $server
	cat log
	[ "$code" -eq 0 ]
	[ "$(cat out)" = x ]
	grep -q 'No cluster leader' log
}

@test "something that is no Consul is named as such" {
	background '
import http.server
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"<html>hello</html>")
    def log_message(self, *args): pass
server = http.server.HTTPServer(("127.0.0.1", 0), Page)
open("port", "w").write(str(server.server_port))
server.serve_forever()'
	for call in 'key "a"' 'tree "a"' 'ls "a"'; do
		template "{{ $call }}"
		run "$AGENT" render -once -consul-addr "127.0.0.1:$(cat port)" -template t.ctmpl:out
		[ "$status" -eq 11 ]
		shows "is something else listening there?"
	done
	kill $server
}

@test "tokens: refused without, with a wrong one; accepted by flag, file, environment, configuration" {
	[ -n "${TEST_CONSUL_ACL-}" ] || skip "no Consul with access control"
	export CONSUL_HTTP_ADDR=$TEST_CONSUL_ACL
	curl --silent --fail --request PUT --data secret --header "X-Consul-Token: $TEST_CONSUL_TOKEN" \
		"http://$TEST_CONSUL_ACL/v1/kv/acl" >/dev/null
	template '{{ key "acl" }}'
	echo "$TEST_CONSUL_TOKEN" >token
	fails_with 11 "$AGENT" render -once -template t.ctmpl:out
	shows 403
	shows CONSUL_HTTP_TOKEN
	fails_with 11 "$AGENT" render -once -template t.ctmpl:out -consul-token 00000000-0000-0000-0000-000000000000
	shows 403
	[ ! -e out ]
	"$AGENT" render -once -template t.ctmpl:o1 -consul-token "$TEST_CONSUL_TOKEN"
	"$AGENT" render -once -template t.ctmpl:o2 --consul-token-file=token
	CONSUL_HTTP_TOKEN=$TEST_CONSUL_TOKEN "$AGENT" render -once -template t.ctmpl:o3
	CONSUL_HTTP_TOKEN_FILE=token "$AGENT" render -once -template t.ctmpl:o4
	cat >c.hcl <<-H
		consul { token = "$TEST_CONSUL_TOKEN" }
		template { source = "t.ctmpl" destination = "o5" }
	H
	"$AGENT" render -once -config c.hcl
	for file in o1 o2 o3 o4 o5; do [ "$(cat $file)" = secret ]; done
}

# --- failures ---

@test "a missing key is an error with its name and place, and nothing at all is written" {
	put a 1
	printf 'fine {{ key "%s/a" }}' "$PREFIX" >good.ctmpl
	template $'one\n  {{ key "@/nope" }}'
	fails_with 11 timeout 5 "$AGENT" render -once -template good.ctmpl:good -template t.ctmpl:out -template good.ctmpl:last
	shows "t.ctmpl:2:"
	shows "$PREFIX/nope"
	[ ! -e good ]
	[ ! -e last ]
	[ ! -e out ]
}

@test "a template that does not exist, or does not parse" {
	fails_with 14 "$AGENT" render -once -template nothing.ctmpl:out
	shows nothing.ctmpl
	template $'a\n{{ if }}'
	fails_with 11 "$AGENT" render -once -template t.ctmpl:out
	shows "t.ctmpl:2:"
	[ ! -e out ]
}

@test "configuration: errors have positions, unknown keys the nearest known one" {
	printf 'template {\n  source = "x"\n' >c.hcl
	fails_with 15 "$AGENT" render -once -config c.hcl
	shows "c.hcl:3:1: expected '}'"
	printf 'template {\n  sorce = "x"\n}' >c.hcl
	fails_with 15 "$AGENT" render -once -config c.hcl
	shows "c.hcl:2:3: unknown key 'sorce' in a template: did you mean 'source'?"
	printf 'consul {\n  adress = "x"\n}' >c.hcl
	fails_with 15 "$AGENT" render -once -config c.hcl
	shows "c.hcl:2:3: unknown key 'adress' in the consul block: did you mean 'address'?"
	fails_with 15 "$AGENT" render -once -config nothing.hcl
	shows nothing.hcl
}

@test "what has no effect is said, what would change the result is refused" {
	printf 'template {\n contents = "x"\n destination = "out"\n}\nvault {\n grace = "1s" }' >c.hcl
	run "$AGENT" render -once -config c.hcl
	[ "$status" -eq 0 ]
	shows "c.hcl:6:2: 'grace' is ignored"
	[ "$(cat out)" = x ]
	printf 'vault { k8s_auth_role_name = "x" }\ntemplate {}' >c.hcl
	fails_with 15 "$AGENT" render -once -config c.hcl
	shows "c.hcl:1:9: 'k8s_auth_role_name' is not supported"
}

@test "flags: unknown, incomplete, contradictory; help and version" {
	fails_with 13 "$AGENT" render -onse
	shows "did you mean -once?"
	fails_with 13 "$AGENT" render -once -template
	shows "-template needs a value"
	fails_with 13 "$AGENT" render -once -template alone
	fails_with 13 "$AGENT" render -once=perhaps
	fails_with 13 "$AGENT" render -once
	shows "nothing to render"
	template x
	fails_with 13 "$AGENT" render -once -kv k.yml -consul-addr x -template t.ctmpl:out
	[ ! -e out ]
	run "$AGENT" render --help
	[ "$status" -eq 0 ]
	shows "-consul-addr"
	run "$AGENT" render -version
	[ "$status" -eq 0 ]
}

@test "called as consul-template it is one" {
	ln -s "$AGENT" consul-template
	template x
	./consul-template -once --log-level=debug -template="t.ctmpl:out"
	[ "$(cat out)" = x ]
	fails_with 13 ./consul-template -nope
}

@test "an interrupt ends it with 12, while it waits for an answer" {
	background '
import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
open("port", "w").write(str(s.getsockname()[1]))
c, _ = s.accept(); open("asked", "w").write("x"); c.recv(1 << 20); c.recv(1)'
	template '{{ key "a" }}'
	"$AGENT" render -once -consul-addr "127.0.0.1:$(cat port)" -template t.ctmpl:out 3>&- &
	agent=$!
	eventually [ -s asked ]
	kill -TERM $agent
	code=0
	wait $agent || code=$?
	kill $server 2>/dev/null || true
	[ "$code" -eq 12 ]
	[ ! -e out ]
}

# --- files ---

@test "destination: directories made, mode set, an unchanged file is left alone, attributes too" {
	cat >c.hcl <<-'H'
		template { contents = "a" destination = "d/e/f" perms = 0640 }
		template { contents = "b" destination = "g" perms = "0600" }
		template { contents = "c" destination = "h" }
	H
	umask 077
	"$AGENT" render -once -config c.hcl
	[ "$(stat -c %a d/e/f g h | xargs)" = "640 600 644" ]
	touch -d 2001-01-01 d/e/f g h
	before=$(stat -c '%i %Y' d/e/f g h)
	"$AGENT" render -once -config c.hcl
	[ "$(stat -c '%i %Y' d/e/f g h)" = "$before" ]
	chmod 600 h d/e/f
	"$AGENT" render -once -config c.hcl
	[ "$(stat -c %a d/e/f h | xargs)" = "640 600" ]
	[ -z "$(find . d/e -maxdepth 1 -name '*.??????')" ]
}

@test "owner: by name or number; an unchanged file is left alone" {
	[ "$(id -u)" -eq 0 ] || skip "only root gives files away"
	cat >c.hcl <<-'H'
		template { contents = "a" destination = "f" user = "daemon" group = 7 }
		template { contents = "a" destination = "g" gid = 8 }
	H
	"$AGENT" render -once -config c.hcl
	[ "$(stat -c %u:%g f g | xargs)" = "1:7 0:8" ]
	touch -d 2001-01-01 f g
	"$AGENT" render -once -config c.hcl
	[ "$(stat -c %Y f g | sort -u)" = "$(date -d 2001-01-01 +%s)" ]
	sed -i 's/daemon/nobody-knows/' c.hcl
	fails_with 11 "$AGENT" render -once -config c.hcl
	shows nobody-knows
}

@test "create_dest_dirs = false: a missing directory is an error" {
	echo 'template { contents = "a" destination = "no/f" create_dest_dirs = false }' >c.hcl
	fails_with 11 "$AGENT" render -once -config c.hcl
	shows no/f
	[ ! -e no ]
}

@test "backup keeps the file that was there" {
	echo 'template { contents = "new" destination = "f" backup = true }' >c.hcl
	"$AGENT" render -once -config c.hcl
	[ ! -e f.bak ]
	printf old >f
	"$AGENT" render -once -config c.hcl
	[ "$(cat f f.bak)" = newold ]
}

@test "a command runs after a change, and only then; once for all that name it; a list without a shell" {
	cat >c.hcl <<-'H'
		template { contents = "1" destination = "a" command = "cat a b >>log; echo \"$X\" >>log" }
		template { contents = "2" destination = "b" command = ["cat a b >>log; echo \"$X\" >>log"] }
		template { contents = "3" destination = "c" command = ["touch", "two words; $X"] }
		template { contents = "4" destination = "d" exec { command = "touch by-exec" } }
	H
	X="env" "$AGENT" render -once -config c.hcl
	[ "$(cat log)" = 12env ]
	[ -e 'two words; $X' ]
	[ -e by-exec ]
	"$AGENT" render -once -config c.hcl
	[ "$(cat log)" = 12env ]
	template x
	fails_with 11 "$AGENT" render -once -template 't.ctmpl:out:echo a:b; exit 3'
	shows a:b
	shows "exit code 3"
	fails_with 11 "$AGENT" render -once -template 't.ctmpl:out2:kill -9 $$'
	shows "signal 9"
}

@test "delimiters: of a template, and default ones" {
	cat >c.hcl <<-'H'
		default_delimiters { left = "<<" right = ">>" }
		template { contents = "{{ << env \"X\" >>" destination = "a" }
		template { contents = "<< [[ env \"X\" ]]" destination = "b" left_delimiter = "[[" right_delimiter = "]]" }
	H
	X=x "$AGENT" render -once -config c.hcl
	[ "$(cat a)" = "{{ x" ]
	[ "$(cat b)" = "<< x" ]
}

@test "a relative source is beside its configuration, a relative destination in the working directory" {
	mkdir conf
	echo beside >conf/t.ctmpl
	echo 'template { source = "t.ctmpl" destination = "out" }' >conf/c.hcl
	"$AGENT" render -once -config conf/c.hcl
	[ "$(cat out)" = beside ]
}

@test "a directory of configurations: .hcl and .json, in order" {
	mkdir conf
	echo 'template { contents = "1" destination = "out" }' >conf/1.hcl
	echo '{"template": {"contents": "2", "destination": "out", "perms": "0600"}}' >conf/2.json
	echo 'no configuration' >conf/README
	"$AGENT" render -once -config conf
	[ "$(cat out)" = 2 ]
	[ "$(stat -c %a out)" = 600 ]
	echo '{"template": [{"contents": "2", "destination": "out", "perms": 384}]}' >conf/2.json
	fails_with 15 "$AGENT" render -once -config conf
	shows "must be octal"
}

@test "a heredoc's contents" {
	put a 1
	cat >c.hcl <<-H
		template {
		  contents = <<-EOT
		    a = {{ key "$PREFIX/a" }}
		      b "c" \\d
		    EOT
		  destination = "out"
		}
	H
	"$AGENT" render -once -config c.hcl
	[ "$(cat out)" = $'a = 1\n  b "c" \\d' ]
}

@test "-dry prints what would be written, writes and runs nothing, and prints all or nothing" {
	template a
	echo 'b{{ key "no" }}' >bad.ctmpl
	run "$AGENT" render -once -dry -template t.ctmpl:o1:'touch ran' -template t.ctmpl:o2
	[ "$status" -eq 0 ]
	[ "$output" = $'> o1\na> o2\na' ]
	[ ! -e o1 ]
	[ ! -e ran ]
	run "$AGENT" render -once -dry -template t.ctmpl:o1 -template bad.ctmpl:o2
	[ "$status" -eq 11 ]
	! [[ $output == *'> o1'* ]]
}

# --- keys from a file ---

@test "keys from a file need no Consul: paths and nested maps, YAML and JSON" {
	unset CONSUL_HTTP_ADDR
	cat >k.yml <<-'Y'
		app/name: web
		app:
		  port: 8080
		  version: 1.10
		  on: true
		  nothing:
		  db/host: h
	Y
	template '{{ key "app/name" }} {{ key "app/port" }} {{ key "app/version" }} {{ key "app/on" }} [{{ key "app/nothing" }}]{{ range tree "app" }} {{ .Key }}{{ end }};{{ range ls "app/db" }} {{ .Key }}={{ .Value }}{{ end }}'
	"$AGENT" render -once --kv k.yml -template t.ctmpl:out
	[ "$(cat out)" = "web 8080 1.10 true [] db/host name nothing on port version; host=h" ]
	echo '{"app/name": "json", "app": {"port": 1, "version": 2, "on": false, "nothing": null, "db": {"host": 3}}}' >k.json
	"$AGENT" render -once -kv=k.json -template t.ctmpl:out
	[ "$(cat out)" = "json 1 2 false [] db/host name nothing on port version; host=3" ]
}

@test "a file of keys that is wrong says where" {
	template x
	printf 'a:\n  b: [1]\n' >k.yml
	fails_with 11 "$AGENT" render -once -kv k.yml -template t.ctmpl:out
	shows k.yml:2:
	printf 'a: "b\n' >k.yml
	fails_with 11 "$AGENT" render -once -kv k.yml -template t.ctmpl:out
	shows k.yml:
	fails_with 11 "$AGENT" render -once -kv none.yml -template t.ctmpl:out
	shows none.yml
	template '{{ range services }}{{ end }}'
	echo 'a: 1' >k.yml
	fails_with 11 "$AGENT" render -once -kv k.yml -template t.ctmpl:out
	shows "needs a Consul"
}
