load common

@test "a step is tried again, and only as often as it says" {
	manifest <<-E
		image: $BASE
		install:
		  - run: echo x >> /tries; test \$(wc -l < /tries) -ge 3
		    retries: 2
	E
	run "$FACTORY" build m.yml -t t/retry:1
	[ "$status" -eq 0 ]
	shows "install-1 failed with exit code 1"
	shows "attempt 3 of 3"
	[ "$(file_in t/retry:1 /tries | wc -l)" = 3 ]
	sed -i 's/retries: 2/retries: 1/' m.yml
	fails_with 6 "$FACTORY" build m.yml -t t/retry:2 --no-cache
	nothing_left t/retry:2
}

@test "a manifest's retries and timeout hold for steps that have none" {
	manifest <<-E
		image: $BASE
		retries: 1
		timeout: 300ms
		install:
		  - echo x >> /tries; test \$(wc -l < /tries) -ge 2
		script: {run: sleep 5, retries: 0}
	E
	fails_with 6 "$FACTORY" build m.yml
	shows "test-1 timed out"
}

@test "ignored errors are told, and the build goes on" {
	manifest <<-E
		image: $BASE
		install:
		  - {run: exit 9, ignore_errors: true}
		  - touch /after
		script: {run: exit 3, ignore_errors: true}
	E
	run "$FACTORY" build m.yml -t t/ignore:1
	[ "$status" -eq 0 ]
	shows "install-1 failed with exit code 9: exit 9: ignored"
	shows "test-1 failed with exit code 3: exit 3: ignored"
	file_in t/ignore:1 /after
}

@test "a step that creates what is there is skipped" {
	manifest <<-E
		image: $BASE
		install:
		  - {run: echo one > /made, creates: /made}
		  - {run: echo two > /made, creates: /made}
	E
	run "$FACTORY" build m.yml -t t/creates:1
	[ "$status" -eq 0 ]
	[ "$(file_in t/creates:1 /made)" = one ]
	shows "skipped: it has made /made"
}

@test "steps with conditions over properties and facts" {
	manifest <<-E
		image: $BASE
		install:
		  - {run: touch /yes, when: "debug and level > 2"}
		  - {run: touch /no, when: not debug}
		  - {run: touch /facts, when: facts.kernel.name == "Linux"}
		  - {run: touch /other, when: facts.kernel.name == "Plan9"}
	E
	run "$FACTORY" build m.yml -t t/when:1 --set debug=true --set level=3
	[ "$status" -eq 0 ]
	file_in t/when:1 /yes
	file_in t/when:1 /facts
	not file_in t/when:1 /no
	not file_in t/when:1 /other
	printf 'image: x\ninstall: {run: x, when: facts.memory.total > 5 and facts.os.id.startswith("x")}\n' >m.yml
	"$FACTORY" check m.yml
	manifest <<-E
		image: $BASE
		install: {run: x, when: debgu}
	E
	fails_with 3 "$FACTORY" check m.yml
	shows "m.yml:2:25: 'when': 'debgu' is undefined"
}

@test "limits, as the container itself sees them" {
	manifest <<-E
		image: $BASE
		limits:
		  memory: 64m
		  cpus: 0.5
		  pids: 50
		  network: false
		  no_new_privileges: true
		  drop: [NET_RAW, CHOWN]
		  read_only: true
		install:
		  - cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null > /memory || true
		  - cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null > /pids || true
		  - cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null > /cpus || true
		  - ls /sys/class/net > /net
		  - grep NoNewPrivs /proc/self/status > /privileges
		  - touch /x; if chown 5 /x 2>/dev/null; then exit 1; fi
		script:
		  - if touch /y 2>/dev/null; then exit 1; fi; touch /tmp/y
	E
	run "$FACTORY" build m.yml -t t/limits:1
	[ "$status" -eq 0 ]
	[ "$(file_in t/limits:1 /memory)" = 67108864 ]
	[ "$(file_in t/limits:1 /pids)" = 50 ]
	[ "$(file_in t/limits:1 /cpus | cut -d' ' -f1)" = 50000 ]
	[ "$(file_in t/limits:1 /net)" = lo ]
	file_in t/limits:1 /privileges | grep -q '1$'
}

@test "secrets: there for their step, and nowhere else" {
	printf 'file-s3cret-value\n' >token
	manifest <<-E
		image: $BASE
		user: "1000:1000"
		install:
		  - run: |
		      test "\$TOKEN" = env-s3cret-value && test "\$(cat "\$FILE")" = file-s3cret-value
		      echo "they are \$TOKEN and \$(cat \$FILE)"
		      case \$FILE in /dev/shm/*) ;; *) exit 1 ;; esac
		      printf %s "\$FILE" > /tmp/path
		    secrets: {TOKEN: MY_TOKEN, FILE: {file: token, as: file}}
		  - test -z "\$TOKEN\$FILE" && ! test -e "\$(cat /tmp/path)"
		script:
		  - test -z "\$TOKEN" && ! env | grep -q s3cret
	E
	export MY_TOKEN=env-s3cret-value
	run "$FACTORY" build m.yml -t t/secret:1
	[ "$status" -eq 0 ]
	shows "they are *** and ***"
	not grep -q s3cret-value <<<"$output"
	api GET /images/t/secret:1/json >about
	api GET /images/t/secret:1/history >>about
	not grep -q s3cret-value about
	api GET /images/t/secret:1/get | tar -xO | grep -aq /tmp || true
	api GET /images/t/secret:1/get >saved
	not grep -aq s3cret-value saved
	# Not of its value is the key made: another one is the same build.
	export MY_TOKEN=other-s3cret-value
	run "$FACTORY" build m.yml
	shows "(cached)"
	unset MY_TOKEN
	fails_with 6 "$FACTORY" build m.yml --no-cache
	shows "m.yml:9:15: the secret TOKEN can't be read: the variable MY_TOKEN is not set"
	no_container_left
}

@test "the manifest names the image, where -t does not" {
	manifest <<-E
		image: $BASE
		install: touch /x
		artifact: {repo: t/named, tags: [a, b]}
	E
	"$FACTORY" build m.yml
	[ -n "$(image_id t/named:a)" ]
	[ "$(image_id t/named:a)" = "$(image_id t/named:b)" ]
}

@test "secrets of several lines are hidden line by line, wherever they turn up" {
	printf -- '-----BEGIN\n  first-l1ne\r\nsecond-l1ne\n=\n' >key
	manifest <<-E
		image: $BASE
		install:
		  - run: cat \$KEY; cp \$KEY /tmp/left; printf second-; sleep 0.3; printf 'l1ne'
		    secrets: {KEY: {file: key, as: file}}
		  - cat /tmp/left; echo second-l1ne >&2; false first-l1ne
	E
	fails_with 6 "$FACTORY" build m.yml
	shows "install-2 failed with exit code 1: cat /tmp/left; echo *** >&2; false ***"
	[ "$(grep -c '|   \*\*\*' <<<"$output")" -eq 2 ]
	not grep -e first-l1ne -e second-l1ne <<<"$output"
	no_container_left
}
