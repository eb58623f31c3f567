#include "agent/render/life/register_node.h"

#include "common/json.h"

#include <ctype.h>
#include <string.h>

/* Consul's limits, and the characters it takes:
 * https://developer.hashicorp.com/consul/docs/reference/agent/configuration-file/node */
enum { MOST_PAIRS = 64, LONGEST_VALUE = 512 };

static const char *meta_name(struct arena *arena, const char *path)
{
	char *name = arena_strdup(arena, path);
	for (char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '-')
			*at = '_';
	return name;
}

/* What is too long for it is left out: it has its key. */
static struct value *meta_of(struct arena *arena, const struct value *facts)
{
	struct value *meta = value_map(arena);
	for (size_t i = 0; i < facts->map.len; i++) {
		const struct value_entry *fact = &facts->map.entries[i];
		if (fact->value->string.len <= LONGEST_VALUE)
			value_set(arena, meta, meta_name(arena, fact->key), fact->value);
	}
	return meta;
}

static bool is_same(const struct value *node, const struct value *meta, const char *address)
{
	const char *old = value_text(value_get(node, "Address"));
	const struct value *known = value_get(node, "Meta");
	return old && strcmp(old, address) == 0 && known && value_equal(known, meta);
}

int register_node(struct arena *arena, struct buf *body, const char *name,
		  const struct value *facts, const struct value *there, struct error *err)
{
	const struct value *node = value_get(there, "Node");
	const char *id = value_text(value_get(node, "ID"));
	const char *address = value_text(value_get(facts, "networking.ip"));
	struct value *meta = meta_of(arena, facts), *request = value_map(arena);
	if (id && *id)
		return error_set(err,
				 "the node '%s' is an agent of Consul's, which sets its metadata "
				 "itself: name another",
				 name);
	if (!address)
		address = value_text(value_get(node, "Address"));
	if (!address)
		return error_set(err,
				 "the node '%s' has no address: networking.ip is not among "
				 "the facts",
				 name);
	if (meta->map.len > MOST_PAIRS)
		return error_set(err, "a node takes %d facts, not %zu: name fewer by patterns",
				 MOST_PAIRS, meta->map.len);
	if (is_same(node, meta, address))
		return 0;
	value_set(arena, request, "Node", value_string(arena, name));
	value_set(arena, request, "Address", value_string(arena, address));
	value_set(arena, request, "NodeMeta", meta);
	json_write(body, request);
	return 0;
}
