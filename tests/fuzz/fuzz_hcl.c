/* Reads any text as HCL, then as a configuration of templates. */
#include "agent/render/config/hcl.h"
#include "agent/render/render.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	const char *text = size ? (const char *)data : "";
	hcl_parse(&arena, "f.hcl", text, size, &err);
	return 0;
}
