/* From the engine's lists to what of it is ours. */
#include "host/clean/stock.h"

#include "common/own.h"
#include "host/cache/resume.h"
#include "host/cache/uses.h"
#include "host/clean/amounts.h"
#include "host/clean/parts.h"
#include "host/engine/familiar.h"
#include "host/engine/inventory.h"
#include "host/services/owner.h"

#include <string.h>

enum list { LIST_IMAGES, LIST_CONTAINERS, LIST_VOLUMES, LIST_NETWORKS, LIST_USAGE, LISTS };

struct reading {
	struct engine *engine;
	struct arena *arena;
	struct stock *stock;
	struct engine_kept kept[LISTS];
	size_t room;
};

static void ask(struct reading *reading)
{
	struct engine *engine = reading->engine;
	engine_image_list_all(engine, engine_keep, &reading->kept[LIST_IMAGES]);
	engine_list_all(engine, engine_keep, &reading->kept[LIST_CONTAINERS]);
	engine_volume_list(engine, engine_keep, &reading->kept[LIST_VOLUMES]);
	engine_network_list(engine, SERVICES_LABEL, engine_keep, &reading->kept[LIST_NETWORKS]);
	engine_disk_usage(engine, engine_keep, &reading->kept[LIST_USAGE]);
}

/* All are waited for, also behind a failure: the engine has their addresses. That sizes can't be
 * told costs only them. */
static int await(struct reading *reading, struct error *err)
{
	int status = 0;
	for (size_t i = 0; i < LISTS; i++) {
		struct error one = {0};
		if (engine_finish(reading->engine, &reading->kept[i], &one) == 0)
			continue;
		if (status == 0 && i != LIST_USAGE)
			status = error_move(err, &one);
		error_clear(&one);
	}
	return status;
}

static struct stock_item *add(struct reading *reading, enum stock_kind kind, const char *name)
{
	struct stock *stock = reading->stock;
	if (stock->count == reading->room) {
		reading->room = reading->room ? reading->room * 2 : 64;
		stock->items = arena_grow(reading->arena, stock->items, stock->count, reading->room,
					  sizeof *stock->items);
	}
	struct stock_item *item = &stock->items[stock->count++];
	*item = (struct stock_item){
		.kind = kind, .name = arena_strdup(reading->arena, name), .detail = "", .size = -1};
	return item;
}

static void note_use(const struct reading *reading, struct stock_item *item, const char *name)
{
	item->used = uses_last(engine_endpoint(reading->engine), name);
}

static const char *text_at(const struct value *map, const char *key)
{
	const char *text = value_text(value_get(map, key));
	return text ? text : "";
}

static time_t number_at(const struct value *map, const char *key)
{
	const struct value *number = value_get(map, key);
	return value_is(number, VALUE_INT) ? (time_t)number->integer : 0;
}

/* The items of a list, or none. */
static size_t length(const struct value *list)
{
	return value_is(list, VALUE_LIST) ? list->list.len : 0;
}

/* --- images --- */

static const char *key_of(const char *name)
{
	size_t len = sizeof CACHE_REPOSITORY - 1;
	name = familiar_name(name);
	return strncmp(name, CACHE_REPOSITORY, len) == 0 && name[len] == ':' ? name + len + 1
									     : NULL;
}

static void count_names(struct stock_image *image, const struct value *names)
{
	for (size_t i = 0; i < length(names); i++) {
		const char *name = value_text(names->list.items[i]);
		if (!name || strcmp(name, "<none>:<none>") == 0)
			continue;
		image->names++;
		image->checkpoints += key_of(name) != NULL;
	}
}

static void read_images(struct reading *reading)
{
	const struct value *list = reading->kept[LIST_IMAGES].body;
	struct stock *stock = reading->stock;
	stock->images = arena_alloc(reading->arena, (length(list) + 1) * sizeof *stock->images);
	for (size_t i = 0; i < length(list); i++) {
		const struct value *one = list->list.items[i];
		struct stock_image *image = &stock->images[stock->image_count++];
		const struct value *labels = value_get(one, "Labels");
		image->id = arena_strdup(reading->arena, text_at(one, "Id"));
		image->parent = arena_strdup(reading->arena, text_at(one, "ParentId"));
		image->size = image->added = number_at(one, "Size");
		image->created = number_at(one, "Created");
		image->is_ours = value_get(labels, "factory.version") ||
				 value_get(labels, "factory.manifest.digest");
		count_names(image, value_get(one, "RepoTags"));
	}
	for (size_t i = 0; i < stock->image_count; i++) {
		const struct stock_image *parent = images_parent(stock, &stock->images[i]);
		if (parent && parent->size <= stock->images[i].size)
			stock->images[i].added -= parent->size;
	}
}

static struct stock_item *add_image(struct reading *reading, enum stock_kind kind, const char *name,
				    const struct stock_image *image)
{
	struct stock_item *item = add(reading, kind, name);
	item->image = image;
	item->created = image->created;
	item->size = image->added;
	return item;
}

static const char *other_name(const struct value *names)
{
	for (size_t i = 0; i < length(names); i++) {
		const char *name = value_text(names->list.items[i]);
		if (name && !key_of(name))
			return name;
	}
	return "";
}

/* A commit may be nameless for a moment, and so may be what a build of another host makes. */
static bool is_leftover(struct reading *reading, const struct stock_image *image)
{
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	if (image->names || images_has_child(reading->stock, image))
		return false;
	engine_image_inspect(reading->engine, image->id, engine_keep, &kept);
	return engine_finish(reading->engine, &kept, &ignored) == 0 && images_is_ours(kept.body);
}

static void find_named(struct reading *reading, const struct value *one,
		       const struct stock_image *image)
{
	const struct value *names = value_get(one, "RepoTags");
	bool toolbox = value_get(value_get(one, "Labels"), TOOLBOX_LABEL) != NULL;
	for (size_t i = 0; i < length(names); i++) {
		const char *name = value_text(names->list.items[i]);
		const char *key = name ? key_of(name) : NULL;
		if (key) {
			struct stock_item *item = add_image(reading, STOCK_CHECKPOINT, name, image);
			note_use(reading, item, key);
			item->detail = arena_strdup(reading->arena, other_name(names));
		} else if (name && toolbox) {
			add_image(reading, STOCK_TOOLBOX, name, image)->detail = "image";
		} else if (name && image->names && (image->checkpoints || image->is_ours)) {
			add_image(reading, STOCK_ARTIFACT, name, image);
		}
	}
}

static void find_images(struct reading *reading)
{
	const struct value *list = reading->kept[LIST_IMAGES].body;
	for (size_t i = 0; i < length(list); i++) {
		const struct stock_image *image = &reading->stock->images[i];
		find_named(reading, list->list.items[i], image);
		if (is_leftover(reading, image))
			add_image(reading, STOCK_LEFTOVER, image->id, image)->is_orphan = true;
	}
}

/* --- containers, volumes, networks --- */

/* The second is a traceless build's. */
static bool is_session(const char *command)
{
	static const char *const agents[] = {"/tools/agent session", "/dev/factory/agent session"};
	for (size_t i = 0; i < COUNT_OF(agents); i++)
		if (strncmp(command, agents[i], strlen(agents[i])) == 0)
			return true;
	return false;
}

static void find_containers(struct reading *reading)
{
	const struct value *list = reading->kept[LIST_CONTAINERS].body;
	for (size_t i = 0; i < length(list); i++) {
		const struct value *one = list->list.items[i], *names = value_get(one, "Names");
		bool toolbox = value_get(value_get(one, "Labels"), TOOLBOX_LABEL) != NULL;
		bool session = is_session(text_at(one, "Command"));
		const char *name = length(names) ? value_text(names->list.items[0]) : NULL;
		images_use(reading->stock, text_at(one, "ImageID"));
		if (!toolbox && !session)
			continue;
		struct stock_item *item = add(reading, session ? STOCK_CONTAINER : STOCK_TOOLBOX,
					      !name          ? text_at(one, "Id")
					      : *name == '/' ? name + 1
							     : name);
		item->created = number_at(one, "Created");
		item->detail = arena_strdup(reading->arena, text_at(one, "State"));
		item->is_running = strcmp(item->detail, "running") == 0;
		/* The agent ends with its driver: one that runs has one. */
		item->is_orphan = session && !item->is_running;
	}
}

static int64_t volume_size(const struct reading *reading, const char *name)
{
	const struct value *list = value_get(reading->kept[LIST_USAGE].body, "Volumes");
	for (size_t i = 0; i < length(list); i++)
		if (strcmp(text_at(list->list.items[i], "Name"), name) == 0) {
			const struct value *size =
				value_path(list->list.items[i], "UsageData.Size");
			return value_is(size, VALUE_INT) ? size->integer : -1;
		}
	return -1;
}

/* That its manifest is gone tells something only where it was used from this host. */
static void find_volumes(struct reading *reading)
{
	const struct value *list = value_get(reading->kept[LIST_VOLUMES].body, "Volumes");
	for (size_t i = 0; i < length(list); i++) {
		const struct value *one = list->list.items[i], *labels = value_get(one, "Labels");
		const char *path = value_text(value_get(labels, CACHES_LABEL));
		const char *manifest = text_at(labels, CACHES_OWNER);
		if (!path)
			continue;
		struct stock_item *item = add(reading, STOCK_CACHE, text_at(one, "Name"));
		item->detail = arena_printf(reading->arena, "%s of %s", path, manifest);
		item->created = amount_time(text_at(one, "CreatedAt"));
		item->size = volume_size(reading, item->name);
		note_use(reading, item, item->name);
		item->is_orphan = item->used && *manifest && access(manifest, F_OK) < 0;
	}
}

static void find_networks(struct reading *reading)
{
	const struct value *list = reading->kept[LIST_NETWORKS].body;
	for (size_t i = 0; i < length(list); i++) {
		const struct value *one = list->list.items[i];
		const char *owner = value_text(value_get(value_get(one, "Labels"), SERVICES_LABEL));
		if (!owner)
			continue;
		struct stock_item *item = add(reading, STOCK_NETWORK, text_at(one, "Name"));
		item->detail = arena_strdup(reading->arena, text_at(one, "Id"));
		item->created = amount_time(text_at(one, "Created"));
		item->is_orphan = owner_is_gone(owner);
	}
}

int stock_read(struct engine *engine, struct arena *arena, struct stock *stock, struct error *err)
{
	struct reading reading = {.engine = engine, .arena = arena, .stock = stock};
	*stock = (struct stock){0};
	if (engine_needs_inventory(engine, err) < 0)
		return -1;
	ask(&reading);
	int status = await(&reading, err);
	if (status == 0) {
		read_images(&reading);
		find_images(&reading);
		find_containers(&reading);
		find_volumes(&reading);
		find_networks(&reading);
		stock_sort(stock);
	}
	for (size_t i = 0; i < LISTS; i++)
		engine_kept_free(&reading.kept[i]);
	return status;
}
