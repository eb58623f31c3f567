/* Text -> Jinja2 -> YAML -> struct manifest. */
#include "host/manifest/manifest.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "common/yaml.h"
#include "host/exit_codes.h"
#include "host/jinja/jinja.h"
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
	loading->tmpl = jinja_parse(loading->arena, loading->path, text, source.len, &options, err);
	return loading->tmpl ? 0 : -1;
}

/* Renders with the properties and, where the manifest reads them, `facts`. */
static int render(struct loading *loading, struct value *facts, struct error *err)
{
	struct arena *arena = loading->arena;
	struct value *context = loading->options->properties
					? value_copy(arena, loading->options->properties)
					: value_map(arena);
	if (facts)
		value_set(arena, context, "facts", facts);
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

/* A manifest whose text depends on facts is read twice: first with placeholders, to learn the base
 * image, then with that image's facts. */
static struct value *facts_for(struct loading *loading, struct error *err)
{
	const struct manifest_facts *facts = loading->options->facts;
	if (!jinja_reads(loading->tmpl, "facts"))
		return value_null(loading->arena);
	struct value *placeholder = jinja_placeholder(loading->arena);
	if (!facts)
		return placeholder;
	if (render(loading, placeholder, err) < 0)
		return NULL;
	struct manifest *first = manifest_new(loading->path);
	struct value *found = NULL;
	if (parse_yaml(loading, first, err) == 0)
		found = facts->gather(facts->ctx, first->image, loading->arena, err);
	manifest_free(first);
	return found;
}

static int load_text(struct loading *loading, struct error *err)
{
	if (parse_template(loading, err) < 0)
		return -1;
	struct value *facts = facts_for(loading, err);
	if (!facts)
		return -1;
	return render(loading, facts->kind == VALUE_NULL ? NULL : facts, err);
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
	buf_free(&loading.text);
	if (status == 0)
		return manifest;
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
