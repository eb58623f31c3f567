#!/bin/sh
# Makes a repository of two packages in a directory, and it apt's only one.
set -eu
repository=$1
mkdir -p "$repository"
cd "$repository"

# package NAME VERSION OUTPUT
package() {
	mkdir -p "$1/DEBIAN" "$1/usr/bin"
	printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: nobody <nobody@localhost>\nDescription: a test\n' \
		"$1" "$2" >"$1/DEBIAN/control"
	printf '#!/bin/sh\necho %s\n' "$3" >"$1/usr/bin/$1"
	chmod 755 "$1/usr/bin/$1"
	dpkg-deb --build --root-owner-group "$1" "$1_$2.deb" >/dev/null
	rm -r "$1"
	{
		dpkg-deb --field "$1_$2.deb"
		echo "Filename: ./$1_$2.deb"
		echo "Size: $(stat -c %s "$1_$2.deb")"
		echo "SHA256: $(sha256sum "$1_$2.deb" | cut -d ' ' -f 1)"
		echo
	} >>Packages
}

package hello-factory 1.1 old
package hello-factory 1.2 hello
package hello-factory 1.3 new
package other-factory 0.1 other
rm -rf /etc/apt/sources.list.d/*
echo "deb [trusted=yes] file:$repository ./" >/etc/apt/sources.list
