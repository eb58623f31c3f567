/* Readers of the values that a configuration's keys have. */
#include "agent/render/config/keys.h"
#include "agent/signals.h"
#include "common/buffer.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static void *at(const struct config_key *key, void *target)
{
	return (char *)target + key->offset;
}

/* NULL, with the error set, for what is no text. */
static const char *text_of(struct config *config, const struct value_entry *entry)
{
	const char *text = value_text(entry->value);
	if (text && strlen(text) == entry->value->string.len)
		return text;
	config_fail(config, entry->value, entry->key,
		    text ? "must not hold a NUL" : "must be a string");
	return NULL;
}

int config_text(struct config *config, const struct config_key *key,
		const struct value_entry *entry, void *target)
{
	const char *text = text_of(config, entry);
	if (!text)
		return -1;
	*(const char **)at(key, target) = *text ? text : NULL;
	return 0;
}

int config_contents(struct config *config, const struct config_key *key,
		    const struct value_entry *entry, void *target)
{
	const char *text = text_of(config, entry);
	*(const char **)at(key, target) = text;
	return text ? 0 : -1;
}

int config_account(struct config *config, const struct config_key *key,
		   const struct value_entry *entry, void *target)
{
	const struct value *value = entry->value;
	if (value->kind != VALUE_INT)
		return config_text(config, key, entry, target);
	*(const char **)at(key, target) =
		arena_printf(config->arena, "%lld", (long long)value->integer);
	return 0;
}

/* "true" and "1" as a flag has it. */
int config_flag(struct config *config, const struct config_key *key,
		const struct value_entry *entry, void *target)
{
	const char *text = value_text(entry->value);
	bool yes = text && (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
	bool no = text && (strcmp(text, "false") == 0 || strcmp(text, "0") == 0);
	if (entry->value->kind == VALUE_BOOL)
		yes = entry->value->boolean;
	else if (!yes && !no)
		return config_fail(config, entry->value, entry->key, "must be true or false");
	*(bool *)at(key, target) = yes;
	return 0;
}

static int whole_number(struct config *config, const struct value_entry *entry, int64_t least,
			int64_t most, int64_t *number)
{
	const char *text = value_text(entry->value);
	char *end = NULL;
	errno = 0;
	if (entry->value->kind == VALUE_INT)
		*number = entry->value->integer;
	else if (text && (isdigit((unsigned char)*text) || *text == '-'))
		*number = strtoll(text, &end, 10);
	else
		return config_fail(config, entry->value, entry->key, "must be a whole number");
	if (errno || (end && *end) || *number < least || *number > most)
		return config_fail(config, entry->value, entry->key,
				   "must be a whole number that makes sense here");
	return 0;
}

int config_count(struct config *config, const struct config_key *key,
		 const struct value_entry *entry, void *target)
{
	int64_t number;
	if (whole_number(config, entry, 0, 1000000, &number) < 0)
		return -1;
	*(unsigned *)at(key, target) = (unsigned)number;
	return 0;
}

int config_number(struct config *config, const struct config_key *key,
		  const struct value_entry *entry, void *target)
{
	int64_t number;
	if (whole_number(config, entry, -1, 1000000, &number) < 0)
		return -1;
	*(int *)at(key, target) = (int)number;
	return 0;
}

int config_size(struct config *config, const struct config_key *key,
		const struct value_entry *entry, void *target)
{
	int64_t number;
	if (whole_number(config, entry, 0, INT64_MAX, &number) < 0)
		return -1;
	*(uint64_t *)at(key, target) = (uint64_t)number;
	return 0;
}

/* One "1.5h" of a duration as Go writes it; NULL for what is none. */
static const char *duration_part(const char *text, double *ms)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"ns", 1e-6}, {"us", 1e-3}, {"\u00b5s", 1e-3}, {"ms", 1},
		     {"s", 1000},  {"m", 60e3},  {"h", 3600e3}};
	char *end;
	if (!isdigit((unsigned char)*text) && *text != '.')
		return NULL;
	double number = strtod(text, &end);
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		size_t len = strlen(units[i].unit);
		if (strncmp(end, units[i].unit, len) == 0 && !isalpha((unsigned char)end[len])) {
			*ms += number * units[i].ms;
			return end + len;
		}
	}
	return NULL;
}

static bool parse_duration(const char *text, const char *end, uint32_t *ms)
{
	double sum = 0;
	if (end - text == 1 && *text == '0') {
		*ms = 0;
		return true;
	}
	while (text && text < end)
		text = duration_part(text, &sum);
	*ms = sum > 0 && sum < 1 ? 1 : (uint32_t)(sum <= 4e9 ? sum : 0);
	return text == end && sum <= 4e9;
}

int config_duration(struct config *config, const struct config_key *key,
		    const struct value_entry *entry, void *target)
{
	const char *text = value_text(entry->value);
	bool zero = entry->value->kind == VALUE_INT && !entry->value->integer;
	text = zero ? "0" : text;
	if (!text || !*text || !parse_duration(text, text + strlen(text), at(key, target)))
		return config_fail(config, entry->value, entry->key,
				   "must be a duration, such as \"5s\" or \"1m30s\"");
	return 0;
}

int config_signal(struct config *config, const struct config_key *key,
		  const struct value_entry *entry, void *target)
{
	const char *text = text_of(config, entry);
	if (!text)
		return -1;
	int number = *text ? signal_number(text) : 0;
	if (number < 0)
		return config_fail(config, entry->value, entry->key,
				   "must be a signal's name, such as \"SIGTERM\"");
	*(int *)at(key, target) = number;
	return 0;
}

/* A flag may be given several times: its texts gather. */
static size_t count_strings(const char *const *strings)
{
	size_t count = 0;
	while (strings && strings[count])
		count++;
	return count;
}

int config_strings(struct config *config, const struct config_key *key,
		   const struct value_entry *entry, void *target)
{
	const char *const **all = at(key, target);
	bool single = entry->value->kind == VALUE_STRING;
	size_t more = config_block_count(entry->value);
	size_t count = single ? count_strings(*all) : 0;
	const char **strings = arena_alloc(config->arena, (count + more + 1) * sizeof *strings);
	for (size_t i = 0; i < count; i++)
		strings[i] = (*all)[i];
	for (size_t i = 0; i < more; i++) {
		const struct value_entry item = {
			.key = entry->key,
			.value = (struct value *)config_block_at(entry->value, i)};
		strings[count + i] = text_of(config, &item);
		if (!strings[count + i])
			return -1;
	}
	*all = strings;
	return 0;
}

/* A list of one is a shell's line, as in consul-template, unless it is but a program's name. */
static bool needs_shell(const char *const *words, size_t count)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._+-/";
	return count == 1 && words[0][strspn(words[0], plain)];
}

int config_command(struct config *config, const struct config_key *key,
		   const struct value_entry *entry, void *target)
{
	struct exec_settings *exec = at(key, target);
	const struct config_key words_key = {.name = key->name};
	const char *const *words = NULL;
	auto_buf struct buf line = {0};
	if (config_strings(config, &words_key, entry, &words) < 0)
		return -1;
	size_t count = count_strings(words);
	for (size_t i = 0; i < count; i++)
		buf_printf(&line, "%s%s", i ? " " : "", words[i]);
	exec->command = line.len ? arena_strdup(config->arena, line.data) : NULL;
	exec->argv = exec->command && !needs_shell(words, count) ? words : NULL;
	return 0;
}

/* Octal: "0640", or the number 0640. 640 would be another mode in Go, and JSON has no octal: such
 * a number is most likely a mistake. 0 stands for the default. */
int config_perms(struct config *config, const struct config_key *key,
		 const struct value_entry *entry, void *target)
{
	const struct value *value = entry->value;
	const char *text = value_text(value);
	char *end = NULL;
	if (!text && value->kind == VALUE_INT && value->source && *value->source == '0')
		text = value->source;
	long mode = text && *text >= '0' && *text <= '7' ? strtol(text, &end, 8) : -1;
	if (mode < 0 || *end || mode > 07777)
		return config_fail(config, value, entry->key, "must be octal: \"0640\"");
	*(int *)at(key, target) = mode ? (int)mode : -1;
	return 0;
}

/* "MIN:MAX", or "MIN" for four times as much at most. */
static int wait_of_text(struct config *config, const struct value_entry *entry,
			struct wait_settings *wait)
{
	const char *text = text_of(config, entry);
	if (!text)
		return -1;
	const char *colon = strchr(text, ':'), *end = text + strlen(text);
	*wait = (struct wait_settings){.enabled = true};
	if (!parse_duration(text, colon ? colon : end, &wait->min_ms) ||
	    (colon && !parse_duration(colon + 1, end, &wait->max_ms)))
		return config_fail(config, entry->value, entry->key,
				   "must be MIN or MIN:MAX, such as \"5s:20s\"");
	return 0;
}

int config_wait(struct config *config, const struct config_key *key,
		const struct value_entry *entry, void *target)
{
	struct wait_settings *wait = at(key, target);
	const struct config_key block = {.why = "a wait", .keys = config_wait_keys};
	if (entry->value->kind == VALUE_STRING) {
		if (wait_of_text(config, entry, wait) < 0)
			return -1;
	} else {
		wait->enabled = true;
		if (config_block(config, &block, entry, wait) < 0)
			return -1;
	}
	if (!wait->max_ms)
		wait->max_ms = wait->min_ms <= UINT32_MAX / 4 ? 4 * wait->min_ms : UINT32_MAX;
	if (wait->min_ms > wait->max_ms)
		return config_fail(config, entry->value, entry->key,
				   "has a minimum above its maximum");
	return 0;
}

int config_missing(struct config *config, const struct config_key *key,
		   const struct value_entry *entry, void *target)
{
	static const char *const words[] = {"", "fail", "wait", "empty"};
	const char *text = value_text(entry->value);
	for (size_t i = 1; text && i < COUNT_OF(words); i++) {
		if (strcmp(words[i], text) == 0) {
			*(enum missing_policy *)at(key, target) = (enum missing_policy)i;
			return 0;
		}
	}
	return config_fail(config, entry->value, entry->key, "must be fail, wait or empty");
}
