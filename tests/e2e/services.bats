# Services beside tests, and `factory test`.
load common

REDIS=factory-test/redis:latest

setup_file() {
	"$BATS_TEST_DIRNAME/../fixtures/images.sh" load redis factory-test/redis:latest \
		'EXPOSE 6379' 'CMD ["redis-server", "--protected-mode", "no", "--save", ""]'
}

networks() {
	api GET '/networks?filters=%7B%22label%22%3A%5B%22factory.services%22%5D%7D' | jq -r '.[].Name'
}

no_network_left() {
	[ -z "$(networks)" ] || { echo "networks left: $(networks)" >&2; return 1; }
}

# running COUNT: waits until so many of our containers run.
running() {
	for _ in $(seq 100); do
		[ "$(our_containers | wc -l)" -ge "$1" ] && return 0
		sleep 0.1
	done
	return 1
}

# ends_with CODE PID: a process of this shell.
ends_with() {
	local code=0
	wait "$2" || code=$?
	[ $code -eq "$1" ] || { printf 'exit code %s, not %s\n' $code "$1" >&2; return 1; }
}

# answering NAME PORT: a service that answers each connection with its name.
answering() {
	echo "$1: {image: $BASE, command: sh -c \"while :; do echo $1 | nc -l -p $2; done\", ports: $2, ready: pidof nc}"
}

@test "a test talks to a Redis" {
	manifest <<-E
		image: $REDIS
		services: {redis: $REDIS}
		script:
		  - test "\$(redis-cli -h \$REDIS_HOST -p \$REDIS_PORT set a 5)" = OK
		  - |
		    set -e
		    test "\$REDIS_HOST:\$REDIS_PORT" = redis:6379
		    test "\$(redis-cli -h redis get a)" = ""
		  - {name: its own port, run: test "\$REDIS_PORT" = 1, env: {REDIS_PORT: 1}}
	E
	run "$FACTORY" build --no-cache m.yml -t t/redis:1
	echo "$output"
	[ "$status" -eq 0 ]
	shows "test-1: starting redis ($REDIS)"
	shows "redis is ready after"
	no_container_left
	no_network_left
	# Nothing of them is in the image, and it comes from the cache.
	api GET /images/t/redis:1/json | jq -e '[.Config.Env[]? | select(contains("REDIS"))] == []'
	run "$FACTORY" build m.yml -t t/redis:1
	shows '(cached)'
	sed -i 's/{redis:/{other: {image: factory-test\/redis:latest, ports: 6379}, redis:/' m.yml
	run "$FACTORY" build --no-cache m.yml -t t/redis:1
	[ "$status" -eq 0 ]
	shows 'other is ready after'
}

@test "services as facts: for steps, for templates, in the manifest's text" {
	echo '{{ with fact "services.my-redis.address" }}{{ . }}:{{ fact "services.my-redis.port" }}{{ end }}' >address.tpl
	manifest <<-E
		image: $REDIS
		copy: address.tpl:/address.tpl
		services: {my-redis: {image: $REDIS, ports: 6379}, plain: {image: $BASE, command: sleep 100}}
		script:
		  - run: |
		      set -e
		      address=\$(/tools/agent facts services.my-redis.address)
		      grep "^\$address.my-redis" /etc/hosts
		      test "\$(redis-cli -h \$address ping)" = PONG
		      /tools/agent render -once -template /address.tpl:/tmp/address
		      test "\$(cat /tmp/address)" = "\$address:6379"
		      /tools/agent facts services.plain.host
		      ! /tools/agent facts services.plain.port
		  - test "\$(redis-cli -h {{ facts.services['my-redis'].host }} -p {{ facts.services['my-redis'].port }} ping)" = PONG
		  - {name: its own, services: [plain], run: '! /tools/agent facts services.my-redis.host && /tools/agent facts services.plain.address'}
		  - {name: none, services: [], run: '! /tools/agent facts services && test -z "\$FACTORY_SERVICES"'}
	E
	run "$FACTORY" build --no-cache m.yml -t t/facts:1
	echo "$output"
	[ "$status" -eq 0 ]
	no_container_left
	no_network_left
	sed -i "s/.port }}/.prot }}/" m.yml
	fails_with 3 "$FACTORY" build m.yml -t t/facts:1
	shows "has no attribute 'prot'"
}

@test "a compose file: what depends on a service waits for its health, a job is done before" {
	cat >compose.yml <<-E
		services:
		  web:
		    image: $BASE
		    command: sh -c 'nc db 6379 </dev/null && cat /conf/greeting >/index.html && exec httpd -f -p \${PORT:?} -h /'
		    ports: ["80:8080"]
		    volumes: [./conf:/conf:ro]
		    restart: always
		    depends_on:
		      db: {condition: service_healthy}
		      job: {condition: service_completed_successfully}
		  db:
		    image: $REDIS
		    healthcheck: {test: [CMD, redis-cli, ping], interval: 1s, timeout: 2s, retries: 20}
		  job:
		    image: $REDIS
		    command: [redis-cli, -h, db, set, migrated, "\${VERSION:-1}"]
		    depends_on: {db: {condition: service_healthy}}
	E
	mkdir conf && echo hello >conf/greeting
	printf '# of all\nPORT=8080\nVERSION=1\n' >.env
	manifest <<-E
		image: $REDIS
		services: compose.yml
		script:
		  - test "\$(wget -qO- http://\$WEB_HOST:\$WEB_PORT/)" = hello
		  - test "\$(redis-cli -h db get migrated)" = 7 && test -z "\$JOB_HOST"
	E
	VERSION=7 run "$FACTORY" build --no-cache m.yml -t t/compose:1
	echo "$output"
	[ "$status" -eq 0 ]
	shows "m.yml: 'restart' is ignored"
	no_container_left
	no_network_left
	# What it mounts is looked at, too.
	echo bye >conf/greeting
	VERSION=7 fails_with 6 "$FACTORY" build m.yml -t t/compose:2
	nothing_left t/compose:2
	no_network_left
}

@test "a service that is never ready: its log is shown, nothing is left" {
	manifest <<-E
		image: $BASE
		services:
		  mute: {image: $BASE, command: sh -c "echo I do not listen; sleep 100", ready: {tcp: 99, timeout: 2s}}
		script: echo never
	E
	fails_with 6 "$FACTORY" build m.yml -t t/mute:1
	shows 'mute | I do not listen'
	shows 'm.yml:3:'
	shows 'the service mute: was not ready within 2.0 s: agent: '
	shows 'Connection refused'
	nothing_left t/mute:1
	no_network_left
}

@test "a service whose agent says nothing" {
	mute_toolbox
	manifest <<-E
		image: $BASE
		services:
		  mute: {image: $BASE, command: sleep 100}
		script: echo never
	E
	run "$FACTORY" test "$BASE" --manifest m.yml --toolbox toolbox-mute --patience 5
	remove_mute_toolbox
	[ "$status" -eq 9 ]
	shows 'the service mute: its agent says nothing: given up after 5 s'
	no_container_left
	no_network_left
}

@test "a service that ends, that has no image, no command" {
	manifest <<-E
		image: $BASE
		services: {short: {image: $BASE, command: sh -c "echo oh dear; exit 3", ready: {tcp: 99}}}
		script: echo never
	E
	fails_with 6 "$FACTORY" build m.yml -t t/short:1
	shows 'the service short: ended with exit code 3 before it was ready'
	shows 'short | oh dear'
	nothing_left t/short:1
	sed -i 's/image: [^ ]*, command/image: factory-test\/none:1, command/' m.yml
	fails_with 5 "$FACTORY" build m.yml -t t/short:1
	shows "the service short: the image factory-test/none:1 is not in the engine and can't be pulled"
	sed -i "s|{short: .*|{short: $BASE}|" m.yml
	fails_with 6 "$FACTORY" build m.yml -t t/short:1
	shows 'has no command: give it one'
	nothing_left t/short:1
	no_network_left
}

@test "a test that fails shows what its service printed last" {
	manifest <<-E
		image: $BASE
		services: {talker: {image: $BASE, command: sh -c "echo I saw it; sleep 100"}}
		script: sleep 0.3; exit 5
	E
	fails_with 6 "$FACTORY" build m.yml -t t/talker:1
	shows 'talker | I saw it'
	shows 'test-1 failed with exit code 5'
	nothing_left t/talker:1
	no_network_left
}

@test "an interruption leaves nothing" {
	manifest <<-E
		image: $BASE
		services: {web: {image: $BASE, command: sleep 100}}
		script: sleep 100
	E
	"$FACTORY" build m.yml -t t/int:1 >out 2>&1 &
	local pid=$!
	running 2
	kill -INT $pid
	ends_with 130 $pid
	nothing_left t/int:1
	no_network_left
}

@test "a driver that is killed takes its services along; its empty network is removed by the next" {
	manifest <<-E
		image: $BASE
		services: {web: {image: $BASE, command: sh -c "trap '' TERM HUP; while :; do sleep 1; done"}}
		script: sleep 100
	E
	"$FACTORY" build m.yml -t t/killed:1 >out 2>&1 &
	local pid=$!
	running 2
	kill -KILL $pid
	wait $pid || true
	no_container_left # within five seconds
	[ "$(networks | wc -l)" -eq 1 ]
	local old
	old=$(networks)
	# One of a driver that runs is left alone, an empty one of a dead one is not.
	sed -i 's/script: .*/script: true/' m.yml
	run "$FACTORY" build --no-cache m.yml -t t/killed:2
	[ "$status" -eq 0 ]
	[ "$(networks | grep -cxF "$old")" -eq 0 ]
	no_network_left
}

@test "each test has services of its own, and sees no others" {
	manifest <<-E
		image: $BASE
		services:
		  $(answering one 1001)
		script:
		  - test "\$(nc one 1001 </dev/null)" = one && ! nc -w 1 two 1002 </dev/null
		  - name: two alone
		    run: test "\$(nc \$TWO_HOST \$TWO_PORT </dev/null)" = two && test -z "\$ONE_HOST" && ! nc -w 1 one 1001 </dev/null
		    services:
		      $(answering two 1002)
		  - {name: none, services: [], run: test -z "\$ONE_HOST" && ! nc -w 1 one 1001 </dev/null}
	E
	run "$FACTORY" build --no-cache m.yml -t t/own:1
	echo "$output"
	[ "$status" -eq 0 ]
	no_container_left
	no_network_left
}

@test "with network: none they are reached on a network that leads nowhere" {
	manifest <<-E
		image: $BASE
		network: none
		services:
		  $(answering one 1001)
		script: test "\$(nc one 1001 </dev/null)" = one && sleep 1
	E
	"$FACTORY" build --no-cache m.yml -t t/alone:1 >out 2>&1 &
	local pid=$!
	running 2
	api GET /networks | jq -e '.[] | select(.Labels["factory.services"]) | .Internal'
	ends_with 0 $pid
	no_network_left
}

three_tests() {
	manifest <<-E
		image: $BASE
		install: echo made >/made
		artifact: t/tested
		script:
		  - {name: "fine <&\"'>", run: cat /made}
		  - {name: bad, run: 'printf "seen \\\\033[1m <&> \\\\377\\\\n"; exit 3'}
		  - {name: slow, run: sleep 0.2}
	E
}

@test "factory test runs all tests, says which failed, and names nothing" {
	three_tests
	fails_with 6 "$FACTORY" test m.yml --junit out.xml
	echo "$output"
	shows '3 tests: 2 passed, 1 failed in'
	shows 'm.yml:6:5: test-2 failed with exit code 3: bad'
	nothing_left t/tested:latest
	/usr/bin/python3 - <<-'P'
		from xml.etree import ElementTree
		root = ElementTree.parse("out.xml").getroot()
		assert root.tag == "testsuites", root.tag
		suite, = root
		assert suite.attrib["name"] == "m.yml"
		assert [suite.attrib[k] for k in ("tests", "failures", "errors", "skipped")] == ["3", "1", "0", "0"]
		float(suite.attrib["time"])
		cases = {c.attrib["name"]: c for c in suite}
		assert list(cases) == ["fine <&\"'>", "bad", "slow"], list(cases)
		assert all(c.attrib["classname"] == "m.yml" for c in cases.values())
		assert float(cases["slow"].attrib["time"]) >= 0.2
		assert cases["fine <&\"'>"].find("system-out").text == "made\n"
		assert cases["bad"].find("system-out").text == "seen [1m <&> \n", repr(cases["bad"].find("system-out").text)
		failure = cases["bad"].find("failure")
		assert failure.attrib["message"] == "test-2 failed with exit code 3: bad"
		assert "m.yml:6:5" in failure.text
		assert cases["slow"].find("failure") is None
	P
	# Built once; one test alone passes.
	run "$FACTORY" test m.yml --filter 'fine*'
	[ "$status" -eq 0 ]
	shows '(cached)'
	shows '1 test: 1 passed, 0 failed'
	run "$FACTORY" test m.yml --filter test-3
	[ "$status" -eq 0 ]
	fails_with 3 "$FACTORY" test m.yml --filter none
	shows "no test is called 'none'"
	no_container_left
}

@test "factory test takes what a build has made, and any image" {
	three_tests
	sed -i 's/exit 3/exit 0/' m.yml
	"$FACTORY" build m.yml
	run "$FACTORY" test m.yml
	[ "$status" -eq 0 ]
	shows "built $(image_id t/tested:latest)"
	run "$FACTORY" test t/tested:latest --manifest m.yml
	[ "$status" -eq 0 ]
	fails_with 6 "$FACTORY" test "$BASE" --manifest m.yml
	shows 'test-1 failed with exit code 1'
	fails_with 5 "$FACTORY" test factory-test/none:1 --manifest m.yml
	fails_with 2 "$FACTORY" test t/tested:latest
	shows 'say whose tests are to run by --manifest'
	api DELETE /images/t/tested:latest?force=1 >/dev/null
	no_container_left
}

@test "factory test: a service that fails is an error, what was not begun is skipped" {
	manifest <<-E
		image: $BASE
		script:
		  - {name: served, run: "true", services: {a: {image: $BASE, command: "false", ready: {tcp: 1}}}}
		  - {name: long, run: sleep 100}
		  - {name: late, run: "true"}
	E
	"$FACTORY" test m.yml -j 1 --junit out.xml >out 2>&1 &
	local pid=$!
	for _ in $(seq 100); do
		grep -q 'test-2' out && break
		sleep 0.1
	done
	kill -TERM $pid
	ends_with 143 $pid
	/usr/bin/python3 - <<-'P'
		from xml.etree import ElementTree
		suite, = ElementTree.parse("out.xml").getroot()
		assert [suite.attrib[k] for k in ("tests", "failures", "errors", "skipped")] == ["3", "0", "1", "2"], suite.attrib
		assert "ended with exit code 1" in suite[0].find("error").attrib["message"]
		assert suite[1].find("skipped") is not None and suite[2].find("skipped") is not None
	P
	no_container_left
	no_network_left
}
