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
