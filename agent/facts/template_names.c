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

static size_t word_length(const char *text, const char *end)
{
	size_t len = 0;
	while (text + len < end && is_word(text[len]))
		len++;
	return len;
}

/* `fact "os.id"`: what follows is the name, if it is written there. */
static void take_argument(struct names *names, const char *text, const char *end)
{
	while (text < end && isspace((unsigned char)*text))
		text++;
	bool literal = text < end && (*text == '"' || *text == '`');
	size_t len = literal ? word_length(text + 1, end) : 0;
	if (len)
		add(names, text + 1, len);
	else
		names->any = true;
}

/* The first field of a chain is a fact of the top level, or one of something else: then it costs
 * nothing to ask for it. A dot or $ by itself is the whole tree; so is what {{ facts }} gives. */
static void take_action(struct names *names, const char *text, const char *end)
{
	for (const char *begin = text; text < end;) {
		size_t len = word_length(text, end);
		size_t field = *text == '.' ? word_length(text + 1, end) : 0;
		bool chained = text > begin && (is_word(text[-1]) || text[-1] == ')');
		if (len == 4 && memcmp(text, "fact", len) == 0)
			take_argument(names, text + len, end);
		else if (len == 5 && memcmp(text, "facts", len) == 0)
			names->any = true;
		else if (field && !chained)
			add(names, text + 1, field);
		else if (*text == '.' && !field)
			names->any = true;
		else if (*text == '$' && (text + 1 == end || (text[1] != '.' && !is_word(text[1]))))
			names->any = true;
		text += len ? len : field ? field + 1 : 1;
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
