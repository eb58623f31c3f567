#include "host/container/name.h"

#include "common/hash.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOST_DIGITS = 8 };

/* Of this machine since it started, and this namespace of processes: where a PID means something.
 */
static char *host_digits(void)
{
	static const char path[] = "/proc/sys/kernel/random/boot_id";
	char boot[64] = "", hex[HASH_HEX];
	struct stat space = {0};
	FILE *file = fopen(path, "re");
	if (file) {
		if (!fgets(boot, sizeof boot, file))
			boot[0] = 0;
		fclose(file);
	}
	if (stat("/proc/self/ns/pid", &space) < 0)
		space.st_ino = 0;
	autofree char *text = mem_printf("%s%llu", boot, (unsigned long long)space.st_ino);
	auto_hash struct hash *hash = hash_new();
	hash_add_text(hash, text);
	hash_finish(STEAL(hash), hex);
	return mem_strndup(hex, HOST_DIGITS);
}

char *container_name_new(void)
{
	uint64_t random = loop_now_us();
	autofree char *host = host_digits();
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0)
		random ^= (uint64_t)(uintptr_t)host << 32;
	return mem_printf("factory-%s-%ld-%016llx", host, (long)getpid(),
			  (unsigned long long)random);
}

/* --- those that were left --- */

static void swept(void *ctx, const struct engine_result *result)
{
	(void)ctx;
	(void)result;
}

/* Whether the process of that name has ended. */
static bool is_orphan(const char *name, const char *prefix)
{
	char *end;
	if (*name == '/') /* as engines list them */
		name++;
	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return false;
	long pid = strtol(name + strlen(prefix), &end, 10);
	return pid > 0 && *end == '-' && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

static void found(void *ctx, const struct engine_result *result)
{
	struct engine *engine = ctx;
	autofree char *host = host_digits();
	autofree char *prefix = mem_printf("factory-%s-", host);
	const struct value *list = result->body;
	for (size_t i = 0; value_is(list, VALUE_LIST) && i < list->list.len; i++) {
		const struct value *names = value_get(list->list.items[i], "Names");
		const char *id = value_text(value_get(list->list.items[i], "Id"));
		const char *name = value_is(names, VALUE_LIST) && names->list.len
					   ? value_text(names->list.items[0])
					   : NULL;
		if (id && name && is_orphan(name, prefix))
			engine_remove(engine, id, swept, NULL);
	}
}

void container_names_sweep(struct engine *engine)
{
	autofree char *host = host_digits();
	autofree char *names = mem_printf("^/?factory-%s-", host);
	engine_list_named(engine, names, found, engine);
}
