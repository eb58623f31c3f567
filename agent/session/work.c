#include "agent/session/work.h"

#include "agent/facts/facts.h"
#include "agent/render/render.h"
#include "agent/session/agent.h"
#include "agent/source/source.h"
#include "common/file.h"

#include <stdlib.h>
#include <unistd.h>

static int bad_template(size_t at, const char *key, const char *expected, struct error *err)
{
	return error_set(err, "\"%s\" of template %zu must be %s", key, at, expected);
}

/* A number, or text such as "0644". */
static int read_perms(const struct value *perms, size_t at, int *mode, struct error *err)
{
	*mode = -1;
	if (!perms)
		return 0;
	char *end = NULL;
	const char *text = value_text(perms);
	long number = value_is(perms, VALUE_INT) ? (long)perms->integer
		      : text                     ? strtol(text, &end, 8)
						 : -1;
	if (number < 0 || number > 07777 || (end && (end == text || *end)))
		return bad_template(at, "perms", "a mode from 0 to 07777", err);
	*mode = (int)number;
	return 0;
}

static int read_template(const struct value *map, size_t at, struct render_template *tmpl,
			 struct error *err)
{
	render_template_init(tmpl);
	const struct {
		const char *key;
		const char **text;
	} fields[] = {
		{"source", &tmpl->source},       {"destination", &tmpl->destination},
		{"contents", &tmpl->contents},   {"command", &tmpl->exec.command},
		{"left_delimiter", &tmpl->left}, {"right_delimiter", &tmpl->right},
		{"user", &tmpl->user},           {"group", &tmpl->group},
	};
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		const struct value *value = value_get(map, fields[i].key);
		*fields[i].text = value_text(value);
		if (value && value->kind != VALUE_NULL && !*fields[i].text)
			return bad_template(at, fields[i].key, "a string", err);
	}
	if (!tmpl->source && !tmpl->contents)
		return error_set(err, "template %zu has no source", at);
	if (!tmpl->destination)
		return error_set(err, "template %zu has no destination", at);
	return read_perms(value_get(map, "perms"), at, &tmpl->perms, err);
}

static int read_templates(const struct value *list, struct arena *arena,
			  struct render_settings *rendering, struct error *err)
{
	if (!value_is(list, VALUE_LIST))
		return error_set(err, "a RENDER request without \"config\" or \"templates\"");
	rendering->count = list->list.len;
	rendering->templates = arena_alloc(arena, rendering->count * sizeof *rendering->templates);
	for (size_t i = 0; i < rendering->count; i++)
		if (read_template(list->list.items[i], i, &rendering->templates[i], err) < 0)
			return -1;
	return 0;
}

static int read_rendering(const struct value *request, struct arena *arena,
			  struct render_settings *rendering, struct error *err)
{
	const char *config = value_text(value_get(request, "config"));
	if (!config)
		return read_templates(value_get(request, "templates"), arena, rendering, err);
	if (render_config(config, arena, rendering, err) < 0)
		return -1;
	rendering->once = true;
	return render_settings_finish(rendering, err);
}

/* Directly where the request says so, with what the configuration has for what it leaves out. */
static struct source *open_source(const struct value *request,
				  const struct render_settings *rendering, uint32_t id, int channel,
				  struct error *err)
{
	const struct value *consul = value_get(request, "consul");
	if (!value_is(consul, VALUE_MAP))
		return source_driver(channel, id);
	const char *address = value_text(value_get(consul, "address"));
	const char *token = value_text(value_get(consul, "token"));
	return source_consul(address ? address : rendering->consul.address,
			     token ? token : rendering->consul.token, err);
}

typedef struct value *answerer(const struct value *request, uint32_t id, int channel,
			       struct arena *arena, struct error *err);

static const struct facts_external external; /* the usual directories */

/* The request's facts; or this system's with more of the driver's. NULL: templates gather what they
 * read. */
static const struct value *facts_of(const struct value *request, struct arena *arena)
{
	const struct facts_wanted wanted = {.external = &external};
	const struct value *more = value_get(request, "more_facts");
	if (!value_is(more, VALUE_MAP))
		return value_get(request, "facts");
	struct value *facts = facts_collect(arena, &wanted);
	for (size_t i = 0; i < more->map.len; i++)
		value_setn(arena, facts, more->map.entries[i].key, more->map.entries[i].key_len,
			   more->map.entries[i].value);
	return facts;
}

static struct value *render(const struct value *request, uint32_t id, int channel,
			    struct arena *arena, struct error *err)
{
	struct render_settings rendering;
	struct render_report report = {0};
	render_settings_init(&rendering, arena);
	if (read_rendering(request, arena, &rendering, err) < 0)
		return NULL;
	struct source *source = open_source(request, &rendering, id, channel, err);
	if (!source)
		return NULL;
	int made = render_all(rendering.templates, rendering.count, source,
			      facts_of(request, arena), arena, &report, err);
	source_free(source);
	if (made < 0)
		return NULL;
	struct value *result = value_map(arena);
	value_set(arena, result, "rendered", report.rendered);
	value_set(arena, result, "reads", report.reads);
	return result;
}

static struct value *gather(const struct value *request, uint32_t id, int channel,
			    struct arena *arena, struct error *err)
{
	(void)id;
	(void)channel;
	const struct value *list = value_get(request, "patterns");
	size_t count = value_is(list, VALUE_LIST) ? list->list.len : 0;
	const char **patterns = arena_alloc(arena, (count + 1) * sizeof *patterns);
	for (size_t i = 0; i < count; i++) {
		patterns[i] = value_text(list->list.items[i]);
		if (!patterns[i]) {
			error_set(err, "pattern %zu of a FACTS request is no string", i);
			return NULL;
		}
	}
	const struct facts_wanted wanted = {
		.patterns = patterns, .count = count, .external = &external};
	return facts_collect(arena, &wanted);
}

void work(const struct frame *request, int channel)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	auto_buf struct buf answer = {0};
	answerer *make = request->type == FRAME_RENDER ? render : gather;
	const struct value *asked = frame_json(request, &arena, &err);
	const struct value *result = asked ? make(asked, request->id, channel, &arena, &err) : NULL;
	if (result)
		answer_result(&answer, request->id, result);
	else
		answer_error(&answer, request->id, &err);
	/* Where it fails the session has ended, and nobody waits for it. */
	(void)file_write_all(channel, answer.data, answer.len);
}
