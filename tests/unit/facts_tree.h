/* A made-up system: files below a temporary root, and what the tests ask of it. */
#ifndef FACTORY_TESTS_UNIT_FACTS_TREE_H
#define FACTORY_TESTS_UNIT_FACTS_TREE_H

#include "tests/unit/check.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/facts/facts.h"
#include "agent/facts/families.h"
#include "common/file.h"
#include "common/json.h"

struct tree {
	char root[64];
	struct facts_system system;
	struct arena arena;
};

static inline struct tree *tree_new(void)
{
	struct tree *tree = calloc(1, sizeof *tree);
	strcpy(tree->root, "/tmp/facts-tree-XXXXXX");
	assert_non_null(mkdtemp(tree->root));
	facts_system_tree(&tree->system, tree->root);
	strcpy(tree->system.uts.sysname, "Linux");
	strcpy(tree->system.uts.machine, "x86_64");
	strcpy(tree->system.uts.release, "6.1.0-18-amd64");
	strcpy(tree->system.uts.nodename, "host");
	return tree;
}

static inline void tree_free(struct tree *tree)
{
	struct error err = {0};
	file_remove_tree(tree->root, &err);
	expect_no_error(&err);
	arena_free(&tree->arena);
	free(tree);
}

static inline const char *tree_path(struct tree *tree, const char *path)
{
	struct error err = {0};
	const char *full = arena_printf(&tree->arena, "%s%s", tree->root, path);
	file_make_parents(full, &err);
	expect_no_error(&err);
	return full;
}

static inline void tree_bytes(struct tree *tree, const char *path, const void *bytes, size_t len)
{
	FILE *file = fopen(tree_path(tree, path), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

static inline void tree_file(struct tree *tree, const char *path, const char *text)
{
	tree_bytes(tree, path, text, strlen(text));
}

static inline void tree_link(struct tree *tree, const char *path, const char *target)
{
	assert_int_equal(symlink(target, tree_path(tree, path)), 0);
}

static inline void tree_directory(struct tree *tree, const char *path)
{
	assert_int_equal(mkdir(tree_path(tree, path), 0755), 0);
}

/* What a family makes of the tree as it is now, as compact JSON; "none" for no fact. */
static inline const char *family_json(struct tree *tree, facts_family *family, const char *path)
{
	memset(&tree->system.memo, 0, sizeof tree->system.memo);
	struct value *fact = family(&tree->system, &tree->arena);
	struct buf text = {0};
	fact = fact ? value_path(fact, path) : NULL;
	if (!fact)
		return "none";
	json_write(&text, fact);
	const char *json = arena_strdup(&tree->arena, text.data);
	buf_free(&text);
	return json;
}

#define expect_fact(tree, family, path, json)                                                      \
	assert_string_equal(family_json(tree, family, path), json)

#endif
