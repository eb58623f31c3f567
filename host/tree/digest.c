#include "host/tree/tree.h"

static int add_entry(void *ctx, const struct tree_entry *entry, struct error *err)
{
	struct hash *hash = ctx;
	hash_add_text(hash, entry->relative);
	hash_add(hash, &entry->kind, sizeof entry->kind);
	hash_add(hash, &entry->mode, sizeof entry->mode);
	hash_add_text(hash, entry->target);
	if (entry->kind != TREE_FILE)
		return 0;
	char content[HASH_HEX];
	if (hash_file(entry->path, content, err) < 0)
		return -1;
	hash_add_text(hash, content);
	return 0;
}

int tree_hash(struct hash *hash, const char *path, struct error *err)
{
	return tree_walk(path, add_entry, hash, err);
}
