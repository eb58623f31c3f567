#include "tests/conformance/conformance.h"

#include "common/error.h"
#include "common/file.h"
#include "common/json.h"

#include <stdarg.h>

enum { CASE_OK = 0, CASE_FAILED = 1, CASE_CANNOT = 3 };

static const struct named_case *const groups[] = {image_cases, config_cases, container_cases,
						  session_cases, limit_cases};

void fail_at(const char *file, int line, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	fprintf(stderr, "%s:%d: ", file, line);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
	exit(CASE_FAILED);
}

void check_text_at(const char *file, int line, const char *got, const char *expected)
{
	if (!got || strcmp(got, expected) != 0)
		fail_at(file, line, "'%s' is not '%s'", got ? got : "(none)", expected);
}

void settle_at(const char *file, int line, struct suite *suite, struct engine_kept *kept,
	       enum engine_status expected)
{
	auto_error struct error err = {0};
	if (kept->ended)
		fail_at(file, line, "it ended before the loop turned");
	engine_finish(suite->engine, kept, &err);
	if (kept->status != expected)
		fail_at(file, line, "status %d, not %d: %s", (int)kept->status, (int)expected,
			err.message ? err.message : kept->error.message);
}

static struct value *look(struct suite *suite, struct arena *arena, struct engine_kept *kept)
{
	settle(suite, kept, ENGINE_OK);
	check(value_is(kept->body, VALUE_MAP));
	struct value *copy = value_copy(arena, kept->body);
	engine_kept_free(kept);
	return copy;
}

struct value *look_at_image(struct suite *suite, struct arena *arena, const char *ref)
{
	struct engine_kept kept = {0};
	engine_image_inspect(suite->engine, ref, engine_keep, &kept);
	return look(suite, arena, &kept);
}

struct value *look_at_container(struct suite *suite, struct arena *arena, const char *id)
{
	struct engine_kept kept = {0};
	engine_inspect(suite->engine, id, engine_keep, &kept);
	return look(suite, arena, &kept);
}

char *new_container(struct suite *suite, const struct engine_container *spec)
{
	struct engine_kept kept = {0};
	engine_create(suite->engine, spec, engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
	check(kept.id);
	char *id = STEAL(kept.id);
	engine_kept_free(&kept);
	return id;
}

void remove_container(struct suite *suite, const char *id)
{
	auto_kept struct engine_kept kept = {0};
	engine_remove(suite->engine, id, engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
}

void remove_image(struct suite *suite, const char *ref)
{
	auto_kept struct engine_kept kept = {0};
	engine_image_remove(suite->engine, ref, engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
}

char *commit(struct suite *suite, const char *container, const char *config)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct engine_kept kept = {0};
	struct engine_commit request = {
		.container = container,
		.comment = "a comment",
		.author = "an author",
		.config = json_parse(&arena, "config", config, strlen(config), &err)};
	check(request.config);
	engine_commit(suite->engine, &request, engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
	char *id = STEAL(kept.id);
	check(id);
	engine_kept_free(&kept);
	return id;
}

static const struct named_case *find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(groups); i++)
		for (const struct named_case *at = groups[i]; at->name; at++)
			if (strcmp(at->name, name) == 0)
				return at;
	fail("there is no case '%s'", name);
}

static void list(void)
{
	for (size_t i = 0; i < COUNT_OF(groups); i++)
		for (const struct named_case *at = groups[i]; at->name; at++)
			printf("%s\t%s\n", at->name, at->title);
}

void import_base(struct suite *suite, const char *tag, const char *const *changes)
{
	auto_error struct error err = {0};
	auto_buf struct buf tar = {0};
	auto_kept struct engine_kept kept = {0};
	check(suite->tar && file_read(suite->tar, 0, &tar, &err) == 0);
	engine_image_import(suite->engine, tar.data, tar.len, "factory-test/conformance", tag,
			    changes, engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
	check(kept.id && strncmp(kept.id, "sha256:", 7) == 0);
}

/* The image that a data container is made of: committed, with a volume. */
static void make_data_image(struct suite *suite)
{
	auto_kept struct engine_kept kept = {0};
	struct talk *talk = talk_begin(suite, NULL,
				       "umask 027; mkdir /data; echo content > /data/file;"
				       "echo hello > /etc/hello; echo there; cat");
	talk_until(talk, "there");
	autofree char *image =
		commit(suite, talk->id, "{\"Cmd\":[\"/bin/true\"],\"Volumes\":{\"/data\":{}}}");
	talk_end(talk);
	engine_image_tag(suite->engine, image, "factory-test/conformance", "data", engine_keep,
			 &kept);
	settle(suite, &kept, ENGINE_OK);
}

/* Everything goes by name, so that what an earlier run left is no trouble. */
static const char *clean_up(struct suite *suite)
{
	static const char *const images[] = {BASE_IMAGE, DATA_IMAGE};
	remove_container(suite, DATA_NAME);
	for (size_t i = 0; i < COUNT_OF(images); i++) {
		auto_kept struct engine_kept kept = {0};
		auto_error struct error ignored = {0};
		engine_image_remove(suite->engine, images[i], engine_keep, &kept);
		engine_finish(suite->engine, &kept, &ignored);
	}
	return NULL;
}

static const char *prepare(struct suite *suite)
{
	const struct engine_container data = {.image = DATA_IMAGE, .name = DATA_NAME};
	clean_up(suite);
	import_base(suite, "base", NULL);
	make_data_image(suite);
	free(new_container(suite, &data));
	return NULL;
}

static const char *name_engine(struct suite *suite)
{
	printf("%s %s\n", engine_name(suite->engine), engine_version(suite->engine));
	return NULL;
}

static suite_case *work_of(const char *name)
{
	static const struct named_case verbs[] = {{"prepare", NULL, prepare},
						  {"clean-up", NULL, clean_up},
						  {"name", NULL, name_engine}};
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return verbs[i].run;
	return find(name)->run;
}

int main(int argc, char **argv)
{
	auto_error struct error err = {0};
	struct suite suite = {.tar = getenv("CONFORMANCE_TAR")};
	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		list();
		return CASE_OK;
	}
	if (argc != 3) {
		fputs("usage: conformance --list | ENDPOINT CASE|prepare|clean-up|name\n"
		      "exit code 3: the engine can't; CONFORMANCE_TAR: the base's root file "
		      "system\n",
		      stderr);
		return 2;
	}
	suite.loop = loop_new(&err);
	suite.engine = suite.loop ? engine_open(suite.loop, argv[1], &err) : NULL;
	if (!suite.engine)
		fail("%s", err.message);
	const char *cannot = work_of(argv[2])(&suite);
	engine_close(suite.engine);
	loop_free(suite.loop);
	if (cannot)
		puts(cannot);
	return cannot ? CASE_CANNOT : CASE_OK;
}
