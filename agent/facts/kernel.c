/* The kernel: what uname(2) says, taken apart. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"

#include <ctype.h>
#include <string.h>

/* The length of the first `numbers` numbers of "6.18.44-fc", dots between them included. */
static size_t numbers_length(const char *release, unsigned numbers)
{
	size_t len = 0;
	while (numbers && isdigit((unsigned char)release[len])) {
		len += strspn(release + len, "0123456789");
		if (!--numbers || release[len] != '.' || !isdigit((unsigned char)release[len + 1]))
			break;
		len++;
	}
	return len;
}

struct value *facts_kernel(struct facts_system *system, struct arena *arena)
{
	const struct utsname *uts = &system->uts;
	struct value *kernel = value_map(arena);
	facts_set_text(arena, kernel, "name", uts->sysname);
	facts_set_text(arena, kernel, "release", uts->release);
	facts_set_text(arena, kernel, "version",
		       arena_strndup(arena, uts->release, numbers_length(uts->release, 3)));
	facts_set_text(arena, kernel, "major",
		       arena_strndup(arena, uts->release, numbers_length(uts->release, 2)));
	facts_set_text(arena, kernel, "build", uts->version);
	facts_set_text(arena, kernel, "machine", uts->machine);
	return kernel->map.len ? kernel : NULL;
}
