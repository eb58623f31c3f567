/* Users and groups as the target's own /etc/passwd and /etc/group have them, read directly: a
 * static program has no name services, and a target made from scratch neither. The rules are those
 * of a Dockerfile's USER. */
#ifndef FACTORY_AGENT_ACCOUNT_H
#define FACTORY_AGENT_ACCOUNT_H

#include "common/error.h"

#include <stddef.h>
#include <sys/types.h>

enum { ACCOUNT_GROUPS_MAX = 256 };

struct account {
	uid_t uid;
	gid_t gid;
	gid_t groups[ACCOUNT_GROUPS_MAX]; /* supplementary */
	size_t group_count;
	char *home; /* owned; "/" where nothing says otherwise */
};

/* spec: "name|uid[:group|gid]"; NULL: the user of this process. A number need not be in the files
 * (group 0 then); a name must. An explicit group means no supplementary groups. passwd and group
 * are the files' paths. */
int account_find(const char *spec, const char *passwd, const char *group, struct account *account,
		 struct error *err);

void account_free(struct account *account);
#define auto_account __attribute__((cleanup(account_free)))

#endif
