# The agent's facts: by themselves, against facter on this machine, and as the only file of a
# container.
load common

# What facter and we have in common is in tests/fixtures/facts/facter.txt.
against_facter() {
	/usr/bin/python3 "$BATS_TEST_DIRNAME/../fixtures/facts/facter.py" "$@"
}

@test "the table of facter's facts has every fact of facter's schema" {
	schema=$(dpkg -L facter 2>/dev/null | grep '/facter.yaml$') || skip "there is no facter"
	against_facter schema "$schema"
}

@test "every value of facter's on this machine is ours too, as the table says" {
	command -v facter >/dev/null || skip "there is no facter"
	# Containers come and go on the machine, and their network interfaces with them: as facter
	# takes its time, what is there before and after it counts.
	for _ in 1 2 3 4 5; do
		"$AGENT" facts network.interfaces | jq -S keys >before
		facter --json 2>/dev/null >theirs || true # it fails where a file is hidden
		"$AGENT" facts >ours
		jq -S '.network.interfaces | keys' ours | cmp -s before - && break
	done
	[ "$(jq '[paths(scalars)] | length' theirs)" -gt 40 ]
	against_facter compare theirs ours
}

@test "the comparison sees a wrong value, a missing one and an unknown fact" {
	"$AGENT" facts >ours
	echo '{"os":{"family":"Nowhere"},"timezone":"UTC","news":{"x":1}}' >theirs
	jq 'del(.timezone)' ours >ours.less
	fails_with 1 against_facter compare theirs ours.less
	shows "os.family: facter has 'Nowhere', we have"
	shows "timezone: only facter has it"
	shows "news.x: the table does not know it"
}

@test "one name, several names, formats" {
	[ "$("$AGENT" facts kernel.release)" = "$(uname -r)" ]
	[ "$("$AGENT" facts kernel.name kernel.machine)" = "kernel.name=Linux
kernel.machine=$(uname -m)" ]
	[ "$("$AGENT" facts processors.count)" = "$(grep -c ^processor /proc/cpuinfo)" ]
	[ "$("$AGENT" facts memory.total)" = $(($(awk '/^MemTotal/ { print $2 }' /proc/meminfo) * 1024)) ]
	"$AGENT" facts network.interfaces | jq -e '.lo.ip == "127.0.0.1"'
	"$AGENT" facts cpu.count os.id --format json | jq -e '.["cpu.count"] >= 1 and .["os.id"]'
	"$AGENT" facts | jq -e '.os and .kernel and .memory and .container and (has("cpu") | not)'
	"$AGENT" facts --format flat os.release kernel | grep '^kernel\.major='
}

@test "an unknown fact: exit code 1 and the nearest names" {
	fails_with 1 "$AGENT" facts os.relaese
	shows 'there is no fact "os.relaese"; did you mean os.release?'
	fails_with 1 "$AGENT" facts kernel.release os.nothing
	shows os.nothing
	fails_with 2 "$AGENT" facts --nonsense
	fails_with 2 "$AGENT" facts --format xml
	"$AGENT" facts --help | grep '^usage: agent facts'
}

@test "only what is named is read" {
	command -v strace >/dev/null || skip "there is no strace"
	strace -o trace "$AGENT" facts memory.total >/dev/null
	grep -q '/proc/meminfo' trace
	! grep -qE 'os-release|dpkg|mountinfo|NETLINK' trace
}

@test "patterns, more formats, a template" {
	[ "$("$AGENT" facts 'kernel.rel*')" = "kernel.release=$(uname -r)" ]
	"$AGENT" facts 'os.release.*' --format json | jq -e 'keys[0] == "os.release.full"'
	fails_with 1 "$AGENT" facts 'os.nothing*'
	shows 'no fact matches "os.nothing*"'
	eval "$("$AGENT" facts kernel.release identity.user --format env)"
	[ "$FACT_KERNEL_RELEASE" = "$(uname -r)" ]
	"$AGENT" facts os memory --format yaml >all.yml
	/usr/bin/python3 -c 'import yaml; assert yaml.safe_load(open("all.yml"))["memory"]["total"] > 0'
	[ "$("$AGENT" facts --template '{{ .kernel.release }} {{ fact "kernel.machine" }}')" = "$(uname -r) $(uname -m)" ]
	fails_with 1 "$AGENT" facts --template '{{ .kernel.nothing }}'
	fails_with 1 "$AGENT" facts --template '{{ key "a" }}'
	shows "can't be asked for"
}

@test "a template has only those facts gathered that it reads" {
	command -v strace >/dev/null || skip "there is no strace"
	strace -o trace "$AGENT" facts --template '{{ .memory.total }}' >/dev/null
	grep -q '/proc/meminfo' trace
	! grep -qE 'os-release|dpkg|mountinfo|NETLINK|facts\.d' trace
}

# external NAME [MODE]: a file of facts.d, from standard input.
external() {
	mkdir -p facts.d
	cat >"facts.d/$1"
	chmod "${2:-644}" "facts.d/$1"
}

facts_d() {
	"$AGENT" facts --external-facts-dir facts.d --external-timeout 1 "$@"
}

@test "external facts: files and programs" {
	external a.json <<<'{"role":"db","site":{"name":"x","rack":4}}'
	external b.yml <<<'tier: [front, back]'
	external c.txt <<-E
		# a comment
		owner = the team
		empty=
	E
	external d 755 <<-'E'
		#!/bin/sh
		echo color=blue
		echo "from $0"=x
	E
	external e.sh 755 <<-'E'
		#!/bin/sh
		echo '{"role":"web","nested":{"y":[1,true]}}'
	E
	external left.json~ <<<'{'
	[ "$(facts_d role owner color)" = "role=web
owner=the team
color=blue" ]
	facts_d | jq -e '.site.rack == 4 and .tier == ["front","back"] and .empty == "" and .nested.y[1]'
	facts_d | jq -e '.os.id and (has("errors") | not)'
	[ "$(facts_d --template '{{ .site.name }}{{ fact "tier.1" }}')" = xback ]
	[ "$(facts_d 'site.*')" = "site.name=x
site.rack=4" ]
	fails_with 1 facts_d --no-external-facts role
}

@test "external facts that are bad are missing with a reason; --strict fails" {
	external good.txt <<<'k=v'
	external os.json <<<'{"os":"mine","fine":1}'
	external broken.json <<<'{"a":'
	external list.yaml <<<'[1]'
	external lines.txt <<<'no pair'
	external notes.md <<<'hello'
	external failing 755 <<<'#!/bin/sh
	echo out of order >&2; exit 3'
	external hanging 755 <<<'#!/bin/sh
	sleep 77 & sleep 78'
	external endless 755 <<<'#!/bin/sh
	yes'
	external killed 755 <<<'#!/bin/sh
	kill -9 $$'
	external gone 755 <<<'#!/nonexistent/interpreter'
	mkfifo facts.d/pipe.txt
	began=$SECONDS
	facts_d >all
	[ $((SECONDS - began)) -lt 5 ]
	jq -e '.k == "v" and .fine == 1 and .os.id' all
	while read -r name reason; do
		jq -e --arg n "facts.d/$name" --arg r "$reason" '.errors[$n] | contains($r)' all
	done <<-'E'
		os.json the name "os" is one of our own facts
		broken.json line 1, column 6: the JSON text ends too early
		list.yaml it is no map
		lines.txt line 1, column 1: this line is no key=value
		notes.md it is neither a program nor
		failing it ended with exit code 3: out of order
		hanging it did not end in time
		endless it printed more than 1024 KiB
		killed it was killed by signal 9
		gone it ended with exit code 126: No such file
		pipe.txt it is no file
	E
	[ "$(jq '.errors | length' all)" = 11 ]
	! pgrep -f '^sleep 7[78]$' || false
	fails_with 1 facts_d --strict k fine
	shows "k=v"
	shows "agent: facts.d/broken.json: line 1, column 6: the JSON text ends too early"
	"$AGENT" facts --external-facts-dir nowhere errors | jq -e '.nowhere == "No such file or directory"'
}

@test "a file that may not be read is told under errors" {
	[ "$(id -u)" = 0 ] || skip "only root can become somebody else"
	command -v setpriv >/dev/null || skip "there is no setpriv"
	chmod 711 .
	external secret.json 600 <<<'{"a":1}'
	external open.json <<<'{"b":1}'
	mkdir -m 700 closed.d
	nobody() { setpriv --reuid 65534 --clear-groups "$AGENT" facts "$@"; }
	nobody --external-facts-dir "$PWD/facts.d" --external-facts-dir "$PWD/closed.d" >all
	jq -e --arg d "$PWD" '.os.id and .b == 1 and .errors["\($d)/facts.d/secret.json"] == "can\u0027t open it: Permission denied"
		and .errors["\($d)/closed.d"] == "Permission denied"' all
	fails_with 1 nobody --external-facts-dir "$PWD/closed.d" --strict b kernel
}

# serve ADDRESS [OPTION...]: in the background; sets URL and SERVER.
serve() {
	"$AGENT" facts --http "$@" >listening 2>&1 3>&- &
	SERVER=$!
	eventually [ -s listening ]
	URL=$(cat listening)
}

@test "facts over HTTP: all, one, a pattern, entity tags, errors" {
	external a.json <<<'{"role":"db"}'
	serve 0 --external-facts-dir facts.d
	ask() { curl --silent --max-time 5 "$@"; }
	status() { ask -o /dev/null -w '%{http_code}' "$@"; }
	case $URL in http://127.0.0.1:*) ;; *) cat listening >&2; return 1 ;; esac
	[ "$(ask "$URL/health")" = ok ]
	ask "$URL/facts" | jq -e '.os.id and .role == "db" and (has("cpu") | not)'
	[ "$(ask "$URL/facts/kernel.release" | jq -r .)" = "$(uname -r)" ]
	[ "$(ask "$URL/facts/role")" = '"db"' ]
	[ "$(ask "$URL/facts/kernel.re%2A?format=flat")" = "kernel.release=$(uname -r)" ]
	tag=$(ask -D - -o /dev/null "$URL/facts/kernel.release" | tr -d '\r' | awk '/^ETag/ { print $2 }')
	[ "$(status -H "If-None-Match: $tag" "$URL/facts/kernel.release")" = 304 ]
	[ "$(status -H 'If-None-Match: "other"' "$URL/facts/kernel.release")" = 200 ]
	[ "$(status "$URL/facts/os.nope")" = 404 ]
	[ "$(status "$URL/elsewhere")" = 404 ]
	[ "$(status "$URL/facts?format=xml")" = 400 ]
	[ "$(status -X POST "$URL/facts")" = 405 ]
	[ "$(status -H 'Host: elsewhere.example' "$URL/facts")" = 421 ]
	[ "$(status -H "X: $(printf 'x%.0s' $(seq 9000))" "$URL/facts")" = 431 ]
	[ "$(status --head "$URL/facts")" = 200 ]
	ask "$URL/facts/kernel.release" "$URL/facts/kernel.machine" | jq -es 'length == 2'
	kill -TERM "$SERVER"
	wait "$SERVER"
}

@test "all facts take at most 3 MB of memory, and a server no more with time" {
	serve 0
	peak() { awk '/^VmHWM/ { print $2 }' "/proc/$SERVER/status"; }
	curl --silent "$URL/facts" | jq -e '.os and .networking and .packages'
	[ "$(peak)" -le 3072 ]
	for _ in $(seq 100); do echo "url=$URL/facts"; done >urls
	curl --silent --config urls >/dev/null
	[ "$(peak)" -le 3072 ]
	kill -TERM "$SERVER"
	wait "$SERVER"
}

@test "facts over HTTP: silent and hostile clients hinder nobody; SIGHUP reads files again" {
	external a.json <<<'{"role":"db"}'
	serve 0 --external-facts-dir facts.d
	exec 5<>"/dev/tcp/127.0.0.1/${URL##*:}" 6<>"/dev/tcp/127.0.0.1/${URL##*:}"
	printf 'GET /facts/os.id HTTP/1.1\r\nHo' >&5
	head -c 100000 /dev/urandom >&6 2>/dev/null || true
	[ "$(curl --silent --max-time 5 "$URL/facts/role")" = '"db"' ]
	printf 'st: localhost\r\n\r\nGET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&5
	timeout 5 cat <&5 | grep -c '^HTTP/1.1 200 OK' | grep 2
	exec 5>&- 6>&-
	/usr/bin/python3 - "${URL##*:}" <<-'E'
		import socket, sys
		silent = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(100)]
		deaf = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		deaf.sendall(b"GET /facts HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
		asker = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=3)
		asker.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
		assert asker.recv(12) == b"HTTP/1.1 200"
	E
	external a.json <<<'{"role":"web"}'
	kill -HUP "$SERVER"
	is_web() { [ "$(curl --silent --max-time 5 "$URL/facts/role")" = '"web"' ]; }
	eventually is_web
	kill -INT "$SERVER"
	wait "$SERVER"
}

@test "facts over a unix socket, also where a killed server left one; a port in use" {
	serve "unix:$PWD/socket"
	[ "$(curl --silent --unix-socket socket http://any.name/health)" = ok ]
	kill -KILL "$SERVER"
	wait "$SERVER" || true
	[ -S socket ]
	serve "unix:$PWD/socket"
	[ "$(curl --silent --unix-socket socket http://any.name/health)" = ok ]
	fails_with 1 "$AGENT" facts --http "unix:$PWD/socket"
	shows "can't listen on"
	kill -TERM "$SERVER"
	wait "$SERVER"
	[ ! -e socket ]
}

# scratch ARGUMENTS-AS-JSON HOST-CONFIG: what the agent prints in a container whose image holds
# nothing but it.
scratch() {
	local id
	tar -c -C "$(dirname "$AGENT")" "$(basename "$AGENT")" |
		api POST '/images/create?fromSrc=-&repo=t/facts-scratch' --data-binary @- \
			--header 'Content-Type: application/x-tar' >/dev/null
	id=$(api POST /containers/create --header 'Content-Type: application/json' --data \
		"{\"Image\":\"t/facts-scratch\",\"Cmd\":$1,\"Tty\":true,\"HostConfig\":$2}" | jq -r .Id)
	api POST "/containers/$id/start" >/dev/null
	api POST "/containers/$id/wait" >/dev/null
	api GET "/containers/$id/logs?stdout=1&stderr=1" | tr -d '\r'
	api DELETE "/containers/$id" >/dev/null
	echo "$id" >id
}

@test "as the only file of a container: whose it is, its limits and privileges" {
	scratch "[\"/$(basename "$AGENT")\",\"facts\"]" '{"NetworkMode":"none","Memory":67108864,
		"CpuQuota":50000,"CpuPeriod":100000,"PidsLimit":50,"CapDrop":["ALL"],
		"CapAdd":["NET_RAW"],"SecurityOpt":["no-new-privileges"]}' >facts
	jq -e --arg id "$(cat id)" '.container | .detected and .engine == "docker" and .id == $id' facts
	jq -e '.container.limits | .memory_bytes == 67108864 and .cpus == 0.5 and .pids == 50' facts
	jq -e '.container.capabilities | .effective == ["CAP_NET_RAW"] and .bounding == .effective' facts
	jq -e '.container | .no_new_privs and .seccomp.mode == "filter"' facts
	jq -e '.container.namespaces | .pid.initial == false and .user.initial' facts
	jq -e '.virtual == "docker" and .is_virtual' facts
	jq -e '(.networking.interfaces | keys) == ["lo"] and .networking.primary == null' facts
	jq -e '.os.id == null and .users == null and .packages == null' facts
	jq -e '.kernel.release and .memory.total and .processors.count' facts
}
