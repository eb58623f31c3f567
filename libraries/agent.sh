#!/bin/bash
# The static libraries that the agent is linked with: musl, -Os, a section per function.
set -euo pipefail

usage() {
	cat <<'TEXT'
usage: libraries/agent.sh DIR [NAME]

Builds mbedTLS, curl, cJSON, libyaml and PCRE2 with musl-gcc into DIR/include and DIR/lib, from the
source packages of this machine's Debian release. They are kept in DIR/download and unpacked in
DIR/source; each library's log is in DIR/log. A library whose source and recipe did not change is
not built again. With NAME (mbedtls, curl, cjson, libyaml, pcre2) builds that one, in any case, from
what was downloaded before.
TEXT
}

# shellcheck source=libraries/build.sh
. "$(dirname "$0")/build.sh"

# curl needs mbedtls.
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

link_kernel_headers
build_libraries "$@"
