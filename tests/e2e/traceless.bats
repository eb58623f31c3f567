#!/usr/bin/env bats
# Traceless builds: in the image is what the steps did, and nothing else, path for path.
load common

# layer TAG: the paths of an image's last layer, as the engine saves it.
layer() {
	local name
	mkdir -p saved
	api GET "/images/$1/get" | tar -x -C saved
	name=$(jq -r '.[0].Layers[-1]' saved/manifest.json)
	tar -tf "saved/$name" | sed 's|^\./||; s|/$||' | sort
	rm -rf saved
}

# What the engine says of the one container that runs here.
changes() {
	api GET "/containers/$(our_containers)/changes" |
		jq -r '(. // [])[] | "\([.Kind] | map(["C", "A", "D"][.])[0]) \(.Path)"' | sort
}

provisioned() {
	cat <<'TEXT'
image: factory-test/busybox:latest
network: none
workdir: /srv/app
files: tree
copy:
  - plain:/etc/plain
install:
  - mkdir -p /opt/one && echo hello > /opt/one/file && rm /bin/arch
TEXT
}

inputs() {
	mkdir -p tree
	echo plain >plain
	echo '{{ env "PATH" | len }}' >tree/x.ctmpl
	cat >tree/template.hcl <<'TEXT'
template {
  source = "x.ctmpl"
  destination = "/etc/rendered"
}
TEXT
}

@test "the image has what the steps did and no more; by default it has /tools" {
	inputs
	provisioned | manifest
	"$FACTORY" build m.yml -t test/traced:1
	provisioned | sed '$a traceless: true' | manifest
	"$FACTORY" build m.yml -t test/traceless:1
	layer test/traced:1 >traced
	layer test/traceless:1 >traceless
	cat >expected <<'TEXT'
bin
bin/.wh.arch
etc
etc/plain
etc/rendered
opt
opt/one
opt/one/file
srv
srv/app
TEXT
	diff expected traceless
	echo tools >>expected
	# Podman's own are in an image that is not asked to be without.
	! is_podman || printf '%s\n' etc/{hostname,hosts,mtab} run run/.containerenv >>expected
	sort expected | diff - traced
	api DELETE /images/test/traced:1 >/dev/null
	api DELETE /images/test/traceless:1 >/dev/null
}

@test "the engine's own diff of the container names what the steps did, path for path" {
	! is_podman || skip "Podman's diff has its own files, too"
	inputs
	provisioned | sed 's|rm /bin/arch|& \&\& touch /opt/go \&\& while [ -e /opt/go ]; do sleep 0.1; done|' |
		manifest
	"$FACTORY" build m.yml --traceless -t test/traceless:1 &
	local building=$!
	goes() { changes >seen && grep -q '/opt/go' seen; }
	eventually goes
	cat >expected <<'TEXT'
A /etc/plain
A /etc/rendered
A /opt
A /opt/go
A /opt/one
A /opt/one/file
A /srv
A /srv/app
C /bin
C /etc
D /bin/arch
TEXT
	kill -INT "$building"
	wait "$building" || true
	diff expected seen
	nothing_left test/traceless:1
}

@test "a traceless image is another one than the cache has" {
	printf 'image: %s\nnetwork: none\ninstall: [touch /x]\n' "$BASE" | manifest
	"$FACTORY" build m.yml -t test/traceless:1
	run "$FACTORY" build m.yml --traceless -t test/traceless:1
	[ "$status" -eq 0 ]
	[[ $output != *'(cached)'* ]]
	[ "$(layer test/traceless:1)" = x ]
	run "$FACTORY" build m.yml --traceless -t test/traceless:1
	shows '(cached)'
	api DELETE /images/test/traceless:1 >/dev/null
}

@test "tests and secrets leave no trace either" {
	export WORD=swordfish
	manifest <<'TEXT'
image: factory-test/busybox:latest
traceless: true
install:
  - run: test "$(cat "$WORD")" = swordfish && touch /done
    secrets: {WORD: {env: WORD, as: file}}
script:
  - test -e /done && test ! -e /tools && test -x /dev/factory/agent
TEXT
	run "$FACTORY" build m.yml -t test/traceless:1
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(layer test/traceless:1)" = "done" ]
	no_container_left
	api DELETE /images/test/traceless:1 >/dev/null
}

@test "a cache directory's mount point is what the manifest asks for" {
	printf 'image: %s\ntraceless: true\ncache: [/var/deep/cache]\ninstall: [touch /x]\n' "$BASE" |
		manifest
	"$FACTORY" build m.yml -t test/traceless:1
	[ -z "$(layer test/traceless:1 | grep -v '^var\|^x$')" ]
	api DELETE /images/test/traceless:1 >/dev/null
}

@test "without a volume's name there is no traceless build, and it says so" {
	api POST /containers/create?name=volumeless --header 'Content-Type: application/json' \
		--data "{\"Image\":\"$BASE\",\"Cmd\":[\"x\"]}" >/dev/null
	printf 'image: %s\ninstall: [touch /volumeless]\n' "$BASE" | manifest
	run "$FACTORY" build m.yml --traceless --toolbox volumeless -t test/traceless:1
	api DELETE /containers/volumeless >/dev/null
	[ "$status" -eq 4 ]
	shows 'needs the name of the volume'
	nothing_left test/traceless:1
}
