#include "host/manifest/travis_axes.h"

#include "common/own.h"
#include "host/manifest/travis.h"

#include <string.h>

/* Keys whose values are versions of a language; `language` NULL: of any. */
static const struct version_key {
	const char *key, *language, *variable;
} version_keys[] = {
	{"python", "python", "TRAVIS_PYTHON_VERSION"},
	{"node_js", "node_js", "TRAVIS_NODE_VERSION"},
	{"go", "go", "TRAVIS_GO_VERSION"},
	{"ruby", "ruby", "TRAVIS_RUBY_VERSION"},
	{"rvm", "ruby", "TRAVIS_RUBY_VERSION"},
	{"php", "php", "TRAVIS_PHP_VERSION"},
	{"perl", "perl", "TRAVIS_PERL_VERSION"},
	{"rust", "rust", "TRAVIS_RUST_VERSION"},
	{"jdk", "java", "TRAVIS_JDK_VERSION"},
	{"elixir", "elixir", "TRAVIS_ELIXIR_VERSION"},
	{"otp_release", "erlang", "TRAVIS_OTP_RELEASE"},
	{"ghc", "haskell", "TRAVIS_HASKELL_VERSION"},
	{"julia", "julia", "TRAVIS_JULIA_VERSION"},
	{"r", "r", "TRAVIS_R_VERSION"},
	{"dotnet", "csharp", "TRAVIS_DOTNET_VERSION"},
	{"compiler", NULL, "CC"},
};

static void add_axis(struct axes *axes, const char *key, const struct value *list)
{
	if (!list->list.len || axes->count == AXES_MOST)
		return;
	axes->items[axes->count++] = (struct axis){key, list->list.items, list->list.len};
	axes->crossed = true;
}

static int read_versions(struct reader *reader, const struct value *root, struct axes *axes)
{
	int status = 0;
	for (size_t i = 0; i < COUNT_OF(version_keys); i++) {
		const struct value *list = value_get(root, version_keys[i].key);
		if (!value_is(list, VALUE_LIST))
			continue;
		for (size_t k = 0; k < list->list.len; k++)
			if (list->list.items[k]->kind == VALUE_LIST ||
			    list->list.items[k]->kind == VALUE_MAP)
				status = reader_fail(reader, list->list.items[k],
						     "a version of '%s' must be a single value",
						     version_keys[i].key);
		add_axis(axes, version_keys[i].key, list);
	}
	return status;
}

/* A list holds one cell each; anything else is one. */
static void add_env_axis(struct reader *reader, struct axes *axes, struct value *values)
{
	struct value *list = values;
	if (values->kind == VALUE_NULL)
		return;
	if (values->kind != VALUE_LIST) {
		list = value_list(&reader->manifest->arena);
		value_append(&reader->manifest->arena, list, values);
	}
	add_axis(axes, "env", list);
}

static int read_parts(struct reader *reader, const struct value *env, struct axes *axes)
{
	int status = 0;
	struct value *global = value_map(&reader->manifest->arena);
	for (size_t i = 0; i < env->map.len; i++) {
		const struct value_entry *entry = &env->map.entries[i];
		if (strcmp(entry->key, "global") == 0)
			status |= variables_add(reader, entry->value, global);
		else if (strcmp(entry->key, "jobs") == 0 || strcmp(entry->key, "matrix") == 0)
			add_env_axis(reader, axes, entry->value);
		else
			status = reader_problem(
				reader, reader_position(reader, entry->line, entry->column),
				"unknown-key", NULL,
				"beside `global` and `jobs`, 'env' has no key '%s'", entry->key);
	}
	axes->global = global;
	return status;
}

static int read_env(struct reader *reader, const struct value *root, struct axes *axes)
{
	struct value *env = value_get(root, "env");
	bool travis = reader->manifest->travis;
	bool parts =
		value_is(env, VALUE_MAP) &&
		(value_get(env, "global") || value_get(env, "jobs") || value_get(env, "matrix"));
	bool text = env && env->kind != VALUE_MAP && env->kind != VALUE_LIST;
	axes->own_env =
		travis || parts || text || value_get(root, "jobs") || value_get(root, "matrix");
	if (parts)
		return read_parts(reader, env, axes);
	if (travis && value_is(env, VALUE_LIST))
		add_env_axis(reader, axes, env);
	return 0;
}

int axes_read(struct reader *reader, const struct value *root, struct axes *axes)
{
	axes->language = value_text(value_get(root, "language"));
	int versions = read_versions(reader, root, axes), env = read_env(reader, root, axes);
	for (size_t i = 0; i < axes->count; i++) {
		if (strcmp(axes->items[i].key, "env") != 0)
			continue;
		/* Each is parsed again in its cell: here only to refuse it once. */
		struct value *scratch = value_map(&reader->manifest->arena);
		for (size_t k = 0; k < axes->items[i].count; k++)
			env |= variables_add(reader, axes->items[i].values[k], scratch);
	}
	return versions < 0 || env < 0 ? -1 : 0;
}

static const char *text_of(const struct value *value)
{
	if (!value)
		return NULL;
	return value->kind == VALUE_STRING ? value->string.data : value->source;
}

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (!value_get(map, key))
		value_set(arena, map, key, value_string(arena, text));
}

/* The image and the variable that a version stands for. */
static void settle_version(struct reader *reader, const struct version_key *key, struct value *root,
			   struct value *env)
{
	struct arena *arena = &reader->manifest->arena;
	const struct value *value = value_get(root, key->key);
	const char *version = text_of(value), *language = value_text(value_get(root, "language"));
	if (!version)
		return;
	set_text(arena, env, key->variable, version);
	value_unset(root, key->key);
	if (!key->language || value_get(root, "image") || value_get(root, "from") || !language ||
	    strcmp(language, key->language) != 0)
		return;
	const char *configured = value_text(value_get(reader->options->languages, language));
	if (!configured)
		configured = manifest_language_image(language);
	const char *image = travis_image(arena, configured, language, version);
	struct value *named = value_string(arena, image);
	named->line = value->line;
	named->column = value->column;
	value_set(arena, root, "image", named);
}

int axes_settle(struct reader *reader, const struct axes *axes, struct value *root)
{
	struct arena *arena = &reader->manifest->arena;
	struct value *env = value_map(arena), *versions = value_map(arena);
	struct value *own = value_get(root, "env");
	bool has_env_axis = false;
	int status = 0;
	for (size_t i = 0; i < axes->count; i++)
		has_env_axis |= strcmp(axes->items[i].key, "env") == 0;
	for (size_t i = 0; i < COUNT_OF(version_keys); i++)
		settle_version(reader, &version_keys[i], root, versions);
	if (!axes->own_env && !versions->map.len)
		return 0;
	if (axes->global)
		variables_add(reader, axes->global, env);
	/* With parts but without an axis, `env` is still the map of its parts. */
	bool parts = axes->global && !has_env_axis && value_is(own, VALUE_MAP) &&
		     (value_get(own, "global") || value_get(own, "jobs"));
	if (own && !parts)
		status = variables_add(reader, own, env);
	for (size_t i = 0; i < versions->map.len; i++)
		set_text(arena, env, versions->map.entries[i].key,
			 value_text(versions->map.entries[i].value));
	value_set(arena, root, "env", env);
	return status;
}

static void add_name(struct buf *out, const char *key, const struct value *value)
{
	auto_buf struct buf text = {0};
	const char *scalar = text_of(value);
	if (value_is(value, VALUE_MAP))
		for (size_t i = 0; i < value->map.len; i++) {
			const char *item = text_of(value->map.entries[i].value);
			buf_printf(&text, "%s%s=%s", i ? " " : "", value->map.entries[i].key,
				   item ? item : "");
		}
	buf_printf(out, "%s%s%s%s", out->len ? ", " : "", strcmp(key, "env") ? key : "",
		   strcmp(key, "env") ? " " : "", scalar ? scalar : buf_text(&text));
}

const char *axes_name(struct arena *arena, const struct axes *axes, const struct value *root)
{
	auto_buf struct buf out = {0};
	bool env = false;
	for (size_t i = 0; i < axes->count; i++) {
		const struct value *value = value_get(root, axes->items[i].key);
		env |= strcmp(axes->items[i].key, "env") == 0;
		if (value)
			add_name(&out, axes->items[i].key, value);
	}
	for (size_t i = 0; !axes->count && i < COUNT_OF(version_keys); i++)
		if (value_get(root, version_keys[i].key))
			add_name(&out, version_keys[i].key, value_get(root, version_keys[i].key));
	if (!env && value_get(root, "env") && !axes->global)
		add_name(&out, "env", value_get(root, "env"));
	return arena_strdup(arena, out.len ? buf_text(&out) : "cell");
}

bool axes_same(const struct value *has, const struct value *want)
{
	const char *one = text_of(has), *two = text_of(want);
	return one && two ? strcmp(one, two) == 0 : value_equal(has, want);
}

bool axes_same_env(struct reader *reader, const struct value *has, const struct value *want)
{
	struct value *one = value_map(&reader->manifest->arena);
	struct value *two = value_map(&reader->manifest->arena);
	if (variables_add(reader, has, one) < 0 || variables_add(reader, want, two) < 0)
		return false;
	for (size_t i = 0; i < two->map.len; i++) {
		const struct value *value = value_get(one, two->map.entries[i].key);
		if (!value || !value_equal(value, two->map.entries[i].value))
			return false;
	}
	return true;
}
