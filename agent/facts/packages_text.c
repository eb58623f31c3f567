/* The databases of dpkg, opkg and apk are texts: a line for each field of a package, an empty line
 * behind each package. One of a hundred thousand packages has 100 MB: it is never held as a whole.
 */
#include "agent/facts/packages.h"

#include <string.h>

enum { FIELD = 256 };
enum field { NAME, VERSION, ARCHITECTURE, STATUS, FIELDS };

struct format {
	const char *keys[FIELDS]; /* what a field's line begins with; NULL: the format lacks it */
	const char *installed;    /* what STATUS ends with then */
};

struct stanza {
	const struct format *format;
	char fields[FIELDS][FIELD];
	int64_t count;
	facts_package_found *found;
	void *ctx;
};

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);
	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

static void end_stanza(struct stanza *stanza)
{
	struct facts_package package = {stanza->fields[NAME], stanza->fields[VERSION],
					stanza->fields[ARCHITECTURE]};
	bool installed = !stanza->format->keys[STATUS] ||
			 ends_with(stanza->fields[STATUS], stanza->format->installed);
	if (*package.name && installed) {
		stanza->count++;
		if (stanza->found)
			stanza->found(stanza->ctx, &package);
	}
	for (size_t i = 0; i < FIELDS; i++)
		stanza->fields[i][0] = '\0';
}

static bool take_line(void *ctx, const char *line, size_t len)
{
	struct stanza *stanza = ctx;
	if (!len)
		end_stanza(stanza);
	for (size_t i = 0; len && i < FIELDS; i++) {
		const char *key = stanza->format->keys[i];
		if (!key || *key != *line)
			continue;
		size_t key_len = strlen(key);
		if (len <= key_len || len - key_len >= FIELD || memcmp(line, key, key_len) != 0)
			continue;
		memcpy(stanza->fields[i], line + key_len, len - key_len);
		stanza->fields[i][len - key_len] = '\0';
	}
	return true;
}

static int64_t read_stanzas(struct facts_system *system, const char *path, struct stanza *stanza)
{
	if (!facts_each_line(system, path, take_line, stanza))
		return -1;
	end_stanza(stanza);
	return stanza->count;
}

static bool is_status(const char *text, const char *end)
{
	static const char key[] = "Status: ";
	const char *begin = memrchr(text, '\n', (size_t)(end - text));
	begin = begin ? begin + 1 : text;
	return (size_t)(end - begin) >= sizeof key - 1 && memcmp(begin, key, sizeof key - 1) == 0;
}

/* Only counts: looks for what such a line ends with, and from most places it can go on by all of
 * its length (Horspool's search). */
static bool count_installed(void *ctx, const char *text, size_t len)
{
	static const char needle[] = " installed\n";
	enum { LEN = sizeof needle - 1 };
	int64_t *count = ctx;
	unsigned char skips[256];
	if (len < LEN)
		return true;
	memset(skips, LEN, sizeof skips);
	for (unsigned i = 0; i + 1 < LEN; i++)
		skips[(unsigned char)needle[i]] = (unsigned char)(LEN - 1 - i);
	const char *at = text;
	for (const char *last = text + len - LEN; at <= last;
	     at += skips[(unsigned char)at[LEN - 1]])
		if (at[LEN - 1] == '\n' && memcmp(at, needle, LEN) == 0)
			*count += is_status(text, at);
	/* The file's last line may lack its end. */
	if (text[len - 1] != '\n' && memcmp(text + len - LEN + 1, needle, LEN - 1) == 0)
		*count += is_status(text, text + len - LEN + 1);
	return true;
}

int64_t facts_read_dpkg(struct facts_system *system, const char *path, facts_package_found *found,
			void *ctx)
{
	static const struct format format = {
		{"Package: ", "Version: ", "Architecture: ", "Status: "}, " installed"};
	int64_t count = 0;
	if (!found)
		return facts_each_chunk(system, path, count_installed, &count) ? count : -1;
	struct stanza stanza = {.format = &format, .found = found, .ctx = ctx};
	return read_stanzas(system, path, &stanza);
}

int64_t facts_read_apk(struct facts_system *system, const char *path, facts_package_found *found,
		       void *ctx)
{
	static const struct format format = {{"P:", "V:", "A:", NULL}, NULL};
	struct stanza stanza = {.format = &format, .found = found, .ctx = ctx};
	return read_stanzas(system, path, &stanza);
}

/* "lib32-glibc-2.39-1": version and release are the last two parts. */
static void take_directory(char *name, facts_package_found *found, void *ctx)
{
	char *release = strrchr(name, '-');
	if (!release)
		return;
	*release = '\0';
	char *version = strrchr(name, '-');
	*release = '-';
	if (!version)
		return;
	*version = '\0';
	found(ctx, &(struct facts_package){name, version + 1, ""});
}

int64_t facts_read_pacman(struct facts_system *system, const char *path, facts_package_found *found,
			  void *ctx)
{
	auto_arena struct arena arena = {0};
	size_t count;
	int64_t packages = 0;
	if (!facts_exists(system, path))
		return -1;
	char **names = facts_names(system, &arena, path, &count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], "ALPM_DB_VERSION") == 0)
			continue;
		packages++;
		if (found)
			take_directory(names[i], found, ctx);
	}
	return packages;
}
