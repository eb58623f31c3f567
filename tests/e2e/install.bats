#!/usr/bin/env bats
# make install, make uninstall and make deb, of what has been built.
load common

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	MAKEFLAGS='' make --no-print-directory deb >&2
}

make_quietly() {
	MAKEFLAGS='' make --no-print-directory -C "$BATS_TEST_DIRNAME/../.." "$@"
}

# runs ROOT: the factory below it runs, and finds its agent there.
runs() {
	[ "$("$1/bin/factory" version)" = "$("$FACTORY" version)" ]
	env -u FACTORY_AGENT "$1/bin/factory" toolbox create --name toolbox-installed --image t/installed
	api DELETE '/containers/toolbox-installed?force=1&v=1'
	api DELETE '/images/t/installed?force=1' >/dev/null
}

@test "make install puts everything below DESTDIR and PREFIX; make uninstall removes it, and no more" {
	dest=$WORK/dest
	make_quietly install DESTDIR="$dest" PREFIX=/opt/factory
	runs "$dest/opt/factory"
	for file in share/man/man1/factory.1 share/man/man1/agent.1 share/factory/manifest.json \
		share/bash-completion/completions/factory share/zsh/site-functions/_factory \
		share/fish/vendor_completions.d/factory.fish share/doc/factory/manifest.md; do
		[ "$(stat -c %a "$dest/opt/factory/$file")" = 644 ]
	done
	cmp "$dest/opt/factory/lib/factory/agent" "$BATS_TEST_DIRNAME/../../build/agent"
	touch "$dest/opt/factory/share/man/man1/other.1"
	make_quietly uninstall DESTDIR="$dest" PREFIX=/opt/factory
	[ "$(cd "$dest" && find . -type f)" = ./opt/factory/share/man/man1/other.1 ]
	[ -z "$(find "$dest" -name factory -path '*/share/*')" ]
}

@test "the Debian package is one that lintian has no errors for" {
	command -v lintian >/dev/null || skip "no lintian"
	run lintian --allow-root --fail-on error,warning "$BATS_TEST_DIRNAME"/../../build/factory_*.deb
	[ "$status" -eq 0 ]
}

@test "the Debian package installs, runs, and can be removed" {
	package=$(echo "$BATS_TEST_DIRNAME"/../../build/factory_*.deb)
	root=$WORK/root
	mkdir -p "$root/var/lib/dpkg/updates" "$root/var/lib/dpkg/info"
	touch "$root/var/lib/dpkg/status" "$root/var/lib/dpkg/available"
	dpkg --root="$root" --force-depends --force-not-root --install "$package"
	runs "$root/usr"
	gzip -t "$root/usr/share/man/man1/factory.1.gz"
	grep -q mbedtls "$root/usr/share/doc/factory/copyright"
	depends=$(dpkg-deb --field "$package" Depends)
	for library in libssl3 libzstd1 libcjson1 libc6; do
		[[ $depends == *$library* ]]
	done
	dpkg --root="$root" --force-not-root --remove factory
	[ -z "$(find "$root/usr" -type f 2>/dev/null)" ]
}
