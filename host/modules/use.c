/* One entry of a manifest's `modules`. */
#include "common/hash.h"
#include "common/own.h"
#include "host/modules/lookup.h"
#include "host/modules/module.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

struct entry {
	const char *name, *path, *git, *tag, *tarball, *sha256;
	const struct value *with;
};

#define AT(member) offsetof(struct entry, member)

static int read_with(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(const struct value **)target = entry->value;
	return 0;
}

static int read_digest(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	char *lower = arena_strdup(&reader->manifest->arena, text);
	for (char *c = lower; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	*(const char **)target = lower;
	if (hash_is_hex(lower))
		return 0;
	return reader_fail(reader, entry->value, "'sha256' is a digest of 64 hexadecimal digits");
}

static const struct reader_key keys[] = {
	{.name = "name",
	 TAKES_TEXT,
	 AT(name),
	 reader_text,
	 "looked up in ./modules, FACTORY_MODULE_PATH and the installed ones",
	 .pattern = "."},
	{.name = "path",
	 TAKES_TEXT,
	 AT(path),
	 reader_text,
	 "the module's directory: from that of the file that names it; with `git` and `tarball`, "
	 "within what was fetched",
	 .pattern = "."},
	{.name = "git",
	 TAKES_TEXT,
	 AT(git),
	 reader_text,
	 "a repository that holds it",
	 .pattern = "."},
	{.name = "tag",
	 TAKES_TEXT,
	 AT(tag),
	 reader_text,
	 "of `git`: a tag, a branch or a commit",
	 .pattern = "."},
	{.name = "tarball",
	 TAKES_TEXT,
	 AT(tarball),
	 reader_text,
	 "the URL of an archive that holds it",
	 .pattern = "."},
	{.name = "sha256",
	 TAKES_TEXT,
	 AT(sha256),
	 read_digest,
	 "of `tarball`: its digest",
	 .pattern = "^[0-9A-Fa-f]{64}$"},
	{.name = "with", TAKES_TREE | TAKES_NOTHING, AT(with), read_with, "its parameters"},
};
const struct reader_section module_use_section = {"a module's entry", keys, COUNT_OF(keys), false};

/* A path is any text with a slash. It may lead anywhere: whoever names it has chosen it. */
static const char *module_path(struct reader *reader, const struct value *from, const char *text)
{
	const struct source *source = sources_find(reader->sources, from->line);
	const char *directory = source ? source->directory : reader->manifest->directory;
	if (strcmp(text, ".") == 0)
		return directory;
	if (text[0] == '/' || strcmp(directory, ".") == 0)
		return text;
	return arena_printf(&reader->manifest->arena, "%s/%s", directory, text);
}

static int by_text(struct reader *reader, const struct value *from, const char *text,
		   struct module_source *source)
{
	if (strchr(text, '/')) {
		source->kind = MODULE_PATH;
		source->text = module_path(reader, from, text);
		return 0;
	}
	source->kind = MODULE_NAME;
	source->text = text;
	if (module_is_name(text))
		return 0;
	return reader_fail(reader, from,
			   "'%s' names no module: a name is of letters, digits, '-', '_' and '.', "
			   "a path has a slash",
			   text);
}

/* Which of the keys say where it comes from. */
static int by_keys(struct reader *reader, const struct value *from, const struct entry *entry,
		   struct module_source *source)
{
	int origins = !!entry->name + !!entry->git + !!entry->tarball +
		      (entry->path && !entry->git && !entry->tarball);
	if (origins != 1)
		return reader_fail(reader, from,
				   "a module comes from one of `name`, `path`, `git` or `tarball`");
	if (entry->tag && !entry->git)
		return reader_fail(reader, from, "`tag` belongs to `git`");
	if (!entry->sha256 != !entry->tarball)
		return reader_fail(reader, from, "`tarball` and `sha256` belong together");
	if (entry->name && strchr(entry->name, '/'))
		return reader_fail(reader, from, "`name` is no path: write `path: %s`",
				   entry->name);
	if (entry->name)
		return by_text(reader, from, entry->name, source);
	source->kind = entry->git ? MODULE_GIT : entry->tarball ? MODULE_TARBALL : MODULE_PATH;
	source->text = entry->git       ? entry->git
		       : entry->tarball ? entry->tarball
					: module_path(reader, from, entry->path);
	source->tag = entry->tag;
	source->sha256 = entry->sha256;
	source->path = source->kind == MODULE_PATH ? NULL : entry->path;
	return 0;
}

/* `{nginx: {port: 80}}`: one key whose value is the parameters, not a text. */
static bool is_short(const struct value *from)
{
	enum value_kind kind = from->map.len == 1 ? from->map.entries[0].value->kind : VALUE_BOOL;
	return kind == VALUE_MAP || kind == VALUE_NULL;
}

int reader_module_use(struct reader *reader, const struct value *from, struct module_use *use,
		      const struct value **with)
{
	struct entry entry = {0};
	*use = (struct module_use){.source.at = reader_at(reader, from)};
	*with = NULL;
	if (from->kind == VALUE_MAP && is_short(from)) {
		const struct value_entry *only = &from->map.entries[0];
		*with = only->value->kind == VALUE_MAP ? only->value : NULL;
		return by_text(reader, from, only->key, &use->source);
	}
	if (from->kind == VALUE_MAP) {
		if (reader_map(reader, from, &module_use_section, &entry) < 0 ||
		    by_keys(reader, from, &entry, &use->source) < 0)
			return -1;
		*with = value_is(entry.with, VALUE_MAP) ? entry.with : NULL;
		return 0;
	}
	const struct value_entry plain = {.key = "modules", .value = (struct value *)from};
	const char *text = reader_scalar(reader, &plain);
	return text ? by_text(reader, from, text, &use->source) : -1;
}
