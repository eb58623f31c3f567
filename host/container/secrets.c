#include "host/container/secrets.h"

#include "common/file.h"
#include "common/memory.h"

#include <stdlib.h>
#include <string.h>

enum { LARGEST = 512 << 10 };

struct secret_values {
	struct buf *items;
	char **paths;
	size_t count;
};

static int read_one(const struct secret *secret, struct buf *value, struct error *err)
{
	if (secret->file)
		return file_read(secret->file, LARGEST, value, err);
	const char *text = getenv(secret->environment);
	if (!text)
		return error_as(err, ERROR_STEP_SECRET, "the variable %s is not set",
				secret->environment);
	buf_puts(value, text);
	return 0;
}

/* As the shell does with $(cat file): a variable's value does not end in the file's newline. */
static void trim(struct buf *value)
{
	while (value->len && value->data[value->len - 1] == '\n')
		value->data[--value->len] = 0;
}

static int refuse(const struct secret *secret, struct error *err)
{
	error_set_at(err, secret->at.file, secret->at.line, secret->at.column,
		     "the secret %s holds a NUL byte: use `as: file`", secret->name);
	return error_code(err, ERROR_STEP_SECRET);
}

static int load(struct secret_values *values, const struct step *step, const char *staging,
		struct error *err)
{
	for (size_t i = 0; i < step->secrets.count; i++) {
		const struct secret *secret = &step->secrets.items[i];
		struct buf *value = &values->items[i];
		values->count++;
		if (read_one(secret, value, err) < 0) {
			error_wrap(err, "the secret %s can't be read", secret->name);
			err->code = ERROR_STEP_SECRET;
			return error_place(err, secret->at.file, secret->at.line,
					   secret->at.column);
		}
		buf_text(value); /* an empty one is "" and not NULL */
		if (!secret->as_file)
			trim(value);
		if (!secret->as_file && value->len && memchr(value->data, 0, value->len))
			return refuse(secret, err);
		values->paths[i] = secret->as_file ? mem_printf("%s/factory-secret-%d-%s", staging,
								(int)getpid(), secret->name)
						   : NULL;
	}
	return 0;
}

struct secret_values *secret_values_new(const struct step *step, const char *staging,
					struct error *err)
{
	size_t count = step->secrets.count;
	if (!count)
		return NULL;
	struct secret_values *values = mem_alloc(sizeof *values);
	values->items = mem_alloc(count * sizeof *values->items);
	values->paths = mem_alloc(count * sizeof *values->paths);
	if (load(values, step, staging, err) == 0)
		return values;
	secret_values_free(values);
	return NULL;
}

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->len);
	buf_free(buf);
}

void secret_values_free(struct secret_values *values)
{
	if (!values)
		return;
	for (size_t i = 0; i < values->count; i++) {
		wipe(&values->items[i]);
		free(values->paths[i]);
	}
	free(values->items);
	free(values->paths);
	free(values);
}

const struct buf *secret_values_get(const struct secret_values *values, size_t i)
{
	return &values->items[i];
}

const char *secret_values_path(const struct secret_values *values, size_t i)
{
	return values->paths[i];
}
