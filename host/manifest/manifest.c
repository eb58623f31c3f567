/* Text -> Jinja2 -> YAML -> struct manifest. */
#include "host/manifest/manifest.h"

#include "common/file.h"
#include "common/json.h"
#include "common/kv.h"
#include "common/memory.h"
#include "common/own.h"
#include "common/yaml.h"
#include "host/exit_codes.h"
#include "host/jinja/jinja.h"
#include "host/manifest/pillar.h"
#include "host/manifest/secrets.h"
#include "host/manifest/sections.h"

#include <string.h>

enum { LARGEST = 16 << 20 };

/* What one reading needs until the struct is made. */
struct loading {
	const char *path;
	const struct manifest_options *options;
	struct arena *arena;
	struct jinja_template *tmpl;
	struct jinja_map map;
	bool mentions_host; /* it may read facts.host */
	bool reads_facts, reads_pillar;
	struct value *facts; /* a placeholder as long as they aren't known */
	struct pillar_values pillar;
	struct buf text; /* what Jinja2 made */
};

static const char *directory_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (slash == path)
		return "/";
	return slash ? arena_strndup(arena, path, (size_t)(slash - path)) : ".";
}

static int parse_template(struct loading *loading, struct error *err)
{
	auto_buf struct buf source = {0};
	if (file_read(loading->path, LARGEST, &source, err) < 0)
		return -1;
	struct jinja_options options = {.trim_blocks = loading->options->trim_blocks,
					.lstrip_blocks = loading->options->lstrip_blocks,
					.include_path =
						directory_of(loading->arena, loading->path)};
	jinja_head_options(buf_text(&source), &options);
	char *text = arena_strndup(loading->arena, buf_text(&source), source.len);
	loading->mentions_host = strstr(text, "host") != NULL;
	loading->tmpl = jinja_parse(loading->arena, loading->path, text, source.len, &options, err);
	return loading->tmpl ? 0 : -1;
}

/* Renders with the properties and, where the manifest reads them, `facts` and `pillar`. */
static int render(struct loading *loading, struct error *err)
{
	struct arena *arena = loading->arena;
	struct value *context = loading->options->properties
					? value_copy(arena, loading->options->properties)
					: value_map(arena);
	if (loading->facts && loading->reads_facts)
		value_set(arena, context, "facts", loading->facts);
	if (loading->pillar.values && loading->reads_pillar)
		value_set(arena, context, "pillar", loading->pillar.values);
	buf_clear(&loading->text);
	loading->map = (struct jinja_map){0};
	return jinja_render(loading->tmpl, context, arena, &loading->text, &loading->map, err);
}

/* YAML's errors have positions in the rendered text: moves them to the manifest's. */
static int relocate(const struct loading *loading, struct error *err)
{
	if (err->line)
		jinja_locate(&loading->map, &loading->text, err->line, err->column, &err->line,
			     &err->column);
	return -1;
}

static int parse_yaml(struct loading *loading, struct manifest *manifest, struct error *err)
{
	const struct value *root = yaml_parse(&manifest->arena, manifest->path, loading->text.data,
					      loading->text.len, err);
	if (!root)
		return relocate(loading, err);
	struct reader reader = {.manifest = manifest,
				.options = loading->options,
				.map = &loading->map,
				.text = &loading->text,
				.err = err};
	return sections_read(&reader, root);
}

static struct manifest *manifest_new(const char *path)
{
	struct manifest *manifest = mem_alloc(sizeof *manifest);
	manifest->path = arena_strdup(&manifest->arena, path);
	manifest->directory = directory_of(&manifest->arena, path);
	return manifest;
}

/* The base image's facts, with the manifest's own. */
static int gather_facts(struct loading *loading, const struct manifest *manifest, struct error *err)
{
	const struct manifest_facts *facts = loading->options->facts;
	struct arena *arena = loading->arena;
	loading->facts = loading->reads_facts || pillar_needs_facts(&manifest->pillar)
				 ? facts->gather(facts->ctx, manifest->image, arena, err)
				 : value_map(arena);
	if (!loading->facts)
		return -1;
	if (facts->host && loading->mentions_host)
		value_set(arena, loading->facts, "host", facts->host(facts->ctx, arena));
	for (size_t i = 0; manifest->facts && i < manifest->facts->map.len; i++)
		value_set(arena, loading->facts, manifest->facts->map.entries[i].key,
			  value_copy(arena, manifest->facts->map.entries[i].value));
	return 0;
}

/* A manifest whose text depends on facts or on its pillar is read twice: first with placeholders,
 * to learn the base image and the pillar's files, then with what these come to. */
static int learn(struct loading *loading, struct error *err)
{
	loading->facts = loading->pillar.values = jinja_placeholder(loading->arena);
	if (!loading->options->facts || (!loading->reads_facts && !loading->reads_pillar))
		return 0;
	if (render(loading, err) < 0)
		return -1;
	struct manifest *first = manifest_new(loading->path);
	int status = parse_yaml(loading, first, err);
	if (status == 0)
		status = gather_facts(loading, first, err);
	if (status == 0)
		status = pillar_load(&first->pillar, loading->facts, loading->arena,
				     &loading->pillar, err);
	manifest_free(first);
	return status;
}

static int load_text(struct loading *loading, struct error *err)
{
	if (parse_template(loading, err) < 0)
		return -1;
	loading->reads_facts = jinja_reads(loading->tmpl, "facts");
	loading->reads_pillar = jinja_reads(loading->tmpl, "pillar");
	return learn(loading, err) < 0 ? -1 : render(loading, err);
}

/* A key has a text: a list is one as JSON, for {{ key "pillar/names" | parseJSON }}. */
static struct value *with_texts(struct arena *arena, const struct value *values)
{
	struct value *map = value_map(arena);
	for (size_t i = 0; i < values->map.len; i++) {
		const struct value_entry *entry = &values->map.entries[i];
		struct value *value = entry->value;
		auto_buf struct buf text = {0};
		if (value->kind == VALUE_LIST) {
			json_write(&text, value);
			value = value_string(arena, buf_text(&text));
		} else if (value->kind == VALUE_MAP) {
			value = with_texts(arena, value);
		}
		value_setn(arena, map, entry->key, entry->key_len, value);
	}
	return map;
}

/* The pillar as keys, for files' templates: {{ key "pillar/db/host" }}. The manifest's own win. */
static int add_keys(struct manifest *manifest, const struct value *values, struct error *err)
{
	struct value *tree = value_map(&manifest->arena);
	value_set(&manifest->arena, tree, "pillar", with_texts(&manifest->arena, values));
	struct value *keys = kv_flatten(&manifest->arena, manifest->path, tree, err);
	if (!keys)
		return error_wrap(err, "the pillar can't be keys");
	for (size_t i = 0; manifest->kv && i < manifest->kv->map.len; i++)
		value_setn(&manifest->arena, keys, manifest->kv->map.entries[i].key,
			   manifest->kv->map.entries[i].key_len,
			   manifest->kv->map.entries[i].value);
	value_sort_map(keys);
	manifest->kv = keys;
	return 0;
}

/* Without an engine there are no facts to choose by. */
static int add_pillar(struct loading *loading, struct manifest *manifest, struct error *err)
{
	struct pillar_values found;
	if (!manifest->pillar.count || !loading->options->facts)
		return 0;
	if (value_is(loading->facts, VALUE_OBJECT) && gather_facts(loading, manifest, err) < 0)
		return -1;
	if (pillar_load(&manifest->pillar, loading->facts, &manifest->arena, &found, err) < 0)
		return -1;
	manifest->secrets = found.secrets;
	return add_keys(manifest, found.values, err);
}

static int failed(struct error *err)
{
	if (!err->exit_code)
		err->exit_code = EXIT_MANIFEST;
	return -1;
}

int manifest_render(const char *path, const struct manifest_options *options, struct buf *out,
		    struct error *err)
{
	auto_arena struct arena arena = {0};
	struct loading loading = {.path = path, .options = options, .arena = &arena};
	int status = load_text(&loading, err);
	if (status == 0)
		buf_add(out, loading.text.data, loading.text.len);
	buf_free(&loading.text);
	return status < 0 ? failed(err) : 0;
}

struct manifest *manifest_read(const char *path, const struct manifest_options *options,
			       struct error *err)
{
	auto_arena struct arena arena = {0};
	struct loading loading = {.path = path, .options = options, .arena = &arena};
	struct manifest *manifest = manifest_new(path);
	int status = load_text(&loading, err);
	if (status == 0)
		status = parse_yaml(&loading, manifest, err);
	if (status == 0)
		status = add_pillar(&loading, manifest, err);
	buf_free(&loading.text);
	if (status == 0)
		return manifest;
	secrets_hide_error(loading.pillar.secrets, err);
	secrets_hide_error(manifest->secrets, err);
	failed(err);
	manifest_free(manifest);
	return NULL;
}

void manifest_free(struct manifest *manifest)
{
	if (!manifest)
		return;
	arena_free(&manifest->arena);
	free(manifest);
}
