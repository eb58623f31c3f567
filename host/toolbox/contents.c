#include "host/toolbox/contents.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/tree/archived.h"

#include <archive_entry.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

enum { TAR_BLOCK = 10240, LARGEST_TOOL = 512 << 20 };

/* --- where the agent is --- */

static char *program_directory(void)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
	if (len <= 0)
		return mem_strdup(".");
	path[len] = '\0';
	char *slash = strrchr(path, '/');
	*slash = '\0';
	return mem_strdup(path);
}

/* Beside the program in the source tree, in lib/factory where it was installed. */
static char *find_agent(const struct toolbox_options *options, struct error *err)
{
	static const char *const places[] = {"agent", "../lib/factory/agent"};
	const char *given = options->agent ? options->agent : getenv("FACTORY_AGENT");
	if (given && *given)
		return mem_strdup(given);
	autofree char *directory = program_directory();
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		char *path = mem_printf("%s/%s", directory, places[i]);
		if (access(path, X_OK) == 0)
			return path;
		free(path);
	}
	error_as(err, ERROR_PROGRAM_MISSING,
		  "there is no agent beside factory (in %s): name it by --agent or FACTORY_AGENT",
		  directory);
	return NULL;
}

/* --- the archive --- */

static int add_entry(struct archive *archive, const char *path, unsigned type, mode_t mode,
		     const struct buf *content, const char *link, struct error *err)
{
	const struct archived entry = {
		.path = path, .type = type, .mode = mode, .content = content, .target = link};
	return archived_add(archive, &entry, err);
}

static int add_file(struct archive *archive, const char *name, const char *from, mode_t mode,
		    char digest[HASH_HEX], struct error *err)
{
	auto_buf struct buf content = {0};
	struct stat info;
	if (stat(from, &info) == 0 && !S_ISREG(info.st_mode))
		return error_as(err, ERROR_FILE_KIND, "%s is no file", from);
	if (file_read(from, LARGEST_TOOL, &content, err) < 0)
		return -1;
	autofree char *path = mem_printf("tools/%s", name);
	if (digest)
		hash_hex(content.data, content.len, digest);
	return add_entry(archive, path, AE_IFREG, mode, &content, NULL, err);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool is_taken(const char *const *with, size_t index)
{
	static const char *const own[] = {"agent", "consul-template", "ca-certificates.crt", ""};
	const char *name = base_name(with[index]);
	for (size_t i = 0; i < COUNT_OF(own); i++)
		if (strcmp(own[i], name) == 0)
			return true;
	for (size_t i = 0; i < index; i++)
		if (strcmp(base_name(with[i]), name) == 0)
			return true;
	return false;
}

static int add_tools(struct archive *archive, const char *const *with, struct error *err)
{
	for (size_t i = 0; with && with[i]; i++) {
		if (is_taken(with, i))
			return error_set(err, "--with %s: the toolbox has a tool of that name",
					 with[i]);
		if (add_file(archive, base_name(with[i]), with[i], 0755, NULL, err) < 0)
			return -1;
	}
	return 0;
}

/* In the source tree the bundle lies in tools/, beside the agent's copy. */
static int add_certificates(struct archive *archive, const char *agent, struct error *err)
{
	static const char name[] = "ca-certificates.crt";
	int len = (int)(base_name(agent) - agent);
	autofree char *beside = mem_printf("%.*s%s", len, agent, name);
	autofree char *below = mem_printf("%.*stools/%s", len, agent, name);
	if (access(beside, R_OK) == 0)
		return add_file(archive, name, beside, 0644, NULL, err);
	if (access(below, R_OK) == 0)
		return add_file(archive, name, below, 0644, NULL, err);
	return 0;
}

static int fill(struct archive *archive, const struct toolbox_options *options,
		struct toolbox_contents *contents, struct error *err)
{
	autofree char *agent = find_agent(options, err);
	if (!agent)
		return -1;
	if (add_entry(archive, "tools/", AE_IFDIR, 0755, NULL, NULL, err) < 0 ||
	    add_file(archive, "agent", agent, 0755, contents->agent_digest, err) < 0 ||
	    add_entry(archive, "tools/consul-template", AE_IFLNK, 0777, NULL, "agent", err) < 0)
		return -1;
	if (add_certificates(archive, agent, err) < 0)
		return -1;
	return add_tools(archive, options->with, err);
}

int toolbox_contents(const struct toolbox_options *options, struct toolbox_contents *contents,
		     struct error *err)
{
	struct archive *archive = mem_given(archive_write_new());
	archive_write_set_format_ustar(archive);
	archive_write_set_bytes_per_block(archive, TAR_BLOCK);
	archive_write_open2(archive, &contents->tar, NULL, archived_write, NULL, NULL);
	int status = fill(archive, options, contents, err);
	if (archive_write_close(archive) != ARCHIVE_OK && status == 0)
		status =
			error_set(err, "can't pack the toolbox: %s", archive_error_string(archive));
	archive_write_free(archive);
	contents->plain = !options->with || !options->with[0];
	hash_hex(contents->tar.data, contents->tar.len, contents->digest);
	return status;
}

void toolbox_contents_free(struct toolbox_contents *contents)
{
	buf_free(&contents->tar);
}
