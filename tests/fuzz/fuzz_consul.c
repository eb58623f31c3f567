/* Reads anything as Consul's reply to a question for keys; the first byte chooses the question. */
#include "common/consul.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes of it must agree with its own description. */
static void check(const struct value *found)
{
	if (value_is(found, VALUE_STRING) && found->string.data[found->string.len] != '\0')
		abort();
	for (size_t i = 0; value_is(found, VALUE_LIST) && i < found->list.len; i++) {
		const char *path = value_text(value_get(found->list.items[i], "Path"));
		const char *key = value_text(value_get(found->list.items[i], "Key"));
		if (!path || !key || strlen(key) > strlen(path) ||
		    strcmp(path + strlen(path) - strlen(key), key) != 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const kinds[] = {"key", "keys", "tree"};
	static const char *const names[] = {"a", "", "/a/b/"};
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	const struct consul_target target = {.name = (char *)"Consul"};
	auto_response struct http_response response = {.status = 200};
	struct value *found = NULL;
	if (!size)
		return 0;
	buf_add(&response.body, data + 1, size - 1);
	if (consul_answer(&arena, &target, kinds[data[0] % 3], names[data[0] / 3 % 3], &response,
			  &found, &err) == 0)
		check(found);
	return 0;
}
