/* The families: each makes the value of one fact of the top level, or NULL where the system doesn't
 * tell. None fails; what can't be read is left out. The table in families.c names them. */
#ifndef FACTORY_AGENT_FACTS_FAMILIES_H
#define FACTORY_AGENT_FACTS_FAMILIES_H

#include "agent/facts/system.h"
#include "common/value.h"

typedef struct value *facts_family(struct facts_system *system, struct arena *arena);

facts_family facts_os, facts_kernel, facts_processors, facts_memory, facts_networking;
facts_family facts_container, facts_mountpoints, facts_filesystems, facts_disks, facts_partitions;
facts_family facts_identity, facts_users, facts_groups, facts_packages, facts_languages;
facts_family facts_timezone, facts_virtual, facts_is_virtual, facts_hypervisors, facts_dmi;
facts_family facts_env, facts_path, facts_processes, facts_system_uptime, facts_load_averages;
facts_family facts_fips_enabled, facts_ssh, facts_cloud, facts_services;
facts_family facts_package, facts_certificates, facts_sockets;

/* The table, in the order in which facts are printed. */
struct facts_family_row {
	const char *name; /* of the top-level fact */
	facts_family *gather;
	bool on_request; /* only when a pattern names it: it is large, or slow to find out */
};
extern const struct facts_family_row facts_families[];
extern const size_t facts_family_count;

/* Further names of facts: facter's that we have elsewhere (its own legacy ones too), and short
 * ones. */
struct facts_alias {
	const char *name, *path;
	bool in_tree; /* also when nobody asked for it by name */
};
extern const struct facts_alias facts_aliases[];
extern const size_t facts_alias_count;

/* The families of facts_collect, on any system. */
struct value *facts_gather_from(struct facts_system *system, struct arena *arena,
				const char *const *patterns, size_t count);

/* Parts of networking. Hostname, domain and fqdn are set in `networking`. */
void facts_add_names(struct facts_system *system, struct arena *arena, struct value *networking);
facts_family facts_dns;
/* Interface -> DHCP server, of dhclient's leases; and of systemd-networkd's one of an index. */
struct value *facts_dhcp_leases(struct facts_system *system, struct arena *arena);
const char *facts_dhcp_networkd(struct facts_system *system, struct arena *arena,
				const char *index);

/* Part of os: libc and libc_version. */
void facts_add_libc(struct facts_system *system, struct arena *arena, struct value *os);

/* Parts of container. */
facts_family facts_cgroup, facts_limits, facts_capabilities, facts_seccomp, facts_namespaces;
facts_family facts_no_new_privs, facts_user_map, facts_group_map, facts_lsm, facts_rlimits;
facts_family facts_volumes;

/* /proc/self/status: "Name" -> "text" and so on; empty where it can't be read. */
const struct value *facts_status(struct facts_system *system, struct arena *arena);

/* Which engine keeps us, "" where it is a container of an unknown kind, NULL outside of any. */
const char *facts_container_engine(struct facts_system *system, struct arena *arena);

/* Its id of the container; NULL where nothing tells. */
const char *facts_container_id(struct facts_system *system, struct arena *arena);

/* The hypervisor below, as facter names it ("kvm"); NULL on bare metal or where nothing tells. */
const char *facts_hypervisor(struct facts_system *system, struct arena *arena);

#endif
