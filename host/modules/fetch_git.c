/* Git by the program: never interactive, without hooks, filters and submodules. The tree is taken
 * out as an archive, so that what holds for archives holds for repositories. */
#include "host/modules/fetch_parts.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/modules/unpack.h"
#include "host/program.h"

#include <string.h>
#include <sys/stat.h>

enum { OUTPUT_LARGEST = 16 << 20, GIT_MS = 600000 };

/* The environment of whoever runs factory in a hook names a repository of theirs. */
static const char *const git_env[] = {"GIT_TERMINAL_PROMPT=0",
				      "GIT_ASKPASS=false",
				      "SSH_ASKPASS_REQUIRE=never",
				      "GIT_ALLOW_PROTOCOL=https:http:ssh:git:file",
				      "GIT_LFS_SKIP_SMUDGE=1",
				      "LC_ALL=C",
				      "GIT_DIR",
				      "GIT_WORK_TREE",
				      "GIT_INDEX_FILE",
				      "GIT_OBJECT_DIRECTORY",
				      "GIT_ALTERNATE_OBJECT_DIRECTORIES",
				      "GIT_COMMON_DIR",
				      "GIT_NAMESPACE",
				      "GIT_SHALLOW_FILE",
				      "GIT_TEMPLATE_DIR",
				      NULL};

static void on_waiting(void *ctx, unsigned seconds)
{
	const struct module_source *source = ctx;
	autofree char *line =
		mem_printf("%s: git has been at work for %u s", source->text, seconds);
	source->progress->line(source->progress->ctx, line);
}

/* 0 where git succeeded; with its own complaint as the error otherwise. */
static int git(const struct module_source *source, const char *const *argv, struct buf *out,
	       struct error *err)
{
	struct program_result result = {0};
	struct program program = {.argv = argv,
				  .env = git_env,
				  .limit = OUTPUT_LARGEST,
				  .timeout_ms = GIT_MS,
				  .waiting = source->progress ? on_waiting : NULL,
				  .ctx = (void *)source};
	int status = program_run(&program, &result, err);
	if (status == 0 && result.code != 0) {
		const char *said = program_complaint(&result);
		status = error_as(err, ERROR_MODULE_FETCH, "git can't get %s: %s", source->text,
				  *said ? said : "it does not say why");
	}
	if (status == 0 && out)
		buf_add(out, result.out.data, result.out.len);
	program_result_free(&result);
	return status;
}

static bool is_commit(const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");
	return !text[len] && (len == 40 || len == 64);
}

/* A line of ls-remote is "COMMIT\tREF". */
static const char *commit_of(const char *lines, const char *ref, struct arena *arena)
{
	size_t len = strlen(ref);
	for (const char *line = lines; *line;) {
		size_t end = strcspn(line, "\n"), id = strcspn(line, "\t\n");
		if (end == id + 1 + len && memcmp(line + id + 1, ref, len) == 0)
			return arena_strndup(arena, line, id);
		line += end + (line[end] == '\n');
	}
	return NULL;
}

int module_commit(const struct module_source *source, struct arena *arena, const char **commit,
		  struct error *err)
{
	const char *tag = source->tag;
	auto_buf struct buf lines = {0};
	*commit = tag && is_commit(tag) ? tag : NULL;
	if (*commit)
		return 0;
	const char *refs[] = {
		tag ? arena_printf(arena, "refs/tags/%s^{}", tag) : "HEAD",
		tag ? arena_printf(arena, "refs/tags/%s", tag) : "HEAD",
		tag ? arena_printf(arena, "refs/heads/%s", tag) : "HEAD",
	};
	const char *const argv[] = {"git",   "ls-remote", "--quiet", "--", source->text,
				    refs[0], refs[1],     refs[2],   NULL};
	if (git(source, argv, &lines, err) < 0)
		return -1;
	for (size_t i = 0; i < COUNT_OF(refs) && !*commit; i++)
		*commit = commit_of(buf_text(&lines), refs[i], arena);
	if (*commit && is_commit(*commit))
		return 0;
	return error_as(err, ERROR_MODULE_FETCH,
			"%s has no tag or branch '%s' (of a commit all 40 digits are needed)",
			source->text, tag ? tag : "HEAD");
}

/* A server that does not give single commits, or has no shallow copies, is asked for everything. */
static int get_commit(const struct module_source *source, const char *commit,
		      const char *repository, struct error *err)
{
	auto_error struct error refused = {0};
	const char *const shallow[] = {
		"git",     "-C",         repository,  "fetch",
		"--quiet", "--depth=1",  "--no-tags", "--no-recurse-submodules",
		"--",      source->text, commit,      NULL};
	const char *const whole[] = {"git",
				     "-C",
				     repository,
				     "fetch",
				     "--quiet",
				     "--no-recurse-submodules",
				     "--",
				     source->text,
				     "+refs/heads/*:refs/heads/*",
				     "+refs/tags/*:refs/tags/*",
				     NULL};
	if (git(source, shallow, NULL, &refused) == 0)
		return 0;
	return refused.exit_code ? error_move(err, &refused) : git(source, whole, NULL, err);
}

/* Attributes may leave files out of an archive, change them or run programs: here they don't. */
static int ignore_attributes(const char *repository, struct error *err)
{
	static const char text[] =
		"* -export-ignore -export-subst -filter -text -ident !eol !working-tree-encoding\n";
	autofree char *path = mem_printf("%s/info/attributes", repository);
	return file_make_parents(path, err) < 0 || file_replace(path, text, sizeof text - 1, 0644,
								(uid_t)-1, (gid_t)-1, err) < 0
		       ? -1
		       : 0;
}

int fetch_git(const struct module_source *source, const char *commit, const char *scratch,
	      struct arena *arena, const char **into, struct error *err)
{
	const char *repository = arena_printf(arena, "%s/repository", scratch);
	const char *archive = arena_printf(arena, "%s/archive", scratch);
	const char *tree = arena_printf(arena, "%s/tree", scratch);
	const char *const init[] = {"git",         "init",     "--quiet", "--bare",
				    "--template=", repository, NULL};
	const char *const export[] = {"git",          "-C",
				      repository,     "archive",
				      "--format=tar", arena_printf(arena, "--output=%s", archive),
				      commit,         NULL};
	const char *name = arena_printf(arena, "%s at %.12s", source->text, commit);
	if (git(source, init, NULL, err) < 0 || get_commit(source, commit, repository, err) < 0 ||
	    ignore_attributes(repository, err) < 0 || git(source, export, NULL, err) < 0)
		return -1;
	if (mkdir(tree, 0755) < 0)
		return error_errno(err, "can't make %s", tree);
	*into = tree;
	return unpack_archive(name, archive, tree, err);
}
