#!/bin/bash
# Builds the static libraries that the agent is linked with: musl, -Os, a section per function.
set -euo pipefail

usage() {
	cat <<'TEXT'
usage: toolbox/libraries.sh DIR [NAME]

Builds mbedTLS, curl, cJSON, libyaml and PCRE2 with musl-gcc into DIR/include and DIR/lib, from the
source packages of this machine's Debian release. They are kept in DIR/download and unpacked in
DIR/source; each library's log is in DIR/log. A library whose source and recipe did not change is
not built again. With NAME (mbedtls, curl, cjson, libyaml, pcre2) builds that one, in any case, from
what was downloaded before.
TEXT
}

case ${1-} in
-h | --help) usage && exit ;;
'' | -*) usage >&2 && exit 2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
recipe=$here/$(basename "$0")
jobs=2

# shellcheck source=toolbox/private-apt.sh
. "$here/private-apt.sh"

# Debian's names of the source packages, each with a function build_NAME below; curl needs mbedtls.
libraries=(mbedtls curl cjson libyaml pcre2)

export CC=musl-gcc
# musl-gcc hides the kernel's headers, which are not libc's.
kernel="-idirafter $out/kernel"
flags="-Os -g0 -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables $kernel"

link_kernel_headers() {
	local include=/usr/include
	mkdir -p "$out/kernel"
	ln -sfn "$include/linux" "$out/kernel/linux"
	ln -sfn "$include/asm-generic" "$out/kernel/asm-generic"
	ln -sfn "$include/$(gcc -print-multiarch)/asm" "$out/kernel/asm"
}

# Downloads the source packages that are not there yet, each to DIR/download/NAME.
fetch_sources() {
	local name missing=()
	for name in "${libraries[@]}"; do
		[ -e "$out/download/$name/version" ] || missing+=("$name")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	echo "  sources  ${missing[*]}"
	private_apt_suites | while read -r mirror suite; do
		private_apt_source deb-src "$mirror" "$suite"
	done | private_apt_init "$out/apt"
	for name in "${missing[@]}"; do
		download "$name"
		(cd "$out/download/$name" && basename ./*.dsc .dsc >version)
	done
}

# The newest source; the release's own where a mirror lists an update that it does not hold.
download() {
	local name=$1 dir=$out/download/$1 codename
	rm -rf "$dir"
	mkdir -p "$dir"
	source_of "$dir" "$name" 2>"$dir/log" && return
	codename=$(private_apt_codename)
	echo "  sources  $name: the newest is not on the mirror, taking $codename's first"
	source_of "$dir" --target-release "$codename" "$name"
}

source_of() { # DIRECTORY ARGUMENT...
	(cd "$1" && private_apt "$out/apt" source -qq --download-only "${@:2}")
}

install_files() { # DIRECTORY FILE...
	mkdir -p "$out/$1"
	cp "${@:2}" "$out/$1"
}

# compile_archive LIBRARY FLAGS FILE...: for the libraries that are a handful of files.
compile_archive() {
	local archive=$out/lib/$1
	local sources=("${@:3}")
	printf '%s\n' "${sources[@]}" |
		xargs -P "$jobs" -I '{}' sh -c "$CC $flags $2 -c '{}' -o '{}.o'"
	mkdir -p "$out/lib"
	rm -f "$archive"
	ar rcs "$archive" "${sources[@]/%/.o}"
}

build_mbedtls() {
	# In the library's own configuration, so that curl and the agent can't miss it.
	cp "$here/mbedtls-trim.h" include/mbedtls/trim.h
	sed -i '/MBEDTLS_USER_CONFIG_FILE "mbedtls/d' include/mbedtls/config.h
	sed -i '1i #define MBEDTLS_USER_CONFIG_FILE "mbedtls/trim.h"' include/mbedtls/config.h
	make -j"$jobs" -C library CFLAGS="$flags" libmbedcrypto.a libmbedx509.a libmbedtls.a
	install_files lib library/*.a
	install_files include/mbedtls include/mbedtls/*.h
	install_files include/psa include/psa/*.h
}

build_curl() {
	# Errors would all read "Error" without --enable-verbose. The threaded resolver is what makes
	# timeouts hold while a name is looked up.
	./configure --disable-shared --enable-static --with-mbedtls="$out" \
		--enable-http --enable-unix-sockets --enable-verbose --enable-threaded-resolver \
		--disable-alt-svc --disable-cookies --disable-crypto-auth \
		--disable-dateparse --disable-dict --disable-doh --disable-file --disable-ftp \
		--disable-get-easy-options --disable-gopher --disable-headers-api --disable-hsts \
		--disable-imap --disable-ldap --disable-ldaps --disable-libcurl-option \
		--disable-manual --disable-mime --disable-mqtt --disable-netrc --disable-ntlm \
		--disable-pop3 --disable-progress-meter --disable-proxy --disable-rtsp --disable-smb \
		--disable-smtp --disable-telnet --disable-tftp --disable-tls-srp --disable-websockets \
		--without-brotli --without-libidn2 --without-libpsl --without-librtmp \
		--without-libssh2 --without-nghttp2 --without-zlib --without-zstd \
		--without-ca-bundle --without-ca-path CFLAGS="$flags"
	make -j"$jobs" -C lib
	install_files lib lib/.libs/libcurl.a
	install_files include/curl include/curl/*.h
}

build_cjson() {
	compile_archive libcjson.a "" cJSON.c
	install_files include/cjson cJSON.h
}

build_libyaml() {
	# The source package has no configure script; these are all that it would have found out.
	local version='-DYAML_VERSION_MAJOR=0 -DYAML_VERSION_MINOR=2 -DYAML_VERSION_PATCH=5'
	compile_archive libyaml.a "$version -DYAML_VERSION_STRING='\"0.2.5\"' -Iinclude" src/*.c
	install_files include include/yaml.h
}

build_pcre2() {
	./configure --disable-shared --enable-static --disable-jit --disable-pcre2grep-jit \
		--disable-pcre2grep-callout CFLAGS="$flags"
	make -j"$jobs" libpcre2-8.la
	install_files lib .libs/libpcre2-8.a
	install_files include src/pcre2.h
}

# Builds one library unless it was built from the same source by the same recipe.
build() {
	local name=$1 started=$SECONDS mark=$out/$1.built key
	key=$(cat "$out/download/$name/version" "$recipe" "$here/mbedtls-trim.h" | sha256sum)
	[ "$(cat "$mark" 2>/dev/null)" != "$key" ] || return 0
	mkdir -p "$out/log"
	# A shell of its own: "set -e" does nothing within a function whose status is tested.
	if ! "$recipe" "$out" "$name" >"$out/log/$name" 2>&1; then
		tail -n 30 "$out/log/$name" >&2
		echo "$0: $name was not built; all of the log: $out/log/$name" >&2
		exit 1
	fi
	echo "$key" >"$mark"
	echo "  library  $(cat "$out/download/$name/version") ($((SECONDS - started)) s)"
}

if [ $# = 2 ]; then
	mkdir -p "$out/source"
	rm -rf "$out/source/$2" # objects of another recipe
	dpkg-source --no-check -x "$out/download/$2"/*.dsc "$out/source/$2"
	cd "$out/source/$2"
	"build_$2"
	exit
fi
link_kernel_headers
fetch_sources
for name in "${libraries[@]}"; do
	build "$name"
done
