/* Which facts a template may read, from its text: so that only those are gathered. */
#include "agent/facts/facts.h"

#include <ctype.h>
#include <string.h>

struct names {
	struct arena *arena;
	const char **items;
	size_t count, cap;
	bool any; /* it takes the tree as a whole somewhere */
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void add(struct names *names, const char *text, size_t len)
{
	if (names->count == names->cap) {
		size_t more = names->cap ? names->cap * 2 : 16;
		names->items = arena_grow(names->arena, names->items, names->cap, more,
					  sizeof *names->items);
		names->cap = more;
	}
	names->items[names->count++] = arena_strndup(names->arena, text, len);
}

/* What gives all facts, or one whose name isn't written there: {{ facts }}, {{ fact $name }}. */
static bool is_open(const char *begin, const char *end, const char *action_end)
{
	size_t len = (size_t)(end - begin);
	if (len == 5 && memcmp(begin, "facts", len) == 0)
		return true;
	if (len != 4 || memcmp(begin, "fact", len) != 0)
		return false;
	while (end < action_end && isspace((unsigned char)*end))
		end++;
	return end == action_end || (*end != '"' && *end != '`');
}

/* Every word may be a fact's name, and those that are none cost nothing. A dot or $ by itself is
 * the whole tree; so is what {{ facts }} gives. */
static void take_action(struct names *names, const char *text, const char *end)
{
	while (text < end) {
		const char *begin = text;
		while (text < end && is_word(*text))
			text++;
		if (text > begin) {
			names->any |= is_open(begin, text, end);
			add(names, begin, (size_t)(text - begin));
			continue;
		}
		bool alone =
			(*text == '.' || *text == '$') && (text + 1 == end || !is_word(text[1]));
		bool field_of_root = *text == '$' && text + 1 < end && text[1] == '.';
		names->any |= alone && !field_of_root;
		text++;
	}
}

const char *const *facts_read_by(struct arena *arena, const char *text, size_t *count)
{
	struct names names = {.arena = arena};
	*count = 0;
	for (const char *at = text; (at = strstr(at, "{{"));) {
		const char *end = strstr(at, "}}");
		if (!end)
			return NULL;
		take_action(&names, at + 2, end);
		at = end;
	}
	/* Nothing read is not "all": that is what no patterns mean. */
	if (!names.count)
		add(&names, "-", 1);
	*count = names.any ? 0 : names.count;
	return names.any ? NULL : names.items;
}
