/* The C library that programs of the system start with, by its dynamic loader. Its version is
 * written in the loader too; nothing is run. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 32 << 10, LONGEST_MATCH = 64, LONGEST_LOADER = 4 << 20 };

static const struct {
	const char *loader, *name;
} libraries[] = {
	{"/lib64/ld-linux-x86-64.so.2", "glibc"},
	{"/lib/ld-linux-aarch64.so.1", "glibc"},
	{"/lib/ld-linux-armhf.so.3", "glibc"},
	{"/lib/ld-linux.so.2", "glibc"},
	{"/lib/ld-linux-riscv64-lp64d.so.1", "glibc"},
	{"/lib64/ld64.so.2", "glibc"},
	{"/lib/ld64.so.1", "glibc"},
	{"/lib/ld-musl-x86_64.so.1", "musl"},
	{"/lib/ld-musl-aarch64.so.1", "musl"},
	{"/lib/ld-musl-armhf.so.1", "musl"},
	{"/lib/ld-musl-i386.so.1", "musl"},
	{"/lib/ld-musl-riscv64.so.1", "musl"},
	{"/lib/ld-musl-powerpc64le.so.1", "musl"},
	{"/lib/ld-musl-s390x.so.1", "musl"},
	{"/lib/ld-uClibc.so.0", "uclibc"},
};

static size_t version_length(const char *text)
{
	return isdigit((unsigned char)*text) ? strspn(text, "0123456789.") : 0;
}

/* The banner of "ld.so --version", from 2.33 on: "... stable release version 2.36." */
static const char *glibc_version(struct arena *arena, const char *text, size_t len)
{
	static const char banner[] = " release version ";
	const char *at = memmem(text, len, banner, sizeof banner - 1);
	size_t version = at ? version_length(at + sizeof banner - 1) : 0;
	if (!version)
		return NULL;
	at += sizeof banner - 1;
	return arena_strndup(arena, at, at[version - 1] == '.' ? version - 1 : version);
}

/* A string of its own: "1.2.4". */
static const char *musl_version(struct arena *arena, const char *text, size_t len)
{
	static const char begin[] = "\0001.";
	const char *end = text + len;
	for (const char *at = text; (at = memmem(at, (size_t)(end - at), begin, 3)); at++) {
		size_t version = version_length(at + 1);
		if (version >= 5 && version < LONGEST_MATCH && !at[1 + version] &&
		    isdigit((unsigned char)at[version]))
			return arena_strndup(arena, at + 1, version);
	}
	return NULL;
}

typedef const char *scan(struct arena *arena, const char *text, size_t len);

/* Piece by piece, each with the end of the last one in front. */
static const char *scan_file(struct facts_system *system, struct arena *arena, const char *path,
			     scan *look)
{
	char chunk[CHUNK + 1];
	size_t held = 0, all = 0;
	const char *found = NULL;
	autoclose int fd = facts_open(system, path);
	while (fd >= 0 && !found && all < LONGEST_LOADER) {
		ssize_t got = read(fd, chunk + held, CHUNK - held);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		held += (size_t)got;
		all += (size_t)got;
		chunk[held] = '\0';
		found = look(arena, chunk, held);
		size_t keep = held < LONGEST_MATCH ? held : LONGEST_MATCH;
		memmove(chunk, chunk + held - keep, keep);
		held = keep;
	}
	return found;
}

/* Before 2.34 the loader was a link to a file with the version in its name: ld-2.31.so. */
static const char *version_of_link(struct facts_system *system, struct arena *arena,
				   const char *loader)
{
	const char *target = facts_link(system, arena, loader);
	const char *name = target ? strrchr(target, '/') : NULL;
	name = name ? name + 1 : target;
	if (!name || strncmp(name, "ld-", 3) != 0 || !version_length(name + 3))
		return NULL;
	size_t len = version_length(name + 3);
	return arena_strndup(arena, name + 3, name[2 + len] == '.' ? len - 1 : len);
}

void facts_add_libc(struct facts_system *system, struct arena *arena, struct value *os)
{
	for (size_t i = 0; i < COUNT_OF(libraries); i++) {
		if (!facts_exists(system, libraries[i].loader))
			continue;
		const char *name = libraries[i].name;
		const char *version = version_of_link(system, arena, libraries[i].loader);
		scan *look = strcmp(name, "glibc") == 0  ? glibc_version
			     : strcmp(name, "musl") == 0 ? musl_version
							 : NULL;
		if (!version && look)
			version = scan_file(system, arena, libraries[i].loader, look);
		facts_set_text(arena, os, "libc", name);
		facts_set_text(arena, os, "libc_version", version);
		return;
	}
}
