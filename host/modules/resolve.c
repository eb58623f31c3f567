/* From a module's name or path to its directory. */
#include "common/nearest.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/modules/lookup.h"
#include "host/modules/source.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

static bool is_directory(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool is_module(const char *directory)
{
	autofree char *file = mem_printf("%s/module.yml", directory);
	return access(file, F_OK) == 0;
}

const char *module_within(const char *root, const char *relative, struct arena *arena,
			  struct error *err)
{
	char real[PATH_MAX], real_root[PATH_MAX];
	const char *path = arena_printf(arena, "%s/%s", root, relative);
	if (relative[0] == '/' || !realpath(root, real_root)) {
		error_as(err, ERROR_MODULE_MISSING, "'%s' leaves the module's directory", relative);
		return NULL;
	}
	if (!realpath(path, real)) {
		error_as(err, ERROR_MODULE_MISSING, "there is no %s", path);
		return NULL;
	}
	size_t len = strcmp(real_root, "/") == 0 ? 0 : strlen(real_root);
	if (strncmp(real, real_root, len) == 0 && (!real[len] || real[len] == '/'))
		return path;
	error_as(err, ERROR_MODULE_MISSING, "'%s' leaves the module's directory", relative);
	return NULL;
}

/* What is near to a name among all that there are. */
static int refuse_name(const char *name, const char *near, struct error *err)
{
	auto_arena struct arena arena = {0};
	struct module_found *found;
	size_t count = module_lookup_all(near, &arena, &found);
	const char **names = arena_alloc(&arena, (count + 1) * sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = found[i].name;
	const char *meant = nearest_name(name, names, count);
	if (meant)
		return error_as(err, ERROR_MODULE_MISSING,
				"there is no module '%s': did you mean '%s'?", name, meant);
	return error_as(err, ERROR_MODULE_MISSING,
			"there is no module '%s' in ./modules, FACTORY_MODULE_PATH or %s: write "
			"its path with a slash where it is elsewhere",
			name, module_installed(&arena));
}

static int find_name(const char *name, const char *near, struct arena *arena,
		     const char **directory, struct error *err)
{
	const struct value *path = module_search_path(near, arena);
	for (size_t i = 0; i < path->list.len; i++) {
		const char *at = value_text(path->list.items[i]);
		*directory = arena_printf(arena, "%s/%s", at, name);
		if (is_module(*directory))
			return 0;
	}
	return refuse_name(name, near, err);
}

static int find(const struct module_source *source, const char *near, struct arena *arena,
		const char **directory, struct error *err)
{
	switch (source->kind) {
	case MODULE_NAME:
		return find_name(source->text, near, arena, directory, err);
	case MODULE_PATH:
		*directory = source->text;
		return is_directory(source->text) ? 0
						  : error_as(err, ERROR_MODULE_MISSING,
							     "there is no module %s", source->text);
	case MODULE_GIT:
	case MODULE_TARBALL:
		return module_fetch(source, arena, directory, err);
	}
	return -1;
}

int module_source_resolve(const struct module_source *source, const char *near, struct arena *arena,
			  const char **directory, const char **digest, struct error *err)
{
	int status = find(source, near, arena, directory, err);
	if (status == 0 && !is_module(*directory))
		status = error_as(err, ERROR_MODULE_MISSING,
				  "%s is no module: it has no module.yml", *directory);
	if (status == 0 && !module_within(*directory, "module.yml", arena, err))
		status = -1;
	if (status == 0 && digest)
		status = module_digest(*directory, arena, digest, err);
	return status == 0 ? 0
			   : error_place(err, source->at.file, source->at.line, source->at.column);
}
