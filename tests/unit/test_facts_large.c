/* Large systems: the time grows as their size does, not faster. */
#include "tests/unit/facts_netlink.h"

#include <time.h>

#include "agent/facts/packages.h"

enum { PACKAGES = 100000, MOUNTS = 2000, INTERFACES = 500, PART = 4 };

/* A quarter must not take less than a tenth of the whole. */
enum { MOST_GROWTH = 10, MOST_SECONDS = 20 };

static double seconds_of(struct tree *tree, facts_family *family, const char *path, size_t expected)
{
	struct timespec began, ended;
	memset(&tree->system.memo, 0, sizeof tree->system.memo);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &began);
	struct value *fact = value_path(family(&tree->system, &tree->arena), path);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ended);
	assert_non_null(fact);
	size_t count = fact->kind == VALUE_MAP    ? fact->map.len
		       : fact->kind == VALUE_LIST ? fact->list.len
						  : (size_t)fact->integer;
	assert_int_equal(count, expected);
	return (double)(ended.tv_sec - began.tv_sec) +
	       1e-9 * (double)(ended.tv_nsec - began.tv_nsec);
}

static void expect_linear(double part, double whole)
{
	assert_true(whole < MOST_SECONDS);
	/* What takes less than 5 ms is too short to compare. */
	assert_true(whole < 0.005 || whole < part * MOST_GROWTH);
}

static void write_packages(struct tree *tree, size_t count)
{
	struct buf text = {0};
	for (size_t i = 0; i < count; i++)
		buf_printf(
			&text,
			"Package: package-%zu\nStatus: install ok installed\nPriority: optional\n"
			"Architecture: amd64\nMaintainer: Somebody <somebody@example.org>\n"
			"Version: 1.%zu-1\nDescription: the package of a test\n of many lines\n"
			" that say nothing\n\n",
			i, i);
	tree_file(tree, "/var/lib/dpkg/status", text.data);
	buf_free(&text);
}

static void packages(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	write_packages(tree, PACKAGES / PART);
	double part = seconds_of(tree, facts_package, "", PACKAGES / PART);
	double part_count = seconds_of(tree, facts_packages, "dpkg.count", PACKAGES / PART);
	write_packages(tree, PACKAGES);
	expect_linear(part, seconds_of(tree, facts_package, "", PACKAGES));
	expect_linear(part_count, seconds_of(tree, facts_packages, "dpkg.count", PACKAGES));
	tree_free(tree);
}

static void write_mounts(struct tree *tree, size_t count)
{
	struct buf text = {0};
	buf_puts(&text, "20 1 0:50 / / rw - overlay overlay rw\n");
	for (size_t i = 1; i < count; i++)
		buf_printf(&text,
			   "%zu 20 8:%zu / /srv/mount\\040%zu rw,nosuid - ext4 /dev/disk%zu rw\n",
			   i + 20, i, i, i);
	tree_file(tree, "/proc/self/mountinfo", text.data);
	buf_free(&text);
}

static void make_disks(struct tree *tree, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		char path[64];
		snprintf(path, sizeof path, "/sys/block/disk%zu/loop/backing_file", i);
		tree_file(tree, path, "/file\n");
	}
}

/* Mount points, the volumes among them, and partitions, each of which is mounted somewhere. */
static void mounts(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	tree_file(tree, "/.dockerenv", "");
	tree_link(tree, "/proc/self/ns/pid", "pid:[4026532201]");
	write_mounts(tree, MOUNTS / PART);
	make_disks(tree, 0, MOUNTS / PART);
	double part = seconds_of(tree, facts_mountpoints, "", MOUNTS / PART);
	double volumes = seconds_of(tree, facts_volumes, "", MOUNTS / PART - 1);
	double partitions = seconds_of(tree, facts_partitions, "", MOUNTS / PART);
	write_mounts(tree, MOUNTS);
	make_disks(tree, MOUNTS / PART, MOUNTS);
	expect_linear(part, seconds_of(tree, facts_mountpoints, "", MOUNTS));
	expect_linear(volumes, seconds_of(tree, facts_volumes, "", MOUNTS - 1));
	expect_linear(partitions, seconds_of(tree, facts_partitions, "", MOUNTS));
	tree_free(tree);
}

static void make_interfaces(size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		char name[16], ip[32];
		snprintf(name, sizeof name, "veth%zu", i);
		snprintf(ip, sizeof ip, "10.%zu.%zu.1", i / 256, i % 256);
		add_link((int)i + 1, name, "\x02\x42\xac\x11\0\x02", 6, 1500);
		add_address((unsigned)i + 1, ip, 24, 0x80);
		add_address((unsigned)i + 1, "2001:db8::5", 64, 0x80);
		add_route(ip, 24, "10.0.0.1", (uint32_t)i + 1, 100, RT_TABLE_MAIN);
	}
}

/* Each with addresses, a route, and a lease in a file of its own. */
static void interfaces(void **state)
{
	(void)state;
	struct tree *tree = network_new();
	for (size_t i = 0; i < INTERFACES; i++) {
		char path[64], text[128];
		snprintf(path, sizeof path, "/var/lib/dhcp/dhclient.veth%zu.leases", i);
		snprintf(text, sizeof text,
			 "interface \"veth%zu\";\noption dhcp-server-identifier 10.0.0.1;\n", i);
		tree_file(tree, path, text);
	}
	make_interfaces(0, INTERFACES / PART);
	double part = seconds_of(tree, facts_networking, "interfaces", INTERFACES / PART);
	make_interfaces(INTERFACES / PART, INTERFACES);
	expect_linear(part, seconds_of(tree, facts_networking, "interfaces", INTERFACES));
	expect_fact(tree, facts_networking, "interfaces.veth499.dhcp", "\"10.0.0.1\"");
	network_free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages),
		cmocka_unit_test(mounts),
		cmocka_unit_test(interfaces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
