/* How a container differs from its image: what is in its upper directory, beside the layers. */
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>
#include <sys/stat.h>

enum kind { CHANGED, ADDED, DELETED };

struct comparing {
	const struct oci *oci;
	struct arena *arena;
	const struct value *layers;
	const char *upper;
	struct value *list;
};

static void add(const struct comparing *comparing, const char *path, enum kind kind)
{
	struct value *one = value_map(comparing->arena);
	store_text(comparing->arena, one, "Path", path);
	value_set(comparing->arena, one, "Kind", value_int(comparing->arena, kind));
	value_append(comparing->arena, comparing->list, one);
}

static bool is_in_image(const struct comparing *comparing, const char *path)
{
	struct stat info;
	autofree char *found = lookup_layers(comparing->oci, comparing->layers, path, &info);
	return found != NULL;
}

static char **names_below(const struct comparing *comparing, const char *tree, const char *path)
{
	autofree char *directory = mem_printf("%s%s", tree, path);
	return store_names(comparing->arena, directory);
}

static bool is_named(char **names, const char *name)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

/* A directory that was made anew hides what the image has in it. */
static void add_hidden(const struct comparing *comparing, const char *path, char **kept)
{
	const struct value *layers = comparing->layers;
	auto_arena struct arena seen = {0};
	struct value *told = value_map(&seen);
	for (size_t i = 0; i < layers->list.len; i++) {
		const char *digest = value_text(layers->list.items[i]) + strlen("sha256:");
		autofree char *tree = store_path(comparing->oci, "layers/%s/tree", digest);
		for (char **name = names_below(comparing, tree, path); *name; name++) {
			autofree char *gone = mem_printf("%s/%s", path, *name);
			if (is_named(kept, *name) || value_get(told, *name) ||
			    !is_in_image(comparing, gone))
				continue;
			value_set(&seen, told, *name, value_null(&seen));
			add(comparing, gone, DELETED);
		}
	}
}

static void compare_directory(const struct comparing *comparing, const char *path);

static void compare(const struct comparing *comparing, const char *path)
{
	autofree char *file = mem_printf("%s%s", comparing->upper, path);
	struct stat info;
	if (lstat(file, &info) < 0)
		return;
	bool old = is_in_image(comparing, path);
	if (overlay_is_whiteout(&info)) {
		if (old)
			add(comparing, path, DELETED);
		return;
	}
	add(comparing, path, old ? CHANGED : ADDED);
	if (S_ISDIR(info.st_mode))
		compare_directory(comparing, path);
}

static void compare_directory(const struct comparing *comparing, const char *path)
{
	autofree char *directory = mem_printf("%s%s", comparing->upper, path);
	char **names = names_below(comparing, comparing->upper, path);
	if (overlay_is_opaque(directory))
		add_hidden(comparing, path, names);
	for (char **name = names; *name; name++) {
		autofree char *below = mem_printf("%s/%s", path, *name);
		compare(comparing, below);
	}
}

static int changes(struct reply *reply, const char *ref)
{
	char id[ID_HEX];
	const struct value *container = reply_container(reply, ref, id);
	if (!container)
		return -1;
	autofree char *upper = store_path(reply->oci, "containers/%s/upper", id);
	const struct comparing comparing = {.oci = reply->oci,
					    .arena = &reply->arena,
					    .layers = value_get(container, "Layers"),
					    .upper = upper,
					    .list = value_list(&reply->arena)};
	compare_directory(&comparing, "");
	reply->body = comparing.list->list.len ? comparing.list : NULL;
	return 0;
}

void oci_changes(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct reply *reply = reply_new((struct oci *)engine, done, ctx);
	reply_result(reply, changes(reply, id));
}
