#include "common/memory.h"
#include "tests/conformance/conformance.h"

#define IMPORTED "factory-test/conformance:imported"

static const char *says_who_it_is(struct suite *suite)
{
	auto_kept struct engine_kept kept = {0};
	check(*engine_name(suite->engine));
	check(*engine_version(suite->engine));
	check(*engine_endpoint(suite->engine));
	engine_info(suite->engine, engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
	check(value_text(value_get(kept.body, "Driver")));
	check(value_text(value_get(kept.body, "DockerRootDir")));
	return NULL;
}

static const char *imports(struct suite *suite)
{
	static const char *const changes[] = {"ENV A=1", "VOLUME /data", "CMD [\"/bin/true\"]",
					      "LABEL one=1", NULL};
	auto_arena struct arena arena = {0};
	import_base(suite, "imported", changes);
	const struct value *image = look_at_image(suite, &arena, IMPORTED);
	const char *id = value_text(value_get(image, "Id"));
	check(id && strncmp(id, "sha256:", 7) == 0);
	check_text(value_text(value_path(image, "Config.Env.0")), "A=1");
	check_text(value_text(value_path(image, "Config.Cmd.0")), "/bin/true");
	check_text(value_text(value_path(image, "Config.Labels.one")), "1");
	check(value_get(value_path(image, "Config.Volumes"), "/data"));
	const struct value *same = look_at_image(suite, &arena, id);
	check_text(value_text(value_get(same, "Id")), id);
	remove_image(suite, IMPORTED);
	return NULL;
}

static const char *misses(struct suite *suite)
{
	static const char absent[] = "factory-test/no-such-image:9";
	const struct engine_container spec = {.image = absent, .session = true, .network = "none"};
	struct engine_kept kept = {0};
	engine_image_inspect(suite->engine, absent, engine_keep, &kept);
	settle(suite, &kept, ENGINE_NOT_FOUND);
	engine_kept_free(&kept);
	engine_create(suite->engine, &spec, engine_keep, &kept);
	settle(suite, &kept, ENGINE_NOT_FOUND);
	engine_kept_free(&kept);
	engine_image_tag(suite->engine, absent, "t/x", "1", engine_keep, &kept);
	settle(suite, &kept, ENGINE_NOT_FOUND);
	engine_kept_free(&kept);
	return NULL;
}

/* Without a registry in sight: the failure is the engine's, in words. */
static const char *cannot_pull(struct suite *suite)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error err = {0};
	engine_image_pull(suite->engine, "127.0.0.1:1/factory-test/none:1", NULL, engine_keep,
			  &kept);
	int status = engine_finish(suite->engine, &kept, &err);
	check(status < 0 || kept.status == ENGINE_NOT_FOUND);
	return NULL;
}

static const char *cannot_push(struct suite *suite)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error err = {0};
	engine_image_push(suite->engine, "127.0.0.1:1/none", "1", NULL, engine_keep, &kept);
	int status = engine_finish(suite->engine, &kept, &err);
	check(status < 0 || kept.status == ENGINE_NOT_FOUND);
	return NULL;
}

static char *id_of(struct suite *suite, const char *ref)
{
	auto_arena struct arena arena = {0};
	return mem_strdup(value_text(value_get(look_at_image(suite, &arena, ref), "Id")));
}

static void tag(struct suite *suite, const char *image)
{
	auto_kept struct engine_kept kept = {0};
	engine_image_tag(suite->engine, image, "factory-test/moving", "1", engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
}

static const char *moves_names(struct suite *suite)
{
	static const char moving[] = "factory-test/moving:1";
	auto_kept struct engine_kept kept = {0};
	autofree char *base = id_of(suite, BASE_IMAGE), *data = id_of(suite, DATA_IMAGE);
	check(strcmp(base, data) != 0);
	tag(suite, base);
	autofree char *first = id_of(suite, moving);
	check_text(first, base);
	tag(suite, DATA_IMAGE);
	autofree char *second = id_of(suite, moving);
	check_text(second, data);
	remove_image(suite, moving);
	engine_image_inspect(suite->engine, moving, engine_keep, &kept);
	settle(suite, &kept, ENGINE_NOT_FOUND);
	free(id_of(suite, DATA_IMAGE)); /* it has its other name still */
	return NULL;
}

static const char *lists(struct suite *suite)
{
	auto_kept struct engine_kept kept = {0};
	autofree char *base = id_of(suite, BASE_IMAGE);
	engine_image_list(suite->engine, engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
	for (size_t i = 0; i < kept.body->list.len; i++) {
		const struct value *item = kept.body->list.items[i];
		const char *name = value_text(value_path(item, "RepoTags.0"));
		if (strcmp(value_text(value_get(item, "Id")), base) == 0 && name &&
		    strstr(name, BASE_IMAGE))
			return NULL;
	}
	fail("it is not in the list");
}

static void never(void *ctx, const struct engine_result *result)
{
	(void)ctx;
	(void)result;
	fail("what was abandoned was told");
}

/* In the midst of it; what is asked afterwards is answered. */
static const char *abandons(struct suite *suite)
{
	struct talk *talk = talk_begin(suite, NULL, "echo x > /x; echo there; cat");
	talk_until(talk, "there");
	const struct engine_commit request = {.container = talk->id};
	engine_commit(suite->engine, &request, never, NULL);
	engine_image_inspect(suite->engine, BASE_IMAGE, never, NULL);
	engine_abandon(suite->engine);
	for (int i = 0; i < 20; i++)
		talk_wait(talk);
	free(id_of(suite, BASE_IMAGE));
	talk_end(talk);
	return NULL;
}

static const char *removes_images(struct suite *suite)
{
	auto_kept struct engine_kept kept = {0};
	struct talk *talk = talk_begin(suite, NULL, "echo x > /x; echo there; cat");
	talk_until(talk, "there");
	autofree char *image = commit(suite, talk->id, "{}");
	talk_end(talk);
	remove_image(suite, image);
	engine_image_inspect(suite->engine, image, engine_keep, &kept);
	settle(suite, &kept, ENGINE_NOT_FOUND);
	free(output_of(suite, NULL, "true")); /* the base was not hurt */
	return NULL;
}

const struct named_case image_cases[] = {
	{"greeting", "says its name, version and where its data is", says_who_it_is},
	{"import", "makes an image of a root file system", imports},
	{"missing", "says that an image is missing", misses},
	{"pull", "pulls from a registry", cannot_pull},
	{"push", "pushes to a registry", cannot_push},
	{"tag", "moves a name from one image to another", moves_names},
	{"image-list", "lists its images", lists},
	{"abandon", "lets go of what it was asked for", abandons},
	{"remove-image", "removes an image that has no name", removes_images},
	{0},
};
