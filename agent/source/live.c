#include "agent/source/live.h"

#include "agent/source/live_parts.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

/* --- links --- */

static const struct {
	const char *name;
	size_t offset;
} servers[] = {
	{"Consul", offsetof(struct live_settings, consul)},
	{"Vault", offsetof(struct live_settings, vault)},
	{"Nomad", offsetof(struct live_settings, nomad)},
};

static void free_link(struct link *link)
{
	if (!link)
		return;
	batch_cancel(link);
	loop_cancel(link->live->loop, link->timer);
	http_client_free(link->client);
	arena_free(&link->arena);
	free(link);
}

static struct link *open_link(struct live *live, size_t at, const struct api *api,
			      struct error *err)
{
	const struct server_settings *settings =
		*(const struct server_settings **)((char *)&live->settings + servers[at].offset);
	struct link *link = mem_alloc(sizeof *link);
	link->live = live;
	link->random = loop_now_us() * 2862933555777941757u + 1;
	if (server_find(servers[at].name, settings, &link->arena, &link->server, err) == 0 &&
	    (!settings->unwrap_token || server_unwrap(&link->server, &link->arena, err) == 0))
		link->client = http_client_new(live->loop, &link->server.http, err);
	link->ask = (struct ask_settings){api, link->client, &link->server,
					  live->settings.max_stale_ms};
	if (link->client)
		return link;
	free_link(link);
	return NULL;
}

/* While values are watched, Vault's token is renewed in time. */
static void renew_token(struct link *link)
{
	static const struct want want = {.kind = "token", .name = "self"};
	auto_error struct error ignored = {0};
	if (!link || link->ask.api != &api_vault || !link->live->settings.watch ||
	    !link->server.settings->renew_token)
		return;
	struct dependency *token = live_find(link->live, &want, &ignored);
	if (token)
		live_make_internal(token);
	if (token)
		pump_watch(token);
}

/* Opened when it is first wanted: who has no Vault needs no address of one. */
static struct link *link_of(struct live *live, const struct api *api, struct error *err)
{
	size_t at = 0;
	while (strcmp(servers[at].name, api->name) != 0)
		at++;
	if (!live->links[at]) {
		live->links[at] = open_link(live, at, api, err);
		renew_token(live->links[at]);
	}
	return live->links[at];
}

/* --- dependencies --- */

static void add_key(struct buf *key, const struct want *want)
{
	buf_puts(key, want->kind);
	buf_putc(key, ' ');
	buf_puts(key, want->name);
	if (want->datacenter)
		buf_printf(key, "@%s", want->datacenter);
	for (const char *const *arg = want->args; arg && *arg; arg++)
		buf_printf(key, " %s", *arg);
}

static struct want copy_want(struct arena *arena, const struct want *want)
{
	struct want copy = {.kind = arena_strdup(arena, want->kind),
			    .name = arena_strdup(arena, want->name)};
	size_t count = 0;
	if (want->datacenter)
		copy.datacenter = arena_strdup(arena, want->datacenter);
	while (want->args && want->args[count])
		count++;
	if (!want->args)
		return copy;
	const char **args = arena_alloc(arena, (count + 1) * sizeof *args);
	for (size_t i = 0; i < count; i++)
		args[i] = arena_strdup(arena, want->args[i]);
	copy.args = args;
	return copy;
}

static void add_to_index(struct live *live, struct dependency *dependency)
{
	value_set(&live->index_arena, live->index, dependency->key,
		  value_object(&live->index_arena, NULL, dependency));
}

static struct dependency *make(struct live *live, const struct want *want, const struct buf *key,
			       struct error *err)
{
	const struct api *api = api_of(want->kind);
	struct link *link = api ? link_of(live, api, err) : NULL;
	if (!api)
		error_set(err, "nobody knows how to ask for '%s'", want->kind);
	if (!link)
		return NULL;
	struct dependency *made = mem_alloc(sizeof *made);
	*made = (struct dependency){.live = live, .link = link, .next = live->all};
	made->want = copy_want(&made->own, want);
	made->key = arena_strndup(&made->own, key->data, key->len);
	live->all = made;
	live->unknown++;
	add_to_index(live, made);
	return made;
}

struct dependency *live_find(struct live *live, const struct want *want, struct error *err)
{
	auto_buf struct buf key = {0};
	add_key(&key, want);
	const struct value *found = value_getn(live->index, key.data, key.len);
	return found ? found->object.data : make(live, want, &key, err);
}

void live_make_internal(struct dependency *dependency)
{
	if (!dependency->internal && !dependency->known)
		dependency->live->unknown--;
	dependency->internal = true;
}

/* The answer is taken even where it equals the old one, if that one is not there yet. */
void live_answer(struct dependency *dependency, struct arena *arena, struct value *value)
{
	struct live *live = dependency->live;
	const struct value *old = dependency->value;
	bool same = dependency->known && !old == !value && (!old || value_equal(old, value));
	if (!dependency->known && !dependency->internal)
		live->unknown--;
	dependency->known = true;
	if (same)
		return;
	arena_free(&dependency->arena);
	dependency->arena = *arena;
	dependency->value = value;
	dependency->generation++;
	*arena = (struct arena){0};
	if (!dependency->internal)
		live->owner.changed(live->owner.ctx);
}

static void release(struct dependency *dependency)
{
	pump_drop(dependency);
	if (!dependency->known && !dependency->internal)
		dependency->live->unknown--;
	if (dependency->group)
		dependency->group->members--;
	arena_free(&dependency->arena);
	arena_free(&dependency->own);
	free(dependency);
}

/* --- the source --- */

static void remember_use(struct live *live, struct dependency *dependency)
{
	if (dependency->used)
		return;
	dependency->used = true;
	if (live->used_count == live->used_room) {
		live->used_room = live->used_room ? 2 * live->used_room : 64;
		live->used = mem_resize(live->used, live->used_room, sizeof(void *));
	}
	live->used[live->used_count++] = dependency;
}

static int get(struct source *source, const struct want *want, struct arena *arena,
	       struct value **found, struct error *err)
{
	struct live *live = (struct live *)source;
	struct dependency *dependency = live_find(live, want, err);
	(void)arena;
	*found = NULL;
	if (!dependency)
		return -1;
	remember_use(live, dependency);
	if (dependency->known) {
		*found = dependency->value;
		return 0;
	}
	pump_want(dependency);
	return 1;
}

static void leave_open(struct source *source)
{
	(void)source;
}

struct source *live_source(struct live *live)
{
	return &live->source;
}

struct live *live_new(struct loop *loop, const struct live_settings *settings,
		      const struct live_owner *owner)
{
	struct live *live = mem_alloc(sizeof *live);
	live->source = (struct source){.get = get, .free = leave_open};
	live->loop = loop;
	live->settings = *settings;
	live->owner = *owner;
	live->index = value_map(&live->index_arena);
	return live;
}

void live_free(struct live *live)
{
	if (!live)
		return;
	for (struct dependency *at = live->all, *next; at; at = next) {
		next = at->next;
		at->group = NULL;
		release(at);
	}
	for (size_t i = 0; i < COUNT_OF(live->links); i++)
		free_link(live->links[i]);
	free(live->used);
	arena_free(&live->index_arena);
	free(live);
}

bool live_settle(struct live *live)
{
	for (size_t i = 0; i < COUNT_OF(live->links); i++)
		if (live->links[i])
			pump_run(live->links[i]);
	return !live->unknown;
}

struct dependency **live_take_used(struct live *live, size_t *count)
{
	for (size_t i = 0; i < live->used_count; i++)
		live->used[i]->used = false;
	*count = live->used_count;
	live->used_count = live->used_room = 0;
	return STEAL(live->used);
}

unsigned live_generation(const struct dependency *dependency)
{
	return dependency->generation;
}

const struct want *live_want(const struct dependency *dependency)
{
	return &dependency->want;
}

const struct value *live_value(const struct dependency *dependency)
{
	return dependency->value;
}

uint64_t live_index(const struct dependency *dependency)
{
	return dependency->index;
}

const char *live_server(const struct dependency *dependency)
{
	return dependency->link->server.http.name;
}

void live_mark(struct dependency *dependency)
{
	dependency->marked = true;
}

/* Groups go with the last of their members. */
static bool sweep(struct live *live, bool groups)
{
	bool removed = false;
	for (struct dependency **at = &live->all; *at;) {
		struct dependency *dependency = *at;
		bool keep = dependency->is_group
				    ? !groups || dependency->members > 0
				    : groups || dependency->marked || dependency->internal;
		if (keep) {
			at = &dependency->next;
			continue;
		}
		*at = dependency->next;
		release(dependency);
		removed = true;
	}
	return removed;
}

static void index_again(struct live *live)
{
	arena_free(&live->index_arena);
	live->index_arena = (struct arena){0};
	live->index = value_map(&live->index_arena);
	for (struct dependency *at = live->all; at; at = at->next)
		add_to_index(live, at);
}

void live_sweep(struct live *live)
{
	bool removed = sweep(live, false);
	removed = sweep(live, true) || removed;
	if (removed)
		index_again(live);
	if (live->settings.watch)
		group_plan(live);
	for (struct dependency *at = live->all; at; at = at->next)
		at->marked = false;
	live_settle(live);
}
