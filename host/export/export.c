#include "host/export/export.h"

#include "common/own.h"
#include "host/clean/amounts.h"
#include "host/engine/familiar.h"
#include "host/engine/inventory.h"
#include "host/exit_codes.h"
#include "host/export/oci.h"
#include "host/moment.h"

#include <errno.h>
#include <string.h>

/* An engine's save on its way into a file. */
struct saving {
	struct engine_kept kept;
	struct output output;
	int error; /* errno of a write that failed */
};

static int take(void *ctx, const char *data, size_t len)
{
	struct saving *saving = ctx;
	if (output_write(&saving->output, data, len) == 0)
		return 0;
	saving->error = errno;
	return -1;
}

static void ended(void *ctx, const struct engine_result *result)
{
	struct saving *saving = ctx;
	engine_keep(&saving->kept, result);
}

static int save(struct engine *engine, const char *const *names, struct saving *saving,
		struct error *err)
{
	engine_image_save(engine, names, take, ended, saving);
	int status = engine_finish(engine, &saving->kept, err);
	if (saving->error) {
		errno = saving->error;
		status = error_errno(err, "can't write %s", saving->output.path);
		err->exit_code = EXIT_FAILED;
	} else if (status == 0 && saving->kept.status == ENGINE_NOT_FOUND) {
		status = error_set(err, "the engine has no such image");
		error_class(err, EXIT_IMAGE, ERROR_IMAGE);
	}
	engine_kept_free(&saving->kept);
	return status;
}

/* A name that is not there would only be left out by some engines. */
static int check_names(struct engine *engine, const char *const *names, struct error *err)
{
	for (; *names; names++) {
		__attribute__((cleanup(engine_kept_free))) struct engine_kept kept = {0};
		engine_image_inspect(engine, *names, engine_keep, &kept);
		if (engine_finish(engine, &kept, err) < 0)
			return -1;
		if (kept.status == ENGINE_OK)
			continue;
		error_set(err, "the engine has no image %s", *names);
		return error_class(err, EXIT_IMAGE, ERROR_IMAGE);
	}
	return 0;
}

/* The newest image's; or SOURCE_DATE_EPOCH, where a build is to give the same bytes. */
static int64_t time_of(const struct saved *saved)
{
	int64_t when = 0;
	if (moment_given())
		return moment_of_epoch();
	for (size_t i = 0; i < saved->count; i++) {
		const struct value *settings = saved->images[i].settings;
		int64_t created = amount_time(value_text(value_get(settings, "created")));
		when = created > when ? created : when;
	}
	return when;
}

/* An engine may save an image by a longer name than it was asked for by. */
static void use_asked(struct value *saved, const char *const *names, struct arena *arena)
{
	for (size_t i = 0; value_is(saved, VALUE_LIST) && i < saved->list.len; i++) {
		const char *name = value_text(saved->list.items[i]);
		const char *familiar = name ? familiar_name(name) : NULL;
		for (const char *const *at = names; familiar && *at; at++)
			if (strcmp(familiar, *at) == 0)
				saved->list.items[i] = value_string(arena, familiar);
	}
}

static int convert(int scratch, const char *const *names, const struct output *output,
		   struct error *err)
{
	auto_arena struct arena arena = {0};
	struct saved saved;
	if (saved_read(scratch, &saved, &arena, err) < 0)
		return -1;
	for (size_t i = 0; i < saved.count; i++)
		use_asked(saved.images[i].names, names, &arena);
	return oci_write(&saved, output, time_of(&saved), err);
}

static int write_oci(struct engine *engine, const char *const *names, const struct output *output,
		     struct error *err)
{
	autoclose int scratch = output_scratch(output->path, err);
	struct saving saving = {.output = {.fd = scratch, .path = output->path}};
	if (scratch < 0 || save(engine, names, &saving, err) < 0)
		return -1;
	return convert(scratch, names, output, err);
}

static int write_docker(struct engine *engine, const char *const *names,
			const struct output *output, struct error *err)
{
	struct saving saving = {.output = *output};
	return save(engine, names, &saving, err);
}

int export_images(struct engine *engine, const char *const *names, const char *path,
		  const char *format, struct error *err)
{
	struct output output;
	bool oci = format && strcmp(format, "oci") == 0;
	if (engine_needs_inventory(engine, err) < 0 || check_names(engine, names, err) < 0 ||
	    output_open(&output, path, err) < 0)
		return -1;
	int status = oci ? write_oci(engine, names, &output, err)
			 : write_docker(engine, names, &output, err);
	if (status == 0)
		status = output_commit(&output, err);
	output_discard(&output);
	return status;
}
