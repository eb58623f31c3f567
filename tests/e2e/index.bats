# Indices of modules: searched, and installed from. No engine is needed.
bats_require_minimum_version 1.5.0
load common
load serve

setup() {
	WORK=$(mktemp -d)
	export XDG_CACHE_HOME=$WORK/cache XDG_CONFIG_HOME=$WORK/config
	unset FACTORY_INDEX FACTORY_MODULE_PATH
	mkdir "$WORK/www"
	cd "$WORK" || return 1
}

teardown() {
	unserve
	rm -rf "$WORK"
}

INSTALLED=config/factory/modules

# publish NAME VERSION TEXT: its archive and its entry in www/index.yml.
publish() {
	local dir=tree/$1-$2
	mkdir -p "$dir/bin"
	printf 'name: %s\nversion: "%s"\ninstall: echo %s\n' "$1" "$2" "$3" >"$dir/module.yml"
	printf '#!/bin/sh\n' >"$dir/bin/run"
	chmod +x "$dir/bin/run"
	ln -sf bin/run "$dir/link"
	tar -C tree -czf "www/$1-$2.tar.gz" "$1-$2"
	cat >>www/index.yml <<-E
		- name: $1
		  version: $2
		  description: The $1 of $3
		  tarball: $1-$2.tar.gz
		  sha256: $(sha256sum "www/$1-$2.tar.gz" | cut -d ' ' -f 1)
	E
}

some() {
	publish apple 1.9 orchards
	publish apple 1.10 gardens
	publish pear 2.0-rc1 ORCHARDS
	publish plum 0.1 trees
}

@test "search: by name and description, whatever the case, the newest of each" {
	some
	run "$FACTORY" module search orchard --index www/index.yml
	[ "$status" -eq 0 ]
	[ "$output" = 'pear  2.0-rc1  The pear of ORCHARDS' ]
	run "$FACTORY" module search APPLE --index www/index.yml
	[ "$output" = 'apple  1.10  The apple of gardens' ]
	run "$FACTORY" module search --index www/index.yml
	[ "${#lines[@]}" -eq 3 ]
	fails_with 1 "$FACTORY" module search none --index www/index.yml
	shows "no module of the index has 'none'"
}

@test "the index: --index, else FACTORY_INDEX, else the configuration file" {
	some
	printf -- '- {name: other, version: 1, tarball: x, sha256: %064d}\n' 0 >other.yml
	fails_with 2 "$FACTORY" module search
	shows 'no index of modules'
	mkdir -p config/factory
	echo "index: [$WORK/www/index.yml, $WORK/other.yml]" >config/factory/config.yml
	run "$FACTORY" module search
	[ "${#lines[@]}" -eq 4 ]
	export FACTORY_INDEX=" $WORK/other.yml "
	run "$FACTORY" module search
	[ "${lines[*]}" = 'other  1  ' ]
	run "$FACTORY" module search --index www/index.yml --index other.yml
	[ "${#lines[@]}" -eq 4 ]
	echo 'index: 3' >config/factory/config.yml
	fails_with 1 "$FACTORY" module search
	shows "config.yml:1:1: 'index' must be a list of URLs or paths"
}

@test "install: the newest or the one that is named, where manifests find it" {
	some
	serve
	"$FACTORY" module install apple --index "$URL/index.yml"
	grep -q gardens $INSTALLED/apple/module.yml
	[ -x $INSTALLED/apple/bin/run ] && [ "$(readlink $INSTALLED/apple/link)" = bin/run ]
	printf 'image: x\nmodules: [apple]\n' | manifest
	"$FACTORY" graph m.yml | grep -q 'echo gardens'
	fails_with 1 "$FACTORY" module install apple@1.9 --index "$URL/index.yml"
	shows 'is there already: --force replaces it'
	"$FACTORY" module install apple@1.9 --index "$URL/index.yml" --force
	grep -q orchards $INSTALLED/apple/module.yml
	"$FACTORY" module install plum --index "$URL/index.yml" --here
	[ -e modules/plum/module.yml ] && [ ! -e $INSTALLED/plum ]
	[ "$(find $INSTALLED modules -maxdepth 1 -name '.*' | wc -l)" -eq 0 ]
}

@test "a module from git, by the module's own digest" {
	git init --quiet repo
	mkdir repo/in
	printf 'name: g\nversion: "3"\ninstall: "true"\n' >repo/in/module.yml
	git -C repo add .
	git -C repo -c user.name=a -c user.email=a@e commit --quiet -m x
	git -C repo tag v3
	entry="name: g, version: 3, git: 'file://$WORK/repo', tag: v3, path: in"
	printf -- '- {%s, sha256: %064d}\n' "$entry" 0 >index.yml
	fails_with 1 "$FACTORY" module install g --index index.yml
	shows 'g 3 is not installed: its digest is '
	shows 'as the index says'
	[ ! -e $INSTALLED/g ]
	sum=$(sed -E 's/.*its digest is ([0-9a-f]{64}),.*/\1/' <<<"$output")
	printf -- '- {%s, sha256: %s}\n' "$entry" "$sum" >index.yml
	"$FACTORY" module install g --index index.yml
	[ -e $INSTALLED/g/module.yml ]
}

@test "nothing is installed where it is not what the index says" {
	some
	serve
	cp www/pear-2.0-rc1.tar.gz www/apple-1.10.tar.gz
	fails_with 1 "$FACTORY" module install apple --index "$URL/index.yml"
	shows 'apple 1.10 is not installed'
	shows 'is not what was asked for: its SHA-256 is'
	sed -i "s/$(sha256sum www/plum-0.1.tar.gz | cut -d ' ' -f 1)/$(sha256sum www/pear-2.0-rc1.tar.gz | cut -d ' ' -f 1)/" www/index.yml
	cp www/pear-2.0-rc1.tar.gz www/plum-0.1.tar.gz
	fails_with 1 "$FACTORY" module install plum --index "$URL/index.yml"
	shows 'what is there calls itself pear 2.0-rc1'
	rm www/pear-2.0-rc1.tar.gz
	rm -rf cache
	fails_with 1 "$FACTORY" module install pear --index "$URL/index.yml"
	shows '404'
	fails_with 1 "$FACTORY" module install appel --index "$URL/index.yml"
	shows "did you mean 'apple'?"
	fails_with 1 "$FACTORY" module install apple@7 --index "$URL/index.yml"
	shows 'there are 1.10 1.9'
	fails_with 1 "$FACTORY" module install ../x --index "$URL/index.yml"
	[ -z "$(find config modules -type f 2>/dev/null)" ]
}

@test "a replacement that fails leaves the old one" {
	some
	"$FACTORY" module install apple --index www/index.yml
	sed -i '0,/sha256: ./s/sha256: ./sha256: 0/' www/index.yml
	rm -rf cache
	rm www/apple-1.9.tar.gz
	fails_with 1 "$FACTORY" module install apple@1.9 --force --index www/index.yml
	grep -q gardens $INSTALLED/apple/module.yml
}

@test "indices that are none: with their lines, and bounded" {
	serve
	echo 'hello' >www/text.yml
	fails_with 1 "$FACTORY" module search x --index "$URL/text.yml"
	shows "$URL/text.yml:1:1: "
	printf -- '- name: a\n  version: 1\n  colour: red\n' >www/keys.yml
	fails_with 1 "$FACTORY" module search x --index "$URL/keys.yml"
	shows "$URL/keys.yml:3:3: "
	fails_with 1 "$FACTORY" module search x --index "$URL/endless"
	shows 'is longer than 16 MiB'
	fails_with 1 "$FACTORY" module search x --index "$URL/none.yml"
	shows 'no index: '
	fails_with 1 "$FACTORY" module search x --index none.yml
	shows 'no index: '
	[ -z "$(ls -A cache/factory/modules)" ]
}

@test "a download that takes long says so" {
	some
	serve
	sed "s|tarball: apple-1.10|tarball: $URL/slow/apple-1.10|" www/index.yml >slow.yml
	run --separate-stderr "$FACTORY" module install apple --index slow.yml
	[ "$status" -eq 0 ]
	[[ $stderr == *'/slow/apple-1.10.tar.gz: '*' MB'* ]]
}
