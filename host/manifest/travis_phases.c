/* travis.yml's phases as steps. docs/travis.md has their failure rules as a table. */
#include "host/manifest/travis.h"

#include "common/own.h"

#include <string.h>

static void add_quoted(struct buf *out, const char *text)
{
	buf_putc(out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *text);
	buf_putc(out, '\'');
}

/* Each line is evaluated in the one shell, so that `cd` and `export` hold for those after it. */
static void add_lines(struct buf *out, const struct steps *steps, const char *after)
{
	for (size_t i = 0; i < steps->count; i++) {
		buf_puts(out, "printf '$ %s\\n' ");
		add_quoted(out, steps->items[i].name);
		buf_puts(out, "\neval ");
		add_quoted(out, steps->items[i].run);
		buf_printf(out, " %s\n", after);
	}
}

/* The tests run in another container than `install`: what lines of it set up in their shell alone
 * is said again there. It failed before if it fails, or what it needs has gone: neither is a
 * test's. */
static void add_settings(struct buf *out, const struct steps *install)
{
	static const char *const words[] = {"export ", "unset ", "cd ", "source ", ". "};
	for (size_t i = 0; i < install->count; i++)
		for (size_t w = 0; w < COUNT_OF(words); w++) {
			const char *line = install->items[i].run;
			if (strncmp(line, words[w], strlen(words[w])) != 0 || strchr(line, '\n'))
				continue;
			buf_puts(out, "eval ");
			add_quoted(out, line);
			buf_puts(out, " >/dev/null 2>&1 || :\n");
		}
}

static struct step *single(struct manifest *manifest, struct steps *steps, const char *name,
			   const struct buf *text)
{
	struct step *step = arena_alloc(&manifest->arena, sizeof *step);
	auto_buf struct buf whole = {0};
	/* As travis.yml's authors expect, in bash where there is one. */
	buf_puts(&whole, "exec \"$(command -v bash || echo sh)\" -c ");
	add_quoted(&whole, buf_text(text));
	*step = steps->items[0];
	step->name = name;
	step->group = step->branch = 0; /* one shell has no branches */
	step->run = arena_strndup(&manifest->arena, buf_text(&whole), whole.len);
	return step;
}

static void join_install(struct manifest *manifest)
{
	auto_buf struct buf text = {0};
	if (!manifest->install.count)
		return;
	add_lines(&text, &manifest->install, "|| exit $?");
	manifest->install.items = single(manifest, &manifest->install, "install", &text);
	manifest->install.count = 1;
}

/* before_script fails at once; each line of script runs, and the first failure counts; what comes
 * after can't change the result. */
static void write_test(const struct manifest *manifest, const struct steps *script, struct buf *out)
{
	add_lines(out, &manifest->before_script, "|| exit $?");
	buf_puts(out, "TRAVIS_TEST_RESULT=0\nexport TRAVIS_TEST_RESULT\n");
	add_lines(out, script,
		  "|| { factory_code=$?; [ $TRAVIS_TEST_RESULT -ne 0 ] || "
		  "TRAVIS_TEST_RESULT=$factory_code; }");
	/* Not even `exit` in what follows changes the result. */
	buf_puts(out, "trap 'exit $TRAVIS_TEST_RESULT' EXIT\n");
	if (manifest->after_success.count) {
		buf_puts(out, "if [ $TRAVIS_TEST_RESULT -eq 0 ]; then\n");
		add_lines(out, &manifest->after_success, "|| true");
		buf_puts(out, "fi\n");
	}
	if (manifest->after_failure.count) {
		buf_puts(out, "if [ $TRAVIS_TEST_RESULT -ne 0 ]; then\n");
		add_lines(out, &manifest->after_failure, "|| true");
		buf_puts(out, "fi\n");
	}
	add_lines(out, &manifest->after_script, "|| true");
	buf_puts(out, "exit $TRAVIS_TEST_RESULT\n");
}

/* travis.yml's steps start in a copy of the repository, that is, of the manifest's directory. */
static void check_out(struct manifest *manifest)
{
	static const char path[] = "/build";
	static const char *const variables[][2] = {
		{"CI", "true"}, {"TRAVIS", "true"}, {"TRAVIS_BUILD_DIR", path}};
	struct arena *arena = &manifest->arena;
	struct value *env = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(variables); i++)
		value_set(arena, env, variables[i][0], value_string(arena, variables[i][1]));
	manifest->env = manifest->env ? load_merge(arena, env, manifest->env) : env;
	if (manifest->workdir || manifest->copy_count)
		return;
	manifest->workdir = path;
	manifest->copies = arena_alloc(arena, sizeof *manifest->copies);
	manifest->copies[manifest->copy_count++] = (struct copy){.source = manifest->directory,
								 .destination = path,
								 .owner = manifest->user,
								 .mode = -1,
								 .at = manifest->image_at};
}

static void skip_existing(struct manifest *manifest, struct steps *steps)
{
	for (size_t i = 0; i < steps->count; i++) {
		struct step *step = &steps->items[i];
		auto_buf struct buf text = {0};
		if (!step->creates)
			continue;
		buf_puts(&text, "if test -e ");
		add_quoted(&text, step->creates);
		buf_puts(&text, "; then echo skipped: it has made ");
		add_quoted(&text, step->creates);
		buf_printf(&text, "; exit 0; fi\n%s", step->run);
		step->run = arena_strndup(&manifest->arena, buf_text(&text), text.len);
	}
}

/* `install: skip` */
static void drop_skipped(struct steps *steps)
{
	size_t kept = 0;
	for (size_t i = 0; i < steps->count; i++)
		if (strcmp(steps->items[i].run, "skip") != 0)
			steps->items[kept++] = steps->items[i];
	steps->count = kept;
}

static bool has_phases(const struct manifest *manifest)
{
	return manifest->before_script.count || manifest->after_success.count ||
	       manifest->after_failure.count || manifest->after_script.count;
}

/* The lines of a phase run in one shell: one step for install, one test for all that follows. */
static void as_travis(struct manifest *manifest)
{
	struct steps *tests = &manifest->tests;
	auto_buf struct buf text = {0};
	drop_skipped(&manifest->install);
	drop_skipped(tests);
	check_out(manifest);
	add_settings(&text, &manifest->install);
	join_install(manifest);
	if (!tests->count)
		return;
	write_test(manifest, tests, &text);
	tests->items = single(manifest, tests, "script", &text);
	tests->count = 1;
}

void travis_phases(struct manifest *manifest)
{
	struct steps *tests = &manifest->tests;
	skip_existing(manifest, &manifest->install);
	skip_existing(manifest, tests);
	if (manifest->travis) {
		as_travis(manifest);
		return;
	}
	for (size_t i = 0; i < tests->count && has_phases(manifest); i++) {
		auto_buf struct buf text = {0};
		const struct steps one = {&tests->items[i], 1};
		write_test(manifest, &one, &text);
		tests->items[i].run = arena_strndup(&manifest->arena, buf_text(&text), text.len);
	}
}

/* A version that the image's maker calls by another name, or that is another image. */
static const struct alias {
	const char *language, *version, *tag;
} aliases[] = {
	{"node_js", "node", "current"}, {"node_js", "stable", "current"},
	{"node_js", "lts/*", "lts"},    {"rust", "stable", "1"},
	{"go", "stable", "1"},          {"python", "nightly", "rc"},
};

const char *travis_image(struct arena *arena, const char *language_image, const char *language,
			 const char *version)
{
	const char *slash = strrchr(language_image, '/');
	const char *colon = strrchr(slash ? slash : language_image, ':');
	size_t len = colon ? (size_t)(colon - language_image) : strlen(language_image);
	for (size_t i = 0; i < COUNT_OF(aliases); i++)
		if (strcmp(aliases[i].language, language) == 0 &&
		    strcmp(aliases[i].version, version) == 0)
			version = aliases[i].tag;
	if (strchr(version, ':'))
		return version;
	if (strncmp(version, "openjdk", 7) == 0 || strncmp(version, "oraclejdk", 9) == 0)
		version += strcspn(version, "0123456789");
	size_t digits = strlen(version);
	/* "1.22.x" and "3.12-dev" mean the newest of that line. */
	if (digits > 2 && strcmp(version + digits - 2, ".x") == 0)
		digits -= 2;
	else if (digits > 4 && strcmp(version + digits - 4, "-dev") == 0)
		digits -= 4;
	return arena_printf(arena, "%.*s:%.*s", (int)len, language_image, (int)digits, version);
}
