load common

teardown() {
	curl --silent --request PUT "http://$TEST_CONSUL/v1/kv/e2e?recurse" >/dev/null
	curl --silent --request DELETE "http://$TEST_CONSUL/v1/kv/e2e?recurse" >/dev/null
	rm -rf "$WORK"
}

put() {
	curl --silent --request PUT --data "$2" "http://$TEST_CONSUL/v1/kv/$1" >/dev/null
}

# A files directory with one template (on standard input) that goes to /etc/app.conf.
template() {
	mkdir -p conf
	cat >conf/app.ctmpl
	cat >conf/template.hcl <<-E
		template {
		  source      = "app.ctmpl"
		  destination = "/etc/app.conf"
		  perms       = 0640
		}
	E
}

@test "templates are rendered from the manifest's own keys: paths, nested maps, facts, env" {
	template <<-'E'
		name={{ key "app/name" }} port={{ keyOrDefault "app/port" "80" }}
		{{ range ls "app/list" }}{{ .Key }}:{{ .Value }} {{ end }}
		{{ range tree "app/deep" }}{{ .Key }}={{ .Value }} {{ end }}
		{{ $x := key "app/name" | toUpper }}{{ with $x }}{{ . }}{{ end }}
		{{ if keyExists "app/none" }}there{{ else }}not there{{ end }}
		{{ fact "os.id" }}
	E
	manifest <<-E
		image: $BASE
		files: conf
		kv:
		  app/name: demo
		  app: {list: {b: 2, a: 1}, deep: {x: {y: z}}}
	E
	"$FACTORY" build m.yml -t t/files:1
	[ "$(file_in t/files:1 /etc/app.conf)" = $'name=demo port=80\na:1 b:2 \nx/y=z \nDEMO\nnot there\nbusybox' ]
	no_container_left
}

@test "the rendered file has its mode; nothing that was staged is left in the image" {
	template <<<'x'
	manifest <<-E
		image: $BASE
		files: conf
		script: test "\$(stat -c %a /etc/app.conf)" = 640
	E
	"$FACTORY" build m.yml -t t/files:2 --no-cache
	id=$(api POST /containers/create --header 'Content-Type: application/json' \
		--data '{"Image":"t/files:2","Cmd":["x"]}' | jq -r .Id)
	api GET "/containers/$id/export" | tar -t >list
	api DELETE "/containers/$id" >/dev/null
	grep -q '^etc/app.conf$' list
	! grep -Eq 'factory|ctmpl|template.hcl|tools/.' list
}

@test "--kv FILE gives keys, and wins over the manifest" {
	template <<<'{{ key "a" }}{{ key "b" }}'
	echo '{"b": "file"}' >keys.json
	manifest <<-E
		image: $BASE
		files: conf
		kv: {a: own, b: own}
	E
	"$FACTORY" build m.yml -t t/files:3 --kv keys.json
	[ "$(file_in t/files:3 /etc/app.conf)" = ownfile ]
}

@test "values come from Consul through the driver, with the container's network off" {
	put e2e/name consul
	put e2e/list/one 1
	template <<<'{{ key "e2e/name" }}{{ range ls "e2e/list" }} {{ .Key }}={{ .Value }}{{ end }}'
	manifest <<-E
		image: $BASE
		network: none
		files: conf
		consul: $TEST_CONSUL
	E
	"$FACTORY" build m.yml -t t/consul:1
	[ "$(file_in t/consul:1 /etc/app.conf)" = "consul one=1" ]
}

@test "a value that changed in Consul makes the cache stale, another one does not" {
	put e2e/name before
	template <<<'{{ key "e2e/name" }}'
	manifest <<-E
		image: $BASE
		network: none
		files: conf
	E
	"$FACTORY" build m.yml -t t/consul:2 --consul "$TEST_CONSUL"
	put e2e/other x
	run "$FACTORY" build m.yml -t t/consul:2 --consul "$TEST_CONSUL"
	shows "(cached)"
	put e2e/name after
	run env CONSUL_HTTP_ADDR="$TEST_CONSUL" "$FACTORY" build m.yml -t t/consul:2
	[ "$status" -eq 0 ]
	[ "$(file_in t/consul:2 /etc/app.conf)" = after ]
}

@test "values come from Consul directly, asked by the agent" {
	put e2e/name direct
	template <<<'{{ key "e2e/name" }}'
	manifest <<-E
		image: $BASE
		network: host
		files: conf
		consul: {address: "$TEST_CONSUL", route: direct}
	E
	"$FACTORY" build m.yml -t t/consul:3
	[ "$(file_in t/consul:3 /etc/app.conf)" = direct ]
}

@test "an unreachable Consul is one clear error" {
	template <<<'{{ key "e2e/name" }}'
	manifest <<-E
		image: $BASE
		network: none
		files: conf
		consul: 127.0.0.1:1
	E
	fails_with 8 "$FACTORY" build m.yml -t t/consul:4
	shows "127.0.0.1:1"
	nothing_left t/consul:4
}

@test "a missing key is an error at its place in the template" {
	template <<-'E'
		fine
		value = {{ key "app/nothing" }}
	E
	manifest <<-E
		image: $BASE
		files: conf
		kv: {a: b}
	E
	fails_with 8 "$FACTORY" build m.yml -t t/nokey:1
	shows "conf/app.ctmpl:2:"
	shows "app/nothing"
	nothing_left t/nokey:1
}

@test "a template's syntax error names its file and line" {
	template <<-'E'
		fine
		{{ if }}
	E
	manifest <<-E
		image: $BASE
		files: conf
	E
	fails_with 7 "$FACTORY" build m.yml -t t/syntax:1
	shows "conf/app.ctmpl:2:"
	nothing_left t/syntax:1
}

@test "files and trees are copied, with mode and owner" {
	mkdir -p tree/sub
	echo one >tree/one
	echo two >tree/sub/two
	ln -s one tree/link
	chmod 755 tree/sub/two
	echo single >single
	manifest <<-E
		image: $BASE
		copy:
		  - tree:/srv/tree
		  - {source: single, destination: /srv/, mode: 0600, owner: "app:app"}
		script:
		  - test "\$(cat /srv/tree/one /srv/tree/sub/two)" = "\$(printf 'one\ntwo')"
		  - test "\$(readlink /srv/tree/link)" = one && test -x /srv/tree/sub/two
		  - test "\$(stat -c '%a %U' /srv/single)" = "600 app"
	E
	"$FACTORY" build m.yml -t t/copy:1
	id=$(image_id t/copy:1)
	echo changed >tree/sub/two
	! "$FACTORY" build m.yml -t t/copy:1 || false
	[ "$(image_id t/copy:1)" = "$id" ]
}

@test "where files are only copied no network is made; a step has one, and its own name" {
	local since until of='%7B%22type%22:%5B%22network%22%5D%7D'
	echo one >one
	manifest <<-M
		image: $BASE
		network: none
		copy: one:/one
	M
	since=$(date +%s.%N)
	"$FACTORY" build m.yml --no-cache -t e2e/copied:1
	no_container_left
	until=$(date +%s.%N)
	[ -z "$(api GET "/events?since=$since&until=$until&filters=$of")" ]
	[ "$(file_in e2e/copied:1 /one)" = one ]
	[ "$(api GET /images/e2e/copied:1/json | jq .Config.NetworkDisabled)" != true ]
	echo 'install: grep localhost /etc/hosts' >>m.yml
	"$FACTORY" build m.yml --no-cache -t e2e/copied:1
	no_container_left
	until=$(date +%s.%N)
	is_podman || [ -n "$(api GET "/events?since=$since&until=$until&filters=$of")" ]
}

@test "a full disk in the target is an error that names the file" {
	head -c 100000000 /dev/zero >big
	manifest <<-E
		image: $BASE
		copy: {source: big, destination: /dev/shm/big}
	E
	fails_with 7 "$FACTORY" build m.yml -t t/full:1
	shows "m.yml:2:7: "
	shows "No space left on device"
	nothing_left t/full:1
}
