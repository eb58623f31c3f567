/* What this process may do: capabilities, seccomp, user-namespace maps, security labels, limits.
 * From /proc/self (proc(5), capabilities(7), user_namespaces(7)). */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <stdlib.h>
#include <string.h>

/* By bit number, from 0. */
static const char *const capability_names[] = {
	"CAP_CHOWN",
	"CAP_DAC_OVERRIDE",
	"CAP_DAC_READ_SEARCH",
	"CAP_FOWNER",
	"CAP_FSETID",
	"CAP_KILL",
	"CAP_SETGID",
	"CAP_SETUID",
	"CAP_SETPCAP",
	"CAP_LINUX_IMMUTABLE",
	"CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST",
	"CAP_NET_ADMIN",
	"CAP_NET_RAW",
	"CAP_IPC_LOCK",
	"CAP_IPC_OWNER",
	"CAP_SYS_MODULE",
	"CAP_SYS_RAWIO",
	"CAP_SYS_CHROOT",
	"CAP_SYS_PTRACE",
	"CAP_SYS_PACCT",
	"CAP_SYS_ADMIN",
	"CAP_SYS_BOOT",
	"CAP_SYS_NICE",
	"CAP_SYS_RESOURCE",
	"CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG",
	"CAP_MKNOD",
	"CAP_LEASE",
	"CAP_AUDIT_WRITE",
	"CAP_AUDIT_CONTROL",
	"CAP_SETFCAP",
	"CAP_MAC_OVERRIDE",
	"CAP_MAC_ADMIN",
	"CAP_SYSLOG",
	"CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND",
	"CAP_AUDIT_READ",
	"CAP_PERFMON",
	"CAP_BPF",
	"CAP_CHECKPOINT_RESTORE",
};

static struct value *capability_list(struct arena *arena, const char *mask)
{
	struct value *list = value_list(arena);
	unsigned long long bits = strtoull(mask, NULL, 16);
	for (unsigned i = 0; i < 64; i++) {
		if (!(bits >> i & 1))
			continue;
		const char *name = i < COUNT_OF(capability_names)
					   ? capability_names[i]
					   : arena_printf(arena, "CAP_%u", i);
		value_append(arena, list, value_string(arena, name));
	}
	return list;
}

/* An empty set is a fact too. */
struct value *facts_capabilities(struct facts_system *system, struct arena *arena)
{
	static const char *const sets[][2] = {
		{"CapEff", "effective"}, {"CapBnd", "bounding"}, {"CapAmb", "ambient"}};
	const struct value *status = facts_status(system, arena);
	struct value *capabilities = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(sets); i++) {
		const char *mask = value_text(value_get(status, sets[i][0]));
		if (mask)
			value_set(arena, capabilities, sets[i][1], capability_list(arena, mask));
	}
	return capabilities;
}

struct value *facts_seccomp(struct facts_system *system, struct arena *arena)
{
	static const char *const modes[] = {"disabled", "strict", "filter"};
	const struct value *status = facts_status(system, arena);
	struct value *seccomp = value_map(arena);
	const char *mode = value_text(value_get(status, "Seccomp"));
	const char *filters = value_text(value_get(status, "Seccomp_filters"));
	int64_t number;
	if (mode && facts_parse_number(mode, &number) && number >= 0 &&
	    number < (int64_t)COUNT_OF(modes))
		facts_set_text(arena, seccomp, "mode", modes[number]);
	if (filters && facts_parse_number(filters, &number))
		facts_set_int(arena, seccomp, "filters", number);
	return seccomp;
}

struct value *facts_no_new_privs(struct facts_system *system, struct arena *arena)
{
	const char *flag = value_text(value_get(facts_status(system, arena), "NoNewPrivs"));
	return flag ? value_bool(arena, strcmp(flag, "0") != 0) : NULL;
}

static struct value *read_id_map(struct facts_system *system, struct arena *arena, const char *path)
{
	static const char *const columns[] = {"inside", "outside", "count"};
	struct value *ranges = value_list(arena);
	char *text = facts_text(system, arena, path);
	if (!text)
		return ranges;
	char *rest = text;
	for (char *line; (line = facts_next_line(&rest));) {
		struct value *range = value_map(arena);
		for (size_t i = 0; i < COUNT_OF(columns); i++) {
			char *word = facts_next_word(&line);
			int64_t number;
			if (word && facts_parse_number(word, &number))
				facts_set_int(arena, range, columns[i], number);
		}
		if (range->map.len == COUNT_OF(columns))
			value_append(arena, ranges, range);
	}
	return ranges;
}

struct value *facts_user_map(struct facts_system *system, struct arena *arena)
{
	return read_id_map(system, arena, "/proc/self/uid_map");
}

struct value *facts_group_map(struct facts_system *system, struct arena *arena)
{
	return read_id_map(system, arena, "/proc/self/gid_map");
}

/* "docker-default (enforce)" */
static struct value *apparmor_label(struct arena *arena, char *label)
{
	struct value *lsm = value_map(arena);
	char *open = strstr(label, " (");
	facts_set_text(arena, lsm, "name", "apparmor");
	if (open) {
		*open = '\0';
		facts_set_text(arena, lsm, "mode",
			       arena_strndup(arena, open + 2, strcspn(open + 2, ")")));
	}
	facts_set_text(arena, lsm, "label", label);
	return lsm;
}

struct value *facts_lsm(struct facts_system *system, struct arena *arena)
{
	char *label = facts_line(system, arena, "/proc/self/attr/apparmor/current");
	if (label)
		return apparmor_label(arena, label);
	label = facts_line(system, arena, "/proc/self/attr/current");
	if (!label)
		return NULL;
	/* A context such as system_u:system_r:container_t:s0 is SELinux's. */
	if (!strchr(label, ':'))
		return apparmor_label(arena, label);
	struct value *lsm = value_map(arena);
	facts_set_text(arena, lsm, "name", "selinux");
	facts_set_text(arena, lsm, "label", label);
	return lsm;
}

/* The names of setrlimit(2) in lower case, by those of /proc/PID/limits. */
static const char *const rlimit_names[][2] = {
	{"Max cpu time", "cpu"},
	{"Max file size", "fsize"},
	{"Max data size", "data"},
	{"Max stack size", "stack"},
	{"Max core file size", "core"},
	{"Max resident set", "rss"},
	{"Max processes", "nproc"},
	{"Max open files", "nofile"},
	{"Max locked memory", "memlock"},
	{"Max address space", "as"},
	{"Max file locks", "locks"},
	{"Max pending signals", "sigpending"},
	{"Max msgqueue size", "msgqueue"},
	{"Max nice priority", "nice"},
	{"Max realtime priority", "rtprio"},
	{"Max realtime timeout", "rttime"},
};

static const char *rlimit_name(const char *line, size_t *len)
{
	for (size_t i = 0; i < COUNT_OF(rlimit_names); i++) {
		*len = strlen(rlimit_names[i][0]);
		if (strncmp(line, rlimit_names[i][0], *len) == 0 && line[*len] == ' ')
			return rlimit_names[i][1];
	}
	return NULL;
}

static void set_limit(struct arena *arena, struct value *limit, const char *key, const char *word)
{
	int64_t number;
	if (word && facts_parse_number(word, &number))
		facts_set_int(arena, limit, key, number);
	else
		facts_set_text(arena, limit, key, word);
}

struct value *facts_rlimits(struct facts_system *system, struct arena *arena)
{
	struct value *rlimits = value_map(arena);
	char *text = facts_text(system, arena, "/proc/self/limits");
	if (!text)
		return rlimits;
	char *rest = text;
	for (char *line; (line = facts_next_line(&rest));) {
		size_t len;
		const char *name = rlimit_name(line, &len);
		if (!name)
			continue;
		struct value *limit = value_map(arena);
		line += len;
		set_limit(arena, limit, "soft", facts_next_word(&line));
		set_limit(arena, limit, "hard", facts_next_word(&line));
		value_set(arena, rlimits, name, limit);
	}
	return rlimits;
}
