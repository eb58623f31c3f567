/* What every unit test includes: cmocka, and the few helpers they share. */
#ifndef FACTORY_TESTS_UNIT_CHECK_H
#define FACTORY_TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/error.h"

/* The error has been set, its text contains `part`; it is cleared afterwards. */
static inline void expect_error(struct error *err, const char *part)
{
	assert_non_null(err->message);
	char *text = error_text(err);
	if (!strstr(text, part))
		fail_msg("the error '%s' does not contain '%s'", text, part);
	free(text);
	error_clear(err);
}

/* Nothing failed; prints what did otherwise. */
static inline void expect_no_error(struct error *err)
{
	if (err->message)
		fail_msg("unexpected error: %s", err->message);
}

#endif
