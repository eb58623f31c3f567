/* Readers of a service's single values, written as in a manifest or as in a compose file. */
#include "common/own.h"
#include "host/manifest/services_parts.h"
#include "host/manifest/words.h"

#include <string.h>

int services_command(struct reader *reader, const struct value_entry *entry, void *target)
{
	const struct value **list = target;
	if (entry->value->kind == VALUE_NULL)
		return 0;
	if (entry->value->kind == VALUE_LIST)
		return reader_texts(reader, entry, target);
	const char *text = reader_scalar(reader, entry);
	if (!text)
		return -1;
	*list = words_split(&reader->manifest->arena, text);
	return *list ? 0
		     : reader_fail(reader, entry->value, "'%s' has a quote that is not closed",
				   entry->key);
}

/* "[[ADDRESS:]HOST:]PORT[/tcp]": only the container's own counts. 0: it is none; UDP's is
 * negative. */
static long port_of(const char *text)
{
	const char *colon = strrchr(text, ':'), *from = colon ? colon + 1 : text;
	char *end;
	long port = strtol(from, &end, 10);
	bool range = *end == '-';
	if (range)
		strtol(end + 1, &end, 10);
	if (end == from || port < 1 || port > 65535 || (*end && *end != '/'))
		return 0;
	return strcmp(end, "/udp") == 0 ? -1 : port;
}

static int add_port(struct reader *reader, const struct value_entry *entry, struct value *ports)
{
	struct arena *arena = &reader->manifest->arena;
	struct value_entry item = *entry;
	if (entry->value->kind == VALUE_MAP) /* compose's long form */
		item.value = value_get(entry->value, "target");
	const char *text = item.value ? reader_scalar(reader, &item) : "";
	long port = text ? port_of(text) : -1;
	if (port == 0)
		return reader_fail(reader, entry->value, "'%s' is not a port: a number to 65535",
				   text);
	if (port > 0)
		value_append(arena, ports, value_int(arena, port));
	return text ? 0 : -1;
}

int services_ports(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct service *service = target;
	struct arena *arena = &reader->manifest->arena;
	const struct value *from = entry->value;
	bool is_list = from->kind == VALUE_LIST;
	struct value *ports = service->ports ? (struct value *)service->ports : value_list(arena);
	int status = 0;
	for (size_t i = 0; i < (is_list ? from->list.len : 1); i++) {
		struct value_entry item = *entry;
		if (is_list)
			item.value = from->list.items[i];
		if (add_port(reader, &item, ports) < 0)
			status = -1;
	}
	service->ports = ports;
	return status;
}

static void add_mount(struct reader *reader, struct service *service, struct service_mount mount)
{
	service->mounts =
		arena_grow(&reader->manifest->arena, service->mounts, service->mount_count,
			   service->mount_count + 1, sizeof *service->mounts);
	service->mounts[service->mount_count++] = mount;
}

/* A directory or file of the engine's machine; a named volume lives as long as the service does,
 * which is what its own file system does too. */
static int mount(struct reader *reader, const struct value *at, struct service *service,
		 const char *source, const char *target, bool read_only)
{
	if (!target || *target != '/')
		return reader_fail(reader, at,
				   "a volume is SOURCE:TARGET[:ro], its target an absolute path");
	if (!source || !strchr("./~", *source))
		return 0;
	if (*source == '~')
		return reader_fail(reader, at, "write the path out: '~' is not known here");
	const char *path = reader_path(reader, at, source);
	if (!path)
		return -1;
	autofree char *whole = realpath(path, NULL);
	if (!whole)
		return reader_fail(reader, at, "there is no %s", path);
	add_mount(reader, service,
		  (struct service_mount){arena_strdup(&reader->manifest->arena, whole), target,
					 read_only});
	return 0;
}

static int mount_short(struct reader *reader, const struct value *at, struct service *service,
		       const char *text)
{
	struct arena *arena = &reader->manifest->arena;
	const char *colon = strchr(text, ':');
	if (!colon)
		return mount(reader, at, service, NULL, text, false);
	const char *source = arena_strndup(arena, text, (size_t)(colon - text));
	const char *target = colon + 1, *mode = strchr(target, ':');
	bool read_only = mode && strncmp(mode + 1, "ro", 2) == 0;
	if (mode)
		target = arena_strndup(arena, target, (size_t)(mode - target));
	return mount(reader, at, service, source, target, read_only);
}

static int mount_long(struct reader *reader, const struct value *from, struct service *service)
{
	const struct value *read_only = value_get(from, "read_only");
	const char *type = value_text(value_get(from, "type"));
	bool bind = type && strcmp(type, "bind") == 0;
	return mount(reader, from, service, bind ? value_text(value_get(from, "source")) : NULL,
		     value_text(value_get(from, "target")),
		     value_is(read_only, VALUE_BOOL) && read_only->boolean);
}

int services_mounts(struct reader *reader, const struct value_entry *entry, void *target)
{
	const struct value *from = entry->value;
	bool is_list = from->kind == VALUE_LIST;
	int status = 0;
	for (size_t i = 0; i < (is_list ? from->list.len : 1); i++) {
		struct value_entry item = *entry;
		if (is_list)
			item.value = from->list.items[i];
		bool is_map = item.value->kind == VALUE_MAP;
		const char *text = is_map ? NULL : reader_scalar(reader, &item);
		if ((is_map && mount_long(reader, item.value, target) < 0) || (!is_map && !text) ||
		    (text && mount_short(reader, item.value, target, text) < 0))
			status = -1;
	}
	return status;
}
