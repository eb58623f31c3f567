/* A module: a directory with a module.yml, whose parts a manifest takes for its own. */
#ifndef FACTORY_HOST_MODULES_MODULE_H
#define FACTORY_HOST_MODULES_MODULE_H

#include "host/manifest/load.h"
#include "host/modules/source.h"

#define MODULE_FILE "module.yml"

struct module_parameter {
	const char *name, *type;     /* type NULL: anything */
	const char *description;     /* or NULL */
	const char *pattern;         /* of a string, or NULL */
	const struct value *choices; /* list, or NULL */
	const struct value *initial; /* where a manifest gives none; or NULL */
	bool required;
	struct position at;
};

struct module {
	const char *directory;
	const char *name, *version, *description; /* name never NULL; the others "" */
	struct module_parameter *parameters;
	size_t parameter_count;
	const struct value *facts; /* list of those it needs, or NULL */
	const struct value *tree;  /* the whole file, a map */
	bool wrong;                /* there are problems */
};

extern const struct reader_section module_section, parameter_section;

/* Reads a directory's module.yml with these parameters, a map or a placeholder. NULL where it is no
 * map. Everything is in the loader's arena. */
struct module *module_load(struct loader *loader, const char *directory,
			   const struct value *params);

/* The JSON Schema of a module.yml, and the tables of its keys in Markdown. */
void module_schema(struct buf *out);
void module_keys(struct buf *out);

/* What a module says of itself, for lists: its texts are in the arena. NULL with problems. */
const struct module *module_read(const char *directory, struct arena *arena,
				 struct manifest_problems *problems);

/* `target` is a struct module. */
int reader_parameters(struct reader *reader, const struct value_entry *entry, void *target);

/* The parameters' values: those in `with` (a map, or NULL), checked, then the defaults; null counts
 * as none. NULL with problems; `at` is where a missing one is missed. A `sketch` is of what is not
 * known yet: the missing are placeholders, and of values only the type counts. */
struct value *parameters_values(struct reader *reader, const struct module *module,
				const struct value *with, const struct value *at, bool sketch);

/* One entry of `modules`: where from, and `with` (NULL: none). -1 with problems. */
int reader_module_use(struct reader *reader, const struct value *from, struct module_use *use,
		      const struct value **with);

/* Merges a manifest's tree with the modules it uses: their parts come first, in order. With
 * problems, with what could be read of them. */
struct value *modules_merge(struct loader *loader, struct value *root);

/* The tree of the manifest that tests a module: what `test` says, and the module itself. NULL with
 * problems. */
struct value *module_test_tree(struct loader *loader, const char *directory);

#endif
