/* config.json (https://github.com/opencontainers/runtime-spec, config.md, config-linux.md). What a
 * container may do is what Docker's may: the same capabilities, masked and read-only paths. */
#include "common/own.h"
#include "host/engine/oci/parts.h"

#include <string.h>

static struct value *texts(struct arena *arena, const char *const *items, size_t count)
{
	struct value *list = value_list(arena);
	for (size_t i = 0; i < count; i++)
		value_append(arena, list, value_string(arena, items[i]));
	return list;
}
#define TEXTS(arena, items) texts(arena, items, COUNT_OF(items))

static struct value *integer(struct arena *arena, uint64_t number)
{
	return value_int(arena, (int64_t)number);
}

static uint64_t number_of(const struct value *map, const char *key)
{
	const struct value *found = value_get(map, key);
	return value_is(found, VALUE_INT) ? (uint64_t)found->integer : 0;
}

static bool flag_of(const struct value *map, const char *key)
{
	const struct value *found = value_get(map, key);
	return value_is(found, VALUE_BOOL) && found->boolean;
}

/* --- process --- */

static bool is_dropped(const struct value *drop, const char *capability)
{
	for (size_t i = 0; value_is(drop, VALUE_LIST) && i < drop->list.len; i++) {
		const char *name = value_text(drop->list.items[i]);
		if (!name)
			continue;
		if (strncasecmp(name, "CAP_", 4) == 0)
			name += 4;
		if (strcasecmp(name, "ALL") == 0 || strcasecmp(name, capability + 4) == 0)
			return true;
	}
	return false;
}

/* Another user than root has them only in the bounding set: for what a program's file grants. */
static struct value *capabilities(struct arena *arena, const struct value *drop, bool root)
{
	static const char *const usual[] = {"CAP_CHOWN",       "CAP_DAC_OVERRIDE",    "CAP_FSETID",
					    "CAP_FOWNER",      "CAP_MKNOD",           "CAP_NET_RAW",
					    "CAP_SETGID",      "CAP_SETUID",          "CAP_SETPCAP",
					    "CAP_SETFCAP",     "CAP_SYS_CHROOT",      "CAP_KILL",
					    "CAP_AUDIT_WRITE", "CAP_NET_BIND_SERVICE"};
	static const char *const sets[] = {"bounding", "effective", "permitted"};
	struct value *kept = value_list(arena), *map = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(usual); i++)
		if (!is_dropped(drop, usual[i]))
			value_append(arena, kept, value_string(arena, usual[i]));
	for (size_t i = 0; i < (root ? COUNT_OF(sets) : 1); i++)
		value_set(arena, map, sets[i], kept);
	return map;
}

static struct value *arguments(struct arena *arena, const struct value *config, struct error *err)
{
	static const char *const keys[] = {"Entrypoint", "Cmd"};
	struct value *list = value_list(arena);
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		const struct value *part = value_get(config, keys[i]);
		for (size_t j = 0; value_is(part, VALUE_LIST) && j < part->list.len; j++)
			value_append(arena, list, part->list.items[j]);
	}
	if (!list->list.len) {
		error_set(err, "there is no command to run in the container");
		return NULL;
	}
	return list;
}

/* The image's, with the path that all engines give. */
static struct value *environment(struct arena *arena, const struct value *config)
{
	const struct value *env = value_get(config, "Env");
	struct value *list =
		env && env->kind == VALUE_LIST ? value_copy(arena, env) : value_list(arena);
	for (size_t i = 0; i < list->list.len; i++)
		if (strncmp(value_text(list->list.items[i]), "PATH=", 5) == 0)
			return list;
	value_append(arena, list,
		     value_string(arena, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
					 "/sbin:/bin"));
	return list;
}

static struct value *process(struct arena *arena, const char *directory,
			     const struct value *container, struct error *err)
{
	const struct value *config = value_get(container, "Config");
	const struct value *host = value_get(container, "HostConfig");
	const char *user = value_text(value_get(config, "User"));
	const char *cwd = value_text(value_get(config, "WorkingDir"));
	struct value *map = value_map(arena), *identity = value_map(arena);
	struct value *argv = arguments(arena, config, err);
	unsigned uid = 0, gid = 0;
	if (!argv || user_find(directory, user ? user : "", &uid, &gid, err) < 0)
		return NULL;
	value_set(arena, identity, "uid", integer(arena, uid));
	value_set(arena, identity, "gid", integer(arena, gid));
	value_set(arena, map, "user", identity);
	value_set(arena, map, "args", argv);
	value_set(arena, map, "env", environment(arena, config));
	store_text(arena, map, "cwd", cwd && *cwd ? cwd : "/");
	value_set(arena, map, "capabilities",
		  capabilities(arena, value_get(host, "CapDrop"), uid == 0));
	value_set(arena, map, "noNewPrivileges",
		  value_bool(arena, flag_of(host, "NoNewPrivileges")));
	return map;
}

/* --- mounts --- */

static void add_mount(struct arena *arena, struct value *list, const char *target, const char *type,
		      const char *source, struct value *options)
{
	struct value *mount = value_map(arena);
	store_text(arena, mount, "destination", target);
	store_text(arena, mount, "type", type);
	store_text(arena, mount, "source", source);
	value_set(arena, mount, "options", options);
	value_append(arena, list, mount);
}

static void add_bind(struct arena *arena, struct value *list, const char *source,
		     const char *target, bool read_only)
{
	const char *options[] = {"rbind", "rprivate", read_only ? "ro" : "rw"};
	add_mount(arena, list, target, "bind", source, TEXTS(arena, options));
}

static struct value *mounts(struct arena *arena, const struct value *container)
{
	static const char *const strict[] = {"nosuid", "noexec", "nodev"};
	static const char *const dev[] = {"nosuid", "strictatime", "mode=755", "size=65536k"};
	static const char *const pts[] = {"nosuid",        "noexec",    "newinstance",
					  "ptmxmode=0666", "mode=0620", "gid=5"};
	static const char *const shm[] = {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"};
	static const char *const sys[] = {"nosuid", "noexec", "nodev", "ro"};
	static const char *const tmp[] = {"nosuid", "nodev", "mode=1777"};
	struct value *list = value_list(arena);
	const struct value *binds = value_get(container, "Mounts");
	add_mount(arena, list, "/proc", "proc", "proc", TEXTS(arena, strict));
	add_mount(arena, list, "/dev", "tmpfs", "tmpfs", TEXTS(arena, dev));
	add_mount(arena, list, "/dev/pts", "devpts", "devpts", TEXTS(arena, pts));
	add_mount(arena, list, "/dev/shm", "tmpfs", "shm", TEXTS(arena, shm));
	add_mount(arena, list, "/dev/mqueue", "mqueue", "mqueue", TEXTS(arena, strict));
	add_mount(arena, list, "/sys", "sysfs", "sysfs", TEXTS(arena, sys));
	add_mount(arena, list, "/sys/fs/cgroup", "cgroup", "cgroup", TEXTS(arena, sys));
	if (flag_of(value_get(container, "HostConfig"), "ReadonlyRootfs"))
		add_mount(arena, list, "/tmp", "tmpfs", "tmpfs", TEXTS(arena, tmp));
	for (size_t i = 0; value_is(binds, VALUE_LIST) && i < binds->list.len; i++) {
		const struct value *bind = binds->list.items[i];
		add_bind(arena, list, value_text(value_get(bind, "Source")),
			 value_text(value_get(bind, "Destination")), !flag_of(bind, "RW"));
	}
	return list;
}

/* --- limits and walls --- */

static struct value *resources(struct arena *arena, const struct value *host)
{
	enum { PERIOD_US = 100000 };
	struct value *map = value_map(arena), *part = value_map(arena);
	uint64_t memory = number_of(host, "Memory"), cpus = number_of(host, "NanoCpus");
	if (memory) {
		value_set(arena, part, "limit", integer(arena, memory));
		value_set(arena, part, "swap", integer(arena, memory));
		value_set(arena, map, "memory", part);
	}
	if (cpus) {
		part = value_map(arena);
		value_set(arena, part, "quota", integer(arena, cpus * PERIOD_US / 1000000000));
		value_set(arena, part, "period", integer(arena, PERIOD_US));
		value_set(arena, map, "cpu", part);
	}
	if (number_of(host, "PidsLimit")) {
		part = value_map(arena);
		value_set(arena, part, "limit", integer(arena, number_of(host, "PidsLimit")));
		value_set(arena, map, "pids", part);
	}
	/* The runtime allows the usual devices behind that. */
	struct value *devices = value_list(arena), *none = value_map(arena);
	value_set(arena, none, "allow", value_bool(arena, false));
	store_text(arena, none, "access", "rwm");
	value_append(arena, devices, none);
	value_set(arena, map, "devices", devices);
	return map;
}

static struct value *walls(struct arena *arena, const struct value *container)
{
	static const char *const masked[] = {
		"/proc/acpi",          "/proc/asound",     "/proc/kcore",       "/proc/keys",
		"/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
		"/proc/scsi",          "/sys/firmware"};
	static const char *const read_only[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
						"/proc/sysrq-trigger"};
	static const char *const kinds[] = {"pid", "ipc", "uts", "mount", "network"};
	const struct value *host = value_get(container, "HostConfig");
	bool alone = strcmp(value_text(value_get(host, "NetworkMode")), "none") == 0;
	struct value *linux_part = value_map(arena), *spaces = value_list(arena);
	for (size_t i = 0; i < COUNT_OF(kinds) - !alone; i++) {
		struct value *space = value_map(arena);
		store_text(arena, space, "type", kinds[i]);
		value_append(arena, spaces, space);
	}
	value_set(arena, linux_part, "namespaces", spaces);
	value_set(arena, linux_part, "resources", resources(arena, host));
	store_text(arena, linux_part, "cgroupsPath",
		   arena_printf(arena, "/factory/%s", value_text(value_get(container, "Id"))));
	value_set(arena, linux_part, "maskedPaths", TEXTS(arena, masked));
	value_set(arena, linux_part, "readonlyPaths", TEXTS(arena, read_only));
	return linux_part;
}

struct value *spec_make(struct arena *arena, const char *directory, const struct value *container,
			struct error *err)
{
	struct value *spec = value_map(arena), *root = value_map(arena);
	struct value *program = process(arena, directory, container, err);
	if (!program)
		return NULL;
	store_text(arena, spec, "ociVersion", "1.0.2");
	value_set(arena, spec, "process", program);
	store_text(arena, root, "path", arena_printf(arena, "%s/root", directory));
	value_set(arena, root, "readonly",
		  value_bool(arena, flag_of(value_get(container, "HostConfig"), "ReadonlyRootfs")));
	value_set(arena, spec, "root", root);
	store_text(arena, spec, "hostname",
		   arena_strndup(arena, value_text(value_get(container, "Id")), 12));
	value_set(arena, spec, "mounts", mounts(arena, container));
	value_set(arena, spec, "linux", walls(arena, container));
	return spec;
}
