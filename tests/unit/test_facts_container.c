/* Containers: whose, which, and what is in force in them. */
#include "tests/unit/facts_tree.h"

#define ID "4f1c7d0a9b3e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8"

static const char host_mounts[] = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n";

static void namespace_links(struct tree *tree, unsigned pid, unsigned user)
{
	tree_link(tree, "/proc/self/ns/pid", arena_printf(&tree->arena, "pid:[%u]", pid));
	tree_link(tree, "/proc/self/ns/user", arena_printf(&tree->arena, "user:[%u]", user));
	tree_link(tree, "/proc/self/ns/mnt", "mnt:[4026531841]");
}

static struct tree *isolated_new(void)
{
	struct tree *tree = tree_new();
	namespace_links(tree, 4026532201, 4026531837);
	return tree;
}

static void docker_on_cgroups_v1(void **state)
{
	(void)state;
	struct tree *tree = isolated_new();
	tree_file(tree, "/.dockerenv", "");
	tree_file(tree, "/proc/self/cgroup",
		  "12:memory:/docker/" ID "\n5:cpu,cpuacct:/docker/" ID "\n4:pids:/docker/" ID
		  "\n3:cpuset:/docker/" ID "\n1:name=systemd:/docker/" ID "\n");
	tree_file(tree, "/proc/self/mountinfo",
		  "600 500 0:100 / / rw - overlay overlay rw\n"
		  "601 600 0:30 /docker/" ID " /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
		  "602 600 0:31 /docker/" ID " /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup "
		  "rw,cpu,cpuacct\n"
		  "603 600 0:32 /docker/" ID " /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n"
		  "604 600 0:33 /docker/" ID " /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset\n"
		  "700 600 8:1 /var/lib/docker/containers/" ID
		  "/hosts /etc/hosts rw - ext4 /dev/sda1 rw\n");
	tree_file(tree, "/sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
	tree_file(tree, "/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes",
		  "9223372036854771712\n");
	tree_file(tree, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n");
	tree_file(tree, "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
	tree_file(tree, "/sys/fs/cgroup/cpu,cpuacct/cpu.shares", "512\n");
	tree_file(tree, "/sys/fs/cgroup/cpuset/cpuset.cpus", "0-1\n");
	tree_file(tree, "/sys/fs/cgroup/pids/pids.max", "100\n");
	expect_fact(tree, facts_container, "detected", "true");
	expect_fact(tree, facts_container, "engine", "\"docker\"");
	expect_fact(tree, facts_container, "id", "\"" ID "\"");
	expect_fact(tree, facts_container, "cgroup.version", "\"v1\"");
	expect_fact(tree, facts_container, "cgroup.paths.memory", "\"/docker/" ID "\"");
	expect_fact(tree, facts_container, "limits",
		    "{\"memory_bytes\":536870912,\"cpus\":1.5,\"cpu_quota_us\":150000,"
		    "\"cpu_period_us\":100000,\"cpu_shares\":512,\"cpuset\":\"0-1\",\"pids\":100}");
	expect_fact(tree, facts_virtual, "", "\"docker\"");
	expect_fact(tree, facts_is_virtual, "", "true");
	tree_free(tree);
}

/* The container's own group is the root of its cgroup namespace; nothing names it. */
static void docker_on_cgroups_v2(void **state)
{
	(void)state;
	struct tree *tree = isolated_new();
	tree_file(tree, "/.dockerenv", "");
	tree_file(tree, "/proc/self/cgroup", "0::/\n");
	tree_file(tree, "/proc/self/mountinfo",
		  "600 500 0:100 / / rw - overlay overlay rw\n"
		  "601 600 0:30 / /sys/fs/cgroup ro - cgroup2 cgroup rw,nsdelegate\n");
	tree_file(tree, "/sys/fs/cgroup/memory.max", "max\n");
	tree_file(tree, "/sys/fs/cgroup/memory.swap.max", "0\n");
	tree_file(tree, "/sys/fs/cgroup/cpu.max", "max 100000\n");
	tree_file(tree, "/sys/fs/cgroup/pids.max", "max\n");
	tree_file(tree, "/sys/fs/cgroup/cpuset.cpus.effective", "0-3\n");
	strcpy(tree->system.uts.nodename, "4f1c7d0a9b3e");
	expect_fact(tree, facts_container, "engine", "\"docker\"");
	expect_fact(tree, facts_container, "id", "\"4f1c7d0a9b3e\"");
	expect_fact(tree, facts_container, "cgroup",
		    "{\"version\":\"v2\",\"paths\":{\"unified\":\"/\"}}");
	expect_fact(tree, facts_container, "limits", "{\"swap_bytes\":0,\"cpuset\":\"0-3\"}");
	tree_free(tree);
}

/* Limits of the groups above bind too. */
static void nested_groups(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	tree_file(tree, "/proc/self/cgroup", "4:memory:/old\n0::/a.slice/b.service\n");
	tree_file(tree, "/proc/self/mountinfo",
		  "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
		  "30 22 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	tree_file(tree, "/sys/fs/cgroup/a.slice/b.service/memory.max", "4096\n");
	tree_file(tree, "/sys/fs/cgroup/a.slice/memory.max", "1024\n");
	tree_file(tree, "/sys/fs/cgroup/a.slice/b.service/cpu.max", "50000 100000\n");
	tree_file(tree, "/sys/fs/cgroup/a.slice/cpu.max", "200000 100000\n");
	tree_file(tree, "/sys/fs/cgroup/a.slice/b.service/cpu.weight", "100\n");
	tree_file(tree, "/sys/fs/cgroup/a.slice/cpu.weight", "50\n");
	tree_file(tree, "/sys/fs/memory.max", "1\n"); /* above the mount: not ours */
	expect_fact(tree, facts_limits, "",
		    "{\"memory_bytes\":1024,\"cpus\":0.5,\"cpu_quota_us\":50000,"
		    "\"cpu_period_us\":100000,\"cpu_weight\":100}");
	expect_fact(tree, facts_cgroup, "version", "\"hybrid\"");
	tree_free(tree);
}

/* A group outside of what is mounted: what the mount shows is the nearest there is. */
static void foreign_paths(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	tree_file(tree, "/proc/self/cgroup", "0::/../../elsewhere\nno colons\n1:x\n");
	tree_file(tree, "/proc/self/mountinfo", "30 22 0:30 /mine /cg rw - cgroup2 c rw\n");
	tree_file(tree, "/cg/pids.max", "7\n");
	expect_fact(tree, facts_limits, "", "{\"pids\":7}");
	tree_file(tree, "/proc/self/mountinfo", "30 22 0:30 / /cg rw - cgroup2 c rw\n");
	tree_file(tree, "/elsewhere/pids.max", "1\n");
	tree_file(tree, "/proc/self/cgroup", "0::/../elsewhere\n");
	expect_fact(tree, facts_limits, "", "{\"pids\":7}");
	tree_file(tree, "/proc/self/mountinfo", "30 22 0:30 /mine /cg rw - cgroup2 c rw\n");
	tree_file(tree, "/proc/self/cgroup", "0::/minenot\n");
	expect_fact(tree, facts_limits, "", "{\"pids\":7}");
	tree_file(tree, "/proc/self/cgroup", "");
	expect_fact(tree, facts_limits, "", "{}");
	tree_free(tree);
}

static void podman(void **state)
{
	(void)state;
	struct tree *tree = isolated_new();
	tree_file(tree, "/run/.containerenv",
		  "engine=\"podman-4.3.1\"\nname=\"web\"\nid=\"" ID "\"\nimage=\"docker.io/x:1\"\n"
		  "imageid=\"abc\"\nrootless=1\n");
	expect_fact(tree, facts_container, "engine", "\"podman\"");
	expect_fact(tree, facts_container, "engine_version", "\"podman-4.3.1\"");
	expect_fact(tree, facts_container, "id", "\"" ID "\"");
	expect_fact(tree, facts_container, "name", "\"web\"");
	expect_fact(tree, facts_container, "image_id", "\"abc\"");
	tree_free(tree);
}

static void other_engines(void **state)
{
	(void)state;
	static const struct {
		const char *path, *content, *engine;
		size_t len;
	} signs[] = {
		{"/proc/1/environ", "PATH=/bin\0container=lxc\0X=1", "\"lxc\"", 27},
		{"/run/systemd/container", "systemd-nspawn\n", "\"systemd-nspawn\"", 15},
		{"/proc/self/cgroup", "0::/machine/libpod-" ID ".scope\n", "\"podman\"", 91},
		{"/proc/self/cgroup", "3:cpu:/kubepods/besteffort/pod1/" ID "\n", "\"kubernetes\"",
		 97},
		{"/proc/self/cgroup", "0::/lxc.payload.web\n", "\"lxc\"", 20},
		{"/proc/self/cgroup", "0::/\n", "none", 5},
	};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		struct tree *tree = isolated_new();
		tree_file(tree, "/proc/self/mountinfo", host_mounts);
		tree_bytes(tree, signs[i].path, signs[i].content, signs[i].len);
		expect_fact(tree, facts_container, "engine", signs[i].engine);
		tree_free(tree);
	}
}

/* Its own namespaces and a root like a container's, but no engine's sign. */
static void an_unknown_engine(void **state)
{
	(void)state;
	struct tree *tree = isolated_new();
	tree_file(tree, "/proc/self/mountinfo", "600 500 0:100 / / rw - overlay overlay rw\n");
	expect_fact(tree, facts_container, "detected", "true");
	expect_fact(tree, facts_container, "engine", "none");
	expect_fact(tree, facts_virtual, "", "\"container\"");
	tree_file(tree, "/proc/self/mountinfo", host_mounts);
	expect_fact(tree, facts_container, "detected", "false");
	tree_free(tree);
}

/* A machine that was made from an image has kept its marker. */
static void a_marker_on_a_machine(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	namespace_links(tree, 4026531836, 4026531837);
	tree_file(tree, "/.dockerenv", "");
	tree_file(tree, "/proc/self/mountinfo", host_mounts);
	expect_fact(tree, facts_container, "detected", "false");
	expect_fact(tree, facts_container, "engine", "none");
	expect_fact(tree, facts_virtual, "", "\"physical\"");
	expect_fact(tree, facts_is_virtual, "", "false");
	/* The same namespaces, but a root of its own: --pid=host and so on. */
	tree_file(tree, "/proc/self/mountinfo", "600 500 0:100 / / rw - overlay overlay rw\n");
	expect_fact(tree, facts_container, "engine", "\"docker\"");
	tree_free(tree);
}

static void privileges(void **state)
{
	(void)state;
	struct tree *tree = isolated_new();
	expect_fact(tree, facts_container, "capabilities", "none");
	tree_file(tree, "/proc/self/status",
		  "Name:\tagent\nCapInh:\t0000000000000000\nCapEff:\t0000000000000000\n"
		  "CapBnd:\t8000010000200001\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n");
	expect_fact(tree, facts_container, "capabilities",
		    "{\"effective\":[],\"bounding\":[\"CAP_CHOWN\",\"CAP_SYS_ADMIN\","
		    "\"CAP_CHECKPOINT_RESTORE\",\"CAP_63\"]}");
	expect_fact(tree, facts_container, "seccomp", "{\"mode\":\"filter\",\"filters\":3}");
	expect_fact(tree, facts_container, "no_new_privs", "true");
	tree_file(tree, "/proc/self/status", "Seccomp:\t9\nNoNewPrivs:\t0\n");
	expect_fact(tree, facts_container, "seccomp", "none");
	expect_fact(tree, facts_container, "no_new_privs", "false");
	tree_file(tree, "/proc/self/oom_score_adj", "-999\n");
	expect_fact(tree, facts_container, "oom_score_adj", "-999");
	tree_free(tree);
}

static void namespaces_and_maps(void **state)
{
	(void)state;
	struct tree *tree = isolated_new();
	tree_link(tree, "/proc/self/ns/uts", "nonsense");
	tree_link(tree, "/proc/self/ns/ipc", "ipc:[x]");
	expect_fact(tree, facts_container, "namespaces",
		    "{\"mnt\":{\"inode\":4026531841},\"pid\":{\"inode\":4026532201,"
		    "\"initial\":false},\"user\":{\"inode\":4026531837,\"initial\":true}}");
	tree_file(tree, "/proc/self/uid_map",
		  "         0     100000      65536\n     65536 1000 1\nshort 1\n");
	expect_fact(tree, facts_container, "user_map",
		    "[{\"inside\":0,\"outside\":100000,\"count\":65536},"
		    "{\"inside\":65536,\"outside\":1000,\"count\":1}]");
	tree_file(tree, "/proc/self/limits",
		  "Limit                     Soft Limit           Hard Limit           Units     \n"
		  "Max open files            1024                 1048576              files     \n"
		  "Max core file size        0                    unlimited            bytes     \n"
		  "Max cpu time\nMax nonsense 1 2\n");
	expect_fact(tree, facts_container, "rlimits",
		    "{\"nofile\":{\"soft\":1024,\"hard\":1048576},"
		    "\"core\":{\"soft\":0,\"hard\":\"unlimited\"}}");
	tree_free(tree);
}

static void security_labels(void **state)
{
	(void)state;
	struct tree *tree = isolated_new();
	tree_file(tree, "/proc/self/attr/current", "system_u:system_r:container_t:s0:c1,c2\n");
	expect_fact(tree, facts_container, "lsm",
		    "{\"name\":\"selinux\",\"label\":\"system_u:system_r:container_t:s0:c1,c2\"}");
	tree_file(tree, "/proc/self/attr/current", "unconfined\n");
	expect_fact(tree, facts_container, "lsm.name", "\"apparmor\"");
	tree_file(tree, "/proc/self/attr/apparmor/current", "docker-default (enforce)\n");
	expect_fact(tree, facts_container, "lsm",
		    "{\"name\":\"apparmor\",\"mode\":\"enforce\",\"label\":\"docker-default\"}");
	tree_free(tree);
}

static void virtual_machines(void **state)
{
	(void)state;
	struct tree *tree = tree_new();
	namespace_links(tree, 4026531836, 4026531837);
	tree_file(tree, "/proc/self/mountinfo", host_mounts);
	expect_fact(tree, facts_dmi, "", "none");
	tree_file(tree, "/sys/class/dmi/id/product_name", "VMware Virtual Platform\n");
	tree_file(tree, "/sys/class/dmi/id/sys_vendor", "VMware, Inc.\n");
	tree_file(tree, "/sys/class/dmi/id/bios_date", "11/12/2020\n");
	expect_fact(tree, facts_virtual, "", "\"vmware\"");
	expect_fact(tree, facts_hypervisors, "", "{\"vmware\":{}}");
	expect_fact(tree, facts_dmi, "",
		    "{\"bios\":{\"release_date\":\"11/12/2020\"},\"manufacturer\":\"VMware, Inc.\","
		    "\"product\":{\"name\":\"VMware Virtual Platform\"}}");
	tree_file(tree, "/sys/class/dmi/id/bios_vendor", "Google\n");
	expect_fact(tree, facts_virtual, "", "\"gce\"");
	tree_free(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(docker_on_cgroups_v1),
		cmocka_unit_test(docker_on_cgroups_v2),
		cmocka_unit_test(nested_groups),
		cmocka_unit_test(foreign_paths),
		cmocka_unit_test(podman),
		cmocka_unit_test(other_engines),
		cmocka_unit_test(an_unknown_engine),
		cmocka_unit_test(a_marker_on_a_machine),
		cmocka_unit_test(privileges),
		cmocka_unit_test(namespaces_and_maps),
		cmocka_unit_test(security_labels),
		cmocka_unit_test(virtual_machines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
