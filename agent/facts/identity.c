/* Who runs us, and who else there is: passwd(5) and group(5) read as files, for a static program
 * has no other databases. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct account {
	const char *name;
	int64_t uid, gid;
	const char *home, *shell;
};

/* The next well-formed line: "name:x:0:0:Full Name:/home:/bin/sh" */
static bool next_account(char **rest, struct account *account)
{
	for (char *line; (line = facts_next_line(rest));) {
		char *fields[7] = {0};
		size_t count = 0;
		while (count < COUNT_OF(fields) && (fields[count] = strsep(&line, ":")))
			count++;
		if (count < 4 || !*fields[0] || !facts_parse_number(fields[2], &account->uid) ||
		    !facts_parse_number(fields[3], &account->gid))
			continue;
		account->name = fields[0];
		account->home = fields[5];
		account->shell = fields[6];
		return true;
	}
	return false;
}

/* "name:x:0:member,member" */
static bool next_group(char **rest, const char **name, int64_t *gid)
{
	for (char *line; (line = facts_next_line(rest));) {
		char *first = strsep(&line, ":"), *id;
		strsep(&line, ":");
		id = strsep(&line, ":");
		if (!id || !*first || !facts_parse_number(id, gid))
			continue;
		*name = first;
		return true;
	}
	return false;
}

struct value *facts_users(struct facts_system *system, struct arena *arena)
{
	struct account account;
	char *text = facts_text(system, arena, "/etc/passwd");
	if (!text)
		return NULL;
	struct value *users = value_map(arena);
	for (char *rest = text; next_account(&rest, &account);) {
		if (value_get(users, account.name))
			continue; /* the first line of a name counts */
		struct value *user = value_map(arena);
		facts_set_int(arena, user, "uid", account.uid);
		facts_set_int(arena, user, "gid", account.gid);
		facts_set_text(arena, user, "home", account.home);
		facts_set_text(arena, user, "shell", account.shell);
		value_set(arena, users, account.name, user);
	}
	return users;
}

struct value *facts_groups(struct facts_system *system, struct arena *arena)
{
	const char *name;
	int64_t gid;
	char *text = facts_text(system, arena, "/etc/group");
	if (!text)
		return NULL;
	struct value *groups = value_map(arena);
	for (char *rest = text; next_group(&rest, &name, &gid);)
		if (!value_get(groups, name))
			facts_set_int(arena, groups, name, gid);
	return groups;
}

static const char *user_of(struct facts_system *system, struct arena *arena, int64_t uid)
{
	struct account account;
	char *text = facts_text(system, arena, "/etc/passwd");
	if (!text)
		return NULL;
	for (char *rest = text; next_account(&rest, &account);)
		if (account.uid == uid)
			return arena_strdup(arena, account.name);
	return NULL;
}

static const char *group_of(struct facts_system *system, struct arena *arena, int64_t gid)
{
	const char *name;
	int64_t id;
	char *text = facts_text(system, arena, "/etc/group");
	if (!text)
		return NULL;
	for (char *rest = text; next_group(&rest, &name, &id);)
		if (id == gid)
			return arena_strdup(arena, name);
	return NULL;
}

struct value *facts_identity(struct facts_system *system, struct arena *arena)
{
	struct value *identity = value_map(arena);
	int64_t uid = geteuid(), gid = getegid();
	facts_set_int(arena, identity, "uid", uid);
	facts_set_text(arena, identity, "user", user_of(system, arena, uid));
	facts_set_int(arena, identity, "gid", gid);
	facts_set_text(arena, identity, "group", group_of(system, arena, gid));
	facts_set_bool(arena, identity, "privileged", uid == 0);
	return identity;
}
