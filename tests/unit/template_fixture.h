/* What the template tests share: a source of values in memory, and rendering a text with it. */
#ifndef FACTORY_TESTS_UNIT_TEMPLATE_FIXTURE_H
#define FACTORY_TESTS_UNIT_TEMPLATE_FIXTURE_H

#include "agent/render/render.h"
#include "common/json.h"
#include "common/own.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A map from "kind name" (with "@dc" where one is asked for) to the answer. */
struct map_source {
	struct source source;
	const struct value *answers;
	unsigned asked;
	bool later;      /* every answer comes later */
	struct buf args; /* of what was asked, "a=b " each */
};

static inline int map_source_get(struct source *source, const struct want *want,
				 struct arena *arena, struct value **found, struct error *err)
{
	struct map_source *map = (struct map_source *)source;
	char key[200];
	snprintf(key, sizeof key, "%s %s%s%s", want->kind, want->name, want->datacenter ? "@" : "",
		 want->datacenter ? want->datacenter : "");
	map->asked++;
	for (const char *const *arg = want->args; arg && *arg; arg++)
		buf_printf(&map->args, "%s ", *arg);
	if (map->later) {
		*found = NULL;
		return 1;
	}
	if (strcmp(want->name, "refused") == 0)
		return error_set(err, "Consul at 127.0.0.1:8500 refused");
	const struct value *answer = value_get(map->answers, key);
	*found = answer ? value_copy(arena, answer) : NULL;
	return 0;
}

struct rendered {
	struct arena arena;
	struct buf out;
	struct error err;
	struct value *reads;
	struct map_source source;
	bool ok;
};

static inline void rendered_free(struct rendered *rendered)
{
	buf_free(&rendered->out);
	buf_free(&rendered->source.args);
	error_clear(&rendered->err);
	arena_free(&rendered->arena);
}

#define auto_rendered __attribute__((cleanup(rendered_free)))

static inline struct value *parsed(struct arena *arena, const char *json)
{
	auto_error struct error err = {0};
	struct value *value = json_parse(arena, "fixture", json, strlen(json), &err);
	assert_non_null(value);
	return value;
}

static const char fixture_answers[] =
	"{\"key app/name\":\"web\",\"key app/port\":\"8080\",\"key app/empty\":\"\","
	"\"key app/json\":\"{\\\"a\\\":[1,2]}\",\"key app/name@dc2\":\"far\","
	"\"keys app\":[{\"Path\":\"app/name\",\"Key\":\"name\",\"Value\":\"web\"},"
	"{\"Path\":\"app/port\",\"Key\":\"port\",\"Value\":\"8080\"}],"
	"\"tree app\":[{\"Path\":\"app/db/\",\"Key\":\"db/\",\"Value\":\"\"},"
	"{\"Path\":\"app/db/host\",\"Key\":\"db/host\",\"Value\":\"h\"},"
	"{\"Path\":\"app/db/port\",\"Key\":\"db/port\",\"Value\":\"5432\"},"
	"{\"Path\":\"app/name\",\"Key\":\"name\",\"Value\":\"web\"}],"
	"\"tree odd\":[{\"Path\":\"odd/a\",\"Key\":\"a\",\"Value\":\"1\"},"
	"{\"Path\":\"odd/a/b\",\"Key\":\"a/b\",\"Value\":\"2\"}],"
	"\"tree none\":[],\"keys none\":[],"
	"\"services \":{\"web\":[\"v1\",\"live\"],\"db\":[]},\"datacenters \":[\"dc1\",\"dc2\"],"
	"\"nodes "
	"\":[{\"ID\":\"i1\",\"Node\":\"n1\",\"Address\":\"10.0.0.1\",\"Datacenter\":\"dc1\"}],"
	"\"node n1\":{\"Node\":{\"ID\":\"i1\",\"Node\":\"n1\",\"Address\":\"10.0.0.1\"},"
	"\"Services\":{\"web\":{\"ID\":\"web\",\"Service\":\"web\",\"Port\":80,\"Tags\":[\"v1\"]}}}"
	","
	"\"service web\":[{\"Node\":{\"Node\":\"n1\",\"Address\":\"10.0.0.1\"},\"Service\":{\"ID\":"
	"\"web1\",\"Service\":\"web\",\"Tags\":[\"v1\",\"live\"],\"Port\":80,\"Address\":\"\","
	"\"Meta\":"
	"{\"env\":\"prod\",\"shard\":\"3\"}},\"Checks\":[{\"Status\":\"passing\"}]},"
	"{\"Node\":{\"Node\":\"n2\",\"Address\":\"10.0.0.2\"},\"Service\":{\"ID\":\"web2\","
	"\"Service\":"
	"\"web\",\"Tags\":[\"v2\"],\"Port\":81,\"Address\":\"10.1.0.2\",\"Meta\":{\"env\":\"dev."
	"1\"}},"
	"\"Checks\":[{\"Status\":\"passing\"},{\"Status\":\"critical\"}]}]}";

static const char fixture_facts[] =
	"{\"os\":{\"id\":\"debian\",\"version\":12},\"network\":{\"interfaces\":[{\"name\":\"lo\"},"
	"{\"name\":\"eth0\"}]},\"memory\":{\"total\":1024}}";

static inline void render_with(struct rendered *rendered, struct render_template tmpl)
{
	rendered->source.source.get = map_source_get;
	if (!rendered->source.answers)
		rendered->source.answers = parsed(&rendered->arena, fixture_answers);
	rendered->reads = value_list(&rendered->arena);
	rendered->ok = render_bytes(&tmpl, &rendered->source.source,
				    parsed(&rendered->arena, fixture_facts), &rendered->arena,
				    &rendered->out, rendered->reads, &rendered->err) == 0;
}

static inline void render_text(struct rendered *rendered, const char *text)
{
	render_with(rendered, (struct render_template){.contents = text, .destination = "t"});
}

struct template_case {
	const char *text, *expected; /* the output, or the error's message */
};

/* Renders them all, then fails if one differs, so that all differences are seen at once. `answers`
 * is JSON, as fixture_answers is. */
static inline void check_cases_of(const char *answers, const struct template_case *cases,
				  size_t count, bool ok)
{
	size_t different = 0;
	for (size_t i = 0; i < count; i++) {
		auto_rendered struct rendered rendered = {0};
		rendered.source.answers = parsed(&rendered.arena, answers);
		render_text(&rendered, cases[i].text);
		const char *got = rendered.ok ? buf_text(&rendered.out) : rendered.err.message;
		if (rendered.ok == ok && strcmp(got, cases[i].expected) == 0)
			continue;
		print_error("%s\n  expected: %s\n  got:      %s\n", cases[i].text,
			    cases[i].expected, got);
		different++;
	}
	assert_int_equal(different, 0);
}

static inline void check_cases(const struct template_case *cases, size_t count, bool ok)
{
	check_cases_of(fixture_answers, cases, count, ok);
}

/* Renders each; `expected` are the arguments of the one want, "a=b " each. */
static inline void check_arguments(const char *answers, const struct template_case *cases,
				   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		auto_rendered struct rendered rendered = {0};
		rendered.source.answers = parsed(&rendered.arena, answers);
		render_text(&rendered, cases[i].text);
		if (!rendered.ok)
			fail_msg("%s: %s", cases[i].text, rendered.err.message);
		assert_string_equal(buf_text(&rendered.source.args), cases[i].expected);
		assert_int_equal(rendered.source.asked, 1);
	}
}

/* While every answer comes later, the text becomes `expected` and nothing has been read. */
static inline void check_pending(const char *text, const char *expected)
{
	auto_rendered struct rendered rendered = {0};
	rendered.source.later = true;
	render_text(&rendered, text);
	if (!rendered.ok)
		fail_msg("%s: %s", text, rendered.err.message);
	assert_string_equal(buf_text(&rendered.out), expected);
	assert_int_equal(rendered.reads->list.len, 0);
}

#endif
