/* Anything as a file of external facts: the first byte chooses its kind. */
#include "agent/facts/external.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const endings[] = {"txt", "json", "yml"};

static void gather(const char *directory)
{
	auto_arena struct arena arena = {0};
	const char *const directories[] = {directory};
	const struct facts_external external = {.directories = directories, .count = 1};
	facts_add_external(&external, &arena, value_map(&arena), value_map(&arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_error struct error err = {0};
	char directory[] = "/dev/shm/factory-fuzz-XXXXXX";
	if (!size || !mkdtemp(directory))
		return 0;
	autofree char *path =
		mem_printf("%s/f.%s", directory, endings[data[0] % COUNT_OF(endings)]);
	if (file_replace(path, data + 1, size - 1, 0600, (uid_t)-1, (gid_t)-1, &err) == 0)
		gather(directory);
	file_remove_tree(directory, &err);
	return 0;
}
