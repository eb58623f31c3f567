/* The keys of a compose file's service: those that are read, those that make no difference to a
 * test, and those that would. */
#include "common/own.h"
#include "host/compose/parts.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct compose_service, member)

static int read_build(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)reader;
	*(const struct value **)target = entry->value;
	return 0;
}

static int read_user(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_text(reader, entry, &((struct compose_service *)target)->service->user);
}

static int read_workdir(struct reader *reader, const struct value_entry *entry, void *target)
{
	return reader_absolute(reader, entry,
			       &((struct compose_service *)target)->service->workdir);
}

static int read_ports(struct reader *reader, const struct value_entry *entry, void *target)
{
	return services_ports(reader, entry, ((struct compose_service *)target)->service);
}

static int read_mounts(struct reader *reader, const struct value_entry *entry, void *target)
{
	return services_mounts(reader, entry, ((struct compose_service *)target)->service);
}

struct dependency {
	enum service_condition condition;
	bool optional;
};

static int read_condition(struct reader *reader, const struct value_entry *entry, void *target)
{
	static const char *const names[] = {
		[SERVICE_STARTED] = "service_started",
		[SERVICE_READY] = "service_healthy",
		[SERVICE_COMPLETED] = "service_completed_successfully",
	};
	const char *text = reader_scalar(reader, entry);
	for (size_t i = 0; text && i < COUNT_OF(names); i++)
		if (strcmp(text, names[i]) == 0) {
			*(enum service_condition *)target = (enum service_condition)i;
			return 0;
		}
	return text ? reader_fail(reader, entry->value,
				  "a condition is 'service_started', 'service_healthy' or "
				  "'service_completed_successfully', not '%s'",
				  text)
		    : -1;
}

static const struct reader_key dependency_keys[] = {
	{.name = "condition", TAKES_TEXT, 0, read_condition, ""},
	{.name = "restart", TAKES_FLAG, 0, NULL, ""},
	{.name = "required", TAKES_FLAG, 0, NULL, ""},
};
static const struct reader_section dependency_section = {"a dependency", dependency_keys,
							 COUNT_OF(dependency_keys), false};

static int read_depends(struct reader *reader, const struct value_entry *entry, void *target)
{
	struct service *service = ((struct compose_service *)target)->service;
	const struct value *from = entry->value;
	int status = 0;
	if (from->kind != VALUE_MAP)
		return services_need_each(reader, service, entry, SERVICE_STARTED);
	for (size_t i = 0; i < from->map.len; i++) {
		enum service_condition condition = SERVICE_STARTED;
		const struct value_entry *need = &from->map.entries[i];
		if (reader_map(reader, need->value, &dependency_section, &condition) < 0)
			status = -1;
		else
			services_need(reader, service, need->key, condition, need->value);
	}
	return status;
}

/* All are in one network; only another name in it would make a difference. */
static int read_networks(struct reader *reader, const struct value_entry *entry, void *target)
{
	const struct value *from = entry->value;
	(void)target;
	for (size_t i = 0; from->kind == VALUE_MAP && i < from->map.len; i++) {
		const struct value *aliases = value_get(from->map.entries[i].value, "aliases");
		if (aliases)
			return reader_problem(reader, reader_at(reader, aliases), "value",
					      "give the service that name",
					      "a service has no other names here");
	}
	return 0;
}

int compose_ignored(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)target;
	return reader_ignored(reader, entry, reader->manifest);
}

int compose_refused(struct reader *reader, const struct value_entry *entry, void *target)
{
	(void)target;
	return reader_problem(reader, reader_position(reader, entry->line, entry->column),
			      "unknown-key",
			      "describe the service under `services:` in the manifest",
			      "'%s' is not known here, and the service would be another one "
			      "without it",
			      entry->key);
}

#define ANY TAKES_TEXT | TAKES_LIST | TAKES_MAP | TAKES_TREE | TAKES_NOTHING
#define IGNORED(name_)                                                                             \
	{                                                                                          \
		.name = name_, ANY, 0, compose_ignored, ""                                         \
	}
#define REFUSED(name_)                                                                             \
	{                                                                                          \
		.name = name_, ANY, 0, compose_refused, ""                                         \
	}

static const struct reader_key keys[] = {
	{.name = "image", TAKES_TEXT, AT(image), reader_text, ""},
	{.name = "build", TAKES_TEXT | TAKES_TREE, AT(build), read_build, ""},
	{.name = "environment",
	 TAKES_NAMES | TAKES_LIST | TAKES_NOTHING,
	 0,
	 compose_environment,
	 ""},
	{.name = "env_file", TAKES_TEXT | TAKES_TREE | TAKES_LIST, 0, compose_env_files, ""},
	{.name = "command",
	 TAKES_TEXT | TAKES_LIST | TAKES_NOTHING,
	 AT(command),
	 services_command,
	 ""},
	{.name = "entrypoint",
	 TAKES_TEXT | TAKES_LIST | TAKES_NOTHING,
	 AT(entrypoint),
	 services_command,
	 ""},
	{.name = "user", TAKES_TEXT, 0, read_user, ""},
	{.name = "working_dir", TAKES_TEXT, 0, read_workdir, ""},
	{.name = "expose", TAKES_TEXT | TAKES_LIST, 0, read_ports, ""},
	{.name = "ports", TAKES_TEXT | TAKES_LIST | TAKES_TREE, 0, read_ports, ""},
	{.name = "volumes", TAKES_TEXT | TAKES_LIST | TAKES_TREE, 0, read_mounts, ""},
	{.name = "depends_on", TAKES_TEXT | TAKES_LIST | TAKES_TREE, 0, read_depends, ""},
	{.name = "healthcheck", TAKES_MAP, 0, compose_healthcheck, ""},
	{.name = "networks", ANY, 0, read_networks, ""},
	IGNORED("annotations"),
	IGNORED("attach"),
	IGNORED("blkio_config"),
	IGNORED("container_name"),
	IGNORED("cpu_count"),
	IGNORED("cpu_percent"),
	IGNORED("cpu_shares"),
	IGNORED("cpus"),
	IGNORED("cpuset"),
	IGNORED("deploy"),
	IGNORED("develop"),
	IGNORED("init"),
	IGNORED("labels"),
	IGNORED("label_file"),
	IGNORED("logging"),
	IGNORED("mem_limit"),
	IGNORED("mem_reservation"),
	IGNORED("mem_swappiness"),
	IGNORED("memswap_limit"),
	IGNORED("oom_kill_disable"),
	IGNORED("oom_score_adj"),
	IGNORED("pids_limit"),
	IGNORED("pull_policy"),
	IGNORED("restart"),
	IGNORED("shm_size"),
	IGNORED("stdin_open"),
	IGNORED("stop_grace_period"),
	IGNORED("stop_signal"),
	IGNORED("storage_opt"),
	IGNORED("tmpfs"),
	IGNORED("tty"),
	IGNORED("ulimits"),
	REFUSED("cap_add"),
	REFUSED("cap_drop"),
	REFUSED("cgroup"),
	REFUSED("cgroup_parent"),
	REFUSED("configs"),
	REFUSED("device_cgroup_rules"),
	REFUSED("devices"),
	REFUSED("dns"),
	REFUSED("dns_opt"),
	REFUSED("dns_search"),
	REFUSED("domainname"),
	REFUSED("extends"),
	REFUSED("external_links"),
	REFUSED("extra_hosts"),
	REFUSED("gpus"),
	REFUSED("group_add"),
	REFUSED("hostname"),
	REFUSED("ipc"),
	REFUSED("isolation"),
	REFUSED("links"),
	REFUSED("mac_address"),
	REFUSED("network_mode"),
	REFUSED("pid"),
	REFUSED("platform"),
	REFUSED("post_start"),
	REFUSED("pre_stop"),
	REFUSED("privileged"),
	REFUSED("profiles"),
	REFUSED("read_only"),
	REFUSED("runtime"),
	REFUSED("scale"),
	REFUSED("secrets"),
	REFUSED("security_opt"),
	REFUSED("sysctls"),
	REFUSED("userns_mode"),
	REFUSED("uts"),
	REFUSED("volumes_from"),
};
const struct reader_section compose_service_section = {"a service", keys, COUNT_OF(keys), true};
