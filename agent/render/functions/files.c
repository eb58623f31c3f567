/* Functions that read and write files, inside the sandbox where there is one. */
#include "agent/render/functions/functions.h"

#include "agent/render/template/strconv.h"
#include "common/file.h"
#include "common/own.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_below(const char *directory, const char *path)
{
	size_t len = strlen(directory);
	while (len && directory[len - 1] == '/')
		len--;
	return strncmp(directory, path, len) == 0 && (path[len] == '/' || !path[len]);
}

/* The path without links; what is not there yet counts from the nearest directory that is. A
 * missing part that is ".." or ends in a link to nowhere can't be judged: errno says why. */
static bool resolve(const char *path, char real[PATH_MAX])
{
	char parent[PATH_MAX];
	struct stat status;
	if (realpath(path, real))
		return true;
	if (errno != ENOENT || lstat(path, &status) == 0 || strlen(path) >= sizeof parent)
		return false;
	strcpy(parent, path);
	char *slash = strrchr(parent, '/');
	const char *last = slash ? slash + 1 : parent;
	if (strcmp(last, "..") == 0) {
		errno = ENOENT;
		return false;
	}
	if (!slash)
		return realpath(".", real) != NULL;
	*slash = '\0';
	return resolve(slash == parent ? "/" : parent, real);
}

/* 0 where there is no sandbox, or the path leads below it, through whatever links. */
static int check_sandbox(const struct call *call, const char *path, struct error *err)
{
	char root[PATH_MAX], real[PATH_MAX];
	const char *sandbox = call->state->rendering->sandbox;
	if (!sandbox)
		return 0;
	if (!realpath(sandbox, root))
		return error_set(err, "sandbox \"%s\": %s", sandbox, strerror(errno));
	if (!resolve(path, real))
		return error_set(err, "\"%s\": %s", path, strerror(errno));
	return is_below(root, real) ? 0 : error_set(err, "'%s' is outside of sandbox", path);
}

static struct value *files_read(struct call *call, struct error *err)
{
	auto_buf struct buf text = {0};
	const char *path = call_text(call, 0);
	if (!*path)
		return value_string(call->arena, "");
	if (check_sandbox(call, path, err) < 0)
		return NULL;
	if (file_read(path, 0, &text, err) < 0) {
		call_record(call, "file", path, NULL); /* it may come */
		return NULL;
	}
	struct value *value = call_string(call, &text);
	call_record(call, "file", path, value);
	return value;
}

/* A number or a name; empty: -1, as it is made. */
static int find_user(const char *name, uid_t *uid, struct error *err)
{
	uint64_t number;
	*uid = (uid_t)-1;
	if (!*name)
		return 0;
	if (strconv_uint(name, strlen(name), 10, &number) == STRCONV_OK && number < UINT32_MAX) {
		*uid = (uid_t)number;
		return 0;
	}
	const struct passwd *found = getpwnam(name);
	if (!found)
		return error_set(err, "user: unknown user %s", name);
	*uid = found->pw_uid;
	return 0;
}

static int find_group(const char *name, gid_t *gid, struct error *err)
{
	uint64_t number;
	*gid = (gid_t)-1;
	if (!*name)
		return 0;
	if (strconv_uint(name, strlen(name), 10, &number) == STRCONV_OK && number < UINT32_MAX) {
		*gid = (gid_t)number;
		return 0;
	}
	const struct group *found = getgrnam(name);
	if (!found)
		return error_set(err, "group: unknown group %s", name);
	*gid = found->gr_gid;
	return 0;
}

static int append(const char *path, const struct buf *text, mode_t mode, uid_t uid, gid_t gid,
		  struct error *err)
{
	autoclose int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, mode);
	if (fd < 0)
		return error_set(err, "open %s: %s", path, strerror(errno));
	if (file_write_all(fd, buf_text(text), text->len) < 0)
		return error_set(err, "write %s: %s", path, strerror(errno));
	if ((uid != (uid_t)-1 || gid != (gid_t)-1) && fchown(fd, uid, gid) < 0)
		return error_set(err, "chown %s: %s", path, strerror(errno));
	if (fchmod(fd, mode) < 0)
		return error_set(err, "chmod %s: %s", path, strerror(errno));
	return 0;
}

/* As chmod(1) writes it: octal digits only. */
static int find_mode(const char *text, mode_t *mode, struct error *err)
{
	uint64_t number;
	enum strconv_status status = strconv_uint(text, strlen(text), 8, &number);
	if (status == STRCONV_OK && number > 07777)
		status = STRCONV_RANGE;
	if (status == STRCONV_OK) {
		*mode = (mode_t)number;
		return 0;
	}
	auto_buf struct buf why = {0};
	strconv_explain(&why, "ParseUint", text, strlen(text), status);
	return error_set(err, "%s", buf_text(&why));
}

/* writeToFile PATH USER GROUP PERMS [FLAGS] CONTENT */
static struct value *files_write(struct call *call, struct error *err)
{
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;
	mode_t mode = 0;
	auto_buf struct buf text = {0};
	if (call->count > 6) {
		error_set(err,
			  "writeToFile: wrong number of arguments, expected 5 or 6, but got "
			  "%zu",
			  call->count);
		return NULL;
	}
	const char *path = call_text(call, 0), *flags = call->count > 5 ? call_text(call, 4) : "";
	size_t last = call->count - 1;
	if (find_mode(call_text(call, 3), &mode, err) < 0 ||
	    find_user(call_text(call, 1), &uid, err) < 0 ||
	    find_group(call_text(call, 2), &gid, err) < 0 || check_sandbox(call, path, err) < 0)
		return NULL;
	buf_add(&text, call_text(call, last), call_len(call, last));
	if (strstr(flags, "newline"))
		buf_putc(&text, '\n');
	int done = strstr(flags, "append") ? append(path, &text, mode, uid, gid, err)
		   : file_make_parents(path, err) < 0
			   ? -1
			   : file_replace(path, buf_text(&text), text.len, mode, uid, gid, err);
	return done < 0 ? NULL : value_string(call->arena, "");
}

const struct function functions_files[] = {
	{"file", "s", files_read},
	{"writeToFile", "ssssss*", files_write},
	{NULL, NULL, NULL},
};
