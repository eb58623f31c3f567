/* A made-up kernel that answers rtnetlink's requests with messages of the tests. */
#ifndef FACTORY_TESTS_UNIT_FACTS_NETLINK_H
#define FACTORY_TESTS_UNIT_FACTS_NETLINK_H

#include "tests/unit/facts_tree.h"

#include <arpa/inet.h>
#include <linux/if_link.h>

#include "agent/facts/netlink.h"

/* What the made-up kernel answers to each request. */
static struct buf links, addresses, routes;

static inline bool recorded_dump(struct facts_system *system, uint16_t request, struct buf *out)
{
	(void)system;
	const struct buf *from = request == RTM_GETLINK   ? &links
				 : request == RTM_GETADDR ? &addresses
							  : &routes;
	buf_add(out, from->data, from->len);
	return from->len > 0;
}

static inline struct tree *network_new(void)
{
	struct tree *tree = tree_new();
	tree->system.dump = recorded_dump;
	return tree;
}

static inline void network_free(struct tree *tree)
{
	buf_free(&links);
	buf_free(&addresses);
	buf_free(&routes);
	tree_free(tree);
}

static inline void pad(struct buf *out)
{
	while (out->len % NLMSG_ALIGNTO)
		buf_putc(out, '\0');
}

static inline void attribute(struct buf *message, unsigned short type, const void *data, size_t len)
{
	struct rtattr header = {.rta_len = (unsigned short)(sizeof header + len), .rta_type = type};
	buf_add(message, &header, sizeof header);
	buf_add(message, data, len);
	pad(message);
}

static inline void attribute_u32(struct buf *message, unsigned short type, uint32_t number)
{
	attribute(message, type, &number, sizeof number);
}

static inline void attribute_ip(struct buf *message, unsigned short type, const char *text)
{
	unsigned char bytes[16];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(family, text, bytes), 1);
	attribute(message, type, bytes, family == AF_INET6 ? 16 : 4);
}

/* Ends a message: writes it with its header, and forgets it. */
static inline void finish(struct buf *dump, struct buf *message, uint16_t type)
{
	struct nlmsghdr header = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(message->len),
				  .nlmsg_type = type};
	buf_add(dump, &header, sizeof header);
	buf_add(dump, message->data, message->len);
	pad(dump);
	buf_free(message);
	*message = (struct buf){0};
}

static inline void add_link(int index, const char *name, const void *mac, size_t mac_len,
			    uint32_t mtu)
{
	struct buf message = {0};
	struct ifinfomsg body = {.ifi_index = index};
	unsigned char up = 6;
	buf_add(&message, &body, sizeof body);
	attribute(&message, IFLA_IFNAME, name, strlen(name) + 1);
	attribute(&message, IFLA_ADDRESS, mac, mac_len);
	attribute_u32(&message, IFLA_MTU, mtu);
	attribute(&message, IFLA_OPERSTATE, &up, 1);
	attribute(&message, 0x3fff, "far too high", 12);
	finish(&links, &message, RTM_NEWLINK);
}

static inline void add_address(unsigned index, const char *ip, unsigned char prefix, uint32_t flags)
{
	struct buf message = {0};
	struct ifaddrmsg body = {.ifa_prefixlen = prefix,
				 .ifa_index = index,
				 .ifa_family = strchr(ip, ':') ? AF_INET6 : AF_INET};
	buf_add(&message, &body, sizeof body);
	attribute_ip(&message, IFA_ADDRESS, ip);
	attribute_u32(&message, IFA_FLAGS, flags);
	finish(&addresses, &message, RTM_NEWADDR);
}

static inline void add_route(const char *destination, unsigned char prefix, const char *gateway,
			     uint32_t interface, uint32_t metric, unsigned char table)
{
	struct buf message = {0};
	struct rtmsg body = {.rtm_family = strchr(gateway, ':') ? AF_INET6 : AF_INET,
			     .rtm_dst_len = prefix,
			     .rtm_table = table,
			     .rtm_type = RTN_UNICAST};
	buf_add(&message, &body, sizeof body);
	if (destination)
		attribute_ip(&message, RTA_DST, destination);
	attribute_ip(&message, RTA_GATEWAY, gateway);
	attribute_u32(&message, RTA_OIF, interface);
	if (metric)
		attribute_u32(&message, RTA_PRIORITY, metric);
	finish(&routes, &message, RTM_NEWROUTE);
}

#endif
