#include "agent/session/agent.h"

#include "common/own.h"
#include "common/version.h"

#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Where to put what must not stay in the image: a file system in memory is no layer's. */
static const char *find_staging(void)
{
	static const char *const directories[] = {"/dev/shm", "/dev", "/run", "/tmp", "/"};
	struct statfs system;
	for (size_t i = 0; i < COUNT_OF(directories); i++)
		if (statfs(directories[i], &system) == 0 && system.f_type == TMPFS_MAGIC &&
		    access(directories[i], W_OK | X_OK) == 0)
			return directories[i];
	return access("/tmp", W_OK | X_OK) == 0 ? "/tmp" : "/";
}

void hello_say(struct agent *agent)
{
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	value_set(&arena, map, "protocol", value_int(&arena, PROTOCOL_VERSION));
	value_set(&arena, map, "agent", value_string(&arena, FACTORY_VERSION));
	value_set(&arena, map, "shell",
		  agent->shell ? value_string(&arena, agent->shell) : value_null(&arena));
	value_set(&arena, map, "staging", value_string(&arena, find_staging()));
	frame_add_json(&agent->outbox.bytes, FRAME_HELLO, 0, map);
}
