/* What was done at the prompt, written into any text: each of its steps changed in each way. */
#include "common/memory.h"
#include "common/own.h"
#include "host/interactive/layout.h"
#include "host/interactive/save.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 50 }; /* steps that are changed */

static void change(const char *text, size_t size, const struct manifest *manifest,
		   const struct save_change *one)
{
	auto_error struct error err = {0};
	auto_buf struct buf out = {0};
	int status = save_changes(text, size, manifest, one, 1, &out, &err);
	if ((status < 0) != error_is_set(&err))
		abort();
	if (status == 0 && out.len == size && memcmp(out.data, text, size) == 0 &&
	    one->kind != SAVE_COMMAND)
		abort();
}

/* As the manifest's reader would have found them, were there no Jinja2. */
static struct steps steps_of(const struct layout *layout, const char *path, struct arena *arena)
{
	struct steps steps = {.items =
				      arena_alloc(arena, (layout->count + 1) * sizeof(struct step)),
			      .count = layout->count};
	for (size_t i = 0; i < steps.count; i++)
		steps.items[i].at = (struct position){path, (unsigned)layout->items[i].line + 1, 1};
	return steps;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const commands[] = {"true", "a: [b, c] # d", "one\n  two\n\n",
					       "x {{ y }}"};
	auto_layout struct layout layout = {0};
	auto_arena struct arena arena = {0};
	auto_error struct error err = {0};
	autofree char *text = mem_strndup((const char *)data, size);
	size = strlen(text);
	if (layout_read(&layout, "m.yml", text, size, NULL, &err) == 0) {
		struct manifest manifest = {.path = "m.yml",
					    .install = steps_of(&layout, "m.yml", &arena)};
		for (size_t i = 0; i <= layout.count && i < MOST; i++)
			for (size_t j = 0; j < COUNT_OF(commands); j++) {
				change(text, size, &manifest,
				       &(struct save_change){SAVE_ADDED, i, commands[j]});
				if (i < layout.count)
					change(text, size, &manifest,
					       &(struct save_change){SAVE_COMMAND, i, commands[j]});
				if (i < layout.count)
					change(text, size, &manifest,
					       &(struct save_change){SAVE_LEFT_OUT, i, NULL});
			}
	} else if (!error_is_set(&err)) {
		abort();
	}
	return 0;
}
