#include "common/error.h"

#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* The one message that nobody owns: it must be there when nothing can be allocated. */
static char exhausted[] = "out of memory";

static void free_message(struct error *err)
{
	if (err->message != exhausted)
		free(err->message);
	err->message = NULL;
}

static void replace(struct error *err, char *message)
{
	error_clear(err);
	err->message = message;
}

int error_set(struct error *err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	replace(err, mem_vprintf(format, args));
	va_end(args);
	return -1;
}

int error_as(struct error *err, int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	replace(err, mem_vprintf(format, args));
	va_end(args);
	err->code = code;
	return -1;
}

int error_set_at(struct error *err, const char *file, unsigned line, unsigned column,
		 const char *format, ...)
{
	va_list args;
	va_start(args, format);
	autofree char *file_copy = file ? mem_strdup(file) : NULL;
	replace(err, mem_vprintf(format, args));
	va_end(args);
	err->file = STEAL(file_copy);
	err->line = line;
	err->column = column;
	return -1;
}

static int code_of(int number)
{
	static const struct {
		int number, code;
	} codes[] = {
		{ENOENT, ERROR_FILE_MISSING},   {EACCES, ERROR_FILE_PERMISSION},
		{EPERM, ERROR_FILE_PERMISSION}, {EROFS, ERROR_FILE_PERMISSION},
		{ENOSPC, ERROR_DISK_FULL},      {EDQUOT, ERROR_DISK_FULL},
		{EISDIR, ERROR_FILE_KIND},      {ENOTDIR, ERROR_FILE_KIND},
		{ELOOP, ERROR_FILE_KIND},       {EFBIG, ERROR_FILE_TOO_LARGE},
		{EEXIST, ERROR_FILE_EXISTS},    {EMFILE, ERROR_RESOURCES},
		{ENFILE, ERROR_RESOURCES},      {EAGAIN, ERROR_RESOURCES},
		{ENOMEM, ERROR_RESOURCES},      {EADDRINUSE, ERROR_IN_USE},
	};
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (codes[i].number == number)
			return codes[i].code;
	return 0;
}

int error_errno(struct error *err, const char *format, ...)
{
	int number = errno;
	va_list args;
	va_start(args, format);
	autofree char *what = mem_vprintf(format, args);
	va_end(args);
	replace(err, mem_printf("%s: %s", what, strerror(number)));
	err->code = code_of(number);
	return -1;
}

int error_wrap(struct error *err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	autofree char *what = mem_vprintf(format, args);
	va_end(args);
	char *joined = mem_printf("%s: %s", what, err->message ? err->message : "failed");
	free_message(err);
	err->message = joined;
	return -1;
}

int error_class(struct error *err, int exit_code, int code)
{
	err->exit_code = exit_code;
	err->code = code;
	return -1;
}

int error_code(struct error *err, int code)
{
	if (!err->code)
		err->code = code;
	return -1;
}

int error_place(struct error *err, const char *file, unsigned line, unsigned column)
{
	if (err->file || !file)
		return -1;
	err->file = mem_strdup(file);
	err->line = line;
	err->column = column;
	return -1;
}

int error_exhausted(struct error *err)
{
	error_clear(err);
	err->message = exhausted;
	return error_class(err, MEM_EXIT_CODE, ERROR_MEMORY);
}

char *error_take(struct error *err)
{
	char *message = err->message == exhausted ? mem_strdup(exhausted) : err->message;
	err->message = NULL;
	return message;
}

int error_copy(struct error *to, const struct error *from)
{
	error_set(to, "%s", from->message);
	return error_class(to, from->exit_code, from->code);
}

int error_move(struct error *to, struct error *from)
{
	error_clear(to);
	*to = *from;
	*from = (struct error){0};
	return -1;
}

char *error_text(const struct error *err)
{
	const char *message = err->message ? err->message : "unknown error";
	if (!err->file)
		return mem_strdup(message);
	if (!err->line)
		return mem_printf("%s: %s", err->file, message);
	if (!err->column)
		return mem_printf("%s:%u: %s", err->file, err->line, message);
	return mem_printf("%s:%u:%u: %s", err->file, err->line, err->column, message);
}

bool error_is_set(const struct error *err)
{
	return err->message != NULL;
}

void error_clear(struct error *err)
{
	free_message(err);
	free(err->file);
	*err = (struct error){0};
}
