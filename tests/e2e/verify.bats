#!/usr/bin/env bats
# Builds that can be repeated: SOURCE_DATE_EPOCH, factory verify, factory diff.
load common

# All images, their names and those without one.
images() {
	api GET '/images/json?all=1' | jq -r '.[] | .Id, (.RepoTags // [])[]' | sort
}

stable() {
	manifest <<'TEXT'
image: factory-test/busybox:latest
network: none
workdir: /srv/app
copy:
  - m.yml:/etc/m.yml
install:
  - mkdir -p /opt/a && echo 1 > /opt/a/file && ln -s file /opt/a/link
  - rm /bin/arch && chown 7:8 /opt/a/file
TEXT
}

@test "with SOURCE_DATE_EPOCH two builds are the same, without it files have other times" {
	stable
	images >before
	SOURCE_DATE_EPOCH=1000000000 run "$FACTORY" verify m.yml -q
	echo "$output"
	[ "$status" -eq 0 ]
	shows 'the same'
	fails_with 13 "$FACTORY" verify m.yml -q
	shows '/opt/a/file: time'
	shows 'two builds of m.yml differ'
	run "$FACTORY" verify m.yml -q --ignore-times
	[ "$status" -eq 0 ]
	images | diff before -
	no_container_left
}

@test "what differs is named, path by path, as text and as JSON" {
	manifest <<'TEXT'
image: factory-test/busybox:latest
network: none
install:
  - cat /proc/sys/kernel/random/uuid > /uuid; touch "/tmp/$(cat /uuid)"
TEXT
	SOURCE_DATE_EPOCH=5 fails_with 13 "$FACTORY" verify m.yml -q
	shows '/uuid: content'
	shows 'only in a'
	shows '3 files and 0 fields of the config differ'
	SOURCE_DATE_EPOCH=5 "$FACTORY" verify m.yml -q --format json 2>/dev/null >report || [ $? -eq 13 ]
	[ "$(jq -c '[.same, (.files | length)]' report)" = '[false,3]' ]
	[ "$(jq -r '.files[] | select(.path == "/uuid") | .how[0], .a.mode, .a.mtime' report | xargs)" = 'content 0644 5' ]
}

@test "no file of a build is newer than SOURCE_DATE_EPOCH, and what it did not touch stays" {
	stable
	SOURCE_DATE_EPOCH=1000000000 "$FACTORY" build m.yml -t test/epoch:1
	mkdir saved
	api GET /images/test/epoch:1/get | tar -x -C saved
	tar --utc --full-time -tvf "saved/$(jq -r '.[0].Layers[-1]' saved/manifest.json)" >listing
	[ "$(awk '$6 !~ /wh.arch/ {print $4, $5}' listing | sort -u)" = '2001-09-09 01:46:40' ]
	run grep -c busybox listing
	[ "$output" = 0 ]
	api DELETE /images/test/epoch:1 >/dev/null
	SOURCE_DATE_EPOCH=soon fails_with 2 "$FACTORY" build m.yml
	shows 'SOURCE_DATE_EPOCH is a number of seconds'
}

@test "a failing build is no verdict: its own exit code, and nothing stays" {
	printf 'image: %s\ninstall: [touch /x, "false"]\n' "$BASE" | manifest
	images >before
	fails_with 6 "$FACTORY" verify m.yml -q
	images | diff before -
	no_container_left
}

@test "each cell of a matrix is verified, and what it stands on is built once" {
	printf 'image: %s\ninstall: [touch /base]\n' "$BASE" >base.yml
	printf 'from: base.yml\nnetwork: none\nenv:\n  jobs: [A=1, A=2]\ninstall: [touch /x]\n' |
		manifest
	SOURCE_DATE_EPOCH=5 "$FACTORY" verify m.yml -q --format json >report
	[ "$(jq -c '[.[].same]' report)" = '[true,true]' ]
}

@test "diff compares images and manifests, by file and by config" {
	printf 'image: %s\ninstall: [echo 1 > /x, touch /y]\nconfig: {env: {A: one}, user: app}\n' "$BASE" >a.yml
	printf 'image: %s\ninstall: [echo 22 > /x, chmod 600 /x, ": %s"]\nconfig: {env: {A: two}}\n' "$BASE" "$WORK" >b.yml
	"$FACTORY" build a.yml -t test/diff:a
	fails_with 12 "$FACTORY" diff test/diff:a b.yml
	shows 'b.yml is not built as it is now'
	"$FACTORY" build b.yml -t test/diff:b
	fails_with 13 "$FACTORY" diff test/diff:a b.yml --ignore-times
	cat >expected <<'TEXT'
/x: content, mode 0644 -> 0600
/y: only in a
config Env A: "one" -> "two"
config User: "app" -> (none)
2 files and 2 fields of the config differ
TEXT
	diff expected <(echo "$output")
	run "$FACTORY" diff a.yml test/diff:a --format json
	[ "$status" -eq 0 ]
	[ "$(echo "$output" | jq .same)" = true ]
	api DELETE /images/test/diff:a >/dev/null
	api DELETE /images/test/diff:b >/dev/null
}

@test "diff of what is not there, of one name, of a matrix" {
	fails_with 5 "$FACTORY" diff "$BASE" test/no-such:1
	shows "no image 'test/no-such:1'"
	fails_with 2 "$FACTORY" diff "$BASE"
	printf 'image: %s\nenv:\n  jobs: [A=1, A=2]\n' "$BASE" | manifest
	fails_with 2 "$FACTORY" diff "$BASE" m.yml
	shows 'has a matrix'
}

@test "an interrupt ends it, and leaves nothing" {
	printf 'image: %s\ninstall: [touch /x, sleep 60]\n' "$BASE" | manifest
	images >before
	"$FACTORY" verify m.yml -q &
	local verifying=$! status=0
	sleep 1.5
	kill -INT "$verifying"
	wait "$verifying" || status=$?
	[ "$status" -eq 130 ]
	no_container_left
	images | diff before -
}

@test "steps see SOURCE_DATE_EPOCH, the artifact does not; an older time stays" {
	printf 'image: %s\ninstall: ["echo $SOURCE_DATE_EPOCH > /seen", "touch -d @500 /old", "touch /new"]\n' \
		"$BASE" | manifest
	SOURCE_DATE_EPOCH=1000 "$FACTORY" build m.yml -t test/epoch:1
	[ "$(file_in test/epoch:1 /seen)" = 1000 ]
	run api GET /images/test/epoch:1/json
	[[ $output != *SOURCE_DATE_EPOCH* ]]
	mkdir saved
	api GET /images/test/epoch:1/get | tar -x -C saved
	tar -xf "saved/$(jq -r '.[0].Layers[-1]' saved/manifest.json)"
	[ "$(stat -c %Y old new | xargs)" = '500 1000' ]
	api DELETE /images/test/epoch:1 >/dev/null
}
