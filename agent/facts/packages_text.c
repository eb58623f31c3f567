/* The databases of dpkg, opkg and apk are texts: a line for each field of a package, an empty line
 * behind each package. One of a hundred thousand packages has 100 MB: it is never held as a whole.
 */
#include "agent/facts/packages.h"

#include <stddef.h>
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

/* Sixteen bytes at once, on whatever the processor has for that. */
typedef uint8_t lanes __attribute__((vector_size(16)));

/* The next line that begins with S, or NULL; `at` itself is the end of the line before. */
static const char *next_candidate(const char *at, const char *end)
{
	for (; end - at > (ptrdiff_t)sizeof(lanes); at += sizeof(lanes)) {
		lanes here, behind;
		uint64_t halves[2];
		memcpy(&here, at, sizeof here);
		memcpy(&behind, at + 1, sizeof behind);
		lanes found = (lanes)((here == '\n') & (behind == 'S'));
		memcpy(halves, &found, sizeof halves);
		if (halves[0] | halves[1])
			break;
	}
	for (; end - at > 1; at++)
		if (at[0] == '\n' && at[1] == 'S')
			return at + 1;
	return NULL;
}

/* Only counts, which takes a glance at a fraction of the lines. */
static bool count_installed(void *ctx, const char *text, size_t len)
{
	static const char key[] = "Status: ", state[] = " installed";
	int64_t *count = ctx;
	const char *end = text + len;
	const char *line = *text == 'S' ? text : next_candidate(text, end);
	for (; line; line = next_candidate(line, end)) {
		size_t left = (size_t)(end - line);
		if (left < sizeof key || memcmp(line, key, sizeof key - 1) != 0)
			continue;
		const char *stop = memchr(line, '\n', left);
		stop = stop ? stop : end;
		size_t whole = (size_t)(stop - line);
		*count += whole >= sizeof state &&
			  memcmp(stop - sizeof state + 1, state, sizeof state - 1) == 0;
	}
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
