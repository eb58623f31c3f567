#include "agent/facts/namespaces.h"

#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

static const struct {
	const char *name;
	int64_t initial;
	bool always; /* its number was fixed from the start */
} kinds[] = {
	{"cgroup", 0xEFFFFFFB, true}, {"ipc", 0xEFFFFFFF, true}, {"mnt", 0xEFFFFFF8, false},
	{"net", 0xEFFFFFF9, false},   {"pid", 0xEFFFFFFC, true}, {"time", 0xEFFFFFFA, true},
	{"user", 0xEFFFFFFD, true},   {"uts", 0xEFFFFFFE, true},
};

static enum facts_sharing sharing_of(const char *name, int64_t inode)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0 && kinds[i].initial == inode)
			return FACTS_INITIAL;
		else if (strcmp(kinds[i].name, name) == 0 && kinds[i].always)
			return FACTS_OWN;
	return FACTS_UNKNOWN;
}

bool facts_namespace(struct facts_system *system, struct arena *arena, const char *name,
		     int64_t *inode, enum facts_sharing *sharing)
{
	char *target = facts_link(system, arena, arena_printf(arena, "/proc/self/ns/%s", name));
	char *number = target ? strchr(target, '[') : NULL; /* "pid:[4026531836]" */
	if (!number)
		return false;
	number++;
	number[strcspn(number, "]")] = '\0';
	if (!facts_parse_number(number, inode))
		return false;
	*sharing = sharing_of(name, *inode);
	return true;
}

enum facts_sharing facts_isolation(struct facts_system *system, struct arena *arena)
{
	enum facts_sharing isolation = FACTS_UNKNOWN;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		int64_t inode;
		enum facts_sharing sharing;
		if (!facts_namespace(system, arena, kinds[i].name, &inode, &sharing))
			continue;
		if (sharing == FACTS_OWN)
			return FACTS_OWN;
		if (sharing == FACTS_INITIAL)
			isolation = FACTS_INITIAL;
	}
	return isolation;
}

struct value *facts_namespaces(struct facts_system *system, struct arena *arena)
{
	struct value *namespaces = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		int64_t inode;
		enum facts_sharing sharing;
		if (!facts_namespace(system, arena, kinds[i].name, &inode, &sharing))
			continue;
		struct value *fact = value_map(arena);
		facts_set_int(arena, fact, "inode", inode);
		if (sharing != FACTS_UNKNOWN)
			facts_set_bool(arena, fact, "initial", sharing == FACTS_INITIAL);
		value_set(arena, namespaces, kinds[i].name, fact);
	}
	return namespaces;
}
