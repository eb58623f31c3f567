load common

# The parts of two images' configs that `filter` (jq) keeps must be equal.
same_config() {
	local filter=${3:-.}
	diff <(api GET "/images/$1/json" | jq -S ".Config | $filter") \
		<(api GET "/images/$2/json" | jq -S ".Config | $filter")
}

# A base image with everything a config can hold, made by the engine's own builder.
rich_base() {
	mkdir -p context
	cat >context/Dockerfile <<-E
		FROM $BASE
		ENV COLOUR=green SIZE="two words"
		LABEL one=1 two="2 3"
		EXPOSE 8080 53/udp
		VOLUME /data
		WORKDIR /srv
		USER app
		STOPSIGNAL SIGQUIT
		HEALTHCHECK --interval=7s --timeout=2s --retries=4 CMD test -e /srv
		$1
	E
	tar -C context -c . | api POST "/build?t=$2&q=1" --header 'Content-Type: application/x-tar' \
		--data-binary @- >/dev/null
	[ -n "$(image_id "$2")" ]
}

build_on() {
	manifest <<-E
		image: $1
		install: "true"
	E
	"$FACTORY" build m.yml -t "$2"
}

@test "the artifact's config equals the base's: a base with everything and an entrypoint" {
	rich_base 'ENTRYPOINT ["/bin/echo", "x"]' t/rich:entry
	build_on t/rich:entry t/artifact:1
	same_config t/rich:entry t/artifact:1
}

@test "the artifact's config equals the base's: entrypoint and command" {
	rich_base $'ENTRYPOINT ["/bin/echo"]\nCMD ["y"]' t/rich:both
	build_on t/rich:both t/artifact:2
	same_config t/rich:both t/artifact:2
}

@test "the artifact's config equals the base's: a command alone" {
	rich_base 'CMD ["/bin/echo", "y"]' t/rich:cmd
	build_on t/rich:cmd t/artifact:3
	same_config t/rich:cmd t/artifact:3
}

# Docker writes an empty list or map where the base has null: it means the same.
@test "the artifact's config equals the base's: neither entrypoint nor command, no labels" {
	build_on $BASE t/artifact:4
	same_config $BASE t/artifact:4 '.Entrypoint //= [] | .Cmd //= [] | .Labels //= {}'
}

@test "the manifest's config section changes what it names, and nothing else" {
	rich_base 'CMD ["/bin/echo", "y"]' t/rich:cmd
	manifest <<-E
		image: t/rich:cmd
		config:
		  entrypoint: [/bin/cat]
		  env: {COLOUR: blue, NEW: 1}
		  user: root
		  workdir: /tmp
		  expose: [443]
		  volumes: [/more]
		  labels: {two: changed}
		  stopsignal: SIGINT
		  healthcheck: {test: exit 0, interval: 1m}
	E
	"$FACTORY" build m.yml -t t/artifact:5
	api GET /images/t/artifact:5/json | jq -e '.Config |
		.Entrypoint == ["/bin/cat"] and .Cmd == null and .User == "root" and .WorkingDir == "/tmp"
		and .Env == ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "COLOUR=blue", "SIZE=two words", "NEW=1"]
		and .ExposedPorts == {"8080/tcp":{}, "53/udp":{}, "443/tcp":{}} and .Volumes == {"/data":{}, "/more":{}}
		and .Labels == {"one":"1", "two":"changed"} and .StopSignal == "SIGINT"
		and .Healthcheck == {"Test":["CMD-SHELL","exit 0"], "Interval":60000000000, "Timeout":2000000000, "Retries":4}'
}

@test "the artifact holds nothing of the toolbox but the empty mount point" {
	build_on $BASE t/artifact:6
	id=$(api POST /containers/create --header 'Content-Type: application/json' \
		--data '{"Image":"t/artifact:6","Cmd":["x"]}' | jq -r .Id)
	api GET "/containers/$id/export" | tar -t | grep '^tools' >list || true
	api DELETE "/containers/$id" >/dev/null
	[ "$(cat list)" = "tools/" ]
	[ "$(api GET /images/t/artifact:6/json | jq '.RootFS.Layers | length')" -eq 2 ]
}
