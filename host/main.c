#include "common/error.h"
#include "common/memory.h"
#include "common/own.h"
#include "common/version.h"
#include "host/commands/commands.h"
#include "host/exit_codes.h"

#include <curl/curl.h>
#include <signal.h>
#include <string.h>

struct command {
	const char *name, *summary;
	int (*run)(int argc, char **argv, struct error *err);
};

static int command_version(int argc, char **argv, struct error *err);
static int command_help(int argc, char **argv, struct error *err);

static const struct command commands[] = {
	{"build", "build an image from a manifest", command_build},
	{"check", "validate manifests without an engine", command_check},
	{"facts", "print the facts of an image or a container", command_facts},
	{"graph", "print the graph of a build", command_graph},
	{"init", "write a first manifest from what is in a directory", command_init},
	{"render", "print what Jinja2 makes of a manifest", command_render},
	{"report", "write a page about a build that was", command_report},
	{"toolbox", "make the data container that holds the agent", command_toolbox},
	{"ui", "show builds in a browser on this machine", command_ui},
	{"version", "print the version", command_version},
	{"help", "print this, or `help exit-codes`", command_help},
};

static const struct {
	int code;
	const char *meaning;
} codes[] = {
	{EXIT_OK, "done"},
	{EXIT_FAILED, "a failure that has no code of its own"},
	{EXIT_USAGE, "wrong options or arguments"},
	{EXIT_MANIFEST, "the manifest: not found, or wrong as Jinja2, as YAML or by its keys"},
	{EXIT_ENGINE, "no engine, or it refused"},
	{EXIT_IMAGE, "the base image is not there and can't be pulled"},
	{EXIT_STEP, "a step or a test failed, timed out or was killed"},
	{EXIT_RENDER, "a file could not be rendered or copied into the target"},
	{EXIT_VALUES, "Consul unreachable or refusing, or a key missing"},
	{EXIT_AGENT, "the session broke, or the agent speaks another protocol"},
	{70, "out of memory"},
	{EXIT_INTERRUPTED, "interrupted by SIGINT"},
	{EXIT_TERMINATED, "interrupted by SIGTERM"},
};

static void print_usage(FILE *out)
{
	fputs("usage: factory COMMAND [ARGUMENT]...\n\n"
	      "Builds container images from manifests. COMMAND --help tells more.\n\n",
	      out);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
}

static int command_version(int argc, char **argv, struct error *err)
{
	(void)argc;
	(void)argv;
	(void)err;
	printf("factory %s\n", FACTORY_VERSION);
	return EXIT_OK;
}

static int command_help(int argc, char **argv, struct error *err)
{
	if (argc < 2) {
		print_usage(stdout);
		return EXIT_OK;
	}
	if (strcmp(argv[1], "exit-codes") != 0) {
		error_set(err, "no help about '%s': try `factory %s --help`", argv[1], argv[1]);
		err->exit_code = EXIT_USAGE;
		return -1;
	}
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		printf("%4d  %s\n", codes[i].code, codes[i].meaning);
	return EXIT_OK;
}

static const struct command *find_command(const char *name)
{
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0)
		name = "version";
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static int print_error(const struct error *err)
{
	autofree char *text = error_text(err);
	fprintf(stderr, "factory: %s\n", text);
	return err->exit_code ? err->exit_code : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	auto_error struct error err = {0};
	if (argc < 2) {
		print_usage(stderr);
		return EXIT_USAGE;
	}
	const struct command *command = find_command(argv[1]);
	if (!command) {
		fprintf(stderr, "factory: unknown command '%s': `factory help` lists them\n",
			argv[1]);
		return EXIT_USAGE;
	}
	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int code = command->run(argc - 1, argv + 1, &err);
	curl_global_cleanup();
	return code < 0 ? print_error(&err) : code;
}
