/* The manifest's top level: one function a key. */
#include "host/manifest/sections.h"

#include "common/kv.h"
#include "common/own.h"
#include "host/manifest/services_parts.h"
#include "host/manifest/travis_keys.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct manifest, member)

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
	if (reader_text(reader, entry, &manifest->image) < 0)
		return -1;
	return *manifest->image ? 0 : reader_fail(reader, entry->value, "'image' is empty");
}

static int read_from(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	const char *text = reader_scalar(reader, entry);
	manifest->from_at = reader_at(reader, entry->value);
	manifest->from = text ? reader_path(reader, entry->value, text) : NULL;
	if (!manifest->from)
		return -1;
	if (access(manifest->from, R_OK) == 0)
		return 0;
	return reader_fail(reader, entry->value, "there is no manifest %s", manifest->from);
}

int reader_ignored(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct arena *arena = &reader->manifest->arena;
	struct manifest *manifest = target;
	struct value *ignored =
		manifest->ignored ? (struct value *)manifest->ignored : value_list(arena);
	value_append(arena, ignored, value_stringn(arena, entry->key, entry->key_len));
	manifest->ignored = ignored;
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
	*(bool *)target = text && strcmp(text, "direct") == 0;
	return text ? 0 : -1;
}

static const char *const routes[] = {"driver", "direct", NULL};
static const struct reader_key consul_keys[] = {
	{.name = "address", TAKES_TEXT, AT(consul), reader_text, "`HOST:PORT`, or a URL"},
	{.name = "route",
	 TAKES_TEXT,
	 AT(consul_direct),
	 read_route,
	 "`driver` (default): factory asks; `direct`: the agent asks from inside the target",
	 .choices = routes},
};
static const struct reader_section consul_section = {"'consul'", consul_keys, COUNT_OF(consul_keys),
						     false};

/* An address, or a map with an address and a route. */
static int read_consul(struct reader *reader, const struct value_entry *entry, void *target)
{
	if (entry->value->kind != VALUE_MAP)
		return reader_text(reader, entry, &((struct manifest *)target)->consul);
	return reader_map(reader, entry->value, &consul_section, target);
}

static const struct reader_key artifact_keys[] = {
	{.name = "repo",
	 TAKES_TEXT,
	 AT(repo),
	 reader_text,
	 "the image's name, where `-t` gives none",
	 .pattern = "."},
	{.name = "tags", TAKES_TEXT | TAKES_LIST, AT(tags), reader_texts, "default: `latest`"},
	{.name = "push",
	 TAKES_FLAG,
	 AT(push),
	 reader_flag,
	 "`true`: its tags are pushed when it is built"},
	{.name = "archive",
	 TAKES_TEXT,
	 AT(archive),
	 reader_text,
	 "a file, from the manifest's directory, that the image is written to when all is built",
	 .pattern = "."},
	{.name = "provenance",
	 TAKES_FLAG,
	 AT(provenance),
	 reader_flag,
	 "`true`: labels say what it was made from"},
};
const struct reader_section artifact_section = {"'artifact'", artifact_keys,
						COUNT_OF(artifact_keys), false};

static int read_artifact(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct manifest *manifest = target;
	if (entry->value->kind != VALUE_MAP)
		return reader_text(reader, entry, &manifest->repo);
	if (reader_map(reader, entry->value, &artifact_section, target) < 0)
		return -1;
	if (manifest->repo || (!manifest->tags && !manifest->push))
		return 0;
	return reader_fail(reader, entry->value, "'artifact' needs a `repo` for its tags");
}

static const char *const dialects[] = {"factory", "travis", NULL};

enum {
	STEPS = TAKES_TEXT | TAKES_LIST | TAKES_MAP | TAKES_NOTHING,
	LINES = TAKES_TEXT | TAKES_LIST | TAKES_NOTHING,
};

static const struct reader_key keys[] = {
	{.name = "image",
	 TAKES_TEXT,
	 0,
	 read_image,
	 "the base image; pulled where the engine has none",
	 .pattern = "."},
	{.name = "language",
	 TAKES_TEXT,
	 0,
	 read_language,
	 "names the base image by a table: `python` is `python:3` and so on",
	 .pattern = "."},
	{.name = "from",
	 TAKES_TEXT,
	 0,
	 read_from,
	 "another manifest, which is built first: its artifact is the base",
	 .pattern = "."},
	{.name = "include",
	 TAKES_TEXT | TAKES_LIST | TAKES_MAP,
	 0,
	 NULL,
	 "manifests that this one is merged over: names, or `{file, with}`",
	 &include_section},
	{.name = "name", TAKES_TEXT, AT(cell), reader_text, "what summaries call it"},
	{.name = "dialect",
	 TAKES_TEXT,
	 0,
	 NULL,
	 "`travis`: the lines of a phase run in one shell, `script` is one test. Default for files "
	 "named `.travis.yml`",
	 .choices = dialects},
	{.name = "env",
	 TAKES_NAMES | TAKES_LIST | TAKES_TREE | TAKES_TEXT | TAKES_NOTHING,
	 AT(env),
	 reader_names,
	 "environment of all steps: a map, or a list of `NAME=VALUE`; or travis.yml's "
	 "`global` and `jobs`"},
	{.name = "user",
	 TAKES_TEXT,
	 AT(user),
	 reader_text,
	 "who runs the steps: `name`, `uid`, `name:group`; default: the base image's"},
	{.name = "workdir",
	 TAKES_TEXT,
	 AT(workdir),
	 reader_absolute,
	 "where steps run; made when missing; default: the base image's",
	 .pattern = "^/"},
	{.name = "network",
	 TAKES_TEXT,
	 AT(network),
	 reader_text,
	 "the build containers' network: `none`, `host`, a name; default: the engine's"},
	{.name = "limits",
	 TAKES_MAP,
	 AT(limits),
	 reader_limits,
	 "what the build's containers may use",
	 &limits_section},
	{.name = "timeout",
	 TAKES_TIME,
	 AT(timeout_ms),
	 reader_duration,
	 "of each step that has none"},
	{.name = "retries", TAKES_COUNT, AT(retries), reader_count, "of each step that has none"},
	{.name = "checkpoint",
	 TAKES_FLAG,
	 AT(checkpoint),
	 reader_flag,
	 "`true`: keep the state after each install step"},
	{.name = "traceless",
	 TAKES_FLAG,
	 AT(traceless),
	 reader_flag,
	 "`true`: the build's tools leave not even a mount point in the image"},
	{.name = "modules",
	 TAKES_TEXT | TAKES_LIST | TAKES_TREE,
	 0,
	 NULL,
	 "modules that come first: `NAME`, `NAME: {PARAMETER: ...}`, or a map with their source",
	 &module_use_section},
	{.name = "files",
	 TAKES_TEXT | TAKES_LIST | TAKES_MAP,
	 0,
	 reader_files,
	 "directories that hold a `template.hcl` and templates: names, or `{path, params}`",
	 &files_section},
	{.name = "copy",
	 TAKES_TEXT | TAKES_LIST | TAKES_MAP,
	 0,
	 reader_copies,
	 "plain files and trees: `SOURCE:DESTINATION`, or maps",
	 &copy_section},
	{.name = "cache",
	 TAKES_TEXT | TAKES_LIST | TAKES_MAP,
	 0,
	 reader_caches,
	 "directories that stay from build to build and are in no image: paths, or `{path, "
	 "locked}`; in travis.yml's dialect it is ignored",
	 &cache_section,
	 .pattern = "^/."},
	{.name = "kv",
	 TAKES_TREE,
	 0,
	 read_kv,
	 "keys for the templates; paths (`app/name`) and nested maps may be mixed"},
	{.name = "facts",
	 TAKES_TREE,
	 AT(facts),
	 reader_facts,
	 "facts that are added to the base image's own"},
	{.name = "pillar",
	 TAKES_TEXT | TAKES_LIST | TAKES_MAP,
	 AT(pillar),
	 reader_pillar,
	 "files of values, chosen by facts: names, or `{file, match, when}`",
	 &pillar_section},
	{.name = "consul",
	 TAKES_TEXT | TAKES_MAP,
	 0,
	 read_consul,
	 "where Consul is",
	 &consul_section},
	{.name = "before_install",
	 STEPS,
	 AT(before_install),
	 reader_steps,
	 "steps that make the image, before `install`",
	 &step_section},
	{.name = "install",
	 STEPS,
	 AT(install),
	 reader_steps,
	 "steps that make the image, in order",
	 &step_section},
	{.name = "before_script",
	 LINES,
	 AT(before_script),
	 reader_steps,
	 "run first on each test's branch"},
	{.name = "script",
	 STEPS,
	 AT(tests),
	 reader_steps,
	 "tests: each on a branch of its own, from the provisioned state",
	 &step_section},
	{.name = "tests",
	 STEPS,
	 AT(tests),
	 reader_steps,
	 "another name of `script`; with both, the tests of both are run",
	 &step_section},
	{.name = "services",
	 TAKES_TEXT | TAKES_LIST | TAKES_TREE | TAKES_NOTHING,
	 0,
	 services_of_manifest,
	 "what runs beside each test: `NAME: IMAGE`, maps, or a compose file's name "
	 "(docs/services.md); travis.yml's are ignored"},
	{.name = "after_success",
	 LINES,
	 AT(after_success),
	 reader_steps,
	 "run on a test's branch when it has passed; failures do not count"},
	{.name = "after_failure",
	 LINES,
	 AT(after_failure),
	 reader_steps,
	 "run when it has failed; failures do not count"},
	{.name = "after_script",
	 LINES,
	 AT(after_script),
	 reader_steps,
	 "run last on a test's branch; failures do not count"},
	{.name = "config",
	 TAKES_MAP,
	 0,
	 reader_image_config,
	 "what the artifact's config changes of the base's",
	 &config_section},
	{.name = "artifact",
	 TAKES_TEXT | TAKES_MAP,
	 0,
	 read_artifact,
	 "what the image is called, where `-t` does not say",
	 &artifact_section},
	{.name = "jobs",
	 TAKES_TREE | TAKES_LIST,
	 0,
	 NULL,
	 "the matrix: `include`, `exclude`, `allow_failures`, `fast_finish`",
	 &jobs_section},
	{.name = "matrix",
	 TAKES_TREE | TAKES_LIST,
	 0,
	 NULL,
	 "an older name of `jobs`",
	 &jobs_section},
	TRAVIS_VERSION_KEYS,
	TRAVIS_IGNORED_KEYS,
};
const struct reader_section manifest_section = {"the manifest", keys, COUNT_OF(keys), true};

static const char *configured_image(const struct reader *reader)
{
	const struct value *languages = reader->options->languages;
	const char *image = value_text(value_get(languages, reader->language));
	return image ? image : manifest_language_image(reader->language);
}

static int image_of_language(struct reader *reader, const struct value *root)
{
	struct manifest *manifest = reader->manifest;
	if (!reader->language)
		return reader_problem(
			reader, reader_at(reader, root), "missing", NULL,
			"no base image: name one with `image: NAME` or `language: NAME`");
	const char *image = configured_image(reader);
	manifest->image = image ? arena_strdup(&manifest->arena, image) : NULL;
	manifest->image_at = reader->language_at;
	if (manifest->image)
		return 0;
	const char *near = manifest_language_nearest(reader->language);
	const char *hint =
		near ? arena_printf(&manifest->arena, "did you mean '%s'?", near) : "use `image:`";
	return reader_problem(reader, reader->language_at, "value", hint,
			      "no base image is known for the language '%s'", reader->language);
}

/* before_install comes first, wherever it stands in the file. */
static void order_install(struct manifest *manifest)
{
	const struct steps *before = &manifest->before_install;
	struct steps all = {.count = before->count + manifest->install.count};
	all.items = arena_grow(&manifest->arena, before->items, before->count, all.count,
			       sizeof *all.items);
	for (size_t i = before->count; i < all.count; i++)
		all.items[i] = manifest->install.items[i - before->count];
	manifest->install = all;
}

static void inherit(const struct manifest *manifest, struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		struct step *step = &steps->items[i];
		if (step->retries == STEP_INHERITS)
			step->retries = manifest->retries;
		if (!step->timeout_ms)
			step->timeout_ms = manifest->timeout_ms;
		step->checkpoint |= manifest->checkpoint;
	}
}

int sections_read(struct reader *reader, const struct value *root)
{
	struct manifest *manifest = reader->manifest;
	int status = reader_map(reader, root, &manifest_section, manifest);
	order_install(manifest);
	inherit(manifest, &manifest->install);
	inherit(manifest, &manifest->tests);
	if (services_give(reader, manifest) < 0)
		status = -1;
	if (!reader->incomplete && !value_get(root, "image") && !value_get(root, "from") &&
	    image_of_language(reader, root) < 0)
		status = -1;
	return status;
}
