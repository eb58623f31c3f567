#include "host/fleet/view.h"

#include "common/consul_keys.h"
#include "common/json.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 6 }; /* of a slot's number */

/* --- keys --- */

/* What follows a text, or NULL where it does not begin so. */
static const char *behind(const char *text, const char *start)
{
	size_t len = strlen(start);
	return strncmp(text, start, len) == 0 ? text + len : NULL;
}

static bool read_number(const char *text, unsigned *number)
{
	size_t digits = strspn(text, "0123456789");
	if (!digits || digits > MOST_DIGITS || text[digits])
		return false;
	*number = (unsigned)strtoul(text, NULL, 10);
	return true;
}

/* "ENDPOINT/slots/N", "ENDPOINT/queue/SESSION" */
static bool read_endpoint_key(struct arena *arena, const char *rest, struct fleet_entry *entry)
{
	size_t len = strcspn(rest, "/");
	const char *slot = behind(rest + len, "/slots/"), *ticket = behind(rest + len, "/queue/");
	entry->place = arena_strndup(arena, rest, len);
	entry->kind = slot ? FLEET_SLOT : FLEET_TICKET;
	return len && (slot ? read_number(slot, &entry->number) : ticket && *ticket);
}

static bool read_key(struct arena *arena, const char *prefix, struct fleet_entry *entry)
{
	const char *rest = behind(entry->key, prefix);
	const char *endpoint = rest ? behind(rest, "/endpoints/") : NULL;
	const char *build = rest ? behind(rest, "/builds/") : NULL;
	if (endpoint)
		return read_endpoint_key(arena, endpoint, entry);
	entry->kind = FLEET_BUILD;
	entry->place = build;
	return build && *build && !strchr(build, '/');
}

/* --- values --- */

static struct value *read_who(struct arena *arena, const char *base64)
{
	auto_error struct error ignored = {0};
	const struct consul_key key = {.base64 = arena_strdup(arena, base64),
				       .base64_len = strlen(base64)};
	const struct value *text = consul_key_value(arena, &key);
	struct value *who =
		text ? json_parse(arena, "who", text->string.data, text->string.len, &ignored)
		     : NULL;
	return value_is(who, VALUE_MAP) ? who : NULL;
}

/* 1: it is one of a fleet's; 0: it is not; -1: it is none of Consul's. */
static int read_entry(struct arena *arena, const char *prefix, const struct value *from,
		      struct fleet_entry *entry)
{
	const struct value *created = value_get(from, "CreateIndex");
	const char *base64 = value_text(value_get(from, "Value"));
	*entry = (struct fleet_entry){.key = value_text(value_get(from, "Key")),
				      .session = value_text(value_get(from, "Session"))};
	if (!entry->key || !value_is(created, VALUE_INT) || created->integer < 0)
		return -1;
	if (!entry->session || !*entry->session || !read_key(arena, prefix, entry))
		return 0;
	entry->created = (uint64_t)created->integer;
	entry->who = base64 ? read_who(arena, base64) : NULL;
	return 1;
}

int fleet_view_read(struct fleet_view *view, const char *prefix, const char *text, size_t len,
		    struct error *err)
{
	const struct value *list = json_parse(&view->arena, "the list of keys", text, len, err);
	if (!list)
		return -1;
	if (list->kind != VALUE_LIST)
		return error_set(err, "this is no list of keys");
	view->entries = arena_alloc(&view->arena, (list->list.len + 1) * sizeof *view->entries);
	for (size_t i = 0; i < list->list.len; i++) {
		struct fleet_entry *entry = &view->entries[view->count];
		int got = read_entry(&view->arena, prefix, list->list.items[i], entry);
		if (got < 0)
			return error_set(err, "item %zu of the list is no key of Consul's", i);
		view->count += (size_t)got;
	}
	return 0;
}

void fleet_view_free(struct fleet_view *view)
{
	arena_free(&view->arena);
	*view = (struct fleet_view){0};
}

/* --- questions --- */

bool fleet_entry_is_at(const struct fleet_entry *entry, const char *endpoint)
{
	return entry->kind != FLEET_BUILD && strcmp(entry->place, endpoint) == 0;
}

bool fleet_entry_is_of(const struct fleet_entry *entry, const char *session)
{
	return session && strcmp(entry->session, session) == 0;
}

const struct fleet_entry *fleet_view_build(const struct fleet_view *view, const char *key)
{
	for (size_t i = 0; i < view->count; i++)
		if (view->entries[i].kind == FLEET_BUILD &&
		    strcmp(view->entries[i].place, key) == 0)
			return &view->entries[i];
	return NULL;
}
