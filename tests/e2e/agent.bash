# What the tests of the agent that lives on share: a key-value store of their own, and an agent that
# runs beside them, with its log in ./log.

load common

setup() {
	WORK=$(mktemp -d)
	cd "$WORK" || return 1
	unset "${!CONSUL_@}"
	export PREFIX=agent-life-$BATS_SUITE_TEST_NUMBER-$$
	export CONSUL_HTTP_ADDR=$TEST_CONSUL
	started=()
}

teardown() {
	[ ! -e "$WORK/second/pid" ] || "$BATS_TEST_DIRNAME/../fixtures/consul.sh" stop "$WORK/second"
	local pid child
	for pid in "${started[@]}"; do
		# What the agent runs has process groups of its own.
		for child in $(pgrep --parent "$pid"); do
			kill -KILL -- "-$child" 2>/dev/null || true
		done
		kill -KILL "$pid" 2>/dev/null || true
	done
	curl --silent --request DELETE "http://$TEST_CONSUL/v1/kv/$PREFIX?recurse" >/dev/null
	[ -n "$BATS_TEST_COMPLETED" ] || [ ! -e log ] || cat log >&2
	cd / && rm -rf "$WORK"
}

# put KEY VALUE, drop KEY: below the test's own prefix.
put() {
	curl --silent --fail --request PUT --data-binary "$2" \
		"http://$CONSUL_HTTP_ADDR/v1/kv/$PREFIX/$1" >/dev/null
}

drop() {
	curl --silent --fail --request DELETE "http://$CONSUL_HTTP_ADDR/v1/kv/$PREFIX/$1" >/dev/null
}

# many FOLDER COUNT [VALUE]: the keys FOLDER/1 to COUNT, each with its number for a value, or with
# that one.
many() {
	/usr/bin/python3 - "$PREFIX/$1" "$2" "${3-}" <<-'P'
		import base64, json, os, sys, urllib.request
		folder, count, value = sys.argv[1], int(sys.argv[2]), sys.argv[3]
		def put(n):
		    text = value or str(n)
		    return {"KV": {"Verb": "set", "Key": "%s/%d" % (folder, n),
		        "Value": base64.b64encode(text.encode()).decode()}}
		for first in range(1, count + 1, 60):
		    body = [put(n) for n in range(first, min(first + 60, count + 1))]
		    urllib.request.urlopen(urllib.request.Request(
		        "http://%s/v1/txn" % os.environ["CONSUL_HTTP_ADDR"],
		        data=json.dumps(body).encode(), method="PUT")).read()
	P
}

# template TEXT [FILE]: becomes t.ctmpl, or the file, with @ for the prefix.
template() {
	printf '%s' "${1//@/$PREFIX}" >"${2-t.ctmpl}"
}

# config: the text on standard input becomes c.hcl, with @ for the prefix.
config() {
	sed "s|@|$PREFIX|g" >c.hcl
}

# start COMMAND...: beside the test; its pid is in $started_pid. It ends with the test.
start() {
	"$@" 3>&- &
	started_pid=$!
	started+=("$started_pid")
}

# agent [FLAG...]: `agent render` beside the test; $agent is its pid.
agent() {
	start "$AGENT" render "$@" >>printed 2>>log </dev/null
	agent=$started_pid
}

# equals FILE TEXT: exactly that, but for line ends at the end.
equals() {
	[ "$(cat "$1" 2>/dev/null)" = "$2" ]
}

# holds FILE TEXT: likewise, and says what it has instead.
holds() {
	equals "$@" || { echo "$1 holds: $(cat "$1" 2>&1)" && return 1; }
}

# becomes FILE TEXT
becomes() {
	eventually equals "$1" "$2" || { echo "$1 is: $(cat "$1" 2>&1)" >&2; return 1; }
}

# logs TEXT: the agent's log has it, soon.
logs() {
	eventually grep -qF -- "$1" log
}

# logs_times COUNT TEXT: on so many lines.
logs_times() {
	eventually has_times "$@"
}

has_times() {
	[ "$(grep -cF -- "$2" log)" -eq "$1" ]
}

# A plain ! would not fail a test.
not() {
	! "$@"
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# ends_with CODE [PID]: the agent, or another that was started, ends by itself.
ends_with() {
	local code=0 pid=${2-$agent}
	eventually has_ended "$pid" || return 1
	wait "$pid" || code=$?
	[ "$code" -eq "$1" ] || { echo "it ended with $code, not $1" >&2; return 1; }
}

# A process that ended is a zombie until it is waited for.
has_ended() {
	local state
	state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 0
	[ "${state%% *}" = Z ]
}

# signal NAME CODE: the agent gets it, and ends with the code.
signal() {
	kill "-$1" "$agent"
	ends_with "$2"
}

# lines FILE: how many it has.
lines() {
	wc -l <"$1" 2>/dev/null || echo 0
}
