#include "agent/source/share.h"

#include "agent/source/answers.h"
#include "agent/source/share_parts.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_SHARED = 500 * 1000 }; /* Consul takes 512 KiB for a key's value */

static void note(const struct share *share, bool warning, const char *text)
{
	const struct live_owner *owner = &share->link->live->owner;
	autofree char *line = mem_printf("sharing: %s", text);
	owner->note(owner->ctx, warning, line);
}

/* --- which dependencies --- */

static bool asks_its_own_agent(const struct want *want)
{
	for (const char *const *arg = want->args; arg && *arg; arg++)
		if (strstr(*arg, "_agent"))
			return true;
	return false;
}

/* Not a certificate's private key, nor what each machine's Consul answers in its own way. */
static bool may_be_shared(const struct share *share, const struct dependency *at)
{
	return at->link == share->link && !at->internal && !at->is_group &&
	       strcmp(at->want.kind, "caLeaf") != 0 && !asks_its_own_agent(&at->want);
}

/* --- watching the two keys --- */

static struct dependency *find_key(struct share *share, const char *name)
{
	auto_error struct error err = {0};
	const struct want want = {.kind = "key", .name = name};
	struct dependency *key = live_find(share->link->live, &want, &err);
	if (key)
		live_make_internal(key);
	return key;
}

static void unwatch(struct dependency *key)
{
	pump_drop(key);
	key->watched = key->known = false;
	key->index = 0;
}

/* --- what is shared --- */

/* The leader watches it from now on. */
static void hand_over(struct dependency *dependency)
{
	pump_drop(dependency);
	if (dependency->group)
		dependency->group->members--;
	dependency->group = NULL;
	dependency->shared = dependency->watched = true;
	dependency->attempts = dependency->burst = 0;
}

static bool give(const struct share *share, struct dependency *dependency)
{
	auto_arena struct arena arena = {0};
	const struct value *entry = answers_find(share->shared, &dependency->want);
	if (!entry)
		return false;
	const struct value *value = answers_value(entry);
	if (!dependency->shared)
		hand_over(dependency);
	dependency->index = answers_consul_index(entry);
	live_answer(dependency, &arena, value ? value_copy(&arena, value) : NULL);
	return true;
}

static void take_back(struct dependency *dependency)
{
	if (dependency->shared)
		dependency->shared = dependency->watched = false;
}

/* Those that are known and watched by nobody. */
static void watch_own(const struct share *share)
{
	struct live *live = share->link->live;
	for (struct dependency *at = live->all; at; at = at->next)
		at->marked = may_be_shared(share, at) && at->known && !at->watched;
	group_plan(live);
	for (struct dependency *at = live->all; at; at = at->next)
		at->marked = false;
}

static void forget_shared(struct share *share)
{
	share->shared = NULL;
	arena_free(&share->arena);
	share->arena = (struct arena){0};
	loop_cancel(share->link->live->loop, share->patience);
	share->patience = 0;
}

static void watch_all(struct share *share)
{
	forget_shared(share);
	for (struct dependency *at = share->link->live->all; at; at = at->next)
		take_back(at);
	watch_own(share);
}

static void give_all(struct share *share)
{
	for (struct dependency *at = share->link->live->all; at; at = at->next)
		if (may_be_shared(share, at) && !give(share, at))
			take_back(at);
	live_drop_groups(share->link->live);
	watch_own(share);
}

/* The leader has told its answers. */
static void take(struct share *share)
{
	auto_error struct error err = {0};
	const struct value *text = share->data->value;
	if (!value_is(text, VALUE_STRING))
		return; /* it has none yet, or has just gone: the old ones stay */
	forget_shared(share);
	share->role = SHARE_FOLLOWER;
	share->shared = answers_read(&share->arena, share->data_name, text->string.data,
				     text->string.len, &err);
	if (error_is_set(&err)) {
		autofree char *line = error_text(&err);
		note(share, true, line);
	}
	give_all(share);
}

/* --- roles --- */

void share_leads(struct share *share)
{
	if (share->role == SHARE_LEADER)
		return;
	note(share, false, "leads: watches for all agents that have the same templates");
	share->role = SHARE_LEADER;
	share->changed = true;
	unwatch(share->data);
	if (!share->lock->watched)
		pump_watch(share->lock);
	watch_all(share);
}

static void patience_over(void *ctx)
{
	struct share *share = ctx;
	share->patience = 0;
	share->role = SHARE_FOLLOWER;
	note(share, true, "the leader tells nothing: asks for everything itself meanwhile");
	pump_run(share->link);
}

void share_follows(struct share *share)
{
	if (share->role == SHARE_WAITING || share->role == SHARE_FOLLOWER)
		return;
	note(share, false, "follows: another agent watches");
	share->role = SHARE_WAITING;
	share->patience = loop_after(share->link->live->loop, share->ttl_ms, patience_over, share);
	if (!share->lock->watched)
		pump_watch(share->lock);
	unwatch(share->data);
	pump_watch(share->data);
}

void share_resigns(struct share *share, const char *why)
{
	if (share->role != SHARE_LEADER)
		return;
	autofree char *line = mem_printf("leads no more: %s", why);
	note(share, true, line);
	share->role = SHARE_UNDECIDED;
}

void share_off(struct share *share, const char *why)
{
	autofree char *line = mem_printf("%s can't be used for it, every agent watches for itself "
					 "(does the token allow sessions, and writing %s?): %s",
					 share->link->server.http.name, share->lock_name, why);
	note(share, true, line);
	share->role = SHARE_OFF;
	election_end(share);
	unwatch(share->lock);
	unwatch(share->data);
	watch_all(share);
}

/* --- hooks --- */

void share_open(struct link *link, const struct share_settings *settings)
{
	struct share *share = mem_alloc(sizeof *share);
	share->link = link;
	share->ttl_ms = settings->ttl_ms;
	share->lock_name = arena_printf(&share->names, "%s%s/lock", settings->prefix, settings->id);
	share->data_name = arena_printf(&share->names, "%s%s/data", settings->prefix, settings->id);
	share->lock = find_key(share, share->lock_name);
	share->data = find_key(share, share->data_name);
	link->share = share;
	election_begin(share);
	pump_run(link);
}

void share_free(struct link *link)
{
	struct share *share = STEAL(link->share);
	if (!share)
		return;
	election_end(share);
	forget_shared(share);
	buf_free(&share->text);
	arena_free(&share->names);
	free(share);
}

bool share_holds(const struct link *link)
{
	const struct share *share = link->share;
	return share && (share->role == SHARE_UNDECIDED || share->role == SHARE_WAITING);
}

void share_run(struct link *link)
{
	if (link->share && link->share->role != SHARE_OFF)
		election_run(link->share);
}

void share_give(struct dependency *dependency)
{
	const struct share *share = dependency->link->share;
	if (share && share->shared && may_be_shared(share, dependency))
		give(share, dependency);
}

void share_changed(struct link *link)
{
	if (link->share)
		link->share->changed = true;
}

static void write_text(struct share *share)
{
	auto_arena struct arena arena = {0};
	struct value *answers = value_list(&arena);
	for (const struct dependency *at = share->link->live->all; at; at = at->next)
		if (may_be_shared(share, at) && at->known)
			answers_add(&arena, answers, &at->want, at->value, at->index);
	buf_clear(&share->text);
	bool fits = answers_write(&share->text, answers, MOST_SHARED);
	if (!fits && !share->told_large)
		note(share, true,
		     "the values are more than 500 KB: every agent watches for itself");
	share->told_large = !fits;
}

void share_settle(struct link *link)
{
	struct share *share = link->share;
	if (!share || share->role != SHARE_LEADER || !share->changed || share->pause ||
	    share->due[SHARE_PUBLISH] || !link->live->complete || link->live->unknown)
		return;
	share->changed = false;
	write_text(share);
	share->due[SHARE_PUBLISH] = true;
}

void share_told(struct dependency *dependency)
{
	struct share *share = dependency->link->share;
	if (!share || share->role == SHARE_OFF)
		return;
	if (dependency == share->data && share->role != SHARE_LEADER) {
		take(share);
		return;
	}
	const char *holder = value_text(dependency->value);
	if (dependency != share->lock || (holder && share->role != SHARE_LEADER))
		return;
	if (share->role == SHARE_LEADER && holder && strcmp(holder, share->session) == 0)
		return;
	share_resigns(share, "its lock was taken away");
	election_try(share);
}

bool share_refused(struct dependency *dependency, const struct error *err)
{
	struct share *share = dependency->link->share;
	if (!share || (dependency != share->lock && dependency != share->data))
		return false;
	autofree char *text = error_text(err);
	share_off(share, text);
	return true;
}
