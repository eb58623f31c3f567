/* The manifest's top level: one function a key. */
#include "host/manifest/sections.h"

#include "common/kv.h"
#include "common/own.h"

#include <string.h>
#include <sys/stat.h>

static int read_language(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)target;
	reader->language_at = reader_at(reader, entry->value);
	return reader_text(reader, entry, &reader->language);
}

static int read_image(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	manifest->image_at = reader_at(reader, entry->value);
	return reader_text(reader, entry, &manifest->image);
}

static int read_user(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_text(reader, entry, &((struct manifest *)target)->user);
}

static int read_workdir(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	if (reader_text(reader, entry, &manifest->workdir) < 0)
		return -1;
	if (manifest->workdir[0] != '/')
		return reader_fail(reader, entry->value, "'workdir' must be an absolute path");
	return 0;
}

static int read_env(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	manifest->env = reader_strings(reader, entry);
	return manifest->env ? 0 : -1;
}

static int read_install(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_steps(reader, entry, &((struct manifest *)target)->install);
}

static int read_before_install(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)target;
	return reader_steps(reader, entry, &reader->before_install);
}

static int read_script(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_steps(reader, entry, &((struct manifest *)target)->tests);
}

static int read_files(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	manifest->files = reader_path(reader, text);
	manifest->files_at = reader_at(reader, entry->value);
	const char *config = arena_printf(&manifest->arena, "%s/template.hcl", manifest->files);
	struct stat info;
	if (stat(manifest->files, &info) < 0 || !S_ISDIR(info.st_mode))
		return reader_fail(reader, entry->value, "there is no directory %s",
				   manifest->files);
	if (stat(config, &info) < 0)
		return reader_fail(reader, entry->value,
				   "there is no %s: it says which templates go where", config);
	return 0;
}

static int read_kv(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	struct error inner = {0};
	manifest->kv = kv_flatten(&manifest->arena, manifest->path, entry->value, &inner);
	if (manifest->kv)
		return 0;
	/* Its position is one of the rendered text. */
	const struct value place = {.line = inner.line ? inner.line : entry->line,
				    .column = inner.line ? inner.column : entry->column};
	reader_fail(reader, &place, "%s", inner.message);
	error_clear(&inner);
	return -1;
}

static int read_route(struct reader *reader, const struct value_entry *entry, void *target)
{
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	bool direct = strcmp(text, "direct") == 0;
	if (!direct && strcmp(text, "driver") != 0)
		return reader_fail(reader, entry->value,
				   "'route' is 'driver' or 'direct', not '%s'", text);
	((struct manifest *)target)->consul_direct = direct;
	return 0;
}

static int read_address(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_text(reader, entry, &((struct manifest *)target)->consul);
}

static const struct reader_key consul_keys[] = {{"address", read_address}, {"route", read_route}};

/* An address, or a map with an address and a route. */
static int read_consul(struct reader *reader, const struct value_entry *entry, void *target)
{
	if (entry->value->kind != VALUE_MAP)
		return read_address(reader, entry, target);
	return reader_map(reader, entry->value, "'consul'", consul_keys, COUNT_OF(consul_keys),
			  target);
}

static int read_network(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_text(reader, entry, &((struct manifest *)target)->network);
}

static const struct reader_key keys[] = {
	{"language", read_language},
	{"image", read_image},
	{"user", read_user},
	{"workdir", read_workdir},
	{"env", read_env},
	{"before_install", read_before_install},
	{"install", read_install},
	{"script", read_script},
	{"files", read_files},
	{"copy", reader_copies},
	{"kv", read_kv},
	{"facts", reader_facts},
	{"pillar", reader_pillar},
	{"consul", read_consul},
	{"network", read_network},
	{"config", reader_image_config},
};

static const char *configured_image(const struct reader *reader)
{
	const struct value *languages = reader->options->languages;
	const char *image = value_text(value_get(languages, reader->language));
	return image ? image : manifest_language_image(reader->language);
}

static int image_of_language(struct reader *reader)
{
	struct manifest *manifest = reader->manifest;
	const struct value place = {0};
	if (!reader->language)
		return reader_fail(
			reader, &place,
			"no base image: name one with `image: NAME` or `language: NAME`");
	const char *image = configured_image(reader);
	manifest->image = image ? arena_strdup(&manifest->arena, image) : NULL;
	manifest->image_at = reader->language_at;
	if (manifest->image)
		return 0;
	const char *near = manifest_language_nearest(reader->language);
	error_set_at(reader->err, manifest->path, reader->language_at.line,
		     reader->language_at.column,
		     "no base image is known for the language '%s'%s%s%s: use `image:`",
		     reader->language, near ? " (did you mean '" : "", near ? near : "",
		     near ? "'?)" : "");
	return -1;
}

/* before_install comes first, wherever it stands in the file. */
static void order_install(struct manifest *manifest, const struct steps *before)
{
	struct steps all = {.count = before->count + manifest->install.count};
	all.items = arena_grow(&manifest->arena, before->items, before->count, all.count,
			       sizeof *all.items);
	for (size_t i = before->count; i < all.count; i++)
		all.items[i] = manifest->install.items[i - before->count];
	manifest->install = all;
}

int sections_read(struct reader *reader, const struct value *root)
{
	struct manifest *manifest = reader->manifest;
	if (reader_map(reader, root, "the manifest", keys, COUNT_OF(keys), manifest) < 0)
		return -1;
	order_install(manifest, &reader->before_install);
	return manifest->image ? 0 : image_of_language(reader);
}
