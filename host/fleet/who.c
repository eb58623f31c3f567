#include "host/fleet/who.h"

#include "common/json.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 400 }; /* of manifests' names */

void fleet_who_write(struct buf *out, const struct fleet_who *who)
{
	struct utsname host = {0};
	auto_arena struct arena arena = {0};
	struct value *map = value_map(&arena);
	uname(&host);
	value_set(&arena, map, "host", value_string(&arena, host.nodename));
	value_set(&arena, map, "pid", value_int(&arena, getpid()));
	value_set(&arena, map, "manifest",
		  value_stringn(&arena, who->manifest, strnlen(who->manifest, MOST_BYTES)));
	value_set(&arena, map, "endpoint", value_string(&arena, who->endpoint));
	value_set(&arena, map, "engine", value_string(&arena, who->engine));
	value_set(&arena, map, "since", value_int(&arena, time(NULL)));
	json_write(out, map);
}

void fleet_who_tell(struct buf *out, const struct value *who)
{
	const char *manifest = value_text(value_get(who, "manifest"));
	const char *host = value_text(value_get(who, "host"));
	const struct value *pid = value_get(who, "pid");
	buf_printf(out, "%s by process %lld on %s", manifest ? manifest : "something",
		   value_is(pid, VALUE_INT) ? (long long)pid->integer : 0LL, host ? host : "?");
}
