#include "common/guard.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/describe/help.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"
#include "host/progress/visible.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A container's names and words may be in it: a terminal gets only what is harmless to it. */
static char *harmless(const char *text)
{
	struct buf out = {0};
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		visible_add(&out, line, len);
		buf_puts(&out, line[len] ? "\n" : "");
		line += len + (line[len] == '\n');
	}
	return buf_steal(&out);
}

/* The last line is for people only. */
static int print_error(const struct error *err)
{
	bool terminal = isatty(STDERR_FILENO);
	autofree char *whole = explain_text(err);
	autofree char *text = terminal ? harmless(whole) : STEAL(whole);
	fprintf(stderr, "factory: %s\n", text);
	if (terminal)
		fprintf(stderr, "`factory explain F%04d` tells more\n",
			(int)explain_error(err)->code);
	return err->exit_code ? err->exit_code : EXIT_FAILED;
}

/* A core file would hold secrets. 1 is too little for a file, and tells the kernel not to start a
 * program that collects them either, which with 0 it would. */
static void leave_no_core(void)
{
	const struct rlimit least = {1, 1};
	setrlimit(RLIMIT_CORE, &least);
}

/* What is opened later must not be taken for a standard stream that was closed: reading finds its
 * end there, writing fails as before. */
static void fill_standard_streams(void)
{
	int fd;
	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

/* What was printed is known to be out only now: the disk may be full. */
static int printed(int code, struct error *err)
{
	if (code >= 0 && (fflush(stdout) != 0 || ferror(stdout)))
		return error_errno(err, "can't write to standard output");
	return code;
}

struct call {
	int argc;
	char **argv;
	int code;
};

static int run(void *ctx, struct error *err)
{
	struct call *call = ctx;
	call->code = commands_run(call->argc, call->argv, err);
	return call->code < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	auto_error struct error err = {0};
	fill_standard_streams();
	if (argc < 2) {
		describe_commands(NULL, stderr);
		return EXIT_USAGE;
	}
	leave_no_core();
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	struct call call = {argc, argv, 0};
	int code = mem_guard(run, &call, &err) < 0 ? -1 : call.code;
	curl_global_cleanup();
	code = printed(code, &err);
	return code < 0 ? print_error(&err) : code;
}
