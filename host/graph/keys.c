/* Keys of nodes: equal keys mean that running the node again would do the same. */
#include "host/graph/graph.h"

#include "host/graph/inputs.h"

static void make_key(const struct node *node, struct node *const *after, size_t after_count,
		     char key[HASH_HEX])
{
	auto_hash struct hash *hash = hash_new();
	hash_add_text(hash, node_kind_name(node->kind));
	for (size_t i = 0; i < after_count; i++)
		hash_add_text(hash, after[i]->key);
	for (size_t i = 0; i < node->input_count; i++)
		hash_add_text(hash, node->inputs[i].digest);
	hash_finish(STEAL(hash), key);
}

int graph_keys(struct graph *graph, const char *base_digest, struct error *err)
{
	for (size_t i = 0; i < graph->count; i++) {
		struct node *node = graph->nodes[i];
		if (inputs_gather(graph, node, base_digest, err) < 0)
			return -1;
		make_key(node, node->after, node->after_count, node->key);
	}
	make_key(graph->nodes[graph->count - 1], &graph->nodes[graph->chain_end - 1], 1,
		 graph->image_key);
	return 0;
}
