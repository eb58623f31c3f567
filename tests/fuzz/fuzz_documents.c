/* The readers of documents from outside: the first byte chooses JSON, YAML, HCL or keys. */
#include "agent/render/config/hcl.h"
#include "common/json.h"
#include "common/kv.h"
#include "common/yaml.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	auto_buf struct buf out = {0};
	const char *text = (const char *)data + 1;
	struct value *value = NULL;
	if (size < 1 || size > 65536)
		return 0;
	switch (data[0] % 4) {
	case 0:
		value = json_parse(&arena, "fuzz", text, size - 1, &err);
		break;
	case 1:
		value = yaml_parse(&arena, "fuzz", text, size - 1, &err);
		break;
	case 2:
		value = hcl_parse(&arena, "fuzz", text, size - 1, &err);
		break;
	case 3:
		value = yaml_parse(&arena, "fuzz", text, size - 1, &err);
		value = value ? kv_flatten(&arena, "fuzz", value, &err) : NULL;
		break;
	}
	/* Aliases can make a small YAML document a huge JSON text: only the others are written. */
	if (value && data[0] % 4 != 1)
		json_write(&out, value);
	return 0;
}
