#include "host/complete/complete.h"

#include "common/own.h"
#include "host/engine/engine.h"
#include "host/options.h"

#include <string.h>

#define auto_kept __attribute__((cleanup(engine_kept_free)))

typedef void list_begin(struct engine *engine, engine_done *done, void *ctx);

/* Each entry of the list has its names in a list of its own. */
static void offer_list(const struct completion *completion, struct engine *engine,
		       list_begin *begin, const char *key, const char *description, struct buf *out)
{
	auto_kept struct engine_kept kept = {0};
	auto_error struct error ignored = {0};
	begin(engine, engine_keep, &kept);
	if (engine_finish(engine, &kept, &ignored) < 0 || !value_is(kept.body, VALUE_LIST))
		return;
	for (size_t i = 0; i < kept.body->list.len; i++) {
		const struct value *names = value_get(kept.body->list.items[i], key);
		for (size_t k = 0; value_is(names, VALUE_LIST) && k < names->list.len; k++) {
			const char *name = value_text(names->list.items[k]);
			if (!name || strncmp(name, "<none>", 6) == 0)
				continue;
			name += *name == '/';
			complete_offer(completion, name, strlen(name), description, out);
		}
	}
}

void complete_from_engine(const struct completion *completion, struct buf *out)
{
	auto_error struct error ignored = {0};
	struct loop *loop =
		completion->words & (WORD_IMAGE | WORD_CONTAINER) ? loop_new(&ignored) : NULL;
	struct engine *engine = loop ? engine_open(loop, completion->endpoint, &ignored) : NULL;
	if (engine && completion->words & WORD_IMAGE)
		offer_list(completion, engine, engine_image_list, "RepoTags", "image", out);
	if (engine && completion->words & WORD_CONTAINER)
		offer_list(completion, engine, engine_list, "Names", "container", out);
	if (engine)
		engine_close(engine);
	if (loop)
		loop_free(loop);
}
