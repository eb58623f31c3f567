#include "host/commands/ls_fleet.h"

#include "common/json.h"
#include "common/own.h"
#include "host/clean/amounts.h"
#include "host/exit_codes.h"
#include "host/fleet/watch.h"
#include "host/progress/visible.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const kinds[FLEET_KIND_COUNT] = {
	[FLEET_SLOT] = "slot", [FLEET_TICKET] = "waits", [FLEET_BUILD] = "builds"};

/* Slots and who waits for them by endpoint, in turn; builds behind them. */
static int compare(const void *left, const void *right)
{
	const struct fleet_entry *a = left, *b = right;
	bool a_builds = a->kind == FLEET_BUILD, b_builds = b->kind == FLEET_BUILD;
	int order = a_builds - b_builds;
	if (!order)
		order = strcmp(a->place, b->place);
	if (!order)
		order = (int)a->kind - (int)b->kind;
	if (!order)
		order = (a->number > b->number) - (a->number < b->number);
	return order ? order : (a->created > b->created) - (a->created < b->created);
}

/* Others wrote it: a terminal must not obey it. */
static const char *text_of(struct arena *arena, const struct fleet_entry *entry, const char *key)
{
	const char *text = value_text(value_get(entry->who, key));
	auto_buf struct buf shown = {0};
	visible_add(&shown, text ? text : "?", strlen(text ? text : "?"));
	return arena_strdup(arena, buf_text(&shown));
}

static int64_t number_of(const struct fleet_entry *entry, const char *key)
{
	const struct value *number = value_get(entry->who, key);
	return value_is(number, VALUE_INT) ? number->integer : 0;
}

static void print_text(struct arena *arena, const struct fleet_view *view)
{
	time_t now = time(NULL);
	printf("%-8s  %-32s  %-24s  %8s  %s\n", "kind", "endpoint", "driver", "since", "manifest");
	for (size_t i = 0; i < view->count; i++) {
		const struct fleet_entry *entry = &view->entries[i];
		const char *kind = kinds[entry->kind];
		if (entry->kind == FLEET_SLOT)
			kind = arena_printf(arena, "%s %u", kind, entry->number);
		const char *driver = arena_printf(arena, "%s/%lld", text_of(arena, entry, "host"),
						  (long long)number_of(entry, "pid"));
		printf("%-8s  %-32s  %-24s  %8s  %s\n", kind, text_of(arena, entry, "endpoint"),
		       driver, amount_ago((time_t)number_of(entry, "since"), now, arena),
		       text_of(arena, entry, "manifest"));
	}
}

static struct value *entry_value(struct arena *arena, const struct fleet_entry *entry)
{
	struct value *map = entry->who ? value_copy(arena, entry->who) : value_map(arena);
	value_set(arena, map, "kind", value_string(arena, kinds[entry->kind]));
	if (entry->kind == FLEET_SLOT)
		value_set(arena, map, "slot", value_int(arena, entry->number));
	value_set(arena, map, "key", value_string(arena, entry->key));
	value_set(arena, map, "session", value_string(arena, entry->session));
	return map;
}

static void print_json(struct arena *arena, const struct fleet_view *view)
{
	auto_buf struct buf out = {0};
	struct value *list = value_list(arena);
	for (size_t i = 0; i < view->count; i++)
		value_append(arena, list, entry_value(arena, &view->entries[i]));
	json_write_pretty(&out, list, 2);
	puts(buf_text(&out));
}

int ls_fleet(struct settings *settings, bool json, struct error *err)
{
	__attribute__((cleanup(consul_target_free))) struct consul_target consul = {0};
	__attribute__((cleanup(fleet_view_free))) struct fleet_view view = {0};
	const char *prefix = settings_fleet(settings);
	if (!prefix) {
		error_set(err, "which fleet? --fleet takes consul or a prefix of keys here");
		return error_class(err, EXIT_USAGE, ERROR_OPTION_VALUE);
	}
	if (consul_target_from(&consul, settings->consul, NULL, err) < 0 ||
	    fleet_look(&consul, prefix, &view, err) < 0)
		return -1;
	qsort(view.entries, view.count, sizeof *view.entries, compare);
	if (json)
		print_json(&settings->arena, &view);
	else
		print_text(&settings->arena, &view);
	return 0;
}
