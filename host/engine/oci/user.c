/* "name|uid[:group|gid]" by the container's own /etc/passwd and /etc/group. */
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

/* As the container would open it: no link leads out of its root. NULL: there is none. */
static FILE *open_inside(const char *directory, const char *path)
{
	const struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	autofree char *root = mem_printf("%s/root", directory);
	autoclose int at = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = at < 0 ? -1 : (int)syscall(SYS_openat2, at, path, &how, sizeof how);
	return fd < 0 ? NULL : fdopen(fd, "re");
}

static bool is_number(const char *text, unsigned *number)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);
	*number = (unsigned)value;
	return *text >= '0' && *text <= '9' && !*end && value < UINT32_MAX;
}

/* A user's own group is known only where the user is listed; else it is root's. */
static bool find_user(FILE *passwd, const char *name, unsigned *uid, unsigned *gid)
{
	bool numeric = is_number(name, uid);
	for (struct passwd *entry; passwd && (entry = fgetpwent(passwd));) {
		if (numeric ? entry->pw_uid != *uid : strcmp(entry->pw_name, name) != 0)
			continue;
		*uid = entry->pw_uid;
		*gid = entry->pw_gid;
		return true;
	}
	return numeric;
}

static bool find_group(FILE *group, const char *name, unsigned *gid)
{
	if (is_number(name, gid))
		return true;
	for (struct group *entry; group && (entry = fgetgrent(group));) {
		if (strcmp(entry->gr_name, name) != 0)
			continue;
		*gid = entry->gr_gid;
		return true;
	}
	return false;
}

int user_find(const char *directory, const char *user, unsigned *uid, unsigned *gid,
	      struct error *err)
{
	autofree char *name = mem_strndup(user, strcspn(user, ":"));
	const char *group = strchr(user, ':');
	autofclose FILE *passwd = open_inside(directory, "/etc/passwd");
	autofclose FILE *groups = open_inside(directory, "/etc/group");
	*uid = *gid = 0;
	if (*name && !find_user(passwd, name, uid, gid))
		return error_set(err, "there is no user '%s' in the image", name);
	if (group && group[1] && !find_group(groups, group + 1, gid))
		return error_set(err, "there is no group '%s' in the image", group + 1);
	return 0;
}
