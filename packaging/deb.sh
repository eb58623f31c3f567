#!/bin/bash
# A Debian package of what `make stage` has put together: DIR/factory_VERSION_ARCH.deb.
set -euo pipefail

usage() {
	cat <<'TEXT'
usage: packaging/deb.sh STAGE DIR

Makes DIR/factory_VERSION_ARCH.deb of the tree STAGE, which lies below /usr in the package. What it
depends on is found out from the program (dpkg-shlibdeps). SOURCE_DATE_EPOCH makes it repeatable;
DEBFULLNAME and DEBEMAIL name the maintainer.
TEXT
}

case ${1-} in
-h | --help) usage && exit ;;
esac
[ $# = 2 ] || { usage >&2 && exit 2; }

here=$(cd "$(dirname "$0")" && pwd)
stage=$1
version=$(sed -n 's/^#define FACTORY_VERSION "\(.*\)"$/\1/p' "$here/../common/version.h")
architecture=$(dpkg --print-architecture)
package=$2/factory_${version}_$architecture.deb
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
docs=$root/usr/share/doc/factory
maintainer="${DEBFULLNAME:-The makers of factory} <${DEBEMAIL:-factory@localhost}>"
: "${SOURCE_DATE_EPOCH:=$(date +%s)}"
export SOURCE_DATE_EPOCH

# Debian's places differ in one: zsh looks for packages' functions elsewhere.
copy_tree() {
	mkdir -p "$root"
	cp -r "$stage" "$root/usr"
	mv "$root/usr/share/zsh/site-functions" "$root/usr/share/zsh/vendor-completions"
	strip --remove-section=.comment --remove-section=.note "$root/usr/bin/factory"
	gzip -9n "$root"/usr/share/man/man1/*.1
	install -D -m 644 "$here/lintian-overrides" "$root/usr/share/lintian/overrides/factory"
}

# copyright_of LIBRARIES FILE: as the Debian packages of what is linked into it state it.
copyright_of() {
	local library
	for library in "$here/../build/$1"/source/*/debian/copyright; do
		printf '\n-------- %s, in %s --------\n\n' \
			"$(basename "${library%/debian/copyright}")" "$2"
		cat "$library"
	done
}

# copyright_from PACKAGE FILE: of one whose library is linked into it as it is installed here.
copyright_from() {
	printf '\n-------- %s, in %s --------\n\n' "${1%-dev}" "$2"
	cat "/usr/share/doc/$1/copyright"
}

write_copyright() {
	local package
	cat "$here/copyright"
	copyright_of agent-libraries /usr/lib/factory/agent
	copyright_of host-libraries /usr/bin/factory
	for package in libbsd-dev libedit-dev libmbedtls-dev libmd-dev libncurses-dev libyaml-dev; do
		copyright_from "$package" /usr/bin/factory
	done
	copyright_from musl-dev /usr/lib/factory/agent
}

write_changelog() {
	cat <<-TEXT | gzip -9n
		factory ($version) unstable; urgency=medium

		  * Made by make deb.

		 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
	TEXT
}

# dpkg-shlibdeps wants to be where a debian/control is.
dependencies() {
	mkdir -p "$work/debian"
	printf 'Source: factory\n\nPackage: factory\nArchitecture: any\n' >"$work/debian/control"
	(cd "$work" && dpkg-shlibdeps -O "root/usr/bin/factory") | sed -n 's/^shlibs:Depends=//p'
}

write_control() {
	cat <<-TEXT
		Package: factory
		Version: $version
		Architecture: $architecture
		Maintainer: $maintainer
		Installed-Size: $(du -sk --apparent-size "$root/usr" | cut -f 1)
		Depends: $(dependencies)
		Suggests: docker.io | podman | runc, graphviz, skopeo
		Section: devel
		Priority: optional
		Description: container image builder with tests on branches
		 factory builds container images from a manifest that looks like a .travis.yml:
		 install steps run one after another in a single container, each test runs on
		 a branch of its own, and the tag moves when all of them have passed. It speaks
		 the Docker Engine API itself; nothing needs to be installed in the target.
		 .
		 The agent, which runs in targets, also renders consul-template files.
	TEXT
}

copy_tree
write_copyright >"$docs/copyright"
write_changelog >"$docs/changelog.gz"
mkdir "$root/DEBIAN"
write_control >"$work/control"
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
mv "$work/control" "$root/DEBIAN/control"
chmod -R u=rwX,go=rX "$root"
rm -f "$2"/factory_*_"$architecture".deb
dpkg-deb --root-owner-group --build "$root" "$package" >/dev/null
echo "$package"
