#include "common/hash.h"
#include "common/memory.h"
#include "tests/conformance/conformance.h"

#include <unistd.h>

/* Again and again: an output that comes at once is easily lost. */
static const char *first_output(struct suite *suite)
{
	for (int i = 0; i < 8; i++) {
		autofree char *seen = output_of(suite, NULL, "echo first");
		check_text(seen, "first\n");
	}
	return NULL;
}

static const char *two_ways(struct suite *suite)
{
	struct talk *talk = talk_begin(
		suite, NULL, "while read line; do echo \"<$line>\"; echo \"!$line\" >&2; done");
	talk_say(talk, "one\n");
	talk_until(talk, "<one>\n");
	talk_say(talk, "two\nthree\n");
	talk_until(talk, "<three>\n");
	check_text(talk->output, "<one>\n<two>\n<three>\n");
	while (!strstr(talk->diagnostics, "three\n"))
		talk_wait(talk);
	check_text(talk->diagnostics, "!one\n!two\n!three\n");
	talk_end(talk);
	return NULL;
}

static const char *ends_with_us(struct suite *suite)
{
	const struct engine_container spec = {.network = "none"};
	struct talk *talk = talk_begin(suite, &spec, "echo there; cat; echo ended");
	talk_until(talk, "there");
	engine_stream_close(STEAL(talk->stream)); /* its standard input ends, and so does it */
	autofree char *id = mem_strdup(talk->id);
	for (int i = 0;; i++) {
		auto_kept struct engine_kept kept = {0};
		auto_error struct error ignored = {0};
		check(i < 200);
		engine_inspect(suite->engine, id, engine_keep, &kept);
		engine_finish(suite->engine, &kept, &ignored);
		if (kept.status == ENGINE_NOT_FOUND)
			break;
		usleep(50000);
	}
	talk_end(talk);
	return NULL;
}

/* Bytes that are no text, more than any buffer holds, against a reader who pauses. */
static const char *much(struct suite *suite)
{
	enum { SIZE = 4 << 20 };
	char hex[HASH_HEX];
	struct talk *talk = talk_begin(suite, NULL, "head -c 4194304 | sha256sum");
	char *bytes = mem_alloc(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i * 7 >> 3);
	hash_hex(bytes, SIZE, hex);
	engine_stream_write(talk->stream, bytes, SIZE);
	free(bytes);
	check(engine_stream_pending(talk->stream) > 0);
	engine_stream_pause(talk->stream, true);
	while (engine_stream_pending(talk->stream) > 0)
		talk_wait(talk);
	usleep(300000);
	talk_wait(talk);
	check_text(talk->output, "");
	engine_stream_pause(talk->stream, false);
	talk_until(talk, "  -\n");
	check(strncmp(talk->output, hex, strlen(hex)) == 0);
	talk_end(talk);
	return NULL;
}

static const char *as_asked(struct suite *suite)
{
	static const char *const env[] = {"PATH=/bin", "X=a b", NULL};
	const struct engine_container spec = {
		.network = "none", .user = "1000", .workdir = "/var/deep", .env = env};
	autofree char *seen =
		output_of(suite, &spec, "echo $(id -u) $(id -g) $PWD \"$X\"; ls -d /var/deep");
	check_text(seen, "1000 1000 /var/deep a b\n/var/deep\n");
	return NULL;
}

const struct named_case session_cases[] = {
	{"first-output", "loses no output of a program that speaks at once", first_output},
	{"two-ways", "carries a session both ways, its errors apart", two_ways},
	{"end", "ends a session's container when the driver lets go", ends_with_us},
	{"much", "carries more than its buffers hold, also when nobody reads", much},
	{"as-asked", "runs as the user, in the directory, with the variables given", as_asked},
	{0},
};
