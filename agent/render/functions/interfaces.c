#include "agent/render/functions/interfaces.h"

#include "common/buffer.h"
#include "common/own.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct address {
	unsigned char bytes[16], mask[16];
	size_t len; /* 4 or 16 */
	unsigned bits;
};

static bool read_address(const struct sockaddr *from, unsigned char bytes[16], size_t *len)
{
	if (!from || (from->sa_family != AF_INET && from->sa_family != AF_INET6))
		return false;
	*len = from->sa_family == AF_INET ? 4 : 16;
	if (*len == 4)
		memcpy(bytes, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
	else
		memcpy(bytes, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr, 16);
	return true;
}

static void set(struct arena *arena, struct value *map, const char *key, const char *text)
{
	value_set(arena, map, key, value_string(arena, text));
}

static void set_bytes(struct arena *arena, struct value *map, const char *key,
		      const struct address *address, const unsigned char *bytes)
{
	char text[INET6_ADDRSTRLEN];
	set(arena, map, key,
	    inet_ntop(address->len == 4 ? AF_INET : AF_INET6, bytes, text, sizeof text));
}

static const char *flags_text(struct arena *arena, unsigned flags)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {{IFF_UP, "up"},
		     {IFF_BROADCAST, "broadcast"},
		     {IFF_LOOPBACK, "loopback"},
		     {IFF_POINTOPOINT, "pointtopoint"},
		     {IFF_MULTICAST, "multicast"}};
	auto_buf struct buf text = {0};
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (flags & names[i].bit)
			buf_printf(&text, "%s%s", text.len ? "|" : "", names[i].name);
	return arena_strdup(arena, text.len ? buf_text(&text) : "0");
}

static void set_numbers(struct arena *arena, struct value *map, const struct address *address)
{
	auto_buf struct buf octets = {0}, hex = {0};
	for (size_t i = 0; i < address->len; i++) {
		buf_printf(&octets, i ? " %u" : "%u", address->bytes[i]);
		buf_printf(&hex, "%02x", address->bytes[i]);
	}
	set(arena, map, "octets", buf_text(&octets));
	set(arena, map, "hex", buf_text(&hex));
	set(arena, map, "port", "0");
	set(arena, map, "mask_bits", arena_printf(arena, "%u", address->bits));
	if (address->len == 4)
		set(arena, map, "size", arena_printf(arena, "%llu", 1ULL << (32 - address->bits)));
}

static void set_networks(struct arena *arena, struct value *map, const struct address *address)
{
	unsigned char network[16], broadcast[16];
	for (size_t i = 0; i < address->len; i++) {
		network[i] = address->bytes[i] & address->mask[i];
		broadcast[i] = (unsigned char)(network[i] | (unsigned char)~address->mask[i]);
	}
	set_bytes(arena, map, "address", address, address->bytes);
	set_bytes(arena, map, "netmask", address, address->mask);
	set_bytes(arena, map, "network", address, network);
	if (address->len == 4)
		set_bytes(arena, map, "broadcast", address, broadcast);
	const char *text = value_text(value_get(map, "address"));
	bool whole = address->bits == address->len * 8;
	set(arena, map, "string", whole ? text : arena_printf(arena, "%s/%u", text, address->bits));
}

static struct value *describe(struct arena *arena, const struct ifaddrs *one)
{
	struct address address = {0};
	size_t mask_len;
	if (!read_address(one->ifa_addr, address.bytes, &address.len) ||
	    !read_address(one->ifa_netmask, address.mask, &mask_len))
		return NULL;
	for (size_t i = 0; i < address.len; i++)
		address.bits += (unsigned)__builtin_popcount(address.mask[i]);
	struct value *map = value_map(arena);
	map->type = "sockaddr.IfAddr";
	set(arena, map, "name", one->ifa_name);
	set(arena, map, "flags", flags_text(arena, one->ifa_flags));
	set(arena, map, "type", address.len == 4 ? "IPv4" : "IPv6");
	set_networks(arena, map, &address);
	set_numbers(arena, map, &address);
	return map;
}

/* The kernel gives all of IPv4 first; Go goes from interface to interface. */
struct value *interfaces_all(struct arena *arena, struct error *err)
{
	struct ifaddrs *all;
	struct value *list = value_list(arena);
	list->type = "sockaddr.IfAddrs";
	if (getifaddrs(&all) < 0) {
		error_set(err, "the interfaces can't be listed: %s", strerror(errno));
		return NULL;
	}
	struct if_nameindex *names = if_nameindex();
	for (const struct if_nameindex *name = names; name && name->if_index; name++) {
		for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
			struct value *one = strcmp(at->ifa_name, name->if_name) == 0
						    ? describe(arena, at)
						    : NULL;
			if (one)
				value_append(arena, list, one);
		}
	}
	if_freenameindex(names);
	freeifaddrs(all);
	return list;
}

const char *interfaces_default(struct arena *arena)
{
	char line[256], name[64];
	unsigned long destination, gateway, flags, mask;
	autofclose FILE *file = fopen("/proc/net/route", "re");
	while (file && fgets(line, sizeof line, file))
		if (sscanf(line, "%63s %lx %lx %lx %*s %*s %*s %lx", name, &destination, &gateway,
			   &flags, &mask) == 5 &&
		    !destination && !mask && (flags & 1))
			return arena_strdup(arena, name);
	return NULL;
}

/* One network: family by its text. */
static bool is_in(const char *address, const char *network)
{
	unsigned char bytes[16], wanted[16];
	char text[64];
	size_t len = strcspn(network, "/ ");
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;
	if (len >= sizeof text)
		return false;
	memcpy(text, network, len);
	text[len] = '\0';
	if (inet_pton(family, address, bytes) != 1 || inet_pton(family, text, wanted) != 1)
		return false;
	unsigned long bits = network[len] == '/' ? strtoul(network + len + 1, NULL, 10) : 128;
	for (unsigned long i = 0; i < bits && i < (family == AF_INET ? 32 : 128); i++)
		if (((bytes[i / 8] ^ wanted[i / 8]) >> (7 - i % 8)) & 1)
			return false;
	return true;
}

bool interfaces_in_networks(const char *address, const char *networks)
{
	while (networks) {
		if (is_in(address, networks))
			return true;
		networks = strchr(networks, ' ');
		networks += networks ? 1 : 0;
	}
	return false;
}
