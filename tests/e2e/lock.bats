# factory.lock: what it pins, and what a build makes of it.
bats_require_minimum_version 1.5.0
load common
load registry

setup_file() {
	registry_start
}

teardown_file() {
	registry_stop
}

# variant TEXT REPO:TAG: an image unlike others.
variant() {
	mkdir -p "$WORK/variant"
	printf 'image: %s\ninstall: echo %s >/which\n' "$BASE" "$1" >"$WORK/variant/m.yml"
	"$FACTORY" build -q "$WORK/variant/m.yml" -t "$2" >/dev/null
}

module() {
	mkdir -p "modules/$1"
	printf 'name: %s\nversion: 1.0.0\ninstall: echo %s >/%s\n' "$1" "$2" "$1" >"modules/$1/module.yml"
}

# A manifest with all that a lock pins.
everything() {
	variant one t/lock-base:1
	module m1 one
	mkdir -p conf
	printf 'template {\n  source = "c.ctmpl"\n  destination = "/c.conf"\n}\n' >conf/template.hcl
	echo 'name={{ key "app/name" }} {{ keyOrDefault "app/none" "-" }}' >conf/c.ctmpl
	manifest <<-E
		image: t/lock-base:1
		modules: [m1]
		files: conf
		kv: {app/name: parrot}
	E
}

@test "all that a manifest names is pinned, a line each; the same things make the same file" {
	everything
	"$FACTORY" build -q m.yml -t t/lock:1
	run "$FACTORY" lock m.yml
	[ "$status" -eq 0 ]
	shows 'factory.lock: image t/lock-base:1: is new: '
	shows 'factory.lock: module name m1: is new: '
	shows 'factory.lock: value key app/name: is new: '
	cat >expected <<-E
		# Written by \`factory lock\`: keep it under version control, and leave it as it is.
		version: 1
		manifests:
		  "m.yml":
		    images:
		      "t/lock-base:1": "$(image_id t/lock-base:1)"
		    modules:
		      "name m1": "HASH"
		    values:
		      "key app/name": "HASH"
		      "key app/none": ""
	E
	sed -E 's/: "[0-9a-f]{64}"/: "HASH"/' factory.lock | diff - expected
	cp factory.lock before
	run "$FACTORY" lock m.yml
	shows 'factory.lock: nothing has changed for m.yml'
	cmp factory.lock before
	"$FACTORY" build -q m.yml -t t/lock:2 --locked
	"$FACTORY" build -q m.yml -t t/lock:3 --locked --no-cache
	[ "$(file_in t/lock:3 /c.conf)" = 'name=parrot -' ]
}

@test "--locked tells all that is otherwise, before anything is run" {
	everything
	"$FACTORY" build -q m.yml -t t/drift:1
	"$FACTORY" lock m.yml
	variant two t/lock-base:1
	module m1 two
	module m2 new
	sed -i 's/\[m1\]/[m1, m2]/; s/parrot/macaw/' m.yml
	fails_with 11 "$FACTORY" build m.yml -t t/drift:2 --locked
	shows 'm.yml is not as factory.lock says'
	shows 'image t/lock-base:1: was '
	shows 'module name m1: was '
	shows 'module name m2: is new: '
	shows 'value key app/name: was '
	[[ $output != *'app/none'* && $output != *macaw* && $output != *parrot* && $output != *'[1/'* ]]
	nothing_left t/drift:2
	run "$FACTORY" build m.yml -t t/drift:3
	[ "$status" -eq 0 ]
	shows 'not as in factory.lock: module name m1: was '
	run "$FACTORY" lock m.yml
	shows 'image t/lock-base:1: was '
	shows 'value key app/name: was '
	"$FACTORY" build -q m.yml -t t/drift:4 --locked
	sed -i 's/, m2//' m.yml
	fails_with 11 "$FACTORY" build m.yml -t t/drift:5 --locked
	shows 'module name m2: is gone: was '
}

@test "each kind of drift alone" {
	everything
	"$FACTORY" build -q m.yml -t t/alone:1
	"$FACTORY" lock m.yml
	echo '# more' >>m.yml
	"$FACTORY" build -q m.yml -t t/alone:1 --locked
	printf 'app/name: other\n' >kv.yml
	fails_with 11 "$FACTORY" build m.yml -t t/alone:2 --locked --kv kv.yml
	shows 'value key app/name'
	printf 'app/none: there\n' >kv.yml
	fails_with 11 "$FACTORY" build m.yml -t t/alone:2 --locked --kv kv.yml
	shows 'value key app/none: was not there, is '
	chmod +x modules/m1/module.yml
	fails_with 11 "$FACTORY" build m.yml -t t/alone:2 --locked
	shows 'module name m1'
	chmod -x modules/m1/module.yml
	"$FACTORY" build -q m.yml -t t/alone:1 --locked
	sed -i 's/image: .*/image: factory-test\/busybox/' m.yml
	fails_with 11 "$FACTORY" build m.yml -t t/alone:2 --locked
	shows 'image factory-test/busybox: is new'
	shows 'image t/lock-base:1: is gone'
	no_image t/alone:2
}

@test "values are locked once it has been built; until then --locked refuses" {
	everything
	echo "install: echo $WORK" >>m.yml
	run --separate-stderr "$FACTORY" lock m.yml
	[ "$status" -eq 0 ]
	[[ $stderr == *'build it, then lock it again'* ]]
	fails_with 11 "$FACTORY" build m.yml --locked
	shows 'what its templates read: is not known'
	"$FACTORY" build -q m.yml
	"$FACTORY" lock m.yml
	"$FACTORY" build -q m.yml --locked
}

@test "no lock, none for this manifest, a broken one" {
	printf 'image: %s\ninstall: "true"\n' "$BASE" | manifest
	fails_with 11 "$FACTORY" build m.yml --locked
	shows 'there is no factory.lock beside m.yml: run `factory lock m.yml`'
	"$FACTORY" lock m.yml
	cp m.yml other.yml
	fails_with 11 "$FACTORY" build other.yml --locked
	shows 'factory.lock has nothing about other.yml'
	"$FACTORY" lock other.yml
	"$FACTORY" build -q m.yml --locked
	"$FACTORY" build -q other.yml --locked
	sed -i 's/sha256:/sha257:/' factory.lock
	fails_with 11 "$FACTORY" build m.yml
	shows 'factory.lock:6:7: '
	shows 'this is no digest'
	fails_with 11 "$FACTORY" lock m.yml
	echo 'version: 7' >factory.lock
	fails_with 11 "$FACTORY" build m.yml --locked
	shows 'factory.lock:1:1: '
}

@test "a base image from a registry stays what it was, though its tag has moved" {
	login ada l0velace:1
	variant first-$$ "$REGISTRY/base:1"
	printf 'image: %s/base:1\ninstall: cat /which >/was\n' "$REGISTRY" | manifest
	"$FACTORY" build -q variant/m.yml -t "$REGISTRY/base:1" --push >/dev/null
	"$FACTORY" lock m.yml
	grep -q "\"$REGISTRY/base:1\": \"$REGISTRY/base@sha256:" factory.lock
	one=$(image_id "$REGISTRY/base:1")
	variant second-$$ "$REGISTRY/base:1"
	"$FACTORY" build -q variant/m.yml -t "$REGISTRY/base:1" --push >/dev/null
	api DELETE "/images/$one?force=1" >/dev/null
	[ -z "$(image_id "$one")" ]
	"$FACTORY" build -q m.yml -t t/pinned:1 --locked
	[ "$(file_in t/pinned:1 /was)" = first-$$ ]
	"$FACTORY" build -q m.yml -t t/pinned:2
	[ "$(file_in t/pinned:2 /was)" = first-$$ ]
	run "$FACTORY" lock m.yml
	shows "image $REGISTRY/base:1: was "
	"$FACTORY" build -q m.yml -t t/pinned:3 --locked
	[ "$(file_in t/pinned:3 /was)" = second-$$ ]
}

@test "a module from git stays at its commit, though its tag has moved or its server is gone" {
	export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@e GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@e
	git init --quiet repo
	printf 'name: g\nversion: 1.0.0\ninstall: echo one >/g\n' >repo/module.yml
	git -C repo add . && git -C repo commit --quiet -m one && git -C repo tag v1
	one=$(git -C repo rev-parse HEAD)
	printf 'image: %s\nmodules:\n- git: file://%s/repo\n  tag: v1\n' "$BASE" "$WORK" | manifest
	"$FACTORY" lock m.yml
	grep -q "\"git file://$WORK/repo tag v1\": {commit: \"$one\", digest: \"" factory.lock
	sed -i 's/one/two/' repo/module.yml
	git -C repo commit --quiet -am two && git -C repo tag --force v1 >/dev/null
	rm -rf "$XDG_CACHE_HOME"
	"$FACTORY" build -q m.yml -t t/git:1
	"$FACTORY" build -q m.yml -t t/git:1 --locked
	[ "$(file_in t/git:1 /g)" = one ]
	mv repo gone
	"$FACTORY" build -q m.yml -t t/git:2 --locked --no-cache
	[ "$(file_in t/git:2 /g)" = one ]
	mv gone repo
	run "$FACTORY" lock m.yml
	shows "(commit $(echo "$one" | cut -c 1-12)), is "
	"$FACTORY" build -q m.yml -t t/git:3 --locked
	[ "$(file_in t/git:3 /g)" = two ]
	echo '# changed' >>"$(echo "$XDG_CACHE_HOME"/factory/modules/git-*/module.yml | tr ' ' '\n' | xargs grep -l two)"
	fails_with 3 "$FACTORY" build m.yml -t t/git:4
	shows 'm.yml:3:'
	shows 'is not what factory.lock says'
}

@test "a matrix and what a manifest stands on are locked, each beside its manifest" {
	mkdir base
	variant one t/lock-base:2
	printf 'image: t/lock-base:2\ninstall: "true"\n' >base/m.yml
	printf 'from: base/m.yml\njobs: {include: [{env: A=1}, {env: A=2}]}\ninstall: echo $A\n' | manifest
	"$FACTORY" lock m.yml
	[ -e factory.lock ] && [ -e base/factory.lock ]
	grep -q '"t/lock-base:2": "sha256:' base/factory.lock
	grep -q 'images: {}' factory.lock
	"$FACTORY" build -q m.yml --locked
	variant two t/lock-base:2
	fails_with 11 "$FACTORY" build m.yml --locked
	shows 'base/m.yml is not as base/factory.lock says'
}

@test "a manifest that depends on facts starts no container for an image that is not the locked one" {
	variant one t/lock-facts:1
	printf 'image: t/lock-facts:1\ninstall: echo {{ facts.os.name }} >/os\n' | manifest
	"$FACTORY" lock m.yml
	"$FACTORY" build -q m.yml -t t/locked-facts:1 --locked
	variant two t/lock-facts:1
	fails_with 11 "$FACTORY" build m.yml -t t/locked-facts:2 --locked
	shows 'the image t/lock-facts:1, on whose facts the manifest depends, is not as factory.lock says'
	nothing_left t/locked-facts:2
}

@test "usage" {
	run "$FACTORY" lock --help
	[ "$status" -eq 0 ]
	shows 'factory lock MANIFEST...'
	fails_with 2 "$FACTORY" lock
	fails_with 3 "$FACTORY" lock none.yml
	[ ! -e factory.lock ]
}

@test "provenance: labels name the manifest, the lock and the base; only where it is asked for" {
	variant one t/lock-base:3
	printf 'image: t/lock-base:3\ninstall: "true"\nartifact: {provenance: true}\nconfig: {labels: {own: kept}}\n' | manifest
	"$FACTORY" build -q m.yml -t t/provenance:1
	api GET /images/t/provenance:1/json | jq -e --arg manifest "sha256:$(sha256sum m.yml | cut -d ' ' -f 1)" \
		--arg base "$(image_id t/lock-base:3)" '.Config.Labels |
		."factory.manifest.digest" == $manifest and ."org.opencontainers.image.base.digest" == $base
		and ."org.opencontainers.image.base.name" == "t/lock-base:3" and ."factory.version" != null
		and .own == "kept" and (has("factory.lock.digest") | not)'
	"$FACTORY" lock m.yml
	"$FACTORY" build -q m.yml -t t/provenance:2 --locked
	api GET /images/t/provenance:2/json | jq -e --arg lock "sha256:$(sha256sum factory.lock | cut -d ' ' -f 1)" \
		'.Config.Labels."factory.lock.digest" == $lock'
	run "$FACTORY" build m.yml -t t/provenance:3 --locked
	shows '(cached)'
	sed -i '/artifact/d' m.yml
	"$FACTORY" build -q m.yml -t t/provenance:4
	api GET /images/t/provenance:4/json | jq -e '.Config.Labels == {"own": "kept"}'
}

@test "what several manifests differ in is told together" {
	variant one t/lock-base:4
	mkdir a b
	printf 'image: t/lock-base:4\ninstall: "true"\n' | tee a/m.yml >b/m.yml
	"$FACTORY" lock a/m.yml b/m.yml
	"$FACTORY" build -q a/m.yml b/m.yml --locked
	variant two t/lock-base:4
	fails_with 11 "$FACTORY" build a/m.yml b/m.yml --locked
	shows 'a/m.yml is not as a/factory.lock says:'
	shows 'b/m.yml is not as b/factory.lock says:'
}
