/* Facts about systems that this one is not: os, kernel, processors, memory, users, packages... */
#include "tests/unit/facts_tree.h"

#include "common/own.h"

static void expect_os(const char *os_release, const char *file, const char *content,
		      const char *expected)
{
	struct tree *tree = tree_new();
	tree_file(tree, "/etc/os-release", os_release);
	if (file)
		tree_file(tree, file, content);
	struct value *os = facts_os(&tree->system, &tree->arena);
	struct buf text = {0};
	buf_printf(&text, "%s %s %s", value_text(value_get(os, "id")),
		   value_text(value_get(os, "name")), value_text(value_get(os, "family")));
	buf_puts(&text, " ");
	json_write(&text,
		   value_get(os, "release") ? value_get(os, "release") : value_null(&tree->arena));
	assert_string_equal(text.data, expected);
	buf_free(&text);
	tree_free(tree);
}

static void distributions(void **state)
{
	(void)state;
	expect_os("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n"
		  "VERSION_ID=\"12\"\nID=debian\n",
		  "/etc/debian_version", "12.11\n",
		  "debian Debian Debian {\"full\":\"12.11\",\"major\":\"12\",\"minor\":\"11\"}");
	expect_os("NAME=\"Debian GNU/Linux\"\nID=debian\n", "/etc/debian_version", "trixie/sid\n",
		  "debian Debian Debian {\"full\":\"trixie/sid\",\"major\":\"trixie/sid\"}");
	expect_os("NAME=\"Ubuntu\"\nVERSION_ID=\"22.04\"\nID=ubuntu\nID_LIKE=debian\n",
		  "/etc/debian_version", "bookworm/sid\n",
		  "ubuntu Ubuntu Debian {\"full\":\"22.04\",\"major\":\"22.04\"}");
	expect_os("NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.1\n", "/etc/alpine-release",
		  "3.19.1\n",
		  "alpine Alpine Alpine {\"full\":\"3.19.1\",\"major\":\"3\",\"minor\":\"19\"}");
	expect_os("NAME=\"Rocky Linux\"\nID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"
		  "VERSION_ID=\"9.3\"\n",
		  "/etc/redhat-release", "Rocky Linux release 9.3 (Blue Onyx)\n",
		  "rocky Rocky RedHat {\"full\":\"9.3\",\"major\":\"9\",\"minor\":\"3\"}");
	expect_os("NAME='Red Hat Enterprise Linux'\nID=rhel\nVERSION_ID=8.9\n", NULL, NULL,
		  "rhel RedHat RedHat {\"full\":\"8.9\",\"major\":\"8\",\"minor\":\"9\"}");
	expect_os("NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\n", NULL, NULL,
		  "arch Archlinux Archlinux null");
	expect_os(
		"NAME=\"openSUSE Leap\"\nID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n"
		"VERSION_ID=15.5\n",
		NULL, NULL,
		"opensuse-leap openSUSE Suse {\"full\":\"15.5\",\"major\":\"15\",\"minor\":\"5\"}");
	expect_os("NAME=Something\nID=something\nID_LIKE=\"odd ubuntu\"\nVERSION_ID=7\n", NULL,
		  NULL, "something Something Debian {\"full\":\"7\",\"major\":\"7\"}");
	expect_os("NAME=BusyBox\nID=busybox\n", NULL, NULL, "busybox BusyBox Busybox null");
}

static void os_details(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	expect_fact(tree, facts_os, "name", "none");
	expect_fact(tree, facts_os, "hardware", "\"x86_64\"");
	tree_file(
		tree, "/usr/lib/os-release",
		"# a comment = x\n\nID=fedora\nVERSION=\"40 (Container Image)\"\n"
		"PRETTY_NAME='It\\'s \"odd\"'\nNAME=\"a \\\"b\\\"\"\nno assignment\nEMPTY=\n=x\n");
	expect_fact(tree, facts_os, "id", "\"fedora\"");
	expect_fact(tree, facts_os, "distro.codename", "\"Container Image\"");
	expect_fact(tree, facts_os, "architecture", "\"x86_64\"");
	expect_fact(tree, facts_os, "selinux", "{\"enabled\":false}");
	tree_file(tree, "/sys/fs/selinux/enforce", "1");
	expect_fact(tree, facts_os, "selinux.current_mode", "\"enforcing\"");
	tree_file(tree, "/lib/ld-musl-x86_64.so.1", "");
	expect_fact(tree, facts_os, "libc", "\"musl\"");
	tree_file(tree, "/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
	expect_fact(tree, facts_os, "distro.codename", "\"bookworm\"");
	expect_fact(tree, facts_os, "architecture", "\"amd64\"");
	strcpy(tree->system.uts.machine, "i686");
	expect_fact(tree, facts_os, "architecture", "\"i386\"");
	tree_free(tree);
}

static void kernels(void **state)
{
	(void)state;
	static const char *const releases[][3] = {
		{"6.1.0-18-amd64", "\"6.1.0\"", "\"6.1\""},
		{"4.18.0-477.el8.x86_64", "\"4.18.0\"", "\"4.18\""},
		{"6.18.44-fc", "\"6.18.44\"", "\"6.18\""},
		{"5.4", "\"5.4\"", "\"5.4\""},
		{"7", "\"7\"", "\"7\""},
		{"5.-rc", "\"5\"", "\"5\""},
		{"odd", "none", "none"},
	};
	struct tree *tree = tree_new();
	for (size_t i = 0; i < sizeof releases / sizeof *releases; i++) {
		strcpy(tree->system.uts.release, releases[i][0]);
		expect_fact(tree, facts_kernel, "version", releases[i][1]);
		expect_fact(tree, facts_kernel, "major", releases[i][2]);
	}
	expect_fact(tree, facts_kernel, "name", "\"Linux\"");
	tree_free(tree);
}

/* Two packages of two cores of two threads. */
static void processors_x86(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	struct buf text = {0};
	expect_fact(tree, facts_processors, "", "none");
	for (int i = 0; i < 8; i++)
		buf_printf(&text,
			   "processor\t: %d\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\n"
			   "model name\t: Intel(R) Xeon(R) CPU @ 2.00GHz\ncpu MHz\t\t: 1999.998\n"
			   "physical id\t: %d\nsiblings\t: 4\ncpu cores\t: 2\nflags\t\t: fpu vme\n"
			   "power management:\n\n",
			   i, i / 4);
	tree_file(tree, "/proc/cpuinfo", text.data);
	tree_file(tree, "/proc/self/status", "Name:\tx\nCpus_allowed_list:\t0-2,7\n");
	expect_fact(tree, facts_processors, "count", "8");
	expect_fact(tree, facts_processors, "available", "4");
	expect_fact(tree, facts_processors, "physicalcount", "2");
	expect_fact(tree, facts_processors, "cores", "2");
	expect_fact(tree, facts_processors, "threads", "2");
	expect_fact(tree, facts_processors, "models.7", "\"Intel(R) Xeon(R) CPU @ 2.00GHz\"");
	expect_fact(tree, facts_processors, "speed", "\"2.00 GHz\"");
	expect_fact(tree, facts_processors, "flags", "[\"fpu\",\"vme\"]");
	buf_free(&text);
	tree_free(tree);
}

static void processors_of_other_kinds(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	tree_file(tree, "/proc/cpuinfo",
		  "processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd\n"
		  "CPU implementer\t: 0x41\nCPU part\t: 0xd08\n\nprocessor\t: 1\n\n");
	tree_file(tree, "/sys/devices/system/cpu/cpu0/topology/physical_package_id", "0\n");
	tree_file(tree, "/sys/devices/system/cpu/cpu1/topology/physical_package_id", "1\n");
	tree_file(tree, "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0\n");
	tree_file(tree, "/sys/devices/system/cpu/cpu0/topology/core_siblings_list", "0-3\n");
	strcpy(tree->system.uts.machine, "aarch64");
	expect_fact(tree, facts_processors, "",
		    "{\"count\":2,\"physicalcount\":2,\"cores\":4,\"threads\":1,"
		    "\"isa\":\"aarch64\",\"flags\":[\"fp\",\"asimd\"]}");
	tree_file(
		tree, "/proc/cpuinfo",
		"processor\t: 0\ncpu\t\t: POWER9, altivec supported\nclock\t\t: 2500.000000MHz\n");
	expect_fact(tree, facts_processors, "models", "[\"POWER9, altivec supported\"]");
	expect_fact(tree, facts_processors, "speed", "\"2.50 GHz\"");
	tree_file(tree, "/proc/cpuinfo",
		  "cpu MHz : 999999999999999999999999\ncpu MHz : 700\n: :\n");
	expect_fact(tree, facts_processors, "speed", "\"700.00 MHz\"");
	tree_free(tree);
}

static void memory(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	expect_fact(tree, facts_memory, "", "none");
	tree_file(tree, "/proc/meminfo",
		  "MemTotal:        4194304 kB\nMemFree:          524288 kB\n"
		  "MemAvailable:    1048576 kB\nSwapTotal:       1048576 kB\n"
		  "SwapFree:        1048576 kB\nHugePages_Total:       0\n");
	expect_fact(tree, facts_memory, "total", "4294967296");
	expect_fact(tree, facts_memory, "system",
		    "{\"available\":\"1.00 GiB\",\"available_bytes\":1073741824,"
		    "\"capacity\":\"75.00%\",\"total\":\"4.00 GiB\",\"total_bytes\":4294967296,"
		    "\"used\":\"3.00 GiB\",\"used_bytes\":3221225472}");
	expect_fact(tree, facts_memory, "swap.capacity", "\"0.00%\"");
	expect_fact(tree, facts_memory, "swap.used", "\"0 bytes\"");
	/* Linux 3.10 doesn't tell what is available. */
	tree_file(tree, "/proc/meminfo",
		  "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 30 kB\n"
		  "SwapTotal: 0 kB\nSwapFree: 0 kB\n");
	expect_fact(tree, facts_memory, "available", "153600");
	expect_fact(tree, facts_memory, "swap", "none");
	tree_file(tree, "/proc/meminfo", "MemTotal: 99999999999999999999 kB\n");
	expect_fact(tree, facts_memory, "", "none");
	tree_file(tree, "/proc/meminfo", "MemTotal: 9007199254740991 kB\nMemFree: -5 kB\n");
	expect_fact(tree, facts_memory, "system.used_bytes", "9223372036854774784");
	tree_free(tree);
}

static void users_and_groups(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	expect_fact(tree, facts_users, "", "none");
	expect_fact(tree, facts_identity, "user", "none");
	tree_file(tree, "/etc/passwd",
		  "root:x:0:0:root:/root:/bin/sh\n# comment\n\n:x:1:1::/:\nshort:x:5\n"
		  "app:x:1000:1001::/srv\napp:x:0:0::/:/x\nbad:x:one:1::/:\n+nis\nlast:x:7:8");
	tree_file(tree, "/etc/group", "root:x:0:\nwheel:x:10:a,b\nbad:x:\nno\nroot:x:5:\n:x:3:\n");
	expect_fact(tree, facts_users, "",
		    "{\"root\":{\"uid\":0,\"gid\":0,\"home\":\"/root\",\"shell\":\"/bin/sh\"},"
		    "\"app\":{\"uid\":1000,\"gid\":1001,\"home\":\"/srv\"},"
		    "\"last\":{\"uid\":7,\"gid\":8}}");
	expect_fact(tree, facts_groups, "", "{\"root\":0,\"wheel\":10}");
	char line[64];
	snprintf(line, sizeof line, "me:x:%u:%u::/:/bin/sh\n", geteuid(), getegid());
	tree_file(tree, "/etc/passwd", line);
	expect_fact(tree, facts_identity, "user", "\"me\"");
	tree_free(tree);
}

/* More than a chunk of 64 KiB, so that lines lie across its end. */
static void many_packages(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	struct buf text = {0};
	expect_fact(tree, facts_packages, "", "none");
	for (int i = 0; i < 5000; i++)
		buf_printf(&text,
			   "Package: p%d\nStatus: %s\nDescription: a\n Status: install ok "
			   "installed\n\n",
			   i, i % 5 ? "install ok installed" : "deinstall ok config-files");
	tree_file(tree, "/var/lib/dpkg/status", text.data);
	expect_fact(tree, facts_packages, "dpkg.count", "4000");
	buf_clear(&text);
	for (int i = 0; i < 200000; i++)
		buf_putc(&text, 'P');
	buf_puts(&text, "\nPackage: one\nStatus: install ok installed");
	tree_file(tree, "/var/lib/dpkg/status", text.data);
	expect_fact(tree, facts_packages, "dpkg.count", "1");
	buf_free(&text);
	tree_free(tree);
}

static void packages_of_other_managers(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	tree_file(tree, "/lib/apk/db/installed",
		  "C:Q1x=\nP:musl\nV:1.2.4\nT:P: no\n\nC:Q1y=\nP:busybox\nV:1.36\n");
	expect_fact(tree, facts_packages, "",
		    "{\"apk\":{\"count\":2,\"database\":\"/lib/apk/db/installed\"}}");
	tree_file(tree, "/var/lib/rpm/rpmdb.sqlite", "");
	expect_fact(tree, facts_packages, "rpm", "{\"database\":\"/var/lib/rpm/rpmdb.sqlite\"}");
	tree_file(tree, "/var/lib/pacman/local/ALPM_DB_VERSION", "9\n");
	tree_directory(tree, "/var/lib/pacman/local/bash-5.2-1");
	expect_fact(tree, facts_packages, "pacman.count", "1");
	tree_file(tree, "/var/lib/dpkg/status", "");
	expect_fact(tree, facts_packages, "dpkg.count", "0");
	tree_free(tree);
}

static void languages(void **state)
{
	(void)state;
	static const char *const environment[] = {"HOME=/", "PATH=/opt/bin:bin::/usr/bin:/usr/sbin",
						  NULL};
	struct tree *tree = tree_new();
	expect_fact(tree, facts_languages, "", "none");
	tree->system.environment = environment;
	tree_file(tree, "/usr/bin/python3.11", "");
	tree_link(tree, "/usr/bin/python3", "python3.11");
	tree_file(tree, "/usr/bin/x86_64-linux-gnu-gcc-12", "");
	tree_file(tree, "/opt/bin/cc", "");
	tree_file(tree, "/usr/bin/cc", "");
	tree_file(tree, "/bin/ruby", ""); /* in no directory of PATH */
	expect_fact(tree, facts_languages, "",
		    "{\"python\":{\"path\":\"/usr/bin/python3\",\"version\":\"3.11\","
		    "\"program\":\"/usr/bin/python3.11\"},\"c\":{\"path\":\"/opt/bin/cc\"}}");
	tree_link(tree, "/usr/bin/lua", "lua"); /* a loop: nothing that could be run */
	expect_fact(tree, facts_languages, "lua", "none");
	expect_fact(tree, facts_env, "", "[\"HOME\",\"PATH\"]");
	expect_fact(tree, facts_path, "", "\"/opt/bin:bin::/usr/bin:/usr/sbin\"");
	tree_free(tree);
}

/* As the driver tells a test of them; what somebody else has put there is no fact. */
static void services(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"FACTORY_SERVICES={\"db\":{\"host\":\"db\",\"address\":\"10.0.0.2\",\"port\":5}}",
		"FACTORY_SERVICES={\"db\":", "FACTORY_SERVICES=[1]", "FACTORY_SERVICES="};
	struct tree *tree = tree_new();
	expect_fact(tree, facts_services, "", "none");
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const char *environment[] = {texts[i], NULL};
		tree->system.environment = environment;
		expect_fact(tree, facts_services, "db.port", i ? "none" : "5");
		expect_fact(tree, facts_services, "db.address", i ? "none" : "\"10.0.0.2\"");
	}
	tree_free(tree);
}

static void disks(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	expect_fact(tree, facts_disks, "", "none");
	expect_fact(tree, facts_partitions, "", "none");
	tree_file(tree, "/sys/block/sda/device/model", "QEMU HARDDISK   \n");
	tree_file(tree, "/sys/block/sda/device/vendor", "ATA     \n");
	tree_file(tree, "/sys/block/sda/size", "2097152\n");
	tree_file(tree, "/sys/block/sda/queue/rotational", "0\n");
	tree_file(tree, "/sys/block/sda/sda1/size", "2048\n");
	tree_file(tree, "/sys/block/dm-0/dm/name", "vg-root\n");
	tree_file(tree, "/sys/block/dm-0/size", "1\n");
	tree_file(tree, "/sys/block/loop0/loop/backing_file", "/srv/disk.img\n");
	tree_file(tree, "/sys/block/ram0/size", "-1\n");
	expect_fact(tree, facts_disks, "",
		    "{\"sda\":{\"model\":\"QEMU HARDDISK\",\"size\":\"1.00 GiB\","
		    "\"size_bytes\":1073741824,\"type\":\"ssd\",\"vendor\":\"ATA\"}}");
	expect_fact(tree, facts_partitions, "",
		    "{\"/dev/mapper/vg-root\":{\"size\":\"512 bytes\",\"size_bytes\":512},"
		    "\"/dev/loop0\":{\"backing_file\":\"/srv/disk.img\"},"
		    "\"/dev/sda1\":{\"size\":\"1.00 MiB\",\"size_bytes\":1048576}}");
	tree_free(tree);
}

static void load_and_uptime(void **state)
{
	(void)state;
	static const char *const uptimes[][2] = {
		{"59.03 100.0\n", "\"0:00 hours\""},
		{"11100.5 1\n", "\"3:05 hours\""},
		{"86400 1\n", "\"1 day\""},
		{"172801.99 1\n", "\"2 days\""},
		{"", "none"},
		{"x\n", "none"},
	};
	struct tree *tree = tree_new();
	for (size_t i = 0; i < sizeof uptimes / sizeof *uptimes; i++) {
		tree_file(tree, "/proc/uptime", uptimes[i][0]);
		expect_fact(tree, facts_system_uptime, "uptime", uptimes[i][1]);
	}
	tree_file(tree, "/proc/loadavg", "0.50 1.25 x 1/100 5\n");
	expect_fact(tree, facts_load_averages, "", "{\"1m\":0.5,\"5m\":1.25}");
	tree_directory(tree, "/proc/1");
	tree_directory(tree, "/proc/42");
	expect_fact(tree, facts_processes, "", "{\"count\":2}");
	expect_fact(tree, facts_fips_enabled, "", "false");
	tree_file(tree, "/proc/sys/crypto/fips_enabled", "1\n");
	expect_fact(tree, facts_fips_enabled, "", "true");
	tree_free(tree);
}

static void mounts(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	expect_fact(tree, facts_mountpoints, "", "none");
	tree_file(tree, "/proc/self/mountinfo",
		  "22 1 8:1 / / rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw,errors=continue\n"
		  "23 22 0:21 / /proc rw - proc proc rw\n"
		  "24 22 0:22 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"
		  "25 22 0:23 / /misc rw - autofs auto rw\n"
		  "26 22 8:1 /home\\040dir /mnt/a\\040b\\134c\\011 rw - ext4 /dev/sda1\n"
		  "nonsense\n27 22 0:1 / /cut rw\n28 22 0:1 / /cut2 rw -\n29 22 0:1 / /cut3 rw - "
		  "x\n");
	expect_fact(tree, facts_mountpoints, "",
		    "{\"/\":{\"device\":\"/dev/sda1\",\"filesystem\":\"ext4\",\"options\":[\"rw\","
		    "\"relatime\",\"errors=continue\"],\"root\":\"/\"},"
		    "\"/sys/fs/cgroup\":{\"device\":\"tmpfs\",\"filesystem\":\"tmpfs\","
		    "\"options\":[\"ro\",\"mode=755\"],\"root\":\"/\"},"
		    "\"/mnt/a b\\\\c\\t\":{\"device\":\"/dev/sda1\",\"filesystem\":\"ext4\","
		    "\"options\":[\"rw\"],\"root\":\"/home dir\"}}");
	tree_file(tree, "/proc/filesystems", "nodev\tsysfs\n\txfs\n\text4\n\tfuseblk\n");
	expect_fact(tree, facts_filesystems, "", "\"ext4,xfs\"");
	tree_free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distributions),
		cmocka_unit_test(os_details),
		cmocka_unit_test(kernels),
		cmocka_unit_test(processors_x86),
		cmocka_unit_test(processors_of_other_kinds),
		cmocka_unit_test(memory),
		cmocka_unit_test(users_and_groups),
		cmocka_unit_test(many_packages),
		cmocka_unit_test(packages_of_other_managers),
		cmocka_unit_test(languages),
		cmocka_unit_test(services),
		cmocka_unit_test(disks),
		cmocka_unit_test(load_and_uptime),
		cmocka_unit_test(mounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
