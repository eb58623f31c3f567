/* Keys of nodes: equal keys mean that running the node again would do the same. */
#include "common/frame.h"
#include "common/json.h"
#include "host/graph/graph.h"
#include "host/tree/tree.h"

#include <string.h>

static void add_value(struct hash *hash, const struct value *value)
{
	auto_buf struct buf text = {0};
	if (value)
		json_write(&text, value);
	hash_add_text(hash, value ? buf_text(&text) : NULL);
}

static void add_number(struct hash *hash, uint64_t number)
{
	hash_add(hash, &number, sizeof number);
}

/* Of a secret only its name and its form count: its value must not be guessable from a key. */
static void add_secrets(struct hash *hash, const struct secrets *secrets)
{
	for (size_t i = 0; i < secrets->count; i++) {
		hash_add_text(hash, secrets->items[i].name);
		add_number(hash, secrets->items[i].as_file);
	}
}

static void add_limits(struct hash *hash, const struct limits *limits)
{
	add_number(hash, limits->memory);
	add_number(hash, (uint64_t)(limits->cpus * 1e9));
	add_number(hash, limits->pids);
	add_number(hash, limits->no_network);
	add_number(hash, limits->no_new_privileges);
	add_number(hash, limits->read_only);
	add_value(hash, limits->drop);
}

static void add_step(struct hash *hash, const struct manifest *manifest, const struct step *step)
{
	hash_add_text(hash, step->run);
	add_value(hash, manifest->env);
	add_value(hash, step->env);
	hash_add_text(hash, step->user ? step->user : manifest->user);
	hash_add_text(hash, step->workdir ? step->workdir : manifest->workdir);
	add_number(hash, step->timeout_ms);
	hash_add_text(hash, manifest->network);
	add_number(hash, step->ignore_errors);
	add_secrets(hash, &step->secrets);
	add_limits(hash, &manifest->limits);
}

static int add_files(struct hash *hash, const struct manifest *manifest, struct error *err)
{
	hash_add_text(hash, manifest->files_count ? "templates" : NULL);
	for (size_t i = 0; i < manifest->files_count; i++) {
		if (tree_hash(hash, manifest->files[i].path, err) < 0)
			return -1;
		if (manifest->files[i].params)
			add_value(hash, manifest->files[i].params);
	}
	if (manifest->files_count && manifest->facts)
		add_value(hash, manifest->facts);
	add_value(hash, manifest->kv);
	hash_add_text(hash, manifest->consul);
	for (size_t i = 0; i < manifest->copy_count; i++) {
		const struct copy *copy = &manifest->copies[i];
		hash_add_text(hash, copy->destination);
		hash_add_text(hash, copy->owner);
		add_number(hash, (uint64_t)copy->mode);
		if (tree_hash(hash, copy->source, err) < 0)
			return -1;
	}
	return 0;
}

static int add_content(struct hash *hash, const struct graph *graph, const struct node *node,
		       const char *base_digest, struct error *err)
{
	switch (node->kind) {
	case NODE_START:
		hash_add_text(hash, base_digest);
		add_number(hash, PROTOCOL_VERSION);
		return 0;
	case NODE_FILES:
		return add_files(hash, graph->manifest, err);
	case NODE_TASK:
	case NODE_TEST:
		add_step(hash, graph->manifest, node->step);
		return 0;
	case NODE_COMMIT:
		add_value(hash, graph->manifest->config);
		return 0;
	}
	return 0;
}

int graph_keys(struct graph *graph, const char *base_digest, struct error *err)
{
	for (size_t i = 0; i < graph->count; i++) {
		struct node *node = graph->nodes[i];
		struct hash *hash = hash_new();
		hash_add_text(hash, node_kind_name(node->kind));
		for (size_t j = 0; j < node->after_count; j++)
			hash_add_text(hash, node->after[j]->key);
		int status = add_content(hash, graph, node, base_digest, err);
		hash_finish(hash, node->key);
		if (status < 0)
			return -1;
	}
	return 0;
}
