/* Who made a network: boot, PID namespace, PID and start time of a process. Another driver on the
 * same machine can tell from that whether it still runs. */
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/services/owner.h"

#include <string.h>
#include <sys/stat.h>

static char *boot_id(void)
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	if (file_read("/proc/sys/kernel/random/boot_id", 0, &text, &ignored) < 0)
		return mem_strdup("unknown");
	return mem_strndup(buf_text(&text), strcspn(buf_text(&text), "\n"));
}

/* The 22nd field, behind a name in brackets that may hold anything; 0: there is no such process. */
static unsigned long long start_time(const char *pid)
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	autofree char *path = mem_printf("/proc/%s/stat", pid);
	if (file_read(path, 0, &text, &ignored) < 0)
		return 0;
	const char *at = strrchr(buf_text(&text), ')');
	for (int field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

static unsigned long long pid_namespace(void)
{
	struct stat info;
	return stat("/proc/self/ns/pid", &info) == 0 ? info.st_ino : 0;
}

char *owner_label(void)
{
	autofree char *boot = boot_id(), *pid = mem_printf("%d", (int)getpid());
	return mem_printf("%s/%llu/%s/%llu", boot, pid_namespace(), pid, start_time(pid));
}

bool owner_is_gone(const char *label)
{
	autofree char *boot = boot_id();
	autofree char *prefix = mem_printf("%s/%llu/", boot, pid_namespace());
	if (strncmp(label, prefix, strlen(prefix)) != 0)
		return false;
	const char *pid = label + strlen(prefix), *slash = strchr(pid, '/');
	if (!slash || strspn(pid, "0123456789") != (size_t)(slash - pid))
		return false;
	autofree char *number = mem_strndup(pid, (size_t)(slash - pid));
	return start_time(number) != strtoull(slash + 1, NULL, 10);
}
