/* Interfaces with their addresses, the routes, and which interface is the one to the world. */
#include "agent/facts/families.h"
#include "agent/facts/netlink.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <stdlib.h>
#include <string.h>

struct interfaces {
	struct value *by_name;  /* the fact */
	struct value *by_index; /* index in decimal -> the interface's name */
};

static const char *name_of_index(const struct interfaces *interfaces, uint32_t index)
{
	char key[16];
	snprintf(key, sizeof key, "%u", index);
	return value_text(value_get(interfaces->by_index, key));
}

static const char *state_of(const struct rtattr *attribute)
{
	static const char *const states[] = {"unknown", "notpresent", "down", "lowerlayerdown",
					     "testing", "dormant",    "up"};
	if (!attribute || attribute->rta_len != RTA_LENGTH(1))
		return NULL;
	unsigned state = *(const unsigned char *)RTA_DATA(attribute);
	return state < COUNT_OF(states) ? states[state] : NULL;
}

static void add_link(struct arena *arena, struct interfaces *interfaces,
		     const struct nlmsghdr *message)
{
	const struct rtattr *attributes[FACTS_ATTRIBUTES];
	const struct ifinfomsg *link = NLMSG_DATA(message);
	facts_attributes(message, sizeof *link, attributes);
	const char *name = facts_attribute_text(arena, attributes[IFLA_IFNAME]);
	if (!name || !*name)
		return;
	struct value *interface = value_map(arena);
	const char *mac = facts_attribute_mac(arena, attributes[IFLA_ADDRESS]);
	if (mac && mac[strspn(mac, "0:")])
		facts_set_text(arena, interface, "mac", mac);
	if (attributes[IFLA_MTU])
		facts_set_int(arena, interface, "mtu", facts_attribute_u32(attributes[IFLA_MTU]));
	facts_set_text(arena, interface, "state", state_of(attributes[IFLA_OPERSTATE]));
	value_set(arena, interfaces->by_name, name, interface);
	value_set(arena, interfaces->by_index, arena_printf(arena, "%d", link->ifi_index),
		  value_string(arena, name));
}

struct address {
	unsigned char bytes[16];
	int family;
};

static bool parse_address(const char *text, struct address *address)
{
	address->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(address->family, text, address->bytes) == 1;
}

static char *address_text(struct arena *arena, const struct address *address)
{
	char text[INET6_ADDRSTRLEN] = "";
	inet_ntop(address->family, address->bytes, text, sizeof text);
	return arena_strdup(arena, text);
}

/* The netmask of a prefix length, and what it leaves of an address. */
static void apply_prefix(const struct address *address, unsigned prefix, struct address *mask,
			 struct address *network)
{
	unsigned size = address->family == AF_INET6 ? 16 : 4;
	*mask = *network = (struct address){.family = address->family};
	for (unsigned i = 0; i < size; i++) {
		unsigned bits = prefix > i * 8 ? prefix - i * 8 : 0;
		mask->bytes[i] = (unsigned char)(bits >= 8 ? 0xff : 0xff00 >> bits);
		network->bytes[i] = address->bytes[i] & mask->bytes[i];
	}
}

static const char *scope_of(const struct address *address)
{
	const struct in6_addr *in6 = (const void *)address->bytes;
	return IN6_IS_ADDR_LINKLOCAL(in6)   ? "link"
	       : IN6_IS_ADDR_SITELOCAL(in6) ? "site"
	       : IN6_IS_ADDR_LOOPBACK(in6)  ? "host"
					    : "global";
}

/* Facter's names of an address's flags. */
static struct value *flags_of(struct arena *arena, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} names[] = {{IFA_F_TEMPORARY, "temporary"},     {IFA_F_NODAD, "noad"},
		     {IFA_F_OPTIMISTIC, "optimistic"},   {IFA_F_DADFAILED, "dadfailed"},
		     {IFA_F_HOMEADDRESS, "homeaddress"}, {IFA_F_DEPRECATED, "deprecated"},
		     {IFA_F_TENTATIVE, "tentative"},     {IFA_F_PERMANENT, "permanent"}};
	struct value *list = value_list(arena);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (flags & names[i].flag)
			value_append(arena, list, value_string(arena, names[i].name));
	return list;
}

static struct value *binding_of(struct arena *arena, const char *text, unsigned prefix,
				uint32_t flags)
{
	struct address address = {0}, mask, network;
	if (!parse_address(text, &address))
		return NULL;
	apply_prefix(&address, prefix, &mask, &network);
	struct value *binding = value_map(arena);
	facts_set_text(arena, binding, "address", text);
	facts_set_text(arena, binding, "netmask", address_text(arena, &mask));
	facts_set_text(arena, binding, "network", address_text(arena, &network));
	if (address.family == AF_INET6) {
		facts_set_text(arena, binding, "scope6", scope_of(&address));
		facts_set_value(arena, binding, "flags", flags_of(arena, flags));
	}
	return binding;
}

static void add_address(struct arena *arena, const struct interfaces *interfaces,
			const struct nlmsghdr *message)
{
	const struct rtattr *attributes[FACTS_ATTRIBUTES];
	const struct ifaddrmsg *body = NLMSG_DATA(message);
	facts_attributes(message, sizeof *body, attributes);
	/* On a point-to-point link IFA_ADDRESS is the other end. */
	const struct rtattr *own =
		attributes[IFA_LOCAL] ? attributes[IFA_LOCAL] : attributes[IFA_ADDRESS];
	const char *name = name_of_index(interfaces, body->ifa_index);
	const char *text = facts_attribute_address(arena, own);
	if (!name || !text)
		return;
	uint32_t flags = attributes[IFA_FLAGS] ? facts_attribute_u32(attributes[IFA_FLAGS])
					       : body->ifa_flags;
	struct value *binding = binding_of(arena, text, body->ifa_prefixlen, flags);
	struct value *interface = value_get(interfaces->by_name, name);
	const char *key = strchr(text, ':') ? "bindings6" : "bindings";
	struct value *bindings = value_get(interface, key);
	if (!bindings) {
		bindings = value_list(arena);
		value_set(arena, interface, key, bindings);
	}
	if (binding)
		value_append(arena, bindings, binding);
}

/* Loopback, link-local and unique local addresses are nobody's address in the world. */
static bool is_local(const char *text)
{
	struct address address = {0};
	const unsigned char *bytes = address.bytes;
	if (!parse_address(text, &address))
		return true;
	if (address.family == AF_INET)
		return bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254);
	return strcmp(scope_of(&address), "host") == 0 || strcmp(scope_of(&address), "link") == 0 ||
	       (bytes[0] & 0xfe) == 0xfc;
}

static const struct value *main_binding(const struct value *bindings)
{
	if (!value_is(bindings, VALUE_LIST) || !bindings->list.len)
		return NULL;
	for (size_t i = 0; i < bindings->list.len; i++)
		if (!is_local(value_text(value_get(bindings->list.items[i], "address"))))
			return bindings->list.items[i];
	return bindings->list.items[0];
}

/* What facter repeats of an interface's most useful address: ip, netmask, network, scope6. */
static void expand_binding(struct arena *arena, struct value *interface, const char *bindings,
			   const char *suffix)
{
	static const char *const pairs[][2] = {
		{"ip", "address"}, {"netmask", "netmask"}, {"network", "network"}};
	const struct value *binding = main_binding(value_get(interface, bindings));
	for (size_t i = 0; binding && i < COUNT_OF(pairs); i++)
		facts_set_value(arena, interface, arena_printf(arena, "%s%s", pairs[i][0], suffix),
				value_get(binding, pairs[i][1]));
	if (binding)
		facts_set_value(arena, interface, "scope6", value_get(binding, "scope6"));
}

static struct value *route_of(struct arena *arena, const struct interfaces *interfaces,
			      const struct nlmsghdr *message)
{
	const struct rtattr *attributes[FACTS_ATTRIBUTES];
	const struct rtmsg *body = NLMSG_DATA(message);
	facts_attributes(message, sizeof *body, attributes);
	const char *destination = facts_attribute_address(arena, attributes[RTA_DST]);
	const char *interface = name_of_index(interfaces, facts_attribute_u32(attributes[RTA_OIF]));
	if (body->rtm_table != RT_TABLE_MAIN || body->rtm_type != RTN_UNICAST || !interface)
		return NULL;
	struct value *route = value_map(arena);
	facts_set_text(arena, route, "destination",
		       destination ? arena_printf(arena, "%s/%u", destination, body->rtm_dst_len)
				   : "default");
	facts_set_text(arena, route, "family", body->rtm_family == AF_INET6 ? "inet6" : "inet");
	facts_set_text(arena, route, "gateway",
		       facts_attribute_address(arena, attributes[RTA_GATEWAY]));
	facts_set_text(arena, route, "interface", interface);
	if (attributes[RTA_PRIORITY])
		facts_set_int(arena, route, "metric",
			      facts_attribute_u32(attributes[RTA_PRIORITY]));
	facts_set_text(arena, route, "source",
		       facts_attribute_address(arena, attributes[RTA_PREFSRC]));
	return route;
}

static struct value *read_routes(struct facts_system *system, struct arena *arena,
				 const struct interfaces *interfaces)
{
	auto_buf struct buf dump = {0};
	struct value *routes = value_list(arena);
	if (!system->dump(system, RTM_GETROUTE, &dump))
		return routes;
	size_t at = 0;
	for (const struct nlmsghdr *message;
	     (message = facts_next_message(&dump, &at, RTM_NEWROUTE, sizeof(struct rtmsg)));) {
		struct value *route = route_of(arena, interfaces, message);
		if (route)
			value_append(arena, routes, route);
	}
	return routes;
}

static int64_t metric_of(const struct value *route)
{
	const struct value *metric = value_get(route, "metric");
	return metric ? metric->integer : 0;
}

static const char *interface_of_default(const struct value *routes, const char *family)
{
	const struct value *best = NULL;
	for (size_t i = 0; i < routes->list.len; i++) {
		const struct value *route = routes->list.items[i];
		if (strcmp(value_text(value_get(route, "destination")), "default") == 0 &&
		    strcmp(value_text(value_get(route, "family")), family) == 0 &&
		    (!best || metric_of(route) < metric_of(best)))
			best = route;
	}
	return value_text(value_get(best, "interface"));
}

static const char *interface_with_address(const struct value *by_name)
{
	static const char *const keys[] = {"ip", "ip6"};
	for (size_t i = 0; i < by_name->map.len; i++)
		for (size_t k = 0; k < COUNT_OF(keys); k++) {
			const char *ip =
				value_text(value_get(by_name->map.entries[i].value, keys[k]));
			if (ip && !is_local(ip))
				return by_name->map.entries[i].key;
		}
	return NULL;
}

static void read_interfaces(struct facts_system *system, struct arena *arena,
			    struct interfaces *interfaces)
{
	auto_buf struct buf links = {0}, addresses = {0};
	const struct nlmsghdr *message;
	size_t at = 0;
	if (system->dump(system, RTM_GETLINK, &links))
		while ((message = facts_next_message(&links, &at, RTM_NEWLINK,
						     sizeof(struct ifinfomsg))))
			add_link(arena, interfaces, message);
	at = 0;
	if (system->dump(system, RTM_GETADDR, &addresses))
		while ((message = facts_next_message(&addresses, &at, RTM_NEWADDR,
						     sizeof(struct ifaddrmsg))))
			add_address(arena, interfaces, message);
	for (size_t i = 0; i < interfaces->by_name->map.len; i++) {
		struct value *interface = interfaces->by_name->map.entries[i].value;
		expand_binding(arena, interface, "bindings", "");
		expand_binding(arena, interface, "bindings6", "6");
	}
}

/* The files of a namespace's own interfaces are not those of its host: an interface that has no
 * address has no lease. */
static void add_dhcp(struct facts_system *system, struct arena *arena,
		     const struct interfaces *interfaces)
{
	const struct value *leases = facts_dhcp_leases(system, arena);
	for (size_t i = 0; i < interfaces->by_index->map.len; i++) {
		const struct value_entry *entry = &interfaces->by_index->map.entries[i];
		const char *name = value_text(entry->value);
		struct value *interface = value_get(interfaces->by_name, name);
		const char *ip = value_text(value_get(interface, "ip"));
		if (!ip || is_local(ip))
			continue;
		const char *server = facts_dhcp_networkd(system, arena, entry->key);
		facts_set_text(arena, interface, "dhcp",
			       server ? server : value_text(value_get(leases, name)));
	}
}

/* The primary interface's own facts stand at the top as well. */
static void add_primary(struct arena *arena, struct value *networking, const struct value *by_name,
			const struct value *routes)
{
	static const char *const repeated[] = {"dhcp",     "ip",      "ip6",      "mac",
					       "mtu",      "netmask", "netmask6", "network",
					       "network6", "scope6"};
	const char *primary = interface_of_default(routes, "inet");
	if (!primary)
		primary = interface_of_default(routes, "inet6");
	if (!primary)
		primary = interface_with_address(by_name);
	if (!primary)
		return;
	facts_set_text(arena, networking, "primary", primary);
	for (size_t i = 0; i < COUNT_OF(repeated); i++)
		facts_set_value(arena, networking, repeated[i],
				value_get(value_get(by_name, primary), repeated[i]));
}

struct value *facts_networking(struct facts_system *system, struct arena *arena)
{
	struct value *networking = value_map(arena);
	facts_add_names(system, arena, networking);
	facts_set_value(arena, networking, "dns", facts_dns(system, arena));
	if (system->dump) {
		struct interfaces interfaces = {value_map(arena), value_map(arena)};
		read_interfaces(system, arena, &interfaces);
		add_dhcp(system, arena, &interfaces);
		struct value *routes = read_routes(system, arena, &interfaces);
		add_primary(arena, networking, interfaces.by_name, routes);
		facts_set_value(arena, networking, "interfaces", interfaces.by_name);
		facts_set_value(arena, networking, "routes", routes);
	}
	return networking->map.len ? networking : NULL;
}
