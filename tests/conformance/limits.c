#include "common/memory.h"
#include "tests/conformance/conformance.h"

static void expect(struct suite *suite, const struct engine_container *spec, const char *script,
		   const char *expected)
{
	autofree char *seen = output_of(suite, spec, script);
	check_text(seen, expected);
}

static const char *no_network(struct suite *suite)
{
	const struct engine_container spec = {.network = "none"};
	expect(suite, &spec,
	       "cat /proc/net/dev | tail -n +3 | grep -v ' *lo:' | grep -vc "
	       "'\\(tunl\\|gre\\|erspan\\|sit\\|ip6\\|ip_vti\\)' ; true",
	       "0\n");
	return NULL;
}

static const char *host_network(struct suite *suite)
{
	const struct engine_container spec = {.network = "host"};
	char own[64] = {0};
	check(readlink("/proc/self/ns/net", own, sizeof own - 1) > 0);
	autofree char *expected = mem_printf("%s\n", own);
	if (!engine_is_local(suite->engine))
		return "another machine";
	expect(suite, &spec, "readlink /proc/self/ns/net", expected);
	expect(suite, &spec, "grep -c . /etc/resolv.conf /etc/hosts | grep -c ':0$'; true", "0\n");
	return NULL;
}

/* The engine's own: that it starts is all that can be said of it here. */
static const char *default_network(struct suite *suite)
{
	const struct engine_container spec = {0};
	char own[64] = {0};
	check(readlink("/proc/self/ns/net", own, sizeof own - 1) > 0);
	autofree char *seen = output_of(suite, &spec, "readlink /proc/self/ns/net");
	return strncmp(seen, own, strlen(own)) == 0 ? "the host's" : NULL;
}

static const char *processes_and_memory(struct suite *suite)
{
	const struct engine_container spec = {
		.network = "none", .memory = 64 << 20, .nano_cpus = 500000000, .pids = 40};
	expect(suite, &spec,
	       "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max;"
	       "cat pids/pids.max 2>/dev/null || cat pids.max;"
	       "cat cpu/cpu.cfs_quota_us 2>/dev/null || cut -d ' ' -f 1 cpu.max",
	       "67108864\n40\n50000\n");
	return NULL;
}

static const char *privileges(struct suite *suite)
{
	auto_arena struct arena arena = {0};
	struct value *all = value_list(&arena);
	value_append(&arena, all, value_string(&arena, "ALL"));
	struct engine_container spec = {.network = "none", .no_new_privileges = true, .drop = all};
	static const char script[] =
		"grep -E '^(CapEff|NoNewPrivs)' /proc/self/status | tr -d '\\t'";
	expect(suite, &spec, script, "CapEff:0000000000000000\nNoNewPrivs:1\n");
	struct value *some = value_list(&arena);
	value_append(&arena, some, value_string(&arena, "CHOWN"));
	spec = (struct engine_container){.network = "none", .drop = some};
	autofree char *without =
		output_of(suite, &spec, "chown 1 /tmp 2>/dev/null || echo refused");
	check_text(without, "refused\n");
	return NULL;
}

static const char *read_only(struct suite *suite)
{
	const struct engine_container spec = {.network = "none", .read_only = true};
	expect(suite, &spec, "touch /x 2>/dev/null || echo refused; echo > /tmp/x && echo there",
	       "refused\nthere\n");
	return NULL;
}

/* The machine is not the container's: neither its processes nor its devices nor its settings. */
static const char *isolation(struct suite *suite)
{
	expect(suite, NULL,
	       "echo $$; set -- /proc/[0-9]*; echo $#; mount -t tmpfs x /tmp 2>/dev/null || echo no "
	       "mount;"
	       "(echo 1 > /proc/sys/kernel/sysrq) 2>/dev/null || echo no sysctl;"
	       "ls /dev/vda /dev/sda /dev/mem 2>/dev/null; test -c /dev/null && test -c "
	       "/dev/urandom && echo devices",
	       "1\n1\nno mount\nno sysctl\ndevices\n");
	return NULL;
}

const struct named_case limit_cases[] = {
	{"network-none", "gives no network", no_network},
	{"network-host", "gives the host's network", host_network},
	{"network-default", "gives a network of its own by default", default_network},
	{"limits", "limits memory, processors and processes", processes_and_memory},
	{"privileges", "takes privileges and capabilities away", privileges},
	{"read-only", "makes the root file system read-only", read_only},
	{"isolation", "keeps the machine's processes, mounts and devices apart", isolation},
	{0},
};
