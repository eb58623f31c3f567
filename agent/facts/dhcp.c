/* Which DHCP server gave an interface its address, from the lease files of the clients that keep
 * some: systemd-networkd and dhclient. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <arpa/inet.h>
#include <string.h>

/* The address behind `name` in a line such as `option NAME 10.0.0.1;`, or NULL. */
static const char *address_behind(struct arena *arena, const char *line, const char *name)
{
	struct in_addr address;
	const char *at = strstr(line, name);
	if (!at)
		return NULL;
	at += strlen(name);
	at += strspn(at, " \t");
	const char *text = arena_strndup(arena, at, strspn(at, "0123456789."));
	return inet_pton(AF_INET, text, &address) == 1 ? text : NULL;
}

/* interface "eth0"; */
static const char *interface_in(struct arena *arena, const char *line)
{
	const char *at = strstr(line, "interface \"");
	if (!at)
		return NULL;
	at += strlen("interface \"");
	return arena_strndup(arena, at, strcspn(at, "\""));
}

/* dhclient writes its leases one behind the other: the last one of an interface counts. */
static void take_leases(struct facts_system *system, struct arena *arena, const char *path,
			struct value *servers)
{
	const char *interface = NULL;
	char *rest = facts_text(system, arena, path);
	for (char *line; (line = facts_next_line(&rest));) {
		const char *named = interface_in(arena, line);
		const char *server = address_behind(arena, line, "dhcp-server-identifier");
		interface = named ? named : interface;
		if (server && interface)
			facts_set_text(arena, servers, interface, server);
	}
}

struct value *facts_dhcp_leases(struct facts_system *system, struct arena *arena)
{
	static const char *const directories[] = {"/var/lib/dhclient", "/var/lib/dhcp",
						  "/var/lib/dhcp3", "/var/lib/NetworkManager"};
	struct value *servers = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(directories); i++) {
		size_t count;
		char **names = facts_names(system, arena, directories[i], &count);
		for (size_t k = 0; k < count; k++)
			if (strstr(names[k], ".lease"))
				take_leases(system, arena,
					    arena_printf(arena, "%s/%s", directories[i], names[k]),
					    servers);
	}
	return servers;
}

const char *facts_dhcp_networkd(struct facts_system *system, struct arena *arena, const char *index)
{
	const char *server = NULL;
	char *rest = facts_text(system, arena,
				arena_printf(arena, "/run/systemd/netif/leases/%s", index));
	for (char *line; !server && (line = facts_next_line(&rest));)
		server = address_behind(arena, line, "SERVER_ADDRESS=");
	return server;
}
