#include "host/modules/index.h"

#include "common/file.h"
#include "common/hash.h"
#include "common/nearest.h"
#include "common/own.h"
#include "common/yaml.h"
#include "host/modules/cache.h"
#include "host/modules/download.h"
#include "host/modules/lookup.h"

#include <ctype.h>
#include <string.h>

enum { LARGEST = 16 << 20, MOST_MODULES = 100000 };

struct indexing {
	struct index *index;
	const char *location;
	struct arena *arena;
};

/* --- one entry --- */

enum { NAME, VERSION, DESCRIPTION, TARBALL, GIT, TAG, PATH, SHA256, KEYS };
static const char *const keys[KEYS] = {"name", "version", "description", "tarball",
				       "git",  "tag",     "path",        "sha256"};

static int refuse(const struct indexing *indexing, unsigned line, unsigned column, const char *why,
		  struct error *err)
{
	error_set_at(err, indexing->location, line, column,
		     "this is no entry of an index of modules: %s", why);
	return error_code(err, ERROR_MODULE_INDEX);
}

static int take_entry(const struct indexing *indexing, const struct value_entry *entry,
		      const char *texts[KEYS], struct error *err)
{
	const struct value *value = entry->value;
	size_t key = 0;
	while (key < KEYS && strcmp(keys[key], entry->key) != 0)
		key++;
	if (key == KEYS)
		return refuse(indexing, entry->line, entry->column,
			      "only name, version, description, tarball, git, tag, path and sha256 "
			      "are known",
			      err);
	texts[key] = value->source ? value->source : value_text(value);
	if (!texts[key] || !*texts[key])
		return refuse(indexing, entry->line, entry->column, "this must be a text", err);
	return 0;
}

/* The texts become lines on a terminal, and the version and the name a file's name. */
static bool is_plain(const char *text)
{
	for (; text && *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			return false;
	return true;
}

static const char *what_is_wrong(const char *const texts[KEYS])
{
	for (size_t i = 0; i < KEYS; i++)
		if (!is_plain(texts[i]))
			return "control characters have no place here";
	if (!texts[NAME] || !module_is_name(texts[NAME]))
		return "a name is of letters, digits, '-', '_' and '.'";
	if (!texts[VERSION])
		return "it has no version";
	if (!texts[TARBALL] == !texts[GIT])
		return "a module comes from one of `tarball` and `git`";
	if (texts[TAG] && !texts[GIT])
		return "`tag` belongs to `git`";
	return hash_is_hex(texts[SHA256])
		       ? NULL
		       : "it needs its `sha256`: of a tarball's bytes, of git the module's digest";
}

/* What does not say where it is lies beside the index. */
static const char *beside(const struct indexing *indexing, const char *text)
{
	const char *slash = strrchr(indexing->location, '/');
	if (strstr(text, "://") || *text == '/')
		return text;
	return slash ? arena_printf(indexing->arena, "%.*s/%s", (int)(slash - indexing->location),
				    indexing->location, text)
		     : text;
}

static struct index_module *add(const struct indexing *indexing)
{
	struct index *index = indexing->index;
	if (index->count == index->cap) {
		index->cap = index->cap ? 2 * index->cap : 32;
		index->modules = arena_grow(indexing->arena, index->modules, index->count,
					    index->cap, sizeof *index->modules);
	}
	return &index->modules[index->count++];
}

static int read_module(const struct indexing *indexing, const struct value *value,
		       struct error *err)
{
	const char *texts[KEYS] = {0};
	if (value->kind != VALUE_MAP)
		return refuse(indexing, value->line, value->column, "it must be a map", err);
	for (size_t i = 0; i < value->map.len; i++)
		if (take_entry(indexing, &value->map.entries[i], texts, err) < 0)
			return -1;
	const char *wrong = what_is_wrong(texts);
	if (wrong)
		return refuse(indexing, value->line, value->column, wrong, err);
	bool git = texts[GIT] != NULL;
	struct index_module *module = add(indexing);
	*module = (struct index_module){
		.number = indexing->index->count,
		.name = texts[NAME],
		.version = texts[VERSION],
		.description = texts[DESCRIPTION] ? texts[DESCRIPTION] : "",
		.digest = git ? texts[SHA256] : NULL,
		.source = {.kind = git ? MODULE_GIT : MODULE_TARBALL,
			   .text = git ? texts[GIT] : beside(indexing, texts[TARBALL]),
			   .tag = texts[TAG],
			   .path = texts[PATH],
			   .sha256 = git ? NULL : texts[SHA256],
			   .at = {indexing->location, value->line, value->column}}};
	return 0;
}

/* --- all of them --- */

static int in_order(const void *left, const void *right)
{
	const struct index_module *a = left, *b = right;
	int order = strcmp(a->name, b->name);
	if (!order)
		order = index_compare_versions(b->version, a->version);
	return order ? order : (a->number > b->number) - (a->number < b->number);
}

int index_parse(struct index *index, const char *location, const char *text, size_t len,
		struct arena *arena, struct error *err)
{
	struct indexing indexing = {index, arena_strdup(arena, location), arena};
	const struct value *root = yaml_parse(arena, indexing.location, text, len, err);
	if (!root)
		return -1;
	if (root->kind != VALUE_LIST)
		return refuse(&indexing, 1, 1, "the index must be a list of maps", err);
	if (root->list.len > MOST_MODULES - index->count)
		return refuse(&indexing, 1, 1, "there are too many", err);
	for (size_t i = 0; i < root->list.len; i++)
		if (read_module(&indexing, root->list.items[i], err) < 0)
			return -1;
	if (index->count)
		qsort(index->modules, index->count, sizeof *index->modules, in_order);
	return 0;
}

static int fetch_text(const char *url, struct buf *text, struct arena *arena, struct error *err)
{
	char hex[HASH_HEX];
	auto_error struct error ignored = {0};
	const struct download download = {.url = url, .limit = LARGEST};
	const char *scratch = module_cache_begin(arena, err);
	if (!scratch)
		return -1;
	const char *path = arena_printf(arena, "%s/index", scratch);
	int status = download_file(&download, path, hex, err);
	if (status == 0)
		status = file_read(path, LARGEST, text, err);
	file_remove_tree(scratch, &ignored);
	return status;
}

int index_read(struct index *index, const char *location, struct arena *arena, struct error *err)
{
	auto_buf struct buf text = {0};
	int status = strstr(location, "://") ? fetch_text(location, &text, arena, err)
					     : file_read(location, LARGEST, &text, err);
	if (status < 0)
		return error_wrap(err, "no index");
	return index_parse(index, location, buf_text(&text), text.len, arena, err);
}

static int not_found(const struct index *index, const char *name, const char *version,
		     bool name_is_known, struct error *err)
{
	auto_arena struct arena arena = {0};
	const char **names = arena_alloc(&arena, (index->count + 1) * sizeof *names);
	auto_buf struct buf versions = {0};
	for (size_t i = 0; i < index->count; i++) {
		names[i] = index->modules[i].name;
		if (strcmp(names[i], name) == 0)
			buf_printf(&versions, " %s", index->modules[i].version);
	}
	if (name_is_known)
		return error_as(err, ERROR_MODULE_MISSING,
				"there is no version %s of the module '%s': there are%s", version,
				name, buf_text(&versions));
	const char *meant = nearest_name(name, names, index->count);
	return meant ? error_as(err, ERROR_MODULE_MISSING,
				"no index has a module '%s': did you mean '%s'?", name, meant)
		     : error_as(err, ERROR_MODULE_MISSING, "no index has a module '%s'", name);
}

const struct index_module *index_find(const struct index *index, const char *name,
				      const char *version, struct error *err)
{
	bool name_is_known = false;
	for (size_t i = 0; i < index->count; i++) {
		const struct index_module *module = &index->modules[i];
		if (strcmp(module->name, name) != 0)
			continue;
		name_is_known = true;
		if (!version || strcmp(module->version, version) == 0)
			return module;
	}
	not_found(index, name, version, name_is_known, err);
	return NULL;
}

/* Leading zeros don't count. */
static int compare_numbers(const char **a, const char **b)
{
	size_t zeros_a = strspn(*a, "0"), zeros_b = strspn(*b, "0");
	const char *x = *a + zeros_a, *y = *b + zeros_b;
	size_t x_len = strspn(x, "0123456789"), y_len = strspn(y, "0123456789");
	*a = x + x_len;
	*b = y + y_len;
	if (x_len != y_len)
		return x_len < y_len ? -1 : 1;
	return memcmp(x, y, x_len);
}

/* What may follow the end of the other: a '-' makes it older, anything else newer. */
static int rank(char c)
{
	return c == '-' ? -1 : c ? 1 : 0;
}

int index_compare_versions(const char *a, const char *b)
{
	while (*a && *b) {
		int order = isdigit((unsigned char)*a) && isdigit((unsigned char)*b)
				    ? compare_numbers(&a, &b)
			    : *a == *b             ? 0
			    : rank(*a) != rank(*b) ? rank(*a) - rank(*b)
						   : (unsigned char)*a - (unsigned char)*b;
		bool same_letter = order == 0 && *a && *a == *b && !isdigit((unsigned char)*a);
		if (order)
			return order;
		a += same_letter;
		b += same_letter;
	}
	return rank(*a) - rank(*b);
}
