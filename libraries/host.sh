#!/bin/bash
# The static libraries that the driver is linked with. Debian's own are built for every use, and load
# so many others (LDAP, Kerberos, XML, Unicode tables) that a program that uses them takes 7 ms to
# start, more than a build that is cached takes in all. What is left to load at the start is what
# must be kept safe by the system's updates: OpenSSL, and the compressors.
set -euo pipefail

usage() {
	cat <<'TEXT'
usage: libraries/host.sh DIR [NAME]

Builds curl, libarchive and libmicrohttpd into DIR/lib, from the source packages of this machine's
Debian release, as libraries/agent.sh does for the agent.
TEXT
}

# shellcheck source=libraries/build.sh
. "$(dirname "$0")/build.sh"

libraries=(curl libarchive libmicrohttpd)
flags="-O2 -g0 -fPIC -fstack-protector-strong -fstack-clash-protection -fcf-protection -D_FORTIFY_SOURCE=2"

build_curl() {
	./configure --disable-shared --enable-static --with-openssl \
		--with-ca-bundle=/etc/ssl/certs/ca-certificates.crt --with-ca-path=/etc/ssl/certs \
		--enable-http --enable-proxy --enable-unix-sockets --enable-verbose \
		--enable-threaded-resolver --disable-alt-svc --disable-cookies --disable-dateparse \
		--disable-dict --disable-doh --enable-file --disable-ftp --disable-gopher \
		--disable-headers-api --disable-hsts --disable-imap --disable-ldap --disable-ldaps \
		--disable-libcurl-option --disable-manual --disable-mime --disable-mqtt \
		--disable-netrc --disable-ntlm --disable-pop3 --disable-rtsp --disable-smb \
		--disable-smtp --disable-telnet --disable-tftp --disable-tls-srp \
		--disable-websockets --without-brotli --without-libidn2 --without-libpsl \
		--without-librtmp --without-libssh2 --without-nghttp2 --without-zlib --without-zstd \
		CFLAGS="$flags"
	make -j"$jobs" -C lib
	install_files lib lib/.libs/libcurl.a
}

build_libarchive() {
	./configure --disable-shared --enable-static --disable-bsdtar --disable-bsdcat \
		--disable-bsdcpio --without-xml2 --without-expat --without-openssl --without-nettle \
		--without-mbedtls --without-cng --without-libb2 --without-lz4 --without-lzo2 \
		CFLAGS="$flags"
	# Debian's patches are newer than what autoconf made; it needn't be made again.
	make -j"$jobs" ACLOCAL=: AUTOCONF=: AUTOHEADER=: AUTOMAKE=: libarchive.la
	install_files lib .libs/libarchive.a
}

build_libmicrohttpd() {
	./configure --disable-shared --enable-static --disable-https --disable-doc \
		--disable-examples --disable-curl --disable-postprocessor --disable-bauth \
		--disable-dauth CFLAGS="$flags"
	make -j"$jobs" -C src/microhttpd libmicrohttpd.la
	install_files lib src/microhttpd/.libs/libmicrohttpd.a
}

build_libraries "$@"
