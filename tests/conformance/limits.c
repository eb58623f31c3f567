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

static bool is_listed(struct suite *suite, const char *id)
{
	auto_kept struct engine_kept kept = {0};
	engine_network_list(suite->engine, "factory.conformance", engine_keep, &kept);
	settle(suite, &kept, ENGINE_OK);
	check(value_is(kept.body, VALUE_LIST));
	for (size_t i = 0; i < kept.body->list.len; i++)
		if (strcmp(value_text(value_get(kept.body->list.items[i], "Id")), id) == 0)
			return true;
	return false;
}

/* What was asked to go may be on its way for a while. */
static bool remove_network(struct suite *suite, const char *id, int tries)
{
	enum engine_status status = ENGINE_FAILED;
	while (status != ENGINE_OK && tries--) {
		auto_kept struct engine_kept kept = {0};
		auto_error struct error ignored = {0};
		engine_network_remove(suite->engine, id, engine_keep, &kept);
		engine_finish(suite->engine, &kept, &ignored);
		status = kept.status;
		if (status != ENGINE_OK)
			usleep(50000);
	}
	return status == ENGINE_OK;
}

static void meet(struct suite *suite, const char *network)
{
	auto_arena struct arena arena = {0};
	const struct engine_container server = {.network = network, .alias = "server"};
	struct talk *talk = talk_begin(suite, &server, "echo up; echo hello | nc -l -p 7000; cat");
	talk_until(talk, "up");
	const struct value *found = look_at_container(suite, &arena, talk->id);
	const struct value *networks = value_path(found, "NetworkSettings.Networks");
	const char *address = value_text(value_get(value_get(networks, network), "IPAddress"));
	check(address && *address);
	const char *const hosts[] = {arena_printf(&arena, "other:%s", address), NULL};
	const struct engine_container client = {.network = network, .hosts = hosts};
	expect(suite, &client, "until nc other 7000 </dev/null; do sleep 0.1; done", "hello\n");
	check(!remove_network(suite, network, 1));
	talk_end(talk);
}

static const char *own_network(struct suite *suite)
{
	static const struct engine_network network = {
		.name = "factory-conformance", .label = "factory.conformance", .value = "x"};
	auto_kept struct engine_kept kept = {0};
	auto_error struct error err = {0};
	engine_network_create(suite->engine, &network, engine_keep, &kept);
	if (engine_finish(suite->engine, &kept, &err) < 0 && strstr(err.message, "no networks"))
		return "no networks";
	check(kept.status == ENGINE_OK && kept.id);
	check(is_listed(suite, kept.id));
	meet(suite, network.name);
	check(remove_network(suite, kept.id, 100));
	check(!is_listed(suite, kept.id));
	check(remove_network(suite, kept.id, 1));
	return NULL;
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
	       "echo $$; set -- /proc/[0-9]*; echo $#; mount -t tmpfs x /tmp 2>/dev/null || echo "
	       "no "
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
	{"network-own", "makes networks where containers know each other", own_network},
	{"limits", "limits memory, processors and processes", processes_and_memory},
	{"privileges", "takes privileges and capabilities away", privileges},
	{"read-only", "makes the root file system read-only", read_only},
	{"isolation", "keeps the machine's processes, mounts and devices apart", isolation},
	{0},
};
