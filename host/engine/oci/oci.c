#include "common/memory.h"
#include "common/own.h"
#include "common/version.h"
#include "host/engine/oci/parts.h"
#include "host/program.h"
#include "host/exit_codes.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <time.h>

enum { NEVER_STARTED_S = 600 };

static const char default_root[] = "/var/lib/factory";

static void oci_info(struct engine *engine, engine_done *done, void *ctx)
{
	struct oci *oci = (struct oci *)engine;
	struct reply *reply = reply_new(oci, done, ctx);
	struct arena *arena = &reply->arena;
	struct value *info = value_map(arena);
	bool unified = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
	struct utsname name;
	struct sysinfo machine;
	uname(&name);
	sysinfo(&machine);
	store_text(arena, info, "Driver", "overlay");
	store_text(arena, info, "DockerRootDir", oci->root);
	store_text(arena, info, "CgroupDriver", "cgroupfs");
	store_text(arena, info, "CgroupVersion", unified ? "2" : "1");
	store_text(arena, info, "DefaultRuntime", oci->runtime);
	store_text(arena, info, "Name", name.nodename);
	store_text(arena, info, "KernelVersion", name.release);
	store_text(arena, info, "Architecture", name.machine);
	value_set(arena, info, "NCPU", value_int(arena, get_nprocs()));
	value_set(arena, info, "MemTotal",
		  value_int(arena, (int64_t)machine.totalram * machine.mem_unit));
	reply->body = info;
}

static void oci_abandon(struct engine *engine)
{
	reply_abandon_all((struct oci *)engine);
}

static void oci_close(struct engine *engine)
{
	struct oci *oci = (struct oci *)engine;
	reply_abandon_all(oci);
	while (oci->streams)
		oci_stream_close((struct engine_stream *)oci->streams);
	run_end_all(oci);
	free(oci->root);
	engine_release(engine);
}

static const struct engine_driver oci_driver = {
	.inventory = &oci_inventory,
	.name = "oci",
	.close = oci_close,
	.abandon = oci_abandon,
	.info = oci_info,
	.image_inspect = oci_image_inspect,
	.image_history = oci_image_history,
	.image_pull = oci_image_pull,
	.image_push = oci_image_push,
	.image_import = oci_image_import,
	.image_tag = oci_image_tag,
	.image_list = oci_image_list,
	.image_remove = oci_image_remove,
	.create = oci_create,
	.start = oci_start,
	.inspect = oci_inspect,
	.commit = oci_commit,
	.list = oci_list,
	.remove = oci_remove,
	.file_digest = oci_file_digest,
	.network_create = oci_network_create,
	.network_list = oci_network_list,
	.network_remove = oci_network_remove,
	.attach = oci_attach,
	.stream_write = oci_stream_write,
	.stream_pending = oci_stream_pending,
	.stream_pause = oci_stream_pause,
	.stream_close = oci_stream_close,
};

/* --- opening --- */

static const char *find_runtime(void)
{
	static const char *const programs[] = {"runc", "crun"};
	for (size_t i = 0; i < COUNT_OF(programs); i++) {
		autofree char *path = program_find(programs[i]);
		if (path)
			return programs[i];
	}
	return NULL;
}

static int set_up(struct oci *oci, const char *endpoint, struct error *err)
{
	const char *root = strchr(endpoint, ':') + 1;
	if (strncmp(root, "//", 2) == 0)
		root += 2;
	oci->root = mem_strdup(*root ? root : default_root);
	if (*oci->root != '/' || strpbrk(oci->root, ":,\\")) {
		error_set(err, "the endpoint '%s' is none: use oci: or oci:/DIRECTORY", endpoint);
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_ENDPOINT);
	}
	oci->runtime = find_runtime();
	if (!oci->runtime) {
		error_set(err, "there is neither runc nor crun here: install one, or name another "
			       "engine by --endpoint or DOCKER_HOST");
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_UNREACHABLE);
	}
	if (geteuid() != 0) {
		error_set(err, "%s needs root: podman: may do without", endpoint);
		return error_class(err, EXIT_ENGINE, ERROR_ENGINE_PERMISSION);
	}
	return store_prepare(oci, err);
}

/* A session's container that has run and does not, or that was made and never started; it is not
 * in being made where the clock was set back since. */
static bool is_left_behind(struct oci *oci, struct arena *arena, const char *id)
{
	auto_error struct error ignored = {0};
	struct stat info;
	autofree char *started = store_path(oci, "containers/%s/supervisor", id);
	autofree char *made = store_path(oci, "containers/%s/container.json", id);
	const struct value *session =
		value_path(oci_container_read(oci, arena, id, &ignored), "HostConfig.AutoRemove");
	if (!value_is(session, VALUE_BOOL) || !session->boolean || oci_container_runs(oci, id))
		return false;
	return access(started, F_OK) == 0 ||
	       (stat(made, &info) == 0 && labs(time(NULL) - info.st_mtime) > NEVER_STARTED_S);
}

/* What a driver left whose machine was switched off, or whose supervisor was killed. */
static void sweep(struct oci *oci)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	autofree char *directory = store_path(oci, "containers");
	autoclose int lock = store_lock(oci, &ignored);
	if (lock < 0)
		return;
	store_sweep_unfinished(oci);
	for (char **id = store_names(&arena, directory); *id; id++)
		if (is_left_behind(oci, &arena, *id))
			oci_container_discard(oci, *id, &ignored);
	scratch_sweep(oci);
}

struct engine *oci_open(struct loop *loop, const struct engine_address *address, struct error *err)
{
	const char *endpoint = address->url;
	struct oci *oci = mem_alloc(sizeof *oci);
	oci->engine = (struct engine){.driver = &oci_driver,
				      .loop = loop,
				      .endpoint = mem_strdup(endpoint),
				      .version = mem_strdup(FACTORY_VERSION),
				      .local = true};
	if (set_up(oci, endpoint, err) == 0) {
		sweep(oci);
		return &oci->engine;
	}
	oci_close(&oci->engine);
	return NULL;
}
