load common

# What is on the engine that is not factory's: images, containers, volumes, networks.
foreign() {
	api GET '/images/json?all=1' | jq -r '.[] | .RepoTags[]?' | grep '^foreign/'
	containers
	api GET /volumes | jq -r '.Volumes[]? | .Name' | grep '^foreign'
	api GET /networks | jq -r '.[].Name' | grep '^foreign'
}

# post PATH JSON
post() {
	api POST "$1" --header 'Content-Type: application/json' --data "$2"
}

make_foreign() {
	api POST "/images/$BASE/tag?repo=foreign/image&tag=1" >/dev/null
	post '/containers/create?name=foreign' '{"Image":"foreign/image:1","Cmd":["true"]}' >/dev/null
	post /volumes/create '{"Name":"foreign"}' >/dev/null
	post /networks/create '{"Name":"foreign"}' >/dev/null
}

remove_foreign() {
	api DELETE '/containers/foreign' >/dev/null
	api DELETE '/volumes/foreign' >/dev/null
	api DELETE '/networks/foreign' >/dev/null
	api DELETE '/images/foreign/image:1' >/dev/null
}

# build NAME COMMAND: an image by that name.
build() {
	printf 'image: %s\ninstall: %s\n' "$BASE" "$2" >m.yml
	"$FACTORY" build -q m.yml -t "$1" >id
}

# The names of one kind.
listed() {
	"$FACTORY" ls --format json | jq -r ".[] | select(.kind == \"$1\") | .name"
}

key_of() {
	"$FACTORY" ls --format json | jq -r ".[] | select(.kind == \"checkpoint\" and .image == \"$1\") | .name"
}

@test "ls tells artifacts, checkpoints and toolboxes with their sizes, and nothing foreign" {
	make_foreign
	build t/clean:1 '"head -c 300000 /dev/urandom >/data"'
	"$FACTORY" ls --format json >list
	remove_foreign
	jq -e '[.[] | select(.name == "t/clean:1")] | length == 1 and .[0].kind == "artifact" and .[0].size >= 300000 and .[0].size < 400000' list
	jq -e --arg id "$(cat id)" '[.[] | select(.kind == "checkpoint" and .image == $id)] | .[0].detail == "t/clean:1" and .[0].last_use >= .[0].created - 1' list
	jq -e '[.[] | select(.kind == "toolbox")] | length >= 2' list
	jq -e '[.[] | select(.name | test("foreign|busybox"))] == []' list
	"$FACTORY" ls >text
	grep '^artifact *t/clean:1 .*kB' text
	grep '^checkpoint ' text
}

@test "rm takes a tag, a checkpoint by its key's begin, and refuses what is not ours" {
	make_foreign
	before=$(foreign)
	build t/clean:2 'echo two >/two'
	key=$(key_of "$(cat id)")
	for name in $BASE foreign/image:1 foreign nothing:there; do
		fails_with 2 "$FACTORY" rm "$name"
		shows 'factory ls'
	done
	fails_with 2 "$FACTORY" rm ''
	shows 'the first argument is empty'
	fails_with 2 "$FACTORY" rm t/clean:2 foreign/image:1
	[ -n "$(image_id t/clean:2)" ]
	"$FACTORY" rm t/clean:2
	no_image t/clean:2
	[ -n "$(image_id "$key")" ]
	key=${key#*:}
	"$FACTORY" rm "${key:0:12}"
	no_image "$(cat id)"
	[ "$(foreign)" = "$before" ]
	remove_foreign
}

@test "gc without options leaves checkpoints, artifacts and all that is foreign" {
	make_foreign
	before=$(foreign)
	build t/clean:3 'echo three >/three'
	key=$(key_of "$(cat id)")
	"$FACTORY" gc --left 0s
	[ -n "$(image_id "$key")" ]
	[ -n "$(image_id t/clean:3)" ]
	"$FACTORY" gc --left 0s --unused 0s --size 0 --host 0s
	[ "$(foreign)" = "$before" ]
	[ -n "$(image_id t/clean:3)" ]
	[ -n "$(image_id "$BASE")" ]
	[ -z "$(image_id "$key")" ]
	remove_foreign
}

@test "gc takes checkpoints that were not used for a time; a dry run takes none, and says the same" {
	build t/clean:4 '"head -c 300000 /dev/urandom >/four"'
	key=$(key_of "$(cat id)")
	"$FACTORY" rm t/clean:4
	"$FACTORY" gc --unused 1h
	[ -n "$(image_id "$key")" ]
	"$FACTORY" gc --unused 0s --dry-run >dry
	grep -F "would remove the checkpoint $key (29" dry
	[ -n "$(image_id "$key")" ]
	"$FACTORY" gc --unused 0s >wet
	grep -F "removed the checkpoint $key (29" wet
	no_image "$key"
	no_image "$(cat id)"
	diff <(sed 's/would remove/removed/' dry | grep -o 'removed.*engine.s ([^)]*)') <(grep -o 'removed.*engine.s ([^)]*)' wet)
}

@test "the last use counts, not the creation: gc --size takes what was used longest ago" {
	"$FACTORY" gc -q --unused 0s
	for i in 1 2 3; do
		build t/old:$i "\"head -c 400000 /dev/urandom >/old-$i\""
		"$FACTORY" rm -q t/old:$i
		key_of "$(cat id)" >key$i
		sleep 1.1
	done
	build t/old:1 '"head -c 400000 /dev/urandom >/old-1"' # cached: used just now
	"$FACTORY" rm -q t/old:1
	"$FACTORY" gc --size 900KB
	[ -n "$(image_id "$(cat key1)")" ]
	no_image "$(cat key2)"
	[ -n "$(image_id "$(cat key3)")" ]
	"$FACTORY" gc --size 500KB
	[ -n "$(image_id "$(cat key1)")" ]
	no_image "$(cat key3)"
	"$FACTORY" gc --size 0
	no_image "$(cat key1)"
}

@test "gc takes images that lost their names to a newer build, and containers whose driver is gone" {
	build t/clean:5 'date +%N >/five'
	first=$(cat id)
	"$FACTORY" build -q --no-cache m.yml -t t/clean:5
	[ -n "$(image_id "$first")" ]
	post '/containers/create?name=left' "{\"Image\":\"$BASE\",\"Entrypoint\":[\"/tools/agent\",\"session\"]}" >/dev/null
	"$FACTORY" gc # not old enough
	[ -n "$(image_id "$first")" ]
	"$FACTORY" gc --left 0s >out
	grep 'removed the container left' out
	grep "removed the leftover $first" out
	no_image "$first"
	[ -n "$(image_id t/clean:5)" ]
	no_container_left
}

@test "gc takes networks of drivers that are gone" {
	post /networks/create '{"Name":"t-gone","CheckDuplicate":true,"Labels":{"factory.services":"'"$(cat /proc/sys/kernel/random/boot_id)/$(stat -Lc %i /proc/self/ns/pid)"'/4194305/1"}}'
	post /networks/create '{"Name":"t-other","CheckDuplicate":true,"Labels":{"factory.services":"another-host/1/1/1"}}'
	"$FACTORY" ls | grep '^network *t-gone'
	"$FACTORY" gc --left 0s
	[ -z "$(api GET /networks | jq -r '.[].Name' | grep -x t-gone)" ]
	api GET /networks | jq -r '.[].Name' | grep -x t-other
	"$FACTORY" rm t-other
	[ -z "$(api GET /networks | jq -r '.[].Name' | grep -x t-other)" ]
}

@test "gc clears this host's cache by age" {
	mkdir -p "$XDG_CACHE_HOME/factory/modules/old" "$XDG_CACHE_HOME/factory/modules/new" "$XDG_CACHE_HOME/foreign"
	echo x >"$XDG_CACHE_HOME/factory/modules/old/module.yml"
	touch -d '40 days ago' "$XDG_CACHE_HOME/factory/modules/old"
	"$FACTORY" gc --dry-run | grep 'and 1 of this host'
	[ -d "$XDG_CACHE_HOME/factory/modules/old" ]
	"$FACTORY" gc
	[ ! -d "$XDG_CACHE_HOME/factory/modules/old" ]
	[ -d "$XDG_CACHE_HOME/factory/modules/new" ]
	[ -d "$XDG_CACHE_HOME/foreign" ]
}

@test "what was used in the future, before the clock was set back, is no newer than the rest" {
	"$FACTORY" gc -q --unused 0s
	for i in 1 2; do
		build t/ahead:$i "\"head -c 400000 /dev/urandom >/ahead-$i\""
		"$FACTORY" rm -q t/ahead:$i
		key_of "$(cat id)" >key$i
		sleep 1.1 # times are told in seconds
	done
	find "$XDG_CACHE_HOME/factory/uses" -name "*$(sed 's/.*://' key1)*" -exec touch -d '90 days' {} +
	mkdir -p "$XDG_CACHE_HOME/factory/modules/ahead"
	touch -d '90 days' "$XDG_CACHE_HOME/factory/modules/ahead"
	"$FACTORY" gc --size 600KB
	no_image "$(cat key1)"
	[ -n "$(image_id "$(cat key2)")" ]
	[ ! -d "$XDG_CACHE_HOME/factory/modules/ahead" ]
}

@test "ages and sizes that are none are refused" {
	for option in '--unused 7' '--unused -1d' '--unused 1y' '--size many' '--size -5' '--size 5XB' '--left soon'; do
		# shellcheck disable=SC2086
		fails_with 2 "$FACTORY" gc $option
		shows "${option%% *} takes"
	done
}

@test "a build that runs keeps the checkpoint that it began at, and its cache volume" {
	manifest <<-E
		image: $BASE
		cache: [/var/kept]
		install:
		  - {run: echo kept >/kept, checkpoint: true}
		  - "{{ behind }}"
	E
	"$FACTORY" build -q m.yml --set 'behind=false' 2>/dev/null || true
	"$FACTORY" ls --format json | jq -e '[.[] | select(.kind == "cache")] | length == 1 and (.[0].detail | startswith("/var/kept of /"))'
	mapfile -t before < <(listed checkpoint)
	"$FACTORY" build m.yml -t t/held:1 --set 'behind=touch /var/kept/started; sleep 4; cat /kept' >id 2>log &
	build=$!
	for i in $(seq 50); do
		grep -q 'install-2' log && break
		sleep 0.1
	done
	"$FACTORY" gc --unused 0s --left 0s >gone
	grep -q '[1-9][0-9]* in use stay' gone
	wait "$build"
	grep -q 'install-1.*cached' log
	no_container_left
	"$FACTORY" gc --unused 0s >gone
	grep 'removed the cache ' gone
	[ -z "$(listed cache)" ]
	[ -n "$(image_id t/held:1)" ]
}

@test "builds and gc at once: every build succeeds" {
	builds_and_gc_at_once
}
