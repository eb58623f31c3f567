#include "common/hash.h"
#include "host/modules/source.h"
#include "host/tree/tree.h"

#include <string.h>

/* Texts only, so that the digest is the same on every machine. */
static int add_entry(void *ctx, const struct tree_entry *entry, struct error *err)
{
	static const char *const kinds[] = {
		[TREE_FILE] = "file", [TREE_DIRECTORY] = "directory", [TREE_LINK] = "link"};
	struct hash *hash = ctx;
	char content[HASH_HEX];
	bool file = entry->kind == TREE_FILE;
	if (strcmp(entry->relative, ".git") == 0 || strncmp(entry->relative, ".git/", 5) == 0)
		return 0;
	if (file && hash_file(entry->path, content, err) < 0)
		return -1;
	hash_add_text(hash, kinds[entry->kind]);
	hash_add_text(hash, entry->relative);
	hash_add_text(hash, file && (entry->mode & 0111) ? "executable" : "");
	hash_add_text(hash, file ? content : entry->target);
	return 0;
}

int module_digest(const char *directory, struct arena *arena, const char **digest,
		  struct error *err)
{
	char hex[HASH_HEX];
	auto_hash struct hash *hash = hash_new();
	int status = tree_walk(directory, add_entry, hash, err);
	hash_finish(STEAL(hash), hex);
	if (status < 0)
		return error_wrap(err, "can't take the digest of the module");
	*digest = arena_strdup(arena, hex);
	return 0;
}
