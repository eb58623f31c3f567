/* Any text as an index of modules: what is taken is complete, in order, and can be found. */
#include "host/modules/index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	struct index index = {0};
	if (index_parse(&index, "index.yml", (const char *)data, size, &arena, &err) < 0) {
		if (!err.message || !err.file)
			abort();
		return 0;
	}
	for (size_t i = 0; i < index.count; i++) {
		const struct index_module *module = &index.modules[i];
		const struct index_module *newest = index_find(&index, module->name, NULL, &err);
		if (!newest || index_compare_versions(newest->version, module->version) < 0)
			abort();
		if (!index_find(&index, module->name, module->version, &err))
			abort();
		if (!module->digest == !module->source.sha256 || strchr(module->name, '/'))
			abort();
	}
	return 0;
}
