/* A directory with a manifest, read as a driver would. */
#ifndef FACTORY_TESTS_UNIT_MANIFEST_FIXTURE_H
#define FACTORY_TESTS_UNIT_MANIFEST_FIXTURE_H

#include "tests/unit/check.h"

#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/manifest/manifest.h"

#include <sys/stat.h>

static char directory[] = "/tmp/factory-manifest-XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	if (!mkdtemp(directory) || chdir(directory) < 0 || mkdir("conf", 0755) < 0)
		return -1;
	return file_replace("conf/template.hcl", "", 0, 0644, (uid_t)-1, (gid_t)-1, &err);
}

static int drop_directory(void **state)
{
	(void)state;
	auto_error struct error err = {0};
	return file_remove_tree(directory, &err);
}

static inline struct manifest *read_text(const char *text, const struct manifest_options *options,
					 struct error *err)
{
	static const struct manifest_options none = {0};
	struct error inner = {0};
	assert_int_equal(
		file_replace("m.yml", text, strlen(text), 0644, (uid_t)-1, (gid_t)-1, &inner), 0);
	return manifest_read("m.yml", options ? options : &none, err);
}

static inline void write_file(const char *path, const char *text)
{
	struct error err = {0};
	assert_int_equal(file_replace(path, text, strlen(text), 0644, (uid_t)-1, (gid_t)-1, &err),
			 0);
}

static inline struct value *gather(void *ctx, const char *image, struct arena *arena,
				   struct error *err)
{
	(void)err;
	*(char **)ctx = mem_strdup(image);
	struct value *facts = value_map(arena), *os = value_map(arena);
	value_set(arena, os, "id", value_string(arena, "plan9"));
	value_set(arena, facts, "os", os);
	return facts;
}

#endif
