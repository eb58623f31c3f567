#include "agent/render/functions/functions.h"

#include "common/digest.h"

#include <string.h>

static const char *read_key(struct call *call, const char *kind, const char *name)
{
	return arena_printf(call->arena, "%s %s", kind, name);
}

static void append_read(struct call *call, const struct want *want, const struct value *value)
{
	char hex[HASH_HEX] = "";
	struct arena *arena = call->arena;
	struct value *read = want_to_value(arena, want);
	if (call->state->rendering->hash_reads)
		digest_value(value, hex);
	value_set(arena, read, "hash", value_string(arena, hex));
	value_append(arena, call->state->rendering->reads, read);
}

void call_record(struct call *call, const char *kind, const char *name, const struct value *value)
{
	struct rendering *rendering = call->state->rendering;
	const char *key = read_key(call, kind, name);
	if (value_get(rendering->answers, key))
		return;
	value_set(call->arena, rendering->answers, key,
		  value ? value_copy(call->arena, value) : value_null(call->arena));
	const struct want want = {.kind = kind, .name = name};
	append_read(call, &want, value);
}

/* "app/name@dc1" */
static struct want split_name(struct call *call, const char *kind, const char *name)
{
	const char *at = strrchr(name, '@');
	struct want want = {.kind = kind, .name = name};
	if (at && at[1] && !strchr(at, '/')) {
		want.name = arena_strndup(call->arena, name, (size_t)(at - name));
		want.datacenter = at + 1;
	}
	return want;
}

/* What tells wants apart. */
static const char *want_name(struct call *call, const struct want *want)
{
	auto_buf struct buf name = {0};
	buf_puts(&name, want->name);
	if (want->datacenter)
		buf_printf(&name, "@%s", want->datacenter);
	for (const char *const *arg = want->args; arg && *arg; arg++)
		buf_printf(&name, " %s", *arg);
	return arena_strndup(call->arena, buf_text(&name), name.len);
}

static int ask(struct call *call, const struct want *want, const char *name, struct value **found,
	       struct error *err)
{
	struct rendering *rendering = call->state->rendering;
	if (!rendering->source)
		return error_set(err, "there is no source of values to ask for \"%s\"", name);
	int got = rendering->source->get(rendering->source, want, call->arena, found, err);
	if (got == 0)
		append_read(call, want, *found);
	if (got > 0)
		rendering->pending = true;
	return got;
}

int call_want(struct call *call, const struct want *want, struct value **found, struct error *err)
{
	struct rendering *rendering = call->state->rendering;
	const char *name = want_name(call, want);
	const char *key = read_key(call, want->kind, name);
	struct value *known = value_get(rendering->answers, key);
	*found = known;
	if (!known) {
		int got = ask(call, want, name, found, err);
		if (got)
			return got;
		known = *found ? *found : value_null(call->arena);
		value_set(call->arena, rendering->answers, key, known);
	}
	if (known->kind == VALUE_NULL)
		*found = NULL;
	return 0;
}

int call_read(struct call *call, const char *kind, const char *name, struct value **found,
	      struct error *err)
{
	struct want want = split_name(call, kind, name);
	return call_want(call, &want, found, err);
}
