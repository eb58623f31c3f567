/* The one way to fail. A fallible function returns 0 or -1 and takes a `struct error *err` last;
 * on -1 the error says what went wrong and, where there is one, at which position. Callers wrap it
 * on the way up with what was being done. Only main prints it. */
#ifndef FACTORY_COMMON_ERROR_H
#define FACTORY_COMMON_ERROR_H

#include "common/error_codes.h"

#include <stdbool.h>

struct error {
	char *message;   /* NULL while nothing has failed; error_take hands it over */
	char *file;      /* owned; NULL where there is no position */
	unsigned line;   /* from 1; 0: unknown */
	unsigned column; /* from 1, in characters; 0: unknown */
	int exit_code;   /* what main exits with; 0: the general failure code */
	int code;        /* what it is more exactly, of common/error_codes.h; 0: no more is known */
};

/* Each of these returns -1, so that a function can end with `return error_set(err, ...)`.
 * What the error held before is released. err may not be NULL. */
int error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Likewise, with a code. */
int error_as(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int error_set_at(struct error *err, const char *file, unsigned line, unsigned column,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* As error_set, with ": " and strerror(errno) behind the message, and its code where the system's
 * reason has one. */
int error_errno(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "WHAT: " before the message that is there; position and codes stay. Returns -1. */
int error_wrap(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Gives it an exit code and a code of common/error_codes.h. Returns -1. */
int error_class(struct error *err, int exit_code, int code);

/* Gives it a code where it has none; the exit code stays. Returns -1. */
int error_code(struct error *err, int code);

/* Gives it a position where it has none (file NULL: leaves it as it is). Returns -1. */
int error_place(struct error *err, const char *file, unsigned line, unsigned column);

/* "out of memory", which needs none: what mem_guard (common/guard.h) returns. Returns -1. */
int error_exhausted(struct error *err);

/* The message, which the caller frees; the error has none afterwards. */
char *error_take(struct error *err);

/* The same message and codes, without the position; `from` stays. Returns -1. */
int error_copy(struct error *to, const struct error *from);

/* Moves the error from one place to another; `from` is empty afterwards. Returns -1. */
int error_move(struct error *to, struct error *from);

/* "FILE:LINE:COLUMN: MESSAGE", leaving out what is unknown. The caller frees it. */
char *error_text(const struct error *err);

bool error_is_set(const struct error *err);
void error_clear(struct error *err);

/* An error that releases itself: `auto_error struct error err = {0};` */
#define auto_error __attribute__((cleanup(error_clear)))

#endif
