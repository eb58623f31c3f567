#!/usr/bin/env bats
# What Docker and Podman can, without a daemon: an `oci:` directory of its own for each test.
load common
load oci

# layer IMAGE: the paths of its last layer.
layer() {
	local name
	mkdir -p saved
	"$FACTORY" export "$1" -o - | tar -x -C saved
	name=$(jq -r '.[0].Layers[-1]' saved/manifest.json)
	tar -tf "saved/$name" | sed 's|^\./||; s|/$||' | sort
	rm -rf saved
}

listed() {
	"$FACTORY" ls --format json | jq -r ".[] | select(.kind == \"$1\") | .name"
}

key_of() {
	"$FACTORY" ls --format json |
		jq -r ".[] | select(.kind == \"checkpoint\" and .image == \"$1\") | .name"
}

# build NAME COMMAND
build() {
	printf 'image: %s\nnetwork: none\ninstall: %s\n' "$BASE" "$2" >m.yml
	"$FACTORY" build -q m.yml -t "$1" >id
}

# --- ls, rm, gc ---

@test "ls tells artifacts, checkpoints and toolboxes with their sizes, and nothing foreign" {
	build t/oci:1 '"head -c 300000 /dev/urandom >/data"'
	"$FACTORY" ls --format json >list
	jq -e '[.[] | select(.name == "t/oci:1")] | length == 1 and .[0].kind == "artifact" and .[0].size >= 300000 and .[0].size < 400000' list
	jq -e --arg id "$(cat id)" '[.[] | select(.kind == "checkpoint" and .image == $id)] | .[0].detail == "t/oci:1" and .[0].last_use >= .[0].created - 1' list
	jq -e '[.[] | select(.kind == "toolbox")] | length >= 2' list
	jq -e '[.[] | select(.name | test("busybox"))] == []' list
}

@test "rm takes a tag, a checkpoint by its key's begin, and refuses what is not ours" {
	build t/oci:2 'echo two >/two'
	key=$(key_of "$(cat id)")
	before=$(layers)
	fails_with 2 "$FACTORY" rm "$BASE"
	shows 'factory ls'
	"$FACTORY" rm t/oci:2
	no_image t/oci:2
	[ -n "$(image_id "$key")" ]
	[ "$(layers)" = "$before" ]
	key=${key#*:}
	"$FACTORY" rm "${key:0:12}"
	[ "$(layers | wc -l)" = $(($(wc -l <<<"$before") - 1)) ]
	[ -n "$(image_id "$BASE")" ]
}

@test "gc takes checkpoints that were not used, and with them their layers; a dry run says the same" {
	build t/oci:3 '"head -c 300000 /dev/urandom >/three"'
	key=$(key_of "$(cat id)")
	"$FACTORY" gc --left 0s
	[ -n "$(image_id "$key")" ]
	"$FACTORY" rm t/oci:3
	before=$(layers | wc -l)
	"$FACTORY" gc --unused 0s --dry-run >dry
	[ -n "$(image_id "$key")" ]
	"$FACTORY" gc --unused 0s --left 0s >wet
	grep -F "removed the checkpoint $key (3" wet
	no_image "$key"
	[ "$(layers | wc -l)" = $((before - 1)) ]
	diff <(sed 's/would remove/removed/' dry | grep -o 'removed.*engine.s ([^)]*)') <(grep -o 'removed.*engine.s ([^)]*)' wet)
}

@test "gc takes images that lost their names, and what stands below keeps its layers" {
	build t/oci:4 'date +%N >/four'
	first=$(cat id)
	"$FACTORY" build -q --no-cache m.yml -t t/oci:4
	"$FACTORY" gc # not old enough
	[ -e "oci/images/${first#sha256:}" ]
	"$FACTORY" gc --left 0s >out
	grep "removed the leftover $first" out
	[ ! -e "oci/images/${first#sha256:}" ]
	[ -n "$(file_in t/oci:4 /four)" ]
	printf 'image: t/oci:4\nnetwork: none\ninstall: cat /four\n' >above.yml
	"$FACTORY" build -q above.yml -t t/above:1
	"$FACTORY" gc --unused 0s --left 0s
	"$FACTORY" build -q --no-cache above.yml -t t/above:1
}

@test "a cache's volume is told with its size, stays while it is used, and goes" {
	manifest <<-E
		image: $BASE
		network: none
		cache: [/var/kept]
		install: "head -c 5000 /dev/zero >/var/kept/data; {{ behind }}"
	E
	"$FACTORY" build -q m.yml --set 'behind=:'
	"$FACTORY" ls --format json | jq -e '[.[] | select(.kind == "cache")] | length == 1 and .[0].size == 5000 and (.[0].detail | startswith("/var/kept of /"))'
	"$FACTORY" build m.yml --set 'behind=touch /var/kept/on; sleep 3; test -e /var/kept/data' 2>log &
	building=$!
	is_touched() { ls oci/volumes/*/on; }
	eventually is_touched
	"$FACTORY" gc --unused 0s --left 0s
	wait "$building"
	"$FACTORY" gc --unused 0s >gone
	grep 'removed the cache ' gone
	[ -z "$(find oci/volumes oci/labels -mindepth 1)" ]
}

@test "builds and gc at once: every build succeeds" {
	builds_and_gc_at_once
}

# --- export ---

@test "both archives are read by skopeo, twice the same bytes, and are the same image" {
	build t/oci:5 '"head -c 2000000 /dev/urandom >/data"'
	for format in docker oci; do
		"$FACTORY" export t/oci:5 -o one.tar --format $format
		sleep 1.1
		"$FACTORY" export t/oci:5 -o - --format $format | cmp - one.tar
		skopeo --tmpdir "$WORK" inspect $format-archive:one.tar >inspected
		jq -e '.Os == "linux" and (.Layers | length) == 2' inspected
		mv one.tar $format.tar
	done
	[ "$(skopeo --tmpdir "$WORK" inspect --raw oci-archive:oci.tar | jq -r .config.digest)" = "$(cat id)" ]
	skopeo --tmpdir "$WORK" copy -q docker-archive:docker.tar dir:copied
	(cd copied && grep -q "$(cut -d: -f2 ../id)" manifest.json)
}

@test "images that share layers, and two names of one, are saved once" {
	build t/oci:6 'echo six >/six'
	printf 'image: t/oci:6\nnetwork: none\ninstall: echo more >/more\n' >above.yml
	"$FACTORY" build -q above.yml -t t/oci:more
	"$FACTORY" build -q above.yml -t t/oci:again
	"$FACTORY" export t/oci:6 t/oci:more t/oci:again -o all.tar
	jq -e 'length == 2 and .[1].RepoTags == ["t/oci:more", "t/oci:again"]' <(tar -xOf all.tar manifest.json)
	[ -z "$(tar -tf all.tar | sort | uniq -d)" ]
}

@test "a layer of many megabytes takes no memory; what can't be written is told" {
	build t/oci:7 '"head -c 150000000 /dev/zero >/data"'
	(ulimit -v 120000 && exec "$FACTORY" export t/oci:7 -o oci.tar --format oci)
	skopeo --tmpdir "$WORK" inspect oci-archive:oci.tar >/dev/null
	echo old >file.tar
	fails_with 1 bash -c "ulimit -f 100; trap '' XFSZ; '$FACTORY' export t/oci:7 -o file.tar"
	shows file.tar
	fails_with 5 "$FACTORY" export t/nothing:1 -o file.tar
	[ "$(cat file.tar)" = old ]
	[ -z "$(pgrep -f "$WORK/oci")" ]
}

# --- verify, diff, history, sbom ---

@test "with SOURCE_DATE_EPOCH two builds are the same, without it files have other times" {
	manifest <<-E
		image: $BASE
		network: none
		workdir: /srv/app
		copy: [m.yml:/etc/m.yml]
		install:
		  - mkdir -p /opt/a && echo 1 > /opt/a/file && ln -s file /opt/a/link
		  - rm /bin/arch && chown 7:8 /opt/a/file
	E
	ls oci/images >before
	SOURCE_DATE_EPOCH=1000000000 run "$FACTORY" verify m.yml -q
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	fails_with 13 "$FACTORY" verify m.yml -q
	shows '/opt/a/file: time'
	ls oci/images | diff before -
	[ "$(containers)" = "$FOREIGN" ]
}

@test "diff compares images by file and by config" {
	printf 'image: %s\nnetwork: none\ninstall: [echo 1 > /x, touch /y, rm -r /home, mkdir /home]\nconfig: {user: app}\n' "$BASE" >a.yml
	printf 'image: %s\nnetwork: none\ninstall: [echo 22 > /x, chmod 600 /x]\n' "$BASE" >b.yml
	"$FACTORY" build -q a.yml -t t/diff:a
	"$FACTORY" build -q b.yml -t t/diff:b
	fails_with 13 "$FACTORY" diff t/diff:a t/diff:b --ignore-times
	shows '/x: content, mode 0644 -> 0600'
	shows '/y: only in a'
	shows '/home/app: only in b'
	shows 'config User: "app" -> (none)'
	fails_with 5 "$FACTORY" diff "$BASE" t/no-such:1
}

@test "history tells the steps of an image with their times, and layers with their sizes" {
	printf 'image: %s\nnetwork: none\ninstall: [{name: the first, run: sleep 0.2}, "head -c 5000 /dev/zero >/x"]\n' "$BASE" >m.yml
	"$FACTORY" build -q m.yml -t t/history:1
	"$FACTORY" history t/history:1 --format json >told
	[ "$(jq -c '[.[].steps[]?.label]' told)" = '["the first","head -c 5000 /dev/zero >/x"]' ]
	[ "$(jq -c '[.[].steps[]? | .ms >= 200]' told)" = '[true,false]' ]
	jq -e --arg id "$(image_id t/history:1)" '.[-1].image == $id and .[-1].size > 5000 and .[-1].created > 1000000000' told
	"$FACTORY" history "$(image_id t/history:1)" | diff - <("$FACTORY" history t/history:1)
	fails_with 5 "$FACTORY" history t/nothing:1
}

@test "sbom of an image" {
	build t/oci:8 'true'
	"$FACTORY" sbom t/oci:8 | jq -e '.spdxVersion and .name == "t/oci:8"'
}

# --- traceless ---

@test "the image has what the steps did and no more, traceless or not; secrets and tests leave nothing" {
	echo plain >plain
	export WORD=swordfish
	cat >body <<-E
		image: $BASE
		network: none
		workdir: /srv/app
		cache: [/var/deep/cache]
		copy: [plain:/etc/plain]
		install:
		  - mkdir -p /opt/one && echo hello > /opt/one/file && rm /bin/arch
		  - run: test "\$(cat "\$WORD")" = swordfish && touch /done
		    secrets: {WORD: {env: WORD, as: file}}
		script: test -e /done
	E
	manifest <body
	"$FACTORY" build m.yml -t test/traced:1
	sed '$s|$| \&\& test ! -e /tools \&\& test -x /dev/factory/agent|' body | manifest
	"$FACTORY" build m.yml --traceless -t test/traceless:1
	printf '%s\n' bin bin/.wh.arch 'done' etc etc/plain opt opt/one opt/one/file srv srv/app >expected
	layer test/traced:1 | diff expected -
	layer test/traceless:1 | diff expected -
	[ "$(containers)" = "$FOREIGN" ]
}

# --- from one engine to another ---

# chain HERE THERE: what is built at the one endpoint stands below what is built at the other.
chain() {
	mkdir -p config/factory
	printf 'endpoints: [{address: "%s", labels: [here]}, {address: "%s", labels: [there]}]\n' \
		"$1" "$2" >config/factory/config.yml
	cat >base.yml <<-M
		image: $BASE
		network: none
		runs_on: here
		install: head -c 20000000 /dev/urandom >/big; sha256sum /big >/sum; rm /bin/arch
	M
	manifest <<-M
		from: base.yml
		network: none
		runs_on: there
		install: sha256sum -c /sum && test ! -e /bin/arch
	M
	run env -u DOCKER_HOST "$FACTORY" build m.yml base.yml
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	shows "/big: OK"
	shows "moving the image sha256:"
}

@test "an image is carried from one directory to another and is the same" {
	chain "oci:$WORK/oci" "oci:$WORK/other"
	[ -n "$(comm -12 <(ls oci/images) <(ls other/images))" ]
	[ -z "$(ls oci/incoming)$(ls other/incoming)" ]
}

@test "an image is carried to Docker, and from it" {
	[ -n "$ENGINE_HOST" ] || skip "no Docker here"
	chain "oci:$WORK/oci" "$ENGINE_HOST"
	chain "$ENGINE_HOST" "oci:$WORK/oci"
	[ -z "$(ls oci/incoming)" ]
}
