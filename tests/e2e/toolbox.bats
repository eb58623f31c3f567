load common

teardown() {
	api DELETE '/containers/toolbox-test?force=1&v=1' >/dev/null
	api DELETE '/images/t/toolbox?force=1' >/dev/null
	rm -rf "$WORK"
}

create() {
	"$FACTORY" toolbox create --name toolbox-test --image t/toolbox "$@"
}

# The files of a toolbox's image, as the engine exports a container of it.
contents() {
	local id
	id=$(api POST /containers/create --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$1\"}" | jq -r .Id)
	api GET "/containers/$id/archive?path=/tools" | tar -tv | awk '{ print $1, $3, $6, $7, $8 }' | sort
	api DELETE "/containers/$id?v=1" >/dev/null
}

container_id() {
	api GET /containers/toolbox-test/json | jq -r .Id
}

@test "create makes the image and the data container; again it changes nothing" {
	run create
	[ "$status" -eq 0 ]
	shows "the toolbox 'toolbox-test' was made"
	first=$(container_id)
	run create
	shows "is up to date"
	[ "$(container_id)" = "$first" ]
	contents t/toolbox >list
	grep -q 'tools/agent' list
	grep -q 'tools/consul-template -> agent' list
	grep -q 'tools/ca-certificates.crt' list
}

# Images without a name: other tests may have left some.
nameless() {
	api GET '/images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D' | jq length
}

@test "an outdated agent is noticed and replaced; no image without a name is left" {
	before=$(nameless)
	cp "$AGENT" other
	echo >>other
	create --agent ./other
	first=$(container_id)
	run create
	shows "was outdated and is replaced"
	[ "$(container_id)" != "$first" ]
	[ "$(nameless)" -eq "$before" ]
	run create
	shows "is up to date"
}

@test "--with adds tools; a file that is none, or a name that is taken, is refused" {
	cp "$AGENT" mytool
	create --with mytool
	contents t/toolbox | grep -q 'tools/mytool'
	fails_with 1 create --with /nowhere/tool
	shows "/nowhere/tool"
	fails_with 1 create --with .
	cp "$AGENT" agent
	fails_with 1 create --with ./agent
	shows "has a tool of that name"
	[ -n "$(container_id)" ]
}

@test "the Dockerfile gives an equal toolbox, which is then up to date" {
	create
	mkdir -p context/build
	cp -a "${AGENT%/agent}/tools" context/build/tools
	cp "$BATS_TEST_DIRNAME/../../Dockerfile" context/Dockerfile
	tar -C context -c . | api POST '/build?t=t/toolbox-built&q=1' \
		--header 'Content-Type: application/x-tar' --data-binary @- >/dev/null
	diff <(contents t/toolbox) <(contents t/toolbox-built)
	[ "$(api GET /images/t/toolbox-built/json | jq -c '.Config.Volumes, .Config.Cmd')" = \
		"$(api GET /images/t/toolbox/json | jq -c '.Config.Volumes, .Config.Cmd')" ]
	api DELETE '/containers/toolbox-test?force=1&v=1' >/dev/null
	api POST '/containers/create?name=toolbox-test' --header 'Content-Type: application/json' \
		--data '{"Image":"t/toolbox-built"}' >/dev/null
	run create
	shows "is up to date"
	api DELETE '/containers/toolbox-test?force=1&v=1' >/dev/null
	api DELETE '/images/t/toolbox-built?force=1' >/dev/null
}

# of_container ID-OR-NAME JQ-FILTER
of_container() {
	api GET "/containers/$1/json" | jq -r "$2"
}

# A container of the base that sleeps: sleeper NAME [FURTHER-FIELDS-OF-HostConfig]; prints its id.
sleeper() {
	local id
	id=$(api POST "/containers/create?name=$1" --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$BASE\",\"Entrypoint\":[\"sleep\",\"60\"],\"HostConfig\":{\"NetworkMode\":\"none\"${2-}}}" | jq -r .Id)
	api POST "/containers/$id/start" >/dev/null
	echo "$id"
}

@test "the agent is there byte for byte, owned by root, and named by its digest" {
	create
	api GET '/containers/toolbox-test/archive?path=/tools' | tar -tv --numeric-owner >list
	grep -q '^-rwxr-xr-x 0/0 .* tools/agent$' list
	api GET '/containers/toolbox-test/archive?path=/tools/agent' | tar -xO | cmp - "$AGENT"
	[ "$(of_container toolbox-test '.Config.Labels["factory.agent.digest"]')" = \
		"$(sha256sum <"$AGENT" | cut -d ' ' -f 1)" ]
	[ "$(of_container toolbox-test .State.Status)" = created ]
}

@test "somebody's own container of that name is left alone, and so is its image" {
	id=$(sleeper toolbox-test)
	image=$(image_id "$BASE")
	fails_with 1 create
	shows "there is a container 'toolbox-test' that is no toolbox"
	shows "--toolbox"
	[ "$(of_container toolbox-test '.Id + .State.Status')" = "${id}running" ]
	[ "$(image_id "$BASE")" = "$image" ]
}

@test "a replaced image that has a name of its own keeps it" {
	create --image t/toolbox-mine
	cp "$AGENT" other
	echo >>other
	run create --agent ./other
	shows "was outdated and is replaced"
	[ -n "$(image_id t/toolbox-mine)" ]
	api DELETE '/images/t/toolbox-mine?force=1' >/dev/null
}

@test "a container that uses the old tools keeps them" {
	create
	user=$(sleeper toolbox-user ',"VolumesFrom":["toolbox-test:ro"]')
	cp "$AGENT" other
	echo >>other
	create --agent ./other
	api GET "/containers/$user/archive?path=/tools/agent" | tar -xO | cmp - "$AGENT"
	api DELETE "/containers/$user?force=1&v=1" >/dev/null
}

@test "the image that is there already is used again" {
	create
	image=$(of_container toolbox-test .Image)
	api DELETE '/containers/toolbox-test?force=1&v=1'
	run create
	shows "was made"
	[ "$(of_container toolbox-test .Image)" = "$image" ]
}

@test "a tool's name that can't be packed is an error; one that needs a C library is noted" {
	long=$(printf 'x%.0s' {1..180})
	cp "$AGENT" "$long"
	fails_with 1 create --with "$long"
	shows "Pathname too long"
	[ "$(container_id)" = null ]
	run create --with "$(command -v cmp)"
	[ "$status" -eq 0 ]
	shows "is not static"
	cp "$AGENT" static
	run create --with static
	[ "$status" -eq 0 ]
	[[ "$output" != *"is not static"* ]]
}

# Their images' names go from one to the next; the container's own must be there in the end.
@test "several at once all succeed" {
	pids=()
	for i in 1 2 3 4; do
		create >"out$i" 2>&1 &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || { cat out* >&2; return 1; }
	done
	image=$(of_container toolbox-test .Image)
	[ "$(of_container toolbox-test .State.Status)" = created ]
	[ "$(api GET "/images/$image/json" | jq -r .Id)" = "$image" ]
	run create
	shows "is up to date"
	# Of those that lost the race a nameless one may be left: only what this test made is removed.
	api GET '/images/json?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D' |
		jq -r '.[] | select(.Labels["factory.toolbox.digest"]) | .Id' |
		while read -r left; do
			[ "$left" = "$image" ] || api DELETE "/images/$left" >/dev/null
		done
}

@test "wrong arguments, a missing agent, no engine" {
	fails_with 2 "$FACTORY" toolbox
	fails_with 2 "$FACTORY" toolbox burn
	fails_with 2 create --nmae x
	shows "did you mean --name"
	fails_with 1 create --agent ./nowhere
	shows "nowhere"
	fails_with 4 create --endpoint unix:///nonexistent/docker.sock
	shows "start dockerd"
}
