# `agent init`: a service's first process, against a real Consul, and as PID 1 of a container.

bats_require_minimum_version 1.5.0

load common

setup() {
	WORK=$(mktemp -d)
	cd "$WORK" || return 1
	unset "${!CONSUL_@}"
	export CONSUL_HTTP_ADDR=$TEST_CONSUL XDG_CACHE_HOME=$WORK/cache
	PREFIX=agent-init-$$-$BATS_TEST_NUMBER
	FOREIGN=$(containers)
	pid=
}

teardown() {
	if [ -n "$pid" ]; then
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	fi
	curl --silent --request DELETE "http://$TEST_CONSUL/v1/kv/$PREFIX?recurse" >/dev/null
	rm -rf "$WORK"
}

# put KEY VALUE, value KEY: below this test's own prefix.
put() {
	curl --silent --fail --request PUT --data-binary "$2" \
		"http://$TEST_CONSUL/v1/kv/$PREFIX/$1" >/dev/null
}

value() {
	curl --silent --fail "http://$TEST_CONSUL/v1/kv/$PREFIX/$1?raw"
}

keys() {
	curl --silent "http://$TEST_CONSUL/v1/kv/$PREFIX/$1?keys" | jq -r '.[]?'
}

# start ARGUMENT...: agent init in the background; $pid is its process.
start() {
	"$AGENT" init "$@" >out 2>log 3>&- &
	pid=$!
}

# ends_with CODE: it ends by itself, or by what it was sent.
ends_with() {
	local code=0
	wait "$pid" || code=$?
	pid=
	[ "$code" = "$1" ] || { echo "exit code $code, not $1" >&2 && cat out log >&2 && return 1; }
}

is() { [ "$(value "$1")" = "$2" ]; }
has() { grep -qF -- "$2" "$1" 2>/dev/null; }

# --- an init ---

@test "the exit code is the command's; 128 + N for a signal, 127 and 126 as a shell has them" {
	fails_with 0 "$AGENT" init -- true
	fails_with 7 "$AGENT" init -- sh -c 'exit 7'
	fails_with 137 "$AGENT" init -- sh -c 'kill -KILL $$'
	run -127 "$AGENT" init -- no-such-program
	shows "can't run 'no-such-program': No such file or directory"
	fails_with 126 "$AGENT" init -- /etc
	shows "can't run '/etc': Permission denied"
}

@test "the command's words reach it as they are, its environment and input too" {
	run "$AGENT" init -- printf '<%s>' 'a b' '$HOME' '' '--' -x
	[ "$output" = '<a b><$HOME><><--><-x>' ]
	[ "$(echo input | GREETING=hi "$AGENT" init -- sh -c 'echo $GREETING; cat')" = $'hi\ninput' ]
}

@test "a command line without a command, or with a wrong flag, says what to write" {
	fails_with 13 "$AGENT" init
	shows "agent init [FLAG]... -- COMMAND"
	fails_with 13 "$AGENT" init --
	shows "there is no command after --"
	fails_with 13 "$AGENT" init -facts-prefx x -- true
	shows "did you mean -facts-prefix?"
	fails_with 13 "$AGENT" init -facts-prefix x -facts-interval 0s -- true
	shows "interval"
	fails_with 13 "$AGENT" render -template a:b -- true
	fails_with 0 "$AGENT" init --help
	shows "usage: agent init"
	shows "-facts-interval"
}

@test "a mistake in a template is found without running anything" {
	echo 'template { contents = "{{ end }}" destination = "file" }' >c.hcl
	fails_with 11 "$AGENT" init -parse-only -config c.hcl -- touch ran
	echo 'template { contents = "1" destination = "file" } nomad { enabled = true }' >c.hcl
	fails_with 0 "$AGENT" init -parse-only -config c.hcl -- touch ran
	shows "is ignored"
	[ ! -e ran ] && [ ! -e file ]
}

@test "every signal reaches the command, and it alone" {
	cat >./command <<-'SH'
		for name in HUP INT QUIT USR1 USR2 WINCH CONT ALRM TSTP RTMIN+3; do
			trap "echo $name" "$name"
		done
		trap 'echo TERM; exit 9' TERM
		(trap 'echo child' HUP USR1; while :; do sleep 0.05; done) &
		echo ready
		while :; do sleep 0.05; done
	SH
	start -- bash ./command
	eventually has out ready
	for name in HUP INT QUIT USR1 USR2 WINCH CONT ALRM TSTP RTMIN+3; do
		kill -s "$name" "$pid"
		eventually has out "$name"
	done
	kill -TERM "$pid"
	ends_with 9
	has out TERM
	! has out child
}

@test "SIGTERM ends a command that does not know it; the kill signal and SIGKILL as told" {
	start -- sleep 60
	eventually pgrep --parent "$pid"
	kill -TERM "$pid"
	ends_with 143
	start -exec-kill-signal QUIT -- sh -c 'trap "exit 4" QUIT; echo ready; while :; do sleep 0.05; done'
	eventually has out ready
	kill -TERM "$pid"
	ends_with 4
	: >out
	start -exec-kill-timeout 200ms -- sh -c 'trap "" TERM; echo ready; while :; do sleep 0.05; done'
	eventually has out ready
	kill -TERM "$pid"
	ends_with 137
}

@test "what a driver's caller ignored is not ignored in the command" {
	cat >./command <<-'SH'
		grep SigBlk /proc/self/status
		grep SigIgn /proc/self/status
	SH
	run bash -c "trap '' USR1 PIPE; exec '$AGENT' init -- sh ./command"
	[ "$(grep -c '0000000000000000$' <<<"$output")" = 2 ]
}

@test "orphans are collected" {
	cat >./command <<-'SH'
		for i in 1 2 3 4 5; do (sleep 0.1 & ) ; done
		(sh -c 'sleep 0.1; exit 3' & )
		sleep 0.7
		ps -o stat= --ppid "$PPID" | grep -c Z
		exit 6
	SH
	fails_with 6 "$AGENT" init -- sh ./command
	[ "$output" = 0 ]
}

@test "as PID 1 of a namespace: orphans, the exit code, and SIGTERM" {
	unshare --fork --pid --mount-proc true 2>/dev/null || skip "no namespaces here"
	cat >./command <<-'SH'
		tr '\0' ' ' </proc/1/cmdline
		for i in 1 2 3; do (sleep 0.1 & ) ; done
		sleep 0.5
		ps -e -o stat= | grep -c Z
		exit 6
	SH
	fails_with 6 unshare --fork --pid --mount-proc "$AGENT" init -- sh ./command
	shows "init -- sh ./command"
	[ "${output##* }" = 0 ]
	unshare --fork --pid --mount-proc "$AGENT" init -- \
		sh -c 'trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done' >out 2>log 3>&- &
	pid=$!
	eventually has out ready
	kill -TERM "$(pgrep --parent "$pid")"
	ends_with 5
}

@test "a command that reads from a terminal is in its foreground" {
	run timeout 10 python3 -c '
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn([sys.argv[1], "init", "--", "sh", "-c",
	"read x </dev/tty || exit 3; echo got; exit 5"], stdin_read=lambda fd: b"line\n")))' "$AGENT"
	[ "$status" = 5 ]
	shows got
}

# --- templates ---

@test "the command starts when its files are there, and hears of changes" {
	printf '{{ key "%s/name" }}' "$PREFIX" >t.ctmpl
	cat >./command <<-'SH'
		trap 'echo again $(cat file)' HUP
		echo first $(cat file)
		while :; do sleep 0.05; done
	SH
	start -template t.ctmpl:file -exec-reload-signal HUP -- sh ./command
	sleep 0.5
	[ ! -s out ]
	put name one
	eventually has out 'first one'
	put name two
	eventually has out 'again two'
	put name three
	eventually has out 'again three'
	kill -TERM "$pid"
	ends_with 143
	[ "$(grep -c first out)" = 1 ]
}

@test "without a reload signal it is started anew, and ends with its own code" {
	printf '{{ key "%s/name" }}' "$PREFIX" >t.ctmpl
	put name one
	start -template t.ctmpl:file -- sh -c 'echo run $(cat file); grep -q end file && exit 8; exec sleep 60'
	eventually has out 'run one'
	put name two
	eventually has out 'run two'
	put name end
	eventually has out 'run end'
	ends_with 8
}

@test "SIGTERM before the files are there ends it" {
	printf '{{ key "%s/never" }}' "$PREFIX" >t.ctmpl
	start -template t.ctmpl:file -log-level info -- echo started
	sleep 0.5
	kill -TERM "$pid"
	ends_with 143
	! has out started
}

@test "the reload signal reads the configuration again while the command goes on" {
	echo 'template { contents = "1" destination = "file" }' >c.hcl
	start -config c.hcl -log-level info -- sleep 60
	eventually has file 1
	eventually pgrep --parent "$pid" --exact sleep
	child=$(pgrep --parent "$pid" --exact sleep)
	echo 'max_stale = "5s"' >>c.hcl
	kill -HUP "$pid"
	eventually has log 'read the configuration again'
	[ "$(pgrep --parent "$pid" --exact sleep)" = "$child" ]
	# What is rendered anew is what the command is started anew for.
	echo 'template { contents = "2" destination = "other" }' >c.hcl
	kill -HUP "$pid"
	eventually has other 2
	eventually pgrep --parent "$pid" --exact sleep
	not [ "$(pgrep --parent "$pid" --exact sleep)" = "$child" ]
	kill -TERM "$pid"
	ends_with 143
}

@test "Consul away for longer than any number of attempts does not end the command" {
	printf 'a = {{ key "%s/name" }}' "$PREFIX" >t.ctmpl
	start -consul-addr 127.0.0.1:1 -consul-retry-backoff 1ms -consul-retry-max-backoff 10ms \
		-template t.ctmpl:file -- echo started
	eventually has log 'attempt 40'
	! has out started || false
	kill -TERM "$pid"
	ends_with 143
}

# --- facts ---

@test "facts are there under the prefix, each as a key" {
	start -facts-prefix "/$PREFIX/facts/" -- sleep 60
	eventually is facts/os.id "$("$AGENT" facts os.id)"
	[ "$(value facts/kernel.release)" = "$(uname -r)" ]
	[ "$(value facts/networking.hostname)" = "$("$AGENT" facts networking.hostname)" ]
	[ "$(value facts/memory.system.total_bytes)" = "$("$AGENT" facts memory.system.total_bytes)" ]
	! keys facts | grep -E '/(env|path|identity|users|dmi)(\.|$)'
}

@test "more facts than a transaction holds; values of any kind" {
	mkdir facts.d
	jq -n '{many: [range(200) | "value \(.)"], text: "ä \"quoted\"\nline", none: null, map: {}}' >facts.d/a.json
	start -facts-prefix "$PREFIX" -facts-external-dir facts.d -facts-pattern 'many' \
		-facts-pattern text -facts-pattern none -facts-pattern map -- sleep 60
	eventually is many.199 'value 199'
	eventually is text $'ä "quoted"\nline'
	is none null
	is map '{}'
	[ "$(keys '' | grep -c /many)" = 200 ]
	! keys '' | grep -q os.id
}

@test "a fact that changed is set, one that is gone is removed, all others stay untouched" {
	mkdir facts.d
	printf 'role=db\nextra=1\n' >facts.d/a.txt
	put other mine
	put facts/owner me
	put facts/h2/role web
	put facts/role.old "of another life"
	start -facts-prefix "$PREFIX/facts" -facts-interval 200ms -facts-external-dir facts.d \
		-facts-pattern role -facts-pattern 'ext*' -facts-pattern os.id -- sleep 60
	eventually is facts/extra 1
	is facts/role db
	run value facts/role.old
	[ "$status" != 0 ]
	index=$(curl --silent "http://$TEST_CONSUL/v1/kv/$PREFIX/facts/os.id" | jq '.[0].ModifyIndex')
	echo role=web >facts.d/a.txt
	eventually is facts/role web
	run value facts/extra
	[ "$status" != 0 ]
	[ "$(curl --silent "http://$TEST_CONSUL/v1/kv/$PREFIX/facts/os.id" | jq '.[0].ModifyIndex')" = "$index" ]
	is other mine
	is facts/owner me
	is facts/h2/role web
}

@test "what somebody else removes comes back at the next round" {
	start -facts-prefix "$PREFIX" -facts-interval 200ms -facts-pattern os.id -- sleep 60
	eventually is os.id "$("$AGENT" facts os.id)"
	curl --silent --request DELETE "http://$TEST_CONSUL/v1/kv/$PREFIX/os.id" >/dev/null
	eventually is os.id "$("$AGENT" facts os.id)"
}

@test "the configuration's facts block, in agent render, too" {
	cat >c.hcl <<-HCL
		template { contents = "1" destination = "file" }
		facts { prefix = "$PREFIX" interval = "1s" patterns = ["os.*"] }
	HCL
	"$AGENT" render -config c.hcl >out 2>log 3>&- &
	pid=$!
	eventually is os.id "$("$AGENT" facts os.id)"
	run value kernel.release
	[ "$status" != 0 ]
	# The reload signal: other facts, elsewhere.
	sed -i "s|prefix = \"$PREFIX\"|prefix = \"$PREFIX/new\"|" c.hcl
	kill -HUP "$pid"
	eventually is new/os.id "$("$AGENT" facts os.id)"
	echo 'facts { prefx = "x" }' >c.hcl
	fails_with 15 "$AGENT" render -config c.hcl
	shows "unknown key 'prefx' in the facts block: did you mean 'prefix'?"
}

@test "a node of the catalog has them as its metadata" {
	mkdir facts.d
	echo role=db >facts.d/a.txt
	node=$PREFIX
	meta() { curl --silent "http://$TEST_CONSUL/v1/catalog/node/$node" | jq -r "$1"; }
	shown() { [ "$(meta "$1")" = "$2" ]; }
	start -log-level info -facts-node "$node" -facts-interval 200ms -facts-external-dir facts.d \
		-facts-pattern role -facts-pattern os.id -facts-pattern networking.ip -- sleep 60
	eventually shown .Node.Meta.role db
	shown .Node.Meta.os_id "$("$AGENT" facts os.id)"
	shown .Node.Address "$("$AGENT" facts networking.ip)"
	rm facts.d/a.txt
	eventually shown .Node.Meta.role null
	sleep 0.5
	[ "$(grep -c "node $node has changed" log)" = 2 ]
	printf '{{ with node "%s" }}{{ .Node.Meta.os_id }}{{ end }}' "$node" >t.ctmpl
	"$AGENT" render -once -template t.ctmpl:file
	has file "$("$AGENT" facts os.id)"
	# Who has the same facts has nothing to change.
	"$AGENT" init -log-level info -facts-node "$node" -facts-pattern os.id \
		-facts-pattern networking.ip -- sleep 0.5 2>again
	! has again 'has changed' || false
	kill -TERM "$pid"
	ends_with 143
	curl --silent --request PUT --data "{\"Node\": \"$node\"}" \
		"http://$TEST_CONSUL/v1/catalog/deregister" >/dev/null
}

@test "a node that is an agent of Consul's own is refused, keys are kept all the same" {
	start -facts-node test -facts-prefix "$PREFIX" -- sh -c 'sleep 1; exit 3'
	ends_with 3
	has log "the node 'test' is an agent of Consul's"
	is os.id "$("$AGENT" facts os.id)"
}

@test "Consul away: said once, tried again, and the command runs on" {
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	start -consul-addr "127.0.0.1:$port" -consul-retry-backoff 20ms -consul-retry-max-backoff 100ms \
		-facts-prefix "$PREFIX" -- sh -c 'sleep 3; exit 3'
	eventually has log 'not registered'
	sleep 0.5
	[ "$(grep -c 'not registered' log)" = 1 ]
	python3 - "$port" "$TEST_CONSUL" 3>&- <<-'PYTHON' &
		import socket, sys, threading
		host, port = sys.argv[2].split(":")
		def copy(a, b):
		    while data := a.recv(65536):
		        b.sendall(data)
		door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
		while True:
		    near, _ = door.accept()
		    far = socket.create_connection((host, int(port)))
		    for pair in (near, far), (far, near):
		        threading.Thread(target=copy, args=pair, daemon=True).start()
	PYTHON
	proxy=$!
	eventually is os.id "$("$AGENT" facts os.id)" || { kill $proxy; return 1; }
	kill $proxy
	eventually has log 'registered again'
	ends_with 3
}

@test "a Consul that refuses: said once with its reason, never with the token" {
	start -consul-addr "$TEST_CONSUL_ACL" -consul-token 11111111-2222-3333-4444-555555555555 \
		-consul-retry-backoff 10ms -facts-prefix "$PREFIX" -- sh -c 'sleep 1; exit 3'
	ends_with 3
	[ "$(grep -c 'not registered' log)" = 1 ]
	has log 403
	! has log 11111111 || false
	start -consul-addr "$TEST_CONSUL_ACL" -consul-token "$TEST_CONSUL_TOKEN" -log-level info \
		-facts-prefix "$PREFIX" -facts-pattern os.id -- sleep 60
	eventually has log "1 keys changed below $PREFIX/"
}

@test "the token needs no more than the prefix and the node" {
	acl() {
		curl --silent --fail --request PUT --header "X-Consul-Token: $TEST_CONSUL_TOKEN" \
			--data "$2" "http://$TEST_CONSUL_ACL/v1/acl/$1"
	}
	name=init-$BATS_TEST_NUMBER-$$
	acl policy "$(jq -n --arg name "$name" --arg prefix "$PREFIX" '{Name: $name, Rules:
		"key_prefix \"\($prefix)/\" { policy = \"write\" } node \"\($prefix)\" { policy = \"write\" }"}')"
	token=$(acl token "{\"Policies\": [{\"Name\": \"$name\"}]}" | jq -r .SecretID)
	start -consul-addr "$TEST_CONSUL_ACL" -consul-token "$token" -log-level info \
		-facts-prefix "$PREFIX" -facts-node "$PREFIX" -- sleep 60
	eventually has log "keys changed below $PREFIX/"
	eventually has log "the node $PREFIX has changed"
	sleep 0.3
	! has log 'not registered' || false
	# Neighbours are not its own.
	kill -TERM "$pid"
	ends_with 143
	start -consul-addr "$TEST_CONSUL_ACL" -consul-token "$token" -facts-prefix "$PREFIX-2" -- sleep 60
	eventually has log "refuses to change keys below $PREFIX-2/: Permission denied"
}

@test "SIGHUP is the command's where -reload-signal says so" {
	start -facts-prefix "$PREFIX" -reload-signal= -- \
		sh -c 'trap "echo hup; exit 2" HUP; echo ready; while :; do sleep 0.05; done'
	eventually has out ready
	kill -HUP "$pid"
	ends_with 2
}

@test "-once: rendered once, not watched; facts are kept as long as the command runs" {
	printf '{{ key "%s/name" }}' "$PREFIX" >t.ctmpl
	put name one
	start -once -template t.ctmpl:file -facts-prefix "$PREFIX/facts" -facts-interval 200ms -- sleep 60
	eventually is facts/os.id "$("$AGENT" facts os.id)"
	put name two
	curl --silent --request DELETE "http://$TEST_CONSUL/v1/kv/$PREFIX/facts?recurse" >/dev/null
	eventually is facts/os.id "$("$AGENT" facts os.id)"
	has file one
}

@test "a fact's program that hangs keeps no signal from the command" {
	mkdir facts.d
	printf '#!/bin/sh\nsleep 30\n:\n' >facts.d/slow
	chmod +x facts.d/slow
	start -facts-prefix "$PREFIX" -facts-external-dir facts.d -facts-pattern slow -- \
		sh -c 'trap "echo usr; exit 2" USR1; echo ready; while :; do sleep 0.05; done'
	eventually has out ready
	eventually pgrep --full facts.d/slow
	kill -USR1 "$pid"
	began=$SECONDS
	ends_with 2
	[ $((SECONDS - began)) -lt 3 ]
}

# --- in a container ---

# container STATE-FIELD: of the service's container.
container() {
	api GET "/containers/$id/json" | jq -r ".$1"
}

logged() {
	api GET "/containers/$id/logs?stdout=1&stderr=1" | tr -d '\0' >out
	has out "$1"
}

@test "the example: PID 1 renders, hears of changes, registers facts, and ends in order" {
	example=$BATS_TEST_DIRNAME/../../examples/service
	cp -r "$example" service
	sed -i "s|greeter/greeting|$PREFIX/greeting|" service/conf/greeter.conf.ctmpl
	sed -i "s|facts/greeter|$PREFIX/facts|" service/conf/service.hcl
	"$FACTORY" build service/factory.yml -t t/service:1 --set image="$BASE" --set agent="$AGENT"
	put greeting hello
	id=$(api POST /containers/create --header 'Content-Type: application/json' --data \
		"{\"Image\":\"t/service:1\",\"HostConfig\":{\"NetworkMode\":\"host\"},
		  \"Env\":[\"CONSUL_HTTP_ADDR=$TEST_CONSUL\"]}" | jq -r .Id)
	api POST "/containers/$id/start" >/dev/null
	: >log
	eventually logged 'hello from'
	put greeting goodbye
	eventually logged 'goodbye from'
	[ "$(container State.Running)" = true ]
	eventually is facts/container.id "$id"
	api POST "/containers/$id/stop?t=10" >/dev/null
	[ "$(container State.ExitCode)" = 0 ]
	logged bye
	api DELETE "/containers/$id" >/dev/null
	no_container_left
}
