#include "common/own.h"
#include "host/compose/parts.h"

#include <stddef.h>
#include <string.h>

struct healthcheck {
	const struct value *test;
	uint64_t interval_ms, timeout_ms, start_ms, start_interval_ms;
	unsigned retries;
	bool disabled;
};

#define AT(member) offsetof(struct healthcheck, member)

static int read_test(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(const struct value **)target = entry->value;
	return 0;
}

/* "1m30s" too. */
static int read_time(struct reader *reader, const struct value_entry *entry, void *target)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = {{"ms", 1}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"us", 0}};
	const char *text = reader_scalar(reader, entry);
	uint64_t total = 0;
	for (const char *at = text; at && *at;) {
		char *end;
		double number = strtod(at, &end);
		size_t u = 0;
		while (u < COUNT_OF(units) &&
		       strncmp(end, units[u].unit, strlen(units[u].unit)) != 0)
			u++;
		if (end == at || u == COUNT_OF(units) || !(number >= 0 && number < 1e6))
			return reader_fail(reader, entry->value,
					   "'%s' must be a duration such as 30s or 1m30s, not '%s'",
					   entry->key, text);
		total += (uint64_t)(number * (double)units[u].ms);
		at = end + strlen(units[u].unit);
	}
	*(uint64_t *)target = total;
	return text ? 0 : -1;
}

static const struct reader_key keys[] = {
	{.name = "test", TAKES_TEXT | TAKES_LIST, AT(test), read_test, ""},
	{.name = "interval", TAKES_TIME, AT(interval_ms), read_time, ""},
	{.name = "timeout", TAKES_TIME, AT(timeout_ms), read_time, ""},
	{.name = "start_period", TAKES_TIME, AT(start_ms), read_time, ""},
	{.name = "start_interval", TAKES_TIME, AT(start_interval_ms), read_time, ""},
	{.name = "retries", TAKES_COUNT, AT(retries), reader_count, ""},
	{.name = "disable", TAKES_FLAG, AT(disabled), reader_flag, ""},
};
static const struct reader_section section = {"'healthcheck'", keys, COUNT_OF(keys), false};

static const char *text_at(const struct value *list, size_t i)
{
	return i < list->list.len ? value_text(list->list.items[i]) : NULL;
}

/* A text is for a shell; a list begins with NONE, CMD or CMD-SHELL. */
static int take_test(struct reader *reader, const struct value *test, struct service_check *check)
{
	struct arena *arena = &reader->manifest->arena;
	if (test->kind != VALUE_LIST) {
		check->run = value_text(test);
		return check->run ? 0 : reader_fail(reader, test, "'test' is a command");
	}
	const char *how = text_at(test, 0);
	check->none = how && strcmp(how, "NONE") == 0;
	if (check->none)
		return 0;
	if (how && strcmp(how, "CMD-SHELL") == 0 && (check->run = text_at(test, 1)))
		return 0;
	if (!how || strcmp(how, "CMD") != 0 || test->list.len < 2)
		return reader_fail(reader, test,
				   "a list as a test begins with NONE, CMD or CMD-SHELL, and the "
				   "command follows");
	struct value *argv = value_list(arena);
	for (size_t i = 1; i < test->list.len; i++) {
		const struct value_entry item = {.key = "test", .value = test->list.items[i]};
		const char *text = reader_scalar(reader, &item);
		if (!text)
			return -1;
		value_append(arena, argv, value_string(arena, text));
	}
	check->argv = argv;
	return 0;
}

/* It is asked more often than Docker would, for it is waited for; it may take as long as there. */
int compose_healthcheck(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct compose_service *compose = target;
	struct service_check *check = &compose->service->ready;
	struct healthcheck health = {.interval_ms = 30000, .timeout_ms = 30000, .retries = 3};
	if (reader_map(reader, entry->value, &section, &health) < 0)
		return -1;
	check->none = health.disabled;
	if (health.test && !health.disabled && take_test(reader, health.test, check) < 0)
		return -1;
	check->at = reader_at(reader, entry->value);
	check->try_ms = health.timeout_ms ? health.timeout_ms : SERVICE_TRY_MS;
	check->timeout_ms = health.start_ms + (health.retries ? health.retries : 1) *
						      (health.interval_ms + health.timeout_ms);
	if (health.interval_ms && health.interval_ms < check->interval_ms)
		check->interval_ms = health.interval_ms;
	compose->service->has_check = check->none || check->run || check->argv;
	return 0;
}
