#include "agent/account.h"

#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { FIELDS = 7 };

/* What is looked for in one of the files: a name, or a number where it is one. */
struct wanted {
	const char *name;
	bool is_number;
	uint32_t number;
};

static bool parse_id(const char *text, uint32_t *id)
{
	char *end;
	errno = 0;
	unsigned long long number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number >= UINT32_MAX)
		return false;
	*id = (uint32_t)number;
	return true;
}

static struct wanted wanted_by(const char *text)
{
	struct wanted wanted = {.name = text};
	wanted.is_number = parse_id(text, &wanted.number);
	return wanted;
}

/* Cuts "a:b:c" into its fields; those that are missing are "". */
static void split(char *line, char *fields[FIELDS])
{
	line[strcspn(line, "\r\n")] = '\0';
	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = line;
		line += strcspn(line, ":");
		if (*line)
			*line++ = '\0';
	}
}

/* Both files have the name first and the number third. */
static bool is_wanted(char *const fields[FIELDS], const struct wanted *wanted)
{
	uint32_t number;
	if (wanted->is_number)
		return parse_id(fields[2], &number) && number == wanted->number;
	return strcmp(fields[0], wanted->name) == 0;
}

/* Calls `use` for each line until it returns true; false when none did. */
static bool each_line(const char *path, bool (*use)(void *ctx, char *fields[FIELDS]), void *ctx)
{
	autofclose FILE *file = fopen(path, "re");
	autofree char *line = NULL;
	size_t cap = 0;
	bool found = false;
	while (file && !found && getline(&line, &cap, file) >= 0) {
		char *fields[FIELDS];
		split(line, fields);
		found = use(ctx, fields);
	}
	return found;
}

struct search {
	struct wanted wanted;
	struct account *account;
	char *name; /* of the user that was found */
};

static bool use_user(void *ctx, char *fields[FIELDS])
{
	struct search *search = ctx;
	uint32_t uid, gid;
	if (!is_wanted(fields, &search->wanted) || !parse_id(fields[2], &uid) ||
	    !parse_id(fields[3], &gid))
		return false;
	search->account->uid = uid;
	search->account->gid = gid;
	search->account->home = mem_strdup(*fields[5] ? fields[5] : "/");
	search->name = mem_strdup(fields[0]);
	return true;
}

static bool use_group(void *ctx, char *fields[FIELDS])
{
	struct search *search = ctx;
	uint32_t gid;
	if (!is_wanted(fields, &search->wanted) || !parse_id(fields[2], &gid))
		return false;
	search->account->gid = gid;
	return true;
}

static bool has_member(const char *list, const char *name)
{
	size_t len = strlen(name);
	while (*list) {
		size_t item = strcspn(list, ",");
		if (item == len && memcmp(list, name, len) == 0)
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

static bool use_membership(void *ctx, char *fields[FIELDS])
{
	struct search *search = ctx;
	struct account *account = search->account;
	uint32_t gid;
	if (parse_id(fields[2], &gid) && has_member(fields[3], search->name))
		account->groups[account->group_count++] = gid;
	return account->group_count == ACCOUNT_GROUPS_MAX;
}

static int find_user(struct search *search, const char *passwd, struct error *err)
{
	if (each_line(passwd, use_user, search))
		return 0;
	if (!search->wanted.is_number)
		return error_set(err, "no user \"%s\" in %s", search->wanted.name, passwd);
	search->account->uid = search->wanted.number;
	search->account->home = mem_strdup("/");
	return 0;
}

static int find_group(struct search *search, const char *text, const char *path, struct error *err)
{
	search->wanted = wanted_by(text);
	if (each_line(path, use_group, search))
		return 0;
	if (!search->wanted.is_number)
		return error_set(err, "no group \"%s\" in %s", text, path);
	search->account->gid = search->wanted.number;
	return 0;
}

int account_find(const char *spec, const char *passwd, const char *group, struct account *account,
		 struct error *err)
{
	*account = (struct account){0};
	autofree char *user = spec ? mem_strdup(spec) : mem_printf("%u", (unsigned)geteuid());
	char *explicit_group = strchr(user, ':');
	if (explicit_group)
		*explicit_group++ = '\0';
	if (!*user || (explicit_group && !*explicit_group))
		return error_set(err,
				 "\"%s\" is no user: expected name or number, then perhaps "
				 "a colon and a group",
				 spec);
	struct search search = {.wanted = wanted_by(user), .account = account};
	int result = find_user(&search, passwd, err);
	if (result == 0 && explicit_group)
		result = find_group(&search, explicit_group, group, err);
	else if (result == 0 && search.name)
		each_line(group, use_membership, &search);
	free(search.name);
	return result;
}

void account_free(struct account *account)
{
	free(account->home);
	account->home = NULL;
}
