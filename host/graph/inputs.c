#include "host/graph/inputs.h"

#include "common/frame.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/tree/file_index.h"
#include "host/tree/tree.h"

#include <sys/stat.h>

/* The node that is given inputs, and what it takes for that. */
struct gathering {
	struct graph *graph;
	struct node *node;
	struct file_index *index; /* of the tree that is walked */
};

/* A new input with the digest of what `hash` was fed, which it takes. */
static void add(struct gathering *gathering, const char *name, struct hash **hash)
{
	struct node *node = gathering->node;
	if (node->input_count == node->input_cap) {
		size_t cap = node->input_cap ? node->input_cap * 2 : 8;
		node->inputs = arena_grow(&gathering->graph->arena, node->inputs, node->input_count,
					  cap, sizeof *node->inputs);
		node->input_cap = cap;
	}
	struct input *input = &node->inputs[node->input_count++];
	input->name = name;
	hash_finish(STEAL(*hash), input->digest);
}

/* Its kind stands before all that a digest covers, so that no two kinds can be confused. */
static struct hash *begin(const char *kind)
{
	auto_hash struct hash *hash = hash_new();
	hash_add_text(hash, kind);
	return STEAL(hash);
}

static void add_text(struct gathering *gathering, const char *name, const char *text)
{
	if (!text)
		return;
	auto_hash struct hash *hash = begin(name);
	hash_add_text(hash, text);
	add(gathering, name, &hash);
}

static void add_value(struct gathering *gathering, const char *name, const struct value *value)
{
	auto_buf struct buf text = {0};
	if (value)
		json_write(&text, value);
	add_text(gathering, name, value ? buf_text(&text) : NULL);
}

static void add_number(struct gathering *gathering, const char *name, uint64_t number)
{
	autofree char *text = mem_printf("%llu", (unsigned long long)number);
	add_text(gathering, name, number ? text : NULL);
}

static const char *name_of(struct gathering *gathering, const char *kind, const char *name)
{
	return arena_printf(&gathering->graph->arena, "%s %s", kind, name);
}

/* A map's entries, each an input of its own, in an order that does not matter. */
static void add_entries(struct gathering *gathering, const char *kind, struct value *map)
{
	value_sort_map(map);
	for (size_t i = 0; i < map->map.len; i++)
		add_value(gathering, name_of(gathering, kind, map->map.entries[i].key),
			  map->map.entries[i].value);
}

static void add_environment(struct gathering *gathering, const struct value *outer,
			    const struct value *inner)
{
	struct arena *arena = &gathering->graph->arena;
	struct value *merged = outer ? value_copy(arena, outer) : value_map(arena);
	for (size_t i = 0; inner && i < inner->map.len; i++)
		value_set(arena, merged, inner->map.entries[i].key, inner->map.entries[i].value);
	add_entries(gathering, "env", merged);
}

/* Of a secret only its name and its form count: its value must not be guessable from a key. */
static void add_secrets(struct gathering *gathering, const struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++)
		add_text(gathering, name_of(gathering, "secret", secrets->items[i].name),
			 secrets->items[i].as_file ? "file" : "env");
}

static void add_limits(struct gathering *gathering, const struct limits *limits)
{
	auto_buf struct buf text = {0};
	buf_printf(&text, "%llu %llu %u %d %d %d ", (unsigned long long)limits->memory,
		   (unsigned long long)(limits->cpus * 1e9), limits->pids, limits->no_network,
		   limits->no_new_privileges, limits->read_only);
	if (limits->drop)
		json_write(&text, limits->drop);
	add_text(gathering, "limits", buf_text(&text));
}

static void add_caches(struct gathering *gathering)
{
	const struct manifest *manifest = gathering->graph->manifest;
	auto_buf struct buf paths = {0};
	for (size_t i = 0; i < manifest->cache_count; i++)
		buf_printf(&paths, "%s\n", manifest->caches[i].path);
	add_text(gathering, "cache directories", paths.data);
}

static void add_step(struct gathering *gathering)
{
	const struct manifest *manifest = gathering->graph->manifest;
	const struct step *step = gathering->node->step;
	add_text(gathering, "command", step->run);
	add_environment(gathering, manifest->env, step->env);
	add_text(gathering, "user", step->user ? step->user : manifest->user);
	add_text(gathering, "workdir", step->workdir ? step->workdir : manifest->workdir);
	add_number(gathering, "timeout", step->timeout_ms);
	add_text(gathering, "network", manifest->network);
	add_number(gathering, "ignore_errors", step->ignore_errors);
	add_secrets(gathering, &step->secrets);
	add_limits(gathering, &manifest->limits);
	add_caches(gathering);
}

/* --- files --- */

static int add_entry(void *ctx, const struct tree_entry *entry, struct error *err)
{
	struct gathering *gathering = ctx;
	auto_hash struct hash *hash = begin("file");
	char content[HASH_HEX] = "";
	hash_add_text(hash, entry->relative);
	hash_add(hash, &entry->kind, sizeof entry->kind);
	hash_add(hash, &entry->mode, sizeof entry->mode);
	hash_add_text(hash, entry->target);
	int status = entry->kind != TREE_FILE
			     ? 0
			     : file_index_digest(gathering->index, entry->path, entry->relative,
						 entry->info, content, err);
	hash_add_text(hash, content);
	add(gathering, name_of(gathering, "file", entry->path), &hash);
	return status;
}

typedef int tree_walker(const char *path, tree_visit *visit, void *ctx, struct error *err);

static int add_tree(struct gathering *gathering, const char *path, tree_walker *walk,
		    struct error *err)
{
	gathering->index = file_index_open(path);
	int status = walk(path, add_entry, gathering, err);
	file_index_close(gathering->index);
	return status;
}

static int add_templates(struct gathering *gathering, const struct files_root *root,
			 struct error *err)
{
	auto_buf struct buf text = {0};
	auto_hash struct hash *hash = begin("params"); /* wherever the directory is */
	if (root->params)
		json_write(&text, root->params);
	hash_add_text(hash, buf_text(&text));
	add(gathering, name_of(gathering, "params", root->path), &hash);
	return add_tree(gathering, root->path, tree_walk, err);
}

static int add_copy(struct gathering *gathering, const struct copy *copy, struct error *err)
{
	auto_hash struct hash *hash = begin("copy");
	hash_add_text(hash, copy->destination);
	hash_add_text(hash, copy->owner);
	hash_add(hash, &copy->mode, sizeof copy->mode);
	add(gathering, name_of(gathering, "copy", copy->destination), &hash);
	return add_tree(gathering, copy->source, tree_walk_copied, err);
}

static int add_files(struct gathering *gathering, struct error *err)
{
	const struct manifest *manifest = gathering->graph->manifest;
	for (size_t i = 0; i < manifest->files_count; i++)
		if (add_templates(gathering, &manifest->files[i], err) < 0)
			return -1;
	if (manifest->files_count)
		add_value(gathering, "facts", manifest->facts);
	if (manifest->kv)
		add_entries(gathering, "value", value_copy(&gathering->graph->arena, manifest->kv));
	add_text(gathering, "consul", manifest->consul);
	for (size_t i = 0; i < manifest->copy_count; i++)
		if (add_copy(gathering, &manifest->copies[i], err) < 0)
			return -1;
	return 0;
}

/* Sockets and devices have no content that could be told. */
static int add_mount(struct gathering *gathering, const struct service_mount *mount,
		     struct error *err)
{
	struct stat info;
	if (stat(mount->source, &info) < 0 || !(S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)))
		return 0;
	return add_tree(gathering, mount->source, tree_walk, err);
}

static int add_services(struct gathering *gathering, struct error *err)
{
	const struct service_set *set = gathering->node->step->services;
	struct arena *arena = &gathering->graph->arena;
	for (size_t i = 0; set && i < set->count; i++) {
		const struct service *service = &set->items[i];
		add_value(gathering, name_of(gathering, "service", service->name),
			  service_describe(arena, service));
		for (size_t m = 0; m < service->mount_count; m++)
			if (add_mount(gathering, &service->mounts[m], err) < 0)
				return -1;
	}
	return 0;
}

int inputs_gather(struct graph *graph, struct node *node, const char *base_digest,
		  struct error *err)
{
	struct gathering gathering = {.graph = graph, .node = node};
	node->input_count = 0;
	switch (node->kind) {
	case NODE_START:
		add_text(&gathering, "base image", base_digest);
		add_number(&gathering, "protocol", PROTOCOL_VERSION);
		add_number(&gathering, "traceless", graph->manifest->traceless);
		add_text(&gathering, "SOURCE_DATE_EPOCH", graph->manifest->epoch);
		return 0;
	case NODE_FILES:
		return add_files(&gathering, err);
	case NODE_TASK:
	case NODE_TEST:
		add_step(&gathering);
		return add_services(&gathering, err);
	case NODE_MERGE:
		return 0; /* all is in its branches */
	case NODE_COMMIT:
		add_value(&gathering, "config", graph->manifest->config);
		return 0;
	}
	return 0;
}
