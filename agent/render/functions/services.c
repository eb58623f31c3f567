#include "agent/render/functions/functions.h"

#include "agent/render/template/strconv.h"

#include <stdio.h>
#include <string.h>

static bool is_service_list(const struct value *list)
{
	return list->kind == VALUE_LIST && strncmp(type_name(list), "[]*dependency.", 14) == 0;
}

static void add_to_group(struct arena *arena, struct value *groups, const char *name,
			 const char *type, struct value *service)
{
	struct value *group = value_get(groups, name);
	if (!group) {
		group = type_named(value_list(arena), type);
		value_set(arena, groups, name, group);
	}
	value_append(arena, group, service);
}

static struct value *grouped(struct call *call, const char *function, const char *type,
			     void (*add)(struct arena *, struct value *, struct value *),
			     struct error *err)
{
	const struct value *list = call->args[0];
	struct value *groups = type_named(value_map(call->arena), type);
	if (list->kind == VALUE_NULL)
		return groups;
	if (!is_service_list(list)) {
		error_set(err, "%s: wrong argument type %s", function, type_name(list));
		return NULL;
	}
	for (size_t i = 0; i < list->list.len; i++)
		add(call->arena, groups, list->list.items[i]);
	return groups;
}

static void add_by_tag(struct arena *arena, struct value *groups, struct value *service)
{
	const struct value *tags = value_get(service, "Tags");
	for (size_t i = 0; value_is(tags, VALUE_LIST) && i < tags->list.len; i++) {
		const char *tag = value_text(tags->list.items[i]);
		if (tag)
			add_to_group(arena, groups, tag, "[]interface {}", service);
	}
}

static void add_by_port(struct arena *arena, struct value *groups, struct value *service)
{
	char name[24];
	const struct value *port = value_get(service, "Port");
	snprintf(name, sizeof name, "%lld",
		 value_is(port, VALUE_INT) ? (long long)port->integer : 0);
	add_to_group(arena, groups, name, "[]interface {}", service);
}

static struct value *services_by_tag(struct call *call, struct error *err)
{
	return grouped(call, "byTag", "map[string][]interface {}", add_by_tag, err);
}

static struct value *services_by_port(struct call *call, struct error *err)
{
	return grouped(call, "byPort", "map[int][]interface {}", add_by_port, err);
}

/* One part of a group's name: a meta value, as five digits where the key ends with "|int". */
static int add_meta(struct buf *name, const struct value *meta, const char *key, size_t len,
		    struct error *err)
{
	bool number = len > 4 && memcmp(key + len - 4, "|int", 4) == 0;
	size_t from = name->len, key_len = number ? len - 4 : len;
	const char *text = value_text(value_getn(meta, key, key_len));
	int64_t parsed = 0;
	if (number && text && *text && strconv_int(text, strlen(text), 10, &parsed) != STRCONV_OK)
		return error_set(err, "cannot parse %s as number", text);
	if (number)
		buf_printf(name, "%05lld", (long long)parsed);
	else if (text && *text)
		buf_puts(name, text);
	else
		buf_printf(name, "_no_%.*s_", (int)key_len, key);
	for (size_t i = from; i < name->len; i++) {
		char c = name->data[i], lower = (char)(c | 0x20);
		if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '-')
			name->data[i] = '_';
	}
	return 0;
}

static struct value *services_by_meta(struct call *call, struct error *err)
{
	const char *type = "map[string][]*dependency.HealthService";
	struct value *groups = type_named(value_map(call->arena), type);
	const struct value *list = call->args[1];
	if (!is_service_list(list)) {
		error_set(err, "byMeta: wrong argument type %s", type_name(list));
		return NULL;
	}
	for (size_t i = 0; i < list->list.len; i++) {
		auto_buf struct buf name = {0};
		struct value *service = list->list.items[i],
			     *meta = value_get(service, "ServiceMeta");
		const char *key = call_text(call, 0);
		for (size_t len; *key; key += len + (key[len] == ',')) {
			len = strcspn(key, ",");
			if (name.len)
				buf_putc(&name, '_');
			if (add_meta(&name, meta, key, len, err) < 0)
				return NULL;
		}
		add_to_group(call->arena, groups, buf_text(&name), list->type, service);
	}
	return groups;
}

const struct function functions_services[] = {
	{"byTag", "a", services_by_tag},
	{"byPort", "a", services_by_port},
	{"byMeta", "sa", services_by_meta},
	{NULL, NULL, NULL},
};
