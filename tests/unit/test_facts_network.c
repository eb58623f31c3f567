/* Networking: rtnetlink messages made by hand, names and DNS from files. */
#include "tests/unit/facts_tree.h"

#include <arpa/inet.h>
#include <linux/if_link.h>

#include "agent/facts/netlink.h"

/* What the made-up kernel answers to each request. */
static struct buf links, addresses, routes;

static bool recorded_dump(struct facts_system *system, uint16_t request, struct buf *out)
{
	(void)system;
	const struct buf *from = request == RTM_GETLINK   ? &links
				 : request == RTM_GETADDR ? &addresses
							  : &routes;
	buf_add(out, from->data, from->len);
	return from->len > 0;
}

static struct tree *network_new(void)
{
	struct tree *tree = tree_new();
	tree->system.dump = recorded_dump;
	return tree;
}

static void network_free(struct tree *tree)
{
	buf_free(&links);
	buf_free(&addresses);
	buf_free(&routes);
	tree_free(tree);
}

static void pad(struct buf *out)
{
	while (out->len % NLMSG_ALIGNTO)
		buf_putc(out, '\0');
}

static void attribute(struct buf *message, unsigned short type, const void *data, size_t len)
{
	struct rtattr header = {.rta_len = (unsigned short)(sizeof header + len), .rta_type = type};
	buf_add(message, &header, sizeof header);
	buf_add(message, data, len);
	pad(message);
}

static void attribute_u32(struct buf *message, unsigned short type, uint32_t number)
{
	attribute(message, type, &number, sizeof number);
}

static void attribute_ip(struct buf *message, unsigned short type, const char *text)
{
	unsigned char bytes[16];
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(family, text, bytes), 1);
	attribute(message, type, bytes, family == AF_INET6 ? 16 : 4);
}

/* Ends a message: writes it with its header, and forgets it. */
static void finish(struct buf *dump, struct buf *message, uint16_t type)
{
	struct nlmsghdr header = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(message->len),
				  .nlmsg_type = type};
	buf_add(dump, &header, sizeof header);
	buf_add(dump, message->data, message->len);
	pad(dump);
	buf_free(message);
	*message = (struct buf){0};
}

static void add_link(int index, const char *name, const void *mac, size_t mac_len, uint32_t mtu)
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

static void add_address(unsigned index, const char *ip, unsigned char prefix, uint32_t flags)
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

static void add_route(const char *destination, unsigned char prefix, const char *gateway,
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

static void make_network(void)
{
	add_link(1, "lo", "\0\0\0\0\0\0", 6, 65536);
	add_link(7, "eth0.12", "\x02\x42\xac\x11\0\x02", 6, 1500);
	add_link(9, "tun0", "\x0a\0\0\x01", 4, 1400);
	add_address(1, "127.0.0.1", 8, 0x80);
	add_address(7, "169.254.3.4", 16, 0x80);
	add_address(7, "10.1.2.3", 20, 0x80);
	add_address(7, "fe80::1", 64, 0x80);
	add_address(7, "2001:db8::5", 65, 0x121);
	add_address(9, "10.9.9.9", 32, 0);
	add_address(99, "10.9.9.10", 32, 0); /* of an interface that went away */
	add_route(NULL, 0, "10.1.0.1", 7, 100, RT_TABLE_MAIN);
	add_route(NULL, 0, "10.9.0.1", 9, 50, 77);
	add_route(NULL, 0, "10.9.0.1", 9, 200, RT_TABLE_MAIN);
	add_route("192.168.0.0", 16, "10.9.0.1", 9, 0, RT_TABLE_MAIN);
	add_route(NULL, 0, "fe80::1", 99, 0, RT_TABLE_MAIN);
}

static void interfaces(void **state)
{
	(void)state;
	struct tree *tree = network_new();
	make_network();
	expect_fact(tree, facts_networking, "interfaces.lo",
		    "{\"mtu\":65536,\"state\":\"up\",\"bindings\":[{\"address\":\"127.0.0.1\","
		    "\"netmask\":\"255.0.0.0\",\"network\":\"127.0.0.0\"}],\"ip\":\"127.0.0.1\","
		    "\"netmask\":\"255.0.0.0\",\"network\":\"127.0.0.0\"}");
	expect_fact(tree, facts_networking, "interfaces.tun0.mac", "none");
	struct value *facts = facts_networking(&tree->system, &tree->arena);
	struct value *eth = value_get(value_get(facts, "interfaces"), "eth0.12");
	assert_string_equal(value_text(value_get(eth, "mac")), "02:42:ac:11:00:02");
	assert_string_equal(value_text(value_get(eth, "ip")), "10.1.2.3");
	assert_string_equal(value_text(value_get(eth, "netmask")), "255.255.240.0");
	assert_string_equal(value_text(value_get(eth, "network")), "10.1.0.0");
	assert_string_equal(value_text(value_get(eth, "ip6")), "2001:db8::5");
	assert_string_equal(value_text(value_get(eth, "netmask6")), "ffff:ffff:ffff:ffff:8000::");
	assert_string_equal(value_text(value_path(eth, "bindings6.0.scope6")), "link");
	assert_string_equal(value_text(value_path(eth, "bindings6.1.flags.0")), "temporary");
	assert_string_equal(value_text(value_path(eth, "bindings6.1.flags.1")), "deprecated");
	network_free(tree);
}

static void primary_interface(void **state)
{
	(void)state;
	struct tree *tree = network_new();
	make_network();
	expect_fact(tree, facts_networking, "primary", "\"eth0.12\"");
	expect_fact(tree, facts_networking, "ip", "\"10.1.2.3\"");
	expect_fact(tree, facts_networking, "mtu", "1500");
	expect_fact(tree, facts_networking, "routes.0",
		    "{\"destination\":\"default\",\"family\":\"inet\",\"gateway\":\"10.1.0.1\","
		    "\"interface\":\"eth0.12\",\"metric\":100}");
	expect_fact(tree, facts_networking, "routes.2",
		    "{\"destination\":\"192.168.0.0/16\",\"family\":\"inet\","
		    "\"gateway\":\"10.9.0.1\",\"interface\":\"tun0\"}");
	expect_fact(tree, facts_networking, "routes.3", "none");
	buf_clear(&routes);
	add_route(NULL, 0, "fe80::2", 9, 0, RT_TABLE_MAIN);
	expect_fact(tree, facts_networking, "primary", "\"tun0\"");
	buf_clear(&routes); /* none: the first interface with an address of the world */
	expect_fact(tree, facts_networking, "primary", "\"eth0.12\"");
	buf_clear(&links);
	add_link(1, "lo", "\0\0\0\0\0\0", 6, 65536);
	expect_fact(tree, facts_networking, "primary", "none");
	network_free(tree);
}

/* Cut anywhere, with lengths that lie: fewer facts, no fault, and an end. */
static void broken_messages(void **state)
{
	(void)state;
	struct tree *tree = network_new();
	make_network();
	struct buf whole = links;
	for (size_t len = 0; len < whole.len; len += 4) {
		links = (struct buf){0};
		buf_add(&links, whole.data, len);
		facts_networking(&tree->system, &tree->arena);
		static const uint32_t lies[] = {0, 0x7ffffff1, 0xffffffff};
		for (size_t i = 0; len >= 4 && i < 3; i++) {
			uint32_t lie = lies[i];
			memcpy(links.data + len - 4, &lie, sizeof lie);
			facts_networking(&tree->system, &tree->arena);
		}
		buf_free(&links);
	}
	links = whole;
	expect_fact(tree, facts_networking, "primary", "\"eth0.12\"");
	network_free(tree);
}

static void names(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	expect_fact(tree, facts_networking, "", "{\"hostname\":\"host\",\"fqdn\":\"host\"}");
	tree_file(tree, "/etc/resolv.conf",
		  "# nameserver 9.9.9.9\nnameserver 10.0.0.1\n;x\nsearch old\n\nnameserver\n"
		  "nameserver\t::1  # not a comment\nsearch example.org  b.example\n"
		  "options ndots:5 rotate\nunknown x\n");
	expect_fact(tree, facts_networking, "dns",
		    "{\"nameservers\":[\"10.0.0.1\",\"::1\"],\"search\":[\"example.org\","
		    "\"b.example\"],\"options\":[\"ndots:5\",\"rotate\"]}");
	expect_fact(tree, facts_networking, "fqdn", "\"host.example.org\"");
	tree_file(tree, "/etc/hosts",
		  "127.0.0.1 localhost\n# 10.0.0.9 host.comment\n10.0.0.9\thost "
		  "host.hosts.example\n");
	expect_fact(tree, facts_networking, "fqdn", "\"host.hosts.example\"");
	expect_fact(tree, facts_networking, "domain", "\"hosts.example\"");
	strcpy(tree->system.uts.nodename, "a.b.c");
	expect_fact(tree, facts_networking, "hostname", "\"a\"");
	expect_fact(tree, facts_networking, "fqdn", "\"a.b.c\"");
	strcpy(tree->system.uts.nodename, "");
	expect_fact(tree, facts_networking, "hostname", "none");
	tree_free(tree);
}

/* The kernel under the tests answers, and has a loopback interface. */
static void living_kernel(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	facts_system_living(&tree->system);
	expect_fact(tree, facts_networking, "interfaces.lo.mtu", "65536");
	tree_free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interfaces),      cmocka_unit_test(primary_interface),
		cmocka_unit_test(broken_messages), cmocka_unit_test(names),
		cmocka_unit_test(living_kernel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
