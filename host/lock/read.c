#include "common/hash.h"
#include "host/lock/lock.h"

#include "common/file.h"
#include "common/own.h"
#include "common/yaml.h"
#include "host/exit_codes.h"

#include <string.h>

enum { LARGEST = 8 << 20 };

struct reading {
	struct lock *lock;
	const char *path;
	struct error *err;
};

static int refuse(const struct reading *reading, const struct value_entry *entry, const char *why)
{
	return error_set_at(reading->err, reading->path, entry->line, entry->column,
			    "this is not as `factory lock` writes it: %s; write it again by "
			    "`factory lock`",
			    why);
}

static bool is_image_digest(const char *text)
{
	const char *hex = strstr(text, "sha256:");
	return hex && (hex == text || hex[-1] == '@') && hash_is_hex(hex + strlen("sha256:"));
}

static bool is_digest(enum lock_kind kind, const char *text)
{
	return kind == LOCK_IMAGE ? is_image_digest(text)
				  : hash_is_hex(text) || (kind == LOCK_VALUE && !*text);
}

static bool is_commit(const char *text)
{
	return (strlen(text) == 40 && strspn(text, "0123456789abcdef") == 40) || hash_is_hex(text);
}

static int read_item(const struct reading *reading, struct lock_section *section,
		     enum lock_kind kind, const struct value_entry *entry)
{
	bool is_map = entry->value->kind == VALUE_MAP;
	struct lock_item item = {
		.name = entry->key,
		.digest = value_text(is_map ? value_get(entry->value, "digest") : entry->value),
		.commit = is_map ? value_text(value_get(entry->value, "commit")) : NULL};
	if (!*item.name || strlen(item.name) != entry->key_len)
		return refuse(reading, entry, "this is no name");
	if (is_map && (kind != LOCK_MODULE || !item.commit || entry->value->map.len != 2))
		return refuse(reading, entry, "only a module has a map, of `commit` and `digest`");
	if (!item.digest || !is_digest(kind, item.digest))
		return refuse(reading, entry, "this is no digest");
	if (item.commit && !is_commit(item.commit))
		return refuse(reading, entry, "this is no commit");
	if (lock_get(section, kind, item.name))
		return refuse(reading, entry, "it is there twice");
	lock_put(&reading->lock->arena, section, kind, &item);
	return 0;
}

static int read_items(const struct reading *reading, struct lock_section *section,
		      const struct value_entry *entry)
{
	static const char *const names[] = {"images", "modules", "values"};
	int kind = 0, status = 0;
	while (kind < LOCK_KINDS && strcmp(names[kind], entry->key) != 0)
		kind++;
	if (kind == LOCK_KINDS)
		return refuse(reading, entry, "only images, modules and values are known here");
	if (entry->value->kind != VALUE_MAP)
		return refuse(reading, entry, "this must be a map");
	section->knows_values |= kind == LOCK_VALUE;
	for (size_t i = 0; i < entry->value->map.len && status == 0; i++)
		status = read_item(reading, section, (enum lock_kind)kind,
				   &entry->value->map.entries[i]);
	return status;
}

static int read_section(const struct reading *reading, const struct value_entry *entry)
{
	if (entry->value->kind != VALUE_MAP)
		return refuse(reading, entry, "this must be a map");
	if (!entry->key_len || strlen(entry->key) != entry->key_len || strchr(entry->key, '/'))
		return refuse(reading, entry, "this is no file's name");
	struct lock_section *section = lock_renew(reading->lock, entry->key);
	for (size_t i = 0; i < entry->value->map.len; i++)
		if (read_items(reading, section, &entry->value->map.entries[i]) < 0)
			return -1;
	return 0;
}

/* A newer factory may write another version: then this one can't tell what it says. */
static int read_version(const struct reading *reading, const struct value_entry *entry)
{
	bool known = entry->value->kind == VALUE_INT && entry->value->integer == 1;
	return known ? 0
		     : error_set_at(reading->err, reading->path, entry->line, entry->column,
				    "this lock is of another version of factory: this one knows "
				    "version 1");
}

static int read_entry(const struct reading *reading, const struct value_entry *entry)
{
	if (strcmp(entry->key, "version") == 0)
		return read_version(reading, entry);
	if (strcmp(entry->key, "manifests") != 0)
		return refuse(reading, entry, "only version and manifests are known here");
	if (entry->value->kind != VALUE_MAP)
		return refuse(reading, entry, "this must be a map");
	for (size_t i = 0; i < entry->value->map.len; i++)
		if (read_section(reading, &entry->value->map.entries[i]) < 0)
			return -1;
	return 0;
}

static int read_root(const struct reading *reading, const struct value *root)
{
	static const struct value_entry top = {.line = 1, .column = 1};
	if (root->kind != VALUE_MAP || !value_get(root, "version") || !value_get(root, "manifests"))
		return refuse(reading, &top, "`version` and `manifests` are not there");
	for (size_t i = 0; i < root->map.len; i++)
		if (read_entry(reading, &root->map.entries[i]) < 0)
			return -1;
	return 0;
}

int lock_parse(struct lock *lock, const char *path, const char *text, size_t len, struct error *err)
{
	lock->path = arena_strdup(&lock->arena, path);
	struct reading reading = {.lock = lock, .path = lock->path, .err = err};
	const struct value *root = yaml_parse(&lock->arena, lock->path, text, len, err);
	if (root && read_root(&reading, root) == 0)
		return 0;
	return error_class(err, EXIT_LOCK, ERROR_LOCK_BROKEN);
}

int lock_read(struct lock *lock, const char *path, bool *found, struct error *err)
{
	auto_buf struct buf text = {0};
	lock->path = arena_strdup(&lock->arena, path);
	*found = access(path, F_OK) == 0;
	if (!*found)
		return 0;
	if (file_read(path, LARGEST, &text, err) == 0)
		return lock_parse(lock, path, buf_text(&text), text.len, err);
	return error_class(err, EXIT_LOCK, ERROR_LOCK_BROKEN);
}
