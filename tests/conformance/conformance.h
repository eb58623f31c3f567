/* What every engine must be able to do, as programs that speak engine.h and nothing else: the same
 * cases for each driver. A case that fails ends the process. */
#ifndef FACTORY_TESTS_CONFORMANCE_CONFORMANCE_H
#define FACTORY_TESTS_CONFORMANCE_CONFORMANCE_H

#include "common/own.h"
#include "host/engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names of what the cases make; BASE_IMAGE is there before (conformance ENDPOINT prepare). */
#define BASE_IMAGE "factory-test/conformance:base"
#define DATA_IMAGE "factory-test/conformance:data"
#define DATA_NAME  "factory-conformance-data"

struct suite {
	struct loop *loop;
	struct engine *engine;
	const char *tar; /* the base's root file system */
};

/* What can't be had from this engine, said in a few words; NULL: it can do it. */
typedef const char *suite_case(struct suite *suite);

struct named_case {
	const char *name, *title; /* the title is the table's row */
	suite_case *run;
};
extern const struct named_case image_cases[], config_cases[], container_cases[], session_cases[],
	limit_cases[]; /* each ends with an empty one */

_Noreturn void fail_at(const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
#define fail(...) fail_at(__FILE__, __LINE__, __VA_ARGS__)
#define check(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail("not true: %s", #condition);                                          \
	} while (0)
void check_text_at(const char *file, int line, const char *got, const char *expected);
#define check_text(got, expected) check_text_at(__FILE__, __LINE__, got, expected)

/* Ends one operation that was started with engine_keep, with this status. */
void settle_at(const char *file, int line, struct suite *suite, struct engine_kept *kept,
	       enum engine_status expected);
#define settle(suite, kept, expected) settle_at(__FILE__, __LINE__, suite, kept, expected)
#define auto_kept                     __attribute__((cleanup(engine_kept_free)))

/* An object of the engine in an arena that the caller owns. */
struct value *look_at_image(struct suite *suite, struct arena *arena, const char *ref);
struct value *look_at_container(struct suite *suite, struct arena *arena, const char *id);

char *new_container(struct suite *suite, const struct engine_container *spec); /* its id, owned */
void remove_container(struct suite *suite, const char *id);
void remove_image(struct suite *suite, const char *ref);
/* Makes an image of the base's root file system, changed by Dockerfile lines. */
void import_base(struct suite *suite, const char *tag, const char *const *changes);
/* Commits a container that is attached to, with this config (JSON); the image's id, owned. */
char *commit(struct suite *suite, const char *container, const char *config);

/* A session: sh -c SCRIPT in a new container of BASE_IMAGE unless `spec` says otherwise. */
struct talk {
	struct suite *suite;
	struct engine_stream *stream;
	char *id;
	char *output, *diagnostics; /* what came so far; "" at first */
	bool attached, started, closed;
	char *error; /* that the stream ended with, or NULL */
};
struct talk *talk_begin(struct suite *suite, const struct engine_container *spec,
			const char *script);
void talk_say(struct talk *talk, const char *text);
void talk_until(struct talk *talk, const char *text); /* it is in the output */
void talk_wait(struct talk *talk);                    /* one turn of the loop */
void talk_until_closed(struct talk *talk);
void talk_end(struct talk *talk); /* removes the container too */

/* All of that: what `script` printed, owned. */
char *output_of(struct suite *suite, const struct engine_container *spec, const char *script);

#endif
