/* What consul-template's functions take behind a name: "?query", "@datacenter", "~near",
 * "|filter". */
#include "agent/render/functions/functions.h"

#include "common/own.h"

#include <string.h>

enum { MOST_ARGUMENTS = 8 };

void call_query_add(struct call *call, struct query *query, const char *name, const char *value)
{
	size_t count = 0;
	while (query->want.args && query->want.args[count])
		count++;
	const char **args = arena_alloc(call->arena, (count + 2) * sizeof *args);
	for (size_t i = 0; i < count; i++)
		args[i] = query->want.args[i];
	args[count] = arena_printf(call->arena, "%s=%s", name, value);
	query->want.args = args;
}

/* "ns=a&partition=b" */
static int add_parameters(struct call *call, struct query *query, const char *text,
			  struct error *err)
{
	static const char *const known[] = {"ns", "partition", "peer", "sameness-group"};
	size_t len, count = 0;
	for (; *text; text += len + (text[len] == '&')) {
		len = strcspn(text, "&");
		char *part = arena_strndup(call->arena, text, len), *equals = strchr(part, '=');
		size_t at = 0;
		if (equals)
			*equals = '\0';
		while (at < COUNT_OF(known) && strcmp(part, known[at]) != 0)
			at++;
		if (!equals || at == COUNT_OF(known) || ++count > MOST_ARGUMENTS)
			return error_set(err,
					 "\"%s\" is no query parameter: \"ns=\", \"partition=\", "
					 "\"peer=\" or \"sameness-group=\" are",
					 part);
		if (equals[1])
			call_query_add(call, query, known[at], equals + 1);
	}
	return 0;
}

/* Cuts the text at the last such character; what is behind it, or NULL. */
static const char *cut(char *text, char at)
{
	char *found = strrchr(text, at);
	if (found)
		*found++ = '\0';
	return found;
}

int call_query(struct call *call, const char *kind, const char *text, struct query *query,
	       struct error *err)
{
	char *name = arena_strdup(call->arena, text);
	char *bar = strchr(name, '|');
	*query = (struct query){.want = {.kind = kind}};
	if (bar) {
		*bar = '\0';
		query->filter = bar + 1;
	}
	const char *near = cut(name, '~'), *datacenter = cut(name, '@'), *more = cut(name, '?');
	query->want.name = name;
	query->want.datacenter = datacenter && *datacenter ? datacenter : NULL;
	query->near = near && *near;
	if (query->near)
		call_query_add(call, query, "near", near);
	return more ? add_parameters(call, query, more, err) : 0;
}
