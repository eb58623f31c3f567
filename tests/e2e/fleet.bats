# Many drivers that share endpoints by Consul: two private engines (that of the tests and another), a
# Consul of its own, which is stopped, and drivers with caches of their own, as on different hosts.
load common

FIXTURES=$BATS_TEST_DIRNAME/../fixtures

setup_file() {
	OTHER=$(mktemp -d) CONSUL_DIR=$(mktemp -d)
	export OTHER CONSUL_DIR OTHER_HOST=unix://$OTHER/docker.sock
	(unset DOCKER_HOST && "$FIXTURES/engine.sh" start "$OTHER")
	# The very same image, as if it had been pulled: an import would have another id.
	api GET "/images/$BASE/get" --output "$OTHER/base.tar"
	DOCKER_HOST=$OTHER_HOST api POST /images/load --header 'Content-Type: application/x-tar' --data-binary "@$OTHER/base.tar" >/dev/null
	"$FIXTURES/consul.sh" start "$CONSUL_DIR"
	# The toolbox is there: whoever makes it first would be the slower one.
	for host in "$DOCKER_HOST" "$OTHER_HOST"; do
		"$FACTORY" toolbox create --endpoint "$host"
	done
}

teardown_file() {
	"$FIXTURES/consul.sh" stop "$CONSUL_DIR"
	(unset DOCKER_HOST && "$FIXTURES/engine.sh" remove "$OTHER")
	rm -rf "$CONSUL_DIR"
}

setup() {
	WORK=$(mktemp -d)
	export XDG_CONFIG_HOME=$WORK/config XDG_STATE_HOME=$WORK/state
	unset CONSUL_HTTP_ADDR CONSUL_HTTP_TOKEN NO_COLOR
	FOREIGN=$(containers)
	cd "$WORK" || return 1
	mkdir -p config/factory
	DRIVERS=()
	[ -e "$CONSUL_DIR/address" ] || "$FIXTURES/consul.sh" again "$CONSUL_DIR"
	CONSUL=$(cat "$CONSUL_DIR/address")
	SINCE=$(date +%s.%N)
	one_endpoint 1
}

# What a killed driver held would be there for the next test.
teardown() {
	local pid session
	for pid in "${DRIVERS[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
	done
	for session in $(sessions); do
		curl --silent --request PUT "http://$CONSUL/v1/session/destroy/$session" >/dev/null
	done
	rm -rf "$WORK"
}

# one_endpoint SLOTS, two_endpoints SLOTS: what the drivers share.
one_endpoint() {
	echo "endpoints: [{address: '$DOCKER_HOST', slots: $1}]" >config/factory/config.yml
}

two_endpoints() {
	echo "endpoints: [{address: '$DOCKER_HOST', slots: $1}, {address: '$OTHER_HOST', slots: $1}]" \
		>config/factory/config.yml
}

# steps NAME COMMAND [LINE...]: NAME.yml builds an image t/fleet:NAME, which no other test does.
steps() {
	printf '%s\n' "image: $BASE" "artifact: {repo: t/fleet, tags: [$1]}" "env: {TEST: '$WORK'}" "install: $2" "${@:3}" >"$1.yml"
}

# launch NAME COMMAND OPTION...: a driver in the background; what it says is in NAME.out, its pid in $PID.
# driver NAME OPTION...: one that builds.
launch() {
	env -u DOCKER_HOST "XDG_CACHE_HOME=$WORK/cache-$1" "$FACTORY" "$2" --fleet test/fleet \
		--consul "$CONSUL" "${@:3}" >"$1.out" 2>&1 </dev/null &
	PID=$!
	DRIVERS+=("$PID")
}

driver() {
	launch "$1" build "${@:2}"
}

# ends PID NAME: well.
ends() {
	wait "$1" || { echo "$2 failed:" && cat "$2.out" && false; } >&2
	output=$(cat "$2.out")
}

# one_works_two_waits [OPTION...]: two drivers at one slot; their pids are in $one and $two, the
# options are the second one's.
one_works_two_waits() {
	driver one --no-cache one.yml
	one=$PID
	comes_true 10 has_key slots/0
	driver two --no-cache "$@" two.yml
	two=$PID
	comes_true 10 says two "waiting for a slot"
}

keys() {
	curl --silent --fail "http://$CONSUL/v1/kv/test/fleet/?keys" | jq -r '.[]' || true
}

sessions() {
	curl --silent "http://$CONSUL/v1/session/list" | jq -r '.[].ID'
}

# comes_true SECONDS COMMAND...: before that time is over.
comes_true() {
	local tries
	for ((tries = $1 * 5; tries > 0; tries--)); do
		! "${@:2}" || return 0
		sleep 0.2
	done
	echo "this did not come true: ${*:2}" >&2
	return 1
}

has_key() {
	keys | grep -q "/$1"
}

says() {
	grep -qF -- "$2" "$1.out"
}

# Whether never more than one container ran since the test began, by the engine's own account.
one_at_a_time() {
	local what='{"type": ["container"], "event": ["start", "die"]}' events most
	events=$(api GET "/events?since=$SINCE&until=$(($(date +%s) + 1))" --get --data-urlencode "filters=$what" |
		jq -c 'select(.Actor.Attributes.name | startswith("factory-")) | [.timeNano, .Action, .Actor.Attributes.name]')
	most=$(jq -s '[foreach sort[] as $e (0; . + (if $e[1] == "start" then 1 else -1 end))] | max' <<<"$events")
	[ "$most" = 1 ] || { echo "$most at once: $events" && cat ./*.out && false; } >&2
}

nothing_is_held() {
	[ -z "$(keys)" ] && [ -z "$(sessions)" ]
}

@test "two drivers that share one slot never run two containers at once" {
	local one two
	steps one 'sleep 1' 'script: [{run: "sleep 0.3"}, {run: "sleep 0.3"}]'
	steps two 'sleep 1.1' 'script: [{run: "sleep 0.3"}, {run: "sleep 0.3"}]'
	driver one --no-cache one.yml
	one=$PID
	driver two --no-cache two.yml
	two=$PID
	ends "$one" one
	ends "$two" two
	one_at_a_time
	grep -q "waiting for a slot of $DOCKER_HOST" one.out two.out
	[ -n "$(image_id t/fleet:one)" ]
	[ -n "$(image_id t/fleet:two)" ]
	nothing_is_held
}

@test "who came later with little to do is not the last" {
	local one two
	steps one 'sleep 1' 'jobs: {include: [{name: a, env: A=1}, {name: b, env: A=2}, {name: c, env: A=3}, {name: d, env: A=4}]}'
	steps two 'sleep 0.5'
	driver one --no-cache one.yml
	one=$PID
	comes_true 10 has_key slots/0
	driver two --no-cache two.yml
	two=$PID
	ends "$two" two
	kill -0 "$one"
	ends "$one" one
	one_at_a_time
}

@test "a driver goes where others do not" {
	local one
	two_endpoints 1
	steps one 'sleep 3' 'jobs: {include: [{name: a, env: A=1}, {name: b, env: A=2}]}'
	sed -i '/^jobs/d' one.yml
	steps two 'sleep 0.1'
	driver one --no-cache one.yml
	one=$PID
	comes_true 10 has_key slots/0
	driver two --no-cache two.yml
	ends "$PID" two
	kill -0 "$one"
	not says two "waiting for a slot"
	ends "$one" one
}

# one_and_three_work SECONDS SECONDS: a driver at each endpoint, with its one slot, for so long; their
# pids are in $one and $three. Others go to the first endpoint, if none is free.
one_and_three_work() {
	steps one "sleep $1"
	steps three "sleep $2"
	driver one --no-cache --jobs 1 --endpoint "$DOCKER_HOST" one.yml
	one=$PID
	driver three --no-cache --jobs 1 --endpoint "$OTHER_HOST" three.yml
	three=$PID
	comes_true 10 holds_slots 2
	echo "endpoints: [{address: '$DOCKER_HOST', slots: 1, weight: 3}, {address: '$OTHER_HOST', slots: 1}]" \
		>config/factory/config.yml
}

holds_slots() {
	[ "$(keys | grep -c /slots/)" -eq "$1" ]
}

@test "a driver that waits goes where a slot becomes free, and who waits for its build follows" {
	local one two three four
	one_and_three_work 300 4
	steps two 'true'
	driver two two.yml
	two=$PID
	comes_true 10 says two "waiting for a slot of $DOCKER_HOST"
	driver four two.yml
	four=$PID
	comes_true 10 says four "another driver builds the same"
	ends "$three" three
	ends "$four" four
	shows "0 run, 3 cached"
	ends "$two" two
	kill -0 "$one"
	shows "there is a slot of $OTHER_HOST: going there"
	shows "3 run, 0 cached"
	[ "$(DOCKER_HOST=$OTHER_HOST image_id t/fleet:two)" = "$(tail -n 1 two.out)" ]
	comes_true 5 holds_slots 1
	not has_key queue/
}

@test "of two drivers that wait one goes to the slot that becomes free, the other keeps its turn" {
	local one two three four ticket
	one_and_three_work 12 5
	steps two 'sleep 300'
	steps four 'sleep 301'
	driver two two.yml
	comes_true 10 says two "waiting for a slot of $DOCKER_HOST"
	driver four four.yml
	comes_true 10 says four "waiting for a slot of $DOCKER_HOST"
	keys | grep /queue/ | sort >tickets
	ends "$three" three
	comes_true 10 grep -q "going there" two.out four.out
	comes_true 10 holds_slots 2
	ticket=$(keys | grep /queue/)
	grep -qxF "$ticket" tickets
	ends "$one" one
	comes_true 10 holds_slots 2
	[ "$(cat two.out four.out | grep -c "going there")" -eq 1 ]
	not has_key queue/
}

# one_works_beside_tests SECONDS: a driver has the one slot for so long, its pid is in $one; the image of
# tests.yml is there.
one_works_beside_tests() {
	steps tests 'true' 'script: [{run: "sleep 0.3"}, {run: "sleep 0.3"}]'
	driver built tests.yml
	ends "$PID" built
	steps one "sleep $1"
	driver one --no-cache one.yml
	one=$PID
	comes_true 10 has_key slots/0
}

@test "test, verify and shell take turns with builds" {
	local one name pids=()
	one_works_beside_tests 4
	steps same 'sleep 0.3'
	launch tests test tests.yml
	pids+=("$PID")
	launch image test t/fleet:tests --manifest tests.yml
	pids+=("$PID")
	launch same verify --ignore-times same.yml
	pids+=("$PID")
	launch shell shell t/fleet:tests -- sleep 0.5
	pids+=("$PID")
	for name in tests image same shell; do
		comes_true 10 says "$name" "waiting for a slot of $DOCKER_HOST"
	done
	"$FACTORY" ls --fleet test/fleet --consul "$CONSUL" --format json >held
	[ "$(jq -r '[.[] | select(.kind == "waits") | .manifest] | sort | join(" ")' held)" = "same.yml t/fleet:tests tests.yml tests.yml" ]
	ends "$one" one
	for name in tests image same shell; do
		ends "${pids[0]}" "$name"
		pids=("${pids[@]:1}")
	done
	grep -q "2 tests: 2 passed" tests.out
	grep -q "2 tests: 2 passed" image.out
	one_at_a_time
	nothing_is_held
}

@test "a test and a shell that wait fail when Consul does not come back" {
	local one test shell code=0
	one_works_beside_tests 25
	launch test test --patience 4 tests.yml
	test=$PID
	launch shell shell --patience 4 t/fleet:tests -- true
	shell=$PID
	comes_true 10 says test "waiting for a slot"
	comes_true 10 says shell "waiting for a slot"
	"$FIXTURES/consul.sh" stop "$CONSUL_DIR"
	wait "$test" || code=$?
	[ "$code" -eq 8 ]
	says test "no slot of the fleet for 4 s"
	wait "$shell" || code=$?
	[ "$code" -eq 8 ]
	says shell "no slot of the fleet for 4 s"
	kill -0 "$one"
	kill -INT "$one"
	wait "$one" || true
	"$FIXTURES/consul.sh" again "$CONSUL_DIR"
	no_container_left
}

@test "an interrupt ends a test and a shell that wait" {
	local one name pid code
	one_works_beside_tests 300
	for name in test shell; do
		if [ $name = test ]; then
			launch test test tests.yml
		else
			launch shell shell t/fleet:tests -- true
		fi
		pid=$PID code=0
		comes_true 10 says "$name" "waiting for a slot"
		kill -INT "$pid"
		wait "$pid" || code=$?
		[ "$code" -eq 130 ]
		comes_true 5 not has_key queue/
	done
	kill -INT "$one"
	wait "$one" || true
	comes_true 5 nothing_is_held
}

@test "ls tells who holds what" {
	local one two
	steps one 'sleep 5'
	steps two 'sleep 0.1'
	driver one one.yml
	one=$PID
	comes_true 10 has_key slots/0
	mv two.yml zwölf.yml
	driver two zwölf.yml
	two=$PID
	comes_true 10 has_key queue/
	run "$FACTORY" ls --fleet test/fleet --consul "$CONSUL" --format json
	[ "$status" -eq 0 ]
	echo "$output"
	[ "$(jq -r '.[] | select(.kind == "slot") | "\(.slot) \(.pid) \(.manifest) \(.endpoint) \(.host)"' <<<"$output")" = "0 $one one.yml $DOCKER_HOST $(uname -n)" ]
	[ "$(jq -r '.[] | select(.kind == "waits") | "\(.pid) \(.manifest)"' <<<"$output")" = "$two zwölf.yml" ]
	[ "$(jq -r '[.[] | select(.kind == "builds") | .manifest] | sort | join(" ")' <<<"$output")" = "one.yml zwölf.yml" ]
	run "$FACTORY" ls --fleet test/fleet --consul "$CONSUL"
	shows zwölf.yml
	shows "$(uname -n)/$one"
	ends "$one" one
	ends "$two" two
	run "$FACTORY" ls --fleet test/fleet --consul "$CONSUL" --format json
	[ "$output" = "[]" ]
}

@test "when a driver is killed, its slot is free before long" {
	local one two began
	steps one 'sleep 300'
	steps two 'true'
	one_works_two_waits
	kill -KILL "$one"
	began=$SECONDS
	ends "$two" two
	[ $((SECONDS - began)) -le 25 ]
	no_container_left
	nothing_is_held
}

@test "the same build is made once, though there are two endpoints" {
	local one two
	two_endpoints 2
	steps one 'sleep 2'
	driver one one.yml
	one=$PID
	comes_true 10 has_key builds/
	driver two one.yml
	two=$PID
	ends "$one" one
	shows "3 run, 0 cached"
	ends "$two" two
	shows "0 run, 3 cached"
	shows "going there"
	nothing_is_held
}

# stands_on BASE NAME COMMAND: NAME.yml stands on BASE.yml.
stands_on() {
	steps "$2" "$3"
	sed -i "s/^image:.*/from: $1.yml/" "$2.yml"
}

# builds NAME: whether a driver builds NAME.yml.
builds() {
	"$FACTORY" ls --fleet test/fleet --consul "$CONSUL" --format json |
		jq --exit-status --arg name "$1.yml" 'any(.kind == "builds" and .manifest == $name)' >/dev/null
}

@test "a base that another driver builds is waited for" {
	local one two
	two_endpoints 2
	steps one 'sleep 4'
	stands_on one two 'sleep 0.1'
	driver one one.yml
	one=$PID
	comes_true 10 builds one
	driver two two.yml
	two=$PID
	ends "$one" one
	shows "3 run, 0 cached"
	ends "$two" two
	shows "going there"
	shows "0 run, 3 cached"
	shows "3 run, 0 cached"
	[ "$(grep -c "building one.yml, which two.yml stands on" two.out)" -eq 1 ]
	nothing_is_held
}

@test "what stands on a base and is built by another driver is waited for, where that builds it" {
	local one two
	two_endpoints 2
	steps one 'true'
	stands_on one two 'sleep 5'
	driver one two.yml
	one=$PID
	comes_true 10 builds two
	driver two two.yml
	two=$PID
	ends "$one" one
	[ "$(grep -c "3 run, 0 cached" one.out)" -eq 2 ]
	ends "$two" two
	[ "$(grep -c "0 run, 3 cached" two.out)" -eq 2 ]
	nothing_is_held
}

@test "when the driver that makes a build is killed, another one makes it" {
	local one two
	one_endpoint 2
	steps one 'sleep 4'
	driver one one.yml
	one=$PID
	comes_true 10 has_key builds/
	driver two one.yml
	two=$PID
	comes_true 10 says two "another driver builds the same"
	kill -KILL "$one"
	ends "$two" two
	shows "3 run, 0 cached"
}

@test "Consul is stopped in mid-build and comes back" {
	local one two
	steps one 'sleep 12'
	steps two 'sleep 0.2'
	one_works_two_waits
	"$FIXTURES/consul.sh" stop "$CONSUL_DIR"
	comes_true 10 says one "what runs goes on"
	comes_true 10 says two "what runs goes on"
	"$FIXTURES/consul.sh" again "$CONSUL_DIR"
	comes_true 10 has_key slots/0
	ends "$one" one
	[ "$(grep -c "what runs goes on" one.out)" -eq 1 ]
	shows "is back"
	ends "$two" two
	one_at_a_time
	nothing_is_held
}

@test "Consul does not come back: what runs ends well, what waits fails" {
	local one two code=0
	steps one 'sleep 20'
	steps two 'true'
	one_works_two_waits --patience 8
	"$FIXTURES/consul.sh" stop "$CONSUL_DIR"
	wait "$two" || code=$?
	[ "$code" -eq 8 ]
	output=$(cat two.out)
	shows "no slot of the fleet for 8 s"
	ends "$one" one
	"$FIXTURES/consul.sh" again "$CONSUL_DIR"
	no_container_left
}

@test "an interrupted driver leaves nothing" {
	local one
	steps one 'sleep 300'
	driver one --no-cache one.yml
	one=$PID
	comes_true 10 has_key slots/0
	kill -INT "$one"
	wait "$one" || true
	comes_true 5 nothing_is_held
	no_container_left
}

@test "who asked for a fleet gets none without Consul, or with a wrong token" {
	steps one 'true'
	fails_with 8 "$FACTORY" build --fleet consul --consul 127.0.0.1:1 one.yml
	shows "can't reach Consul"
	fails_with 8 "$FACTORY" build --fleet consul --consul "$TEST_CONSUL_ACL" one.yml
	shows "CONSUL_HTTP_TOKEN must allow"
	export CONSUL_HTTP_TOKEN=$TEST_CONSUL_TOKEN
	run "$FACTORY" build --fleet consul --consul "$TEST_CONSUL_ACL" one.yml
	[ "$status" -eq 0 ]
	not says_token
}

says_token() {
	[[ $output == *"$TEST_CONSUL_TOKEN"* ]]
}

@test "a token that may make sessions, but no keys, is told" {
	local policy acl=http://$TEST_CONSUL_ACL/v1/acl
	steps one 'true'
	policy=$(curl --silent --request PUT --header "X-Consul-Token: $TEST_CONSUL_TOKEN" "$acl/policy" \
		--data '{"Name": "fleet-'$$'", "Rules": "session_prefix \"\" { policy = \"write\" }"}' | jq -r .ID)
	CONSUL_HTTP_TOKEN=$(curl --silent --request PUT --header "X-Consul-Token: $TEST_CONSUL_TOKEN" "$acl/token" \
		--data "{\"Policies\": [{\"ID\": \"$policy\"}]}" | jq -r .SecretID)
	export CONSUL_HTTP_TOKEN
	fails_with 8 "$FACTORY" build --fleet consul --consul "$TEST_CONSUL_ACL" --no-cache one.yml
	shows "refuses this token"
	no_container_left
}

@test "the configuration file turns it on, --fleet none off" {
	steps one 'true'
	echo 'fleet: consul' >>config/factory/config.yml
	CONSUL_HTTP_ADDR=127.0.0.1:1 fails_with 8 "$FACTORY" build one.yml
	shows "no fleet"
	CONSUL_HTTP_ADDR=127.0.0.1:1 run "$FACTORY" build --fleet none one.yml
	[ "$status" -eq 0 ]
	echo 'fleet: [a]' >config/factory/config.yml
	fails_with 1 "$FACTORY" build one.yml
	shows "config.yml:1:"
	rm config/factory/config.yml
	fails_with 2 "$FACTORY" build --fleet a//b one.yml
}
