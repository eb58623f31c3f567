/* Networking: rtnetlink messages made by hand, names and DNS from files. */
#include "tests/unit/facts_netlink.h"

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

/* networkd's lease is found by the interface's number, dhclient's by the name inside. */
static void dhcp_servers(void **state)
{
	(void)state;
	struct tree *tree = network_new();
	make_network();
	expect_fact(tree, facts_networking, "dhcp", "none");
	tree_file(
		tree, "/var/lib/dhcp/dhclient.leases",
		"lease {\n  interface \"eth0.12\";\n  option dhcp-server-identifier 10.1.0.8;\n}\n"
		"lease {\n  interface \"lo\";\n  option dhcp-server-identifier 10.1.0.7;\n}\n"
		"lease {\n  interface \"eth0.12\";\n  option dhcp-server-identifier 10.1.0.9;\n}\n"
		"lease {\n  interface \"tun0\";\n  option dhcp-server-identifier nobody;\n}\n");
	expect_fact(tree, facts_networking, "dhcp", "\"10.1.0.9\"");
	struct value *facts = facts_networking(&tree->system, &tree->arena);
	facts = value_get(facts, "interfaces");
	assert_string_equal(value_text(value_get(value_get(facts, "eth0.12"), "dhcp")), "10.1.0.9");
	assert_null(value_path(facts, "lo.dhcp"));
	assert_null(value_path(facts, "tun0.dhcp"));
	tree_file(tree, "/run/systemd/netif/leases/7",
		  "ADDRESS=10.1.2.3\nSERVER_ADDRESS=10.1.0.2\n");
	expect_fact(tree, facts_networking, "dhcp", "\"10.1.0.2\"");
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
		cmocka_unit_test(interfaces),   cmocka_unit_test(primary_interface),
		cmocka_unit_test(dhcp_servers), cmocka_unit_test(broken_messages),
		cmocka_unit_test(names),        cmocka_unit_test(living_kernel),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
