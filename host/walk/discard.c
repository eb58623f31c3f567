#include "host/walk/discard.h"

enum { PATIENCE_US = 5000000, PAUSE_MS = 20 };

int discard_image(struct loop *loop, struct engine *engine, const char *image, struct error *err)
{
	uint64_t began = loop_now_us();
	for (;;) {
		__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
		engine_image_remove(engine, image, engine_keep, &kept);
		if (engine_finish(engine, &kept, err) == 0)
			return 0;
		if (kept.status != ENGINE_CONFLICT || loop_now_us() - began > PATIENCE_US)
			return error_wrap(err, "can't remove the image %s", image);
		error_clear(err);
		if (loop_turn(loop, PAUSE_MS, err) < 0)
			return -1;
	}
}
