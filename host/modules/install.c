#include "host/modules/install.h"

#include "common/file.h"
#include "common/own.h"
#include "host/modules/module.h"
#include "host/tree/tree.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Its own word for its name and version must be the index's. */
static int check_module(const struct index_module *module, const char *directory,
			struct arena *arena, struct error *err)
{
	struct manifest_problems problems = {0};
	const struct module *found = module_read(directory, arena, &problems);
	int status = 0;
	if (!found)
		status = error_as(err, ERROR_MODULE, "the module's module.yml is wrong: %s",
				  problems.count ? problems.items[0].message : "it can't be read");
	else if (strcmp(found->name, module->name) != 0 ||
		 strcmp(found->version, module->version) != 0)
		status = error_as(err, ERROR_MODULE, "what is there calls itself %s %s",
				  found->name, found->version);
	manifest_problems_free(&problems);
	return status;
}

static int check_digest(const struct index_module *module, const char *directory,
			struct arena *arena, struct error *err)
{
	const char *digest = NULL;
	if (!module->digest)
		return 0; /* the tarball's bytes were checked */
	if (module_digest(directory, arena, &digest, err) < 0)
		return -1;
	return strcmp(digest, module->digest) == 0
		       ? 0
		       : error_as(err, ERROR_MODULE_DIGEST,
				  "its digest is %s, not %s as the index says", digest,
				  module->digest);
}

static int copy_entry(void *ctx, const struct tree_entry *entry, struct error *err)
{
	const char *into = ctx;
	auto_arena struct arena arena = {0};
	auto_buf struct buf bytes = {0};
	const char *path =
		*entry->relative ? arena_printf(&arena, "%s/%s", into, entry->relative) : into;
	if (entry->kind == TREE_DIRECTORY)
		return mkdir(path, 0755) == 0 || (errno == EEXIST && !*entry->relative)
			       ? 0
			       : error_errno(err, "can't make %s", path);
	if (entry->kind == TREE_LINK)
		return symlink(entry->target, path) == 0 ? 0
							 : error_errno(err, "can't make %s", path);
	if (file_read(entry->path, 0, &bytes, err) < 0)
		return -1;
	return file_replace(path, buf_text(&bytes), bytes.len, entry->mode & 0111 ? 0755 : 0644,
			    (uid_t)-1, (gid_t)-1, err);
}

/* Moves what is there out of the way, and back where the new one can't take its place. */
static int exchange(const char *made, const char *path, const char *old, struct error *err)
{
	bool there = access(path, F_OK) == 0;
	if (there && rename(path, old) < 0)
		return error_errno(err, "can't replace %s", path);
	if (rename(made, path) == 0)
		return 0;
	error_errno(err, "can't make %s", path);
	if (there)
		(void)!rename(old, path);
	return -1;
}

static int place(const char *from, const char *path, struct arena *arena, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *scratch = arena_printf(arena, "%.*s/.new-XXXXXX", (int)(slash - path), path);
	auto_error struct error ignored = {0};
	if (file_make_parents(path, err) < 0)
		return -1;
	if (!mkdtemp(scratch))
		return error_errno(err, "can't make a directory beside %s", path);
	const char *made = arena_printf(arena, "%s/new", scratch);
	int status = tree_walk(from, copy_entry, (void *)made, err);
	if (status == 0)
		status = exchange(made, path, arena_printf(arena, "%s/old", scratch), err);
	file_remove_tree(scratch, &ignored);
	return status;
}

static int fetch_checked(const struct index_module *module, struct arena *arena,
			 const char **directory, struct error *err)
{
	return module_fetch(&module->source, arena, directory, err) < 0 ||
			       check_digest(module, *directory, arena, err) < 0 ||
			       check_module(module, *directory, arena, err) < 0
		       ? -1
		       : 0;
}

const char *module_install(const struct index_module *module, const char *directory, bool replace,
			   struct arena *arena, struct error *err)
{
	const char *fetched = NULL;
	const char *path = arena_printf(arena, "%s/%s", directory, module->name);
	int status = 0;
	if (!replace && access(path, F_OK) == 0)
		status = error_as(err, ERROR_FILE_EXISTS,
				  "%s is there already: --force replaces it", path);
	if (status == 0)
		status = fetch_checked(module, arena, &fetched, err);
	if (status == 0)
		status = place(fetched, path, arena, err);
	if (status == 0)
		return path;
	error_wrap(err, "%s %s is not installed", module->name, module->version);
	return NULL;
}
