/* Are we in a container, whose, and which one? Marker files alone don't tell: images that run on
 * bare machines may have kept them, so there must be a sign of isolation too. */
#include "agent/facts/cgroup.h"
#include "agent/facts/families.h"
#include "agent/facts/mounts.h"
#include "agent/facts/namespaces.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <ctype.h>
#include <string.h>

enum { ID_LENGTH = 64, SHORT_ID_LENGTH = 12 };

/* A container's root is an overlay or a directory of the host's disk. Where nothing can be seen,
 * nothing speaks against a container. */
static bool root_is_shared(struct facts_system *system, struct arena *arena)
{
	const struct facts_mounts *mounts = facts_mounts(system, arena);
	bool shared = !mounts->count;
	for (size_t i = 0; i < mounts->count; i++) {
		const struct facts_mount *mount = &mounts->items[i];
		if (strcmp(mount->point, "/") == 0)
			shared = strcmp(mount->root, "/") != 0 ||
				 strcmp(mount->type, "overlay") == 0 ||
				 strncmp(mount->type, "fuse", 4) == 0 ||
				 strcmp(mount->type, "aufs") == 0;
	}
	return shared;
}

static const struct {
	const char *needle, *engine;
} signs[] = {
	{"/docker/", "docker"},      {"/docker-", "docker"},
	{"libpod-", "podman"},       {"/overlay-containers/", "podman"},
	{"/crio-", "cri-o"},         {"cri-containerd", "containerd"},
	{"/kubepods", "kubernetes"}, {"/lxc/", "lxc"},
	{"/lxc.payload", "lxc"},
};

static const char *engine_in(const char *text)
{
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (strstr(text, signs[i].needle))
			return signs[i].engine;
	return NULL;
}

static const char *engine_of_cgroups(struct facts_system *system, struct arena *arena)
{
	const char *text = facts_text(system, arena, "/proc/self/cgroup");
	return text ? engine_in(text) : NULL;
}

/* Engines mount /etc/hosts and the like from their own state directory. */
static const char *engine_of_mounts(struct facts_system *system, struct arena *arena)
{
	const struct facts_mounts *mounts = facts_mounts(system, arena);
	const char *engine = NULL;
	for (size_t i = 0; !engine && i < mounts->count; i++)
		if (strncmp(mounts->items[i].point, "/etc/", 5) == 0)
			engine = engine_in(mounts->items[i].root);
	return engine;
}

/* What systemd and most engines tell a container's first process in its environment. */
static const char *engine_of_environment(struct facts_system *system, struct arena *arena)
{
	size_t len;
	const char *own = facts_variable(system, "container");
	char *variables = own ? NULL : facts_hint(system, arena, "/proc/1/environ", &len);
	for (size_t at = 0; variables && at < len; at += strlen(variables + at) + 1)
		if (strncmp(variables + at, "container=", 10) == 0)
			return variables + at + 10;
	return own;
}

/* From what only one engine leaves to what several may. */
static const char *engine_by_sign(struct facts_system *system, struct arena *arena)
{
	if (facts_exists(system, "/run/.containerenv"))
		return "podman";
	if (facts_exists(system, "/.dockerenv"))
		return "docker";
	const char *engine = engine_of_environment(system, arena);
	if (!engine)
		engine = facts_line(system, arena, "/run/systemd/container");
	if (!engine)
		engine = engine_of_cgroups(system, arena);
	return engine ? engine : engine_of_mounts(system, arena);
}

static const char *find_engine(struct facts_system *system, struct arena *arena)
{
	enum facts_sharing isolation = facts_isolation(system, arena);
	bool shared = root_is_shared(system, arena);
	if (isolation == FACTS_INITIAL && !shared)
		return NULL;
	const char *engine = engine_by_sign(system, arena);
	bool unknown_kind = isolation == FACTS_OWN && shared && facts_mounts(system, arena)->count;
	return engine || !unknown_kind ? engine : "";
}

const char *facts_container_engine(struct facts_system *system, struct arena *arena)
{
	if (!system->memo.engine_known)
		system->memo.engine = find_engine(system, arena);
	system->memo.engine_known = true;
	return system->memo.engine;
}

static size_t hex_length(const char *text)
{
	size_t len = 0;
	while (isxdigit((unsigned char)text[len]))
		len++;
	return len;
}

/* The first run of exactly 64 hexadecimal digits. */
static char *id_in(struct arena *arena, const char *text)
{
	while (*text) {
		size_t len = hex_length(text);
		if (len == ID_LENGTH)
			return arena_strndup(arena, text, len);
		text += len ? len : 1;
	}
	return NULL;
}

static char *id_of_mounts(struct facts_system *system, struct arena *arena)
{
	const struct facts_mounts *mounts = facts_mounts(system, arena);
	char *id = NULL;
	for (size_t i = 0; !id && i < mounts->count; i++) {
		const char *point = mounts->items[i].point;
		if (strcmp(point, "/etc/hostname") == 0 || strcmp(point, "/etc/hosts") == 0 ||
		    strcmp(point, "/etc/resolv.conf") == 0)
			id = id_in(arena, mounts->items[i].root);
	}
	return id;
}

static char *id_of_cgroups(struct facts_system *system, struct arena *arena)
{
	struct facts_membership membership;
	char *id = NULL;
	char *text = facts_text(system, arena, "/proc/self/cgroup");
	if (!text)
		return NULL;
	for (char *rest = text; !id && facts_next_membership(&rest, &membership);)
		id = id_in(arena, membership.path);
	return id;
}

/* Docker names a container's host after the container unless told otherwise. */
static const char *id_of_hostname(struct facts_system *system)
{
	const char *name = system->uts.nodename;
	return hex_length(name) == SHORT_ID_LENGTH && !name[SHORT_ID_LENGTH] ? name : NULL;
}

const char *facts_container_id(struct facts_system *system, struct arena *arena)
{
	const char *id = id_of_mounts(system, arena);
	if (!id)
		id = id_of_cgroups(system, arena);
	return id ? id : id_of_hostname(system);
}

/* Podman's file of NAME="text" lines: engine (with its version), name, id, image, imageid... */
static void add_containerenv(struct facts_system *system, struct arena *arena,
			     struct value *container)
{
	static const char *const keys[][2] = {{"engine", "engine_version"},
					      {"name", "name"},
					      {"id", "id"},
					      {"image", "image"},
					      {"imageid", "image_id"}};
	char *text = facts_text(system, arena, "/run/.containerenv");
	if (!text)
		return;
	char *rest = text;
	for (char *line; (line = facts_next_line(&rest));) {
		char *name, *assigned;
		if (!facts_split_pair(line, '=', &name, &assigned))
			continue;
		assigned += *assigned == '"';
		assigned[strcspn(assigned, "\"")] = '\0';
		for (size_t i = 0; i < COUNT_OF(keys); i++)
			if (strcmp(name, keys[i][0]) == 0)
				facts_set_text(arena, container, keys[i][1], assigned);
	}
}

static void add_identity(struct facts_system *system, struct arena *arena, struct value *container)
{
	const char *engine = facts_container_engine(system, arena);
	facts_set_bool(arena, container, "detected", engine != NULL);
	facts_set_text(arena, container, "engine", engine);
	if (!engine)
		return;
	facts_set_text(arena, container, "id", facts_container_id(system, arena));
	add_containerenv(system, arena, container);
}

struct value *facts_container(struct facts_system *system, struct arena *arena)
{
	static const struct {
		const char *name;
		facts_family *gather;
	} parts[] = {
		{"cgroup", facts_cgroup},
		{"limits", facts_limits},
		{"capabilities", facts_capabilities},
		{"seccomp", facts_seccomp},
		{"no_new_privs", facts_no_new_privs},
		{"namespaces", facts_namespaces},
		{"user_map", facts_user_map},
		{"group_map", facts_group_map},
		{"lsm", facts_lsm},
		{"rlimits", facts_rlimits},
		{"volumes", facts_volumes},
	};
	struct value *container = value_map(arena);
	int64_t number;
	add_identity(system, arena, container);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		facts_set_value(arena, container, parts[i].name, parts[i].gather(system, arena));
	if (facts_number(system, arena, "/proc/self/oom_score", &number))
		facts_set_int(arena, container, "oom_score", number);
	if (facts_number(system, arena, "/proc/self/oom_score_adj", &number))
		facts_set_int(arena, container, "oom_score_adj", number);
	return container;
}
