#include "host/sbom/gather.h"

#include "common/json.h"
#include "common/own.h"
#include "host/build/probe.h"
#include "host/exit_codes.h"
#include "host/export/output.h"
#include "host/sbom/sbom.h"

struct value *sbom_gather(const struct gathering *gathering, const char *image, const char *name,
			  struct arena *arena, struct error *err)
{
	static const char *const patterns[] = {"os", "package", NULL};
	__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
	struct probe probe = {.loop = gathering->loop,
			      .engine = gathering->engine,
			      .toolbox = gathering->toolbox,
			      .report = gathering->report,
			      .signals = gathering->signals,
			      .patterns = patterns};
	engine_image_inspect(gathering->engine, image, engine_keep, &kept);
	if (engine_finish(gathering->engine, &kept, err) < 0)
		return NULL;
	const char *id = value_text(value_get(kept.body, "Id"));
	if (kept.status != ENGINE_OK || !id) {
		error_set(err, "the engine has no image %s", image);
		error_class(err, EXIT_IMAGE, ERROR_IMAGE);
		return NULL;
	}
	const struct value *facts = probe_target(&probe, image, arena, err);
	if (!facts)
		return NULL;
	return sbom_make(arena, name, id, value_text(value_get(kept.body, "Created")), facts);
}

int sbom_write(const char *path, const struct value *document, struct error *err)
{
	auto_buf struct buf text = {0};
	struct output output;
	json_write_pretty(&text, document, 2);
	buf_puts(&text, "\n");
	if (output_open(&output, path, err) < 0)
		return -1;
	int status = output_write(&output, text.data, text.len);
	if (status < 0)
		error_errno(err, "can't write %s", path);
	else
		status = output_commit(&output, err);
	output_discard(&output);
	return status;
}
