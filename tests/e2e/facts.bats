load common

@test "facts of an image are those of its own system" {
	run "$FACTORY" facts $BASE os.id
	[ "$status" -eq 0 ]
	[ "$output" = busybox ]
	"$FACTORY" facts $BASE | jq -e '.kernel and .memory and .container'
	no_container_left
}

@test "a manifest's facts are gathered once and cached by the image's digest" {
	manifest <<-E
		image: $BASE
		install: echo {{ facts.os.id }} > /id
	E
	"$FACTORY" build m.yml -t t/facts:1
	[ "$(file_in t/facts:1 /id)" = busybox ]
	[ "$(ls "$XDG_CACHE_HOME"/factory/facts | wc -l)" -eq 1 ]
	run "$FACTORY" build m.yml -t t/facts:1
	shows "(cached)"
	no_container_left
}

@test "facts of a container are those of its file system as it is now, and of its network" {
	images=$(api GET '/images/json?all=1' | jq length)
	id=$(api POST '/containers/create?name=facts-of-me' --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$BASE\",\"Hostname\":\"mine\",\"HostConfig\":{\"NetworkMode\":\"none\"},\"Cmd\":[\"sh\",\"-c\",\"echo ID=changed > /etc/os-release; sleep 1000\"]}" | jq -r .Id)
	api POST "/containers/$id/start"
	has_changed() { [ "$("$FACTORY" facts facts-of-me os.id)" = changed ]; }
	eventually has_changed
	[ "$("$FACTORY" facts facts-of-me networking.hostname)" = mine ]
	api DELETE "/containers/$id?force=1"
	[ "$(api GET '/images/json?all=1' | jq length)" -eq "$images" ]
	no_container_left
}

@test "an unknown fact, an unknown image" {
	fails_with 1 "$FACTORY" facts $BASE os.nothing
	shows "os.nothing"
	fails_with 5 "$FACTORY" facts factory-test/no-such-image:9
	no_container_left
}

PYTHON=factory-test/python:latest

@test "several targets: a table, JSON lines, one object; a manifest is its base image" {
	manifest <<-E
		image: $PYTHON
		install: 'true'
	E
	run "$FACTORY" facts $BASE m.yml os.id packages.dpkg.count
	[ "$status" -eq 0 ]
	[ "$(awk '{ print $1, $2 }' <<<"$output")" = "TARGET os.id
$BASE busybox
m.yml debian" ]
	[[ "${lines[1]}" == *-* ]] && [[ "${lines[2]}" =~ [0-9]+$ ]]
	"$FACTORY" facts $BASE $PYTHON os.id 'os.rel*' --format jsonl |
		jq -es 'map(.facts["os.id"]) == ["busybox","debian"] and .[1].facts["os.release"].major == "12"'
	"$FACTORY" facts $BASE $PYTHON os.id --format json | jq -e '."'$PYTHON'"["os.id"] == "debian"'
	run "$FACTORY" facts $BASE $PYTHON
	[ "$(awk '{ print $2 }' <<<"$output" | paste -sd' ')" = "os.name BusyBox Debian" ]
	no_container_left
}

@test "a target that fails doesn't hide the others" {
	fails_with 5 "$FACTORY" facts $BASE factory-test/no-such-image:9 os.id
	shows "busybox"
	shows "factory-test/no-such-image:9: "
	no_container_left
}

@test "facts of packages, of the engine and of the image" {
	[ -n "$("$FACTORY" facts $PYTHON package.bash.version)" ]
	"$FACTORY" facts $BASE host | jq -e '.engine.name == "docker" and .storage_driver and .disk.available_bytes > 0'
	[ "$("$FACTORY" facts $BASE container.image_id)" = "$(image_id $BASE)" ]
	manifest <<-E
		image: $BASE
		install: echo {{ facts.host.engine.name }} {{ facts.container.image }} > /told
	E
	"$FACTORY" build m.yml -t t/facts:2
	[ "$(file_in t/facts:2 /told)" = "docker $BASE" ]
	no_container_left
}

@test "an image's own facts, of files and programs, in manifests and from outside" {
	manifest <<-'E'
		image: factory-test/busybox:latest
		install:
		  - mkdir -p /etc/factory/facts.d
		  - echo 'role=db' > /etc/factory/facts.d/role.txt
		  - printf '#!/bin/sh\necho color=blue' > /etc/factory/facts.d/color
		  - chmod +x /etc/factory/facts.d/color
	E
	"$FACTORY" build m.yml -t t/facts:own
	"$FACTORY" facts t/facts:own | jq -e '.role == "db" and .color == "blue"'
	mkdir conf
	echo '{{ fact "role" }}' >conf/role.ctmpl
	cat >conf/template.hcl <<-E
		template {
		  source = "role.ctmpl"
		  destination = "/role"
		}
	E
	manifest <<-E
		image: t/facts:own
		files: conf
		install: echo {{ facts.color }} > /color
	E
	"$FACTORY" build m.yml -t t/facts:3
	[ "$(file_in t/facts:3 /color)" = blue ]
	[ "$(file_in t/facts:3 /role)" = db ]
	no_container_left
}

@test "--diff shows what differs, and nothing that moves by itself" {
	run "$FACTORY" facts --diff $BASE $BASE
	[ "$status" -eq 0 ] && [ -z "$output" ]
	fails_with 1 "$FACTORY" facts --diff $BASE $PYTHON
	shows "- os.id=busybox
+ os.id=debian"
	shows "+ package.bash.version="
	fails_with 1 "$FACTORY" facts --diff $BASE $PYTHON os.id
	[ "$output" = "- os.id=busybox
+ os.id=debian" ]
	fails_with 2 "$FACTORY" facts --diff $BASE
	no_container_left
}

# running NAME IMAGE
running() {
	local id
	id=$(api POST "/containers/create?name=$1" --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$2\",\"HostConfig\":{\"NetworkMode\":\"none\"},\"Cmd\":[\"sleep\",\"1000\"]}" | jq -r .Id)
	api POST "/containers/$id/start"
}

@test "--where finds the running containers of which an expression is true" {
	running where-busybox $BASE
	running where-debian $PYTHON
	where() { "$FACTORY" facts --where "$@" | awk 'NR > 1 { print $1 }' | sort | paste -sd' '; }
	all=$(where 'memory.total > 2**20')
	debian=$(where 'os.id == "debian" and memory.total > 2**20')
	python=$(where 'languages.python.path is defined or os.id == "none"')
	none=$(where 'os.id == "none"')
	host=$(where 'host.engine.name == "podman"')
	"$FACTORY" facts --where 'os.id == "busybox"' --format jsonl os.id >lines
	code=0
	"$FACTORY" facts --where 'os.idd == "x"' 2>mistyped || code=$?
	api DELETE "/containers/where-busybox?force=1"
	api DELETE "/containers/where-debian?force=1"
	[[ "$all" == *where-busybox*where-debian* ]]
	[[ "$debian" == *where-debian* ]] && [[ "$debian" != *where-busybox* ]]
	[[ "$python" == *where-debian* ]] && [[ "$python" != *where-busybox* ]]
	[ -z "$none" ] && [ -z "$host" ]
	jq -e 'select(.target == "where-busybox") | .facts["os.id"] == "busybox"' lines
	[ $code = 1 ] && grep -q "'idd'" mistyped
	fails_with 2 "$FACTORY" facts --where 'os.id =='
	fails_with 2 "$FACTORY" facts --where 'a }} {{ b'
	fails_with 2 "$FACTORY" facts --where 'os.id' $BASE
	fails_with 2 "$FACTORY" facts $BASE --format xml
	no_container_left
}

@test "a manifest on another one has no image to ask yet" {
	echo "image: $BASE" >base.yml
	echo "from: base.yml" | manifest
	fails_with 3 "$FACTORY" facts m.yml os.id
	shows "m.yml:1:7: its base is \`from\` another manifest"
}
