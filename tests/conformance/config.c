/* The artifact's config is the one that was given, field by field, whatever the container's was. */
#include "common/json.h"
#include "tests/conformance/conformance.h"

static const char whole[] =
	"{\"User\":\"1000:1000\",\"Env\":[\"PATH=/bin\",\"B=two words\"],\"Cmd\":[\"a\",\"b c\"],"
	"\"Entrypoint\":[\"/bin/sh\",\"-c\"],\"WorkingDir\":\"/tmp\",\"Labels\":{\"k\":\"v\","
	"\"a.b\":\"c=d\"},\"ExposedPorts\":{\"80/tcp\":{}},\"Volumes\":{\"/v\":{}},\"StopSignal\":"
	"\"SIGINT\",\"Healthcheck\":{\"Test\":[\"CMD\",\"true\"],\"Interval\":1000000000},"
	"\"OnBuild\":[\"RUN x\"],\"Shell\":[\"/bin/ash\",\"-c\"]}";

/* Null, "" and empty lists and maps are one to all engines. */
static bool is_nothing(const struct value *value)
{
	if (!value || value->kind == VALUE_NULL)
		return true;
	if (value->kind == VALUE_STRING)
		return !value->string.len;
	if (value->kind == VALUE_LIST)
		return !value->list.len;
	return value->kind == VALUE_MAP && !value->map.len;
}

static void compare(const struct value *got, const struct value *expected, const char *field)
{
	auto_buf struct buf text = {0};
	if (is_nothing(got) && is_nothing(expected))
		return;
	if (got && expected && value_equal(got, expected))
		return;
	if (got)
		json_write(&text, got);
	fail("%s is %s", field, got ? buf_text(&text) : "missing");
}

/* Commits a container whose program is its own; and more than that, with `own`. */
static char *make_image(struct suite *suite, const char *config, bool own)
{
	static const char *const env[] = {"OWN=1", NULL};
	static const char *const labels[] = {"own", "label", NULL};
	const struct engine_container plain = {.network = "none", .no_healthcheck = true};
	const struct engine_container spec = {
		.network = "none", .user = "1000", .workdir = "/var", .env = env, .labels = labels};
	struct talk *talk = talk_begin(suite, own ? &spec : &plain, "echo there; cat");
	talk_until(talk, "there");
	char *image = commit(suite, talk->id, config);
	talk_end(talk);
	return image;
}

static void try_fields(struct suite *suite, const char *config, const char *const *fields)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	autofree char *image = make_image(suite, config, false);
	const struct value *expected = json_parse(&arena, "config", config, strlen(config), &err);
	const struct value *seen = look_at_image(suite, &arena, image);
	for (; *fields; fields++)
		compare(value_get(value_get(seen, "Config"), *fields), value_get(expected, *fields),
			*fields);
	check_text(value_text(value_get(seen, "Comment")), "a comment");
	check_text(value_text(value_get(seen, "Author")), "an author");
	remove_image(suite, image);
}

static const char *const common[] = {"User",       "Env",    "Cmd",          "Entrypoint",
				     "WorkingDir", "Labels", "ExposedPorts", "Volumes",
				     "StopSignal", NULL};

static const char *gives_all(struct suite *suite)
{
	try_fields(suite, whole, common);
	return NULL;
}

static const char *gives_nothing(struct suite *suite)
{
	static const char *const fields[] = {"User",       "Labels",     "ExposedPorts", "Volumes",
					     "StopSignal", "WorkingDir", "OnBuild",      NULL};
	try_fields(suite, "{\"Env\":[\"PATH=/bin\"],\"Cmd\":[\"a\"],\"Entrypoint\":[\"b\"]}",
		   fields);
	return NULL;
}

/* Docker merges; so whoever wants none of it gives the container nothing of its own. */
static const char *takes_nothing_from_the_container(struct suite *suite)
{
	auto_arena struct arena arena = {0};
	autofree char *image = make_image(suite, "{\"Env\":[\"PATH=/bin\"]}", true);
	const struct value *config = value_get(look_at_image(suite, &arena, image), "Config");
	bool merged = !is_nothing(value_get(config, "User")) ||
		      !is_nothing(value_get(config, "Labels")) ||
		      value_get(config, "Env")->list.len != 1;
	remove_image(suite, image);
	return merged ? "what the config leaves out" : NULL;
}

static const char *checks_health(struct suite *suite)
{
	static const char *const fields[] = {"Healthcheck", NULL};
	try_fields(suite, whole, fields);
	return NULL;
}

/* Podman keeps the field, but its API does not show it. */
static const char *show(struct suite *suite, const char *field)
{
	auto_arena struct arena arena = {0};
	autofree char *image = make_image(suite, whole, false);
	const struct value *seen = look_at_image(suite, &arena, image);
	bool there = !is_nothing(value_get(value_get(seen, "Config"), field));
	const char *const fields[] = {field, NULL};
	remove_image(suite, image);
	if (!there)
		return "kept, not shown";
	try_fields(suite, whole, fields);
	return NULL;
}

static const char *shows_onbuild(struct suite *suite)
{
	return show(suite, "OnBuild");
}

static const char *shows_shell(struct suite *suite)
{
	return show(suite, "Shell");
}

const struct named_case config_cases[] = {
	{"config", "commits the config that was given, field by field", gives_all},
	{"config-empty", "leaves out what the config leaves out", gives_nothing},
	{"config-own", "keeps a container's own settings out of its image",
	 takes_nothing_from_the_container},
	{"config-health", "keeps a health check", checks_health},
	{"config-onbuild", "tells of ONBUILD in a base", shows_onbuild},
	{"config-shell", "tells of SHELL in a base", shows_shell},
	{0},
};
