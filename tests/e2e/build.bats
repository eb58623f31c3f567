load common

@test "steps run in order in one container, tests on branches that can't change the artifact" {
	manifest <<-E
		image: $BASE
		install:
		  - echo one > /steps
		  - echo two >> /steps
		script:
		  - test "\$(cat /steps)" = "\$(printf 'one\ntwo')" && echo changed > /steps
		  - grep -q two /steps && ! test -e /branch && touch /branch
		  - "! test -e /branch"
	E
	run "$FACTORY" build m.yml -t t/order:1
	[ "$status" -eq 0 ]
	[ "$(file_in t/order:1 /steps)" = $'one\ntwo' ]
	no_container_left
}

@test "the same build again starts no container and ends in the same image" {
	manifest <<-E
		image: $BASE
		install: date +%N > /stamp
	E
	"$FACTORY" build m.yml -t t/cached:1
	first=$(image_id t/cached:1)
	run "$FACTORY" build m.yml -t t/cached:2
	[ "$status" -eq 0 ]
	shows "(cached)"
	[ "$(image_id t/cached:2)" = "$first" ]
	run "$FACTORY" build m.yml -t t/cached:3 --no-cache
	[ "$(image_id t/cached:3)" != "$first" ]
	sed -i 's/stamp/other/' m.yml
	"$FACTORY" build m.yml -t t/cached:4
	[ "$(image_id t/cached:4)" != "$first" ]
}

@test "both streams arrive live and in order" {
	manifest <<-E
		image: $BASE
		install: for i in 1 2 3; do echo out \$i; echo err \$i >&2; sleep 0.3; done
	E
	"$FACTORY" build m.yml --no-cache 2>log &
	pid=$!
	eventually grep -q 'out 1' log
	! grep -q 'out 3' log || false
	wait $pid
	[ "$(grep -o 'out [0-9]' log | tr -d '\n')" = "out 1out 2out 3" ]
	[ "$(grep -o 'err [0-9]' log | tr -d '\n')" = "err 1err 2err 3" ]
}

@test "a step's time, processor time and peak memory are reported" {
	manifest <<-E
		image: $BASE
		install: sleep 0.2
	E
	run "$FACTORY" build m.yml --no-cache
	[ "$status" -eq 0 ]
	echo "$output" | grep -Eq 'install-1 +ok 2[0-9][0-9]\.[0-9] ms \(cpu [0-9.]+ ms, peak [0-9.]+ MB\)'
}

@test "a failing step ends the build: its code, its place, nothing left" {
	manifest <<-E
		image: $BASE
		install:
		  - echo fine
		  - echo going wrong; exit 7
		  - echo never
	E
	fails_with 6 "$FACTORY" build m.yml -t t/fail:1
	shows "going wrong"
	shows "m.yml:4:5: install-2 failed with exit code 7"
	! grep -q never <<<"$output" || false
	nothing_left t/fail:1
}

@test "a failing test leaves the old tag where it was" {
	manifest <<-E
		image: $BASE
		install: echo 1 > /version
		script: "true"
	E
	"$FACTORY" build m.yml -t t/keep:1
	first=$(image_id t/keep:1)
	manifest <<-E
		image: $BASE
		install: echo 2 > /version
		script:
		  - sleep 5
		  - "false"
	E
	# What the tests ran on stays for the next try, and nothing else does.
	named() { api GET '/images/json?all=1' | jq '[.[] | select(any(.RepoTags[]?; startswith("factory-cache:")) | not)] | length'; }
	images=$(named)
	fails_with 6 "$FACTORY" build m.yml -t t/keep:1
	shows "m.yml:5:5: test-2 failed with exit code 1"
	[ "$(image_id t/keep:1)" = "$first" ]
	[ "$(named)" = "$images" ]
	no_container_left
}

@test "a step killed by a signal is reported as such" {
	manifest <<-E
		image: $BASE
		install: kill -9 \$\$
	E
	fails_with 6 "$FACTORY" build m.yml -t t/killed:1
	shows "m.yml:2:10: install-1 was killed by signal 9"
	nothing_left t/killed:1
}

@test "a step that takes too long is ended" {
	manifest <<-E
		image: $BASE
		install: {run: sleep 60, timeout: 300ms}
	E
	fails_with 6 timeout 20 "$FACTORY" build m.yml -t t/slow:1
	shows "install-1 timed out after 0.3 s"
	nothing_left t/slow:1
}

@test "a step that prints 100 MB does not stop the build or fill the memory" {
	manifest <<-E
		image: $BASE
		install: yes 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde | head -c 104857600
	E
	/usr/bin/time -f '%M' -o peak "$FACTORY" build m.yml --no-cache 2>&1 >/dev/null | wc -c >size
	[ "$(cat size)" -gt 104857600 ]
	[ "$(tail -n 1 peak)" -lt 200000 ]
}

@test "daemons that a step leaves do not hold it up, and end with the container" {
	manifest <<-E
		image: $BASE
		install:
		  - (sleep 1000 & sleep 1000 & ) ; echo left
		  - ps | grep -q 'sleep 1000'
	E
	run timeout 20 "$FACTORY" build m.yml -t t/daemons:1
	[ "$status" -eq 0 ]
	no_container_left
}

@test "SIGINT and SIGTERM end the step, remove the container, leave no image" {
	manifest <<-E
		image: $BASE
		install: sleep 1000
	E
	for signal in INT TERM; do
		"$FACTORY" build m.yml -t t/stopped:1 2>log &
		pid=$!
		eventually grep -q install-1 log
		kill -$signal $pid
		code=0
		wait $pid || code=$?
		[ "$code" -eq "$([ $signal = INT ] && echo 130 || echo 143)" ]
		nothing_left t/stopped:1
	done
}

@test "a driver that is killed leaves nothing either" {
	manifest <<-E
		image: $BASE
		install: sleep 1000
	E
	"$FACTORY" build m.yml -t t/gone:1 2>log &
	pid=$!
	eventually grep -q install-1 log
	kill -KILL $pid
	nothing_left t/gone:1
}

@test "a missing base image is one clear error at its place" {
	manifest <<-E
		# nothing
		image: factory-test/no-such-image:9
	E
	fails_with 5 "$FACTORY" build m.yml -t t/missing:1
	shows "m.yml:2:8: "
	shows "the image factory-test/no-such-image:9 is not in the engine and can't be pulled"
	nothing_left t/missing:1
}

@test "language names the base image, by option and by configuration" {
	manifest <<-E
		language: parrot
		install: "true"
	E
	fails_with 3 "$FACTORY" build m.yml
	shows "m.yml:1:11: no base image is known for the language 'parrot'"
	"$FACTORY" build m.yml --language parrot=$BASE
	mkdir -p config/factory
	echo "languages: {parrot: $BASE}" >config/factory/config.yml
	"$FACTORY" build m.yml
}

@test "steps run with the manifest's environment, user and directory" {
	manifest <<-E
		image: $BASE
		user: app
		workdir: /work/here
		env: {GREETING: hello}
		install:
		  - test "\$(id -un)" = app
		  - test "\$PWD" = /work/here && touch mine
		  - {run: 'test "\$GREETING" = hi', env: {GREETING: hi}}
		  - {run: 'test "\$(id -u)" = 0 && test "\$PWD" = /tmp', user: root, workdir: /tmp}
		  - test "\$GREETING" = hello
	E
	"$FACTORY" build m.yml --no-cache
}

@test "an endpoint that is not there, or that refuses, is one clear line" {
	manifest <<-E
		image: $BASE
	E
	fails_with 4 env DOCKER_HOST=unix:///nowhere/docker.sock "$FACTORY" build m.yml
	shows "unix:///nowhere/docker.sock"
	[ "${#lines[@]}" -eq 1 ]
	fails_with 4 "$FACTORY" build m.yml --endpoint tcp://127.0.0.1:1
	shows "127.0.0.1:1"
	[ "${#lines[@]}" -eq 1 ]
	fails_with 4 "$FACTORY" build m.yml --endpoint ftp://x
}

@test "a missing toolbox is made on the fly, with a notice" {
	manifest <<-E
		image: $BASE
		install: "true"
	E
	run "$FACTORY" build m.yml --no-cache --toolbox toolbox-spare
	[ "$status" -eq 0 ]
	shows "made the toolbox 'toolbox-spare'"
	api DELETE '/containers/toolbox-spare?force=1&v=1'
}

@test "an agent of another protocol version is refused with advice" {
	cat >old.c <<-'E'
		#include <unistd.h>
		int main(void)
		{
			static const char hello[] = "{\"protocol\":99,\"agent\":\"9.9\",\"shell\":null,\"staging\":\"/tmp\"}";
			char frame[12] = {sizeof hello - 1, 0, 0, 0, 64};
			if (write(1, frame, 12) != 12 || write(1, hello, sizeof hello - 1) < 0)
				return 1;
			return read(0, frame, 1) < 0;
		}
	E
	gcc -static -o old old.c
	"$FACTORY" toolbox create --agent ./old --name toolbox-old --image factory/toolbox-old
	manifest <<-E
		image: $BASE
		install: "true"
	E
	fails_with 9 "$FACTORY" build m.yml -t t/old:1 --no-cache --toolbox toolbox-old
	shows "protocol 99"
	shows "[F0902]"
	shows "factory toolbox create"
	api DELETE '/containers/toolbox-old?force=1&v=1'
	nothing_left t/old:1
}
