#include "host/describe/man.h"

#include "common/memory.h"
#include "common/own.h"
#include "common/version.h"
#include "host/describe/exit_codes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Text as it is meant, whatever of it roff would take for its own; a sentence begins a line. */
static void add_text(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool begins = !out->len || out->data[out->len - 1] == '\n';
		bool sentence_ended = i && text[i] == ' ' && strchr(".!?", text[i - 1]);
		if (begins && (text[i] == '.' || text[i] == '\''))
			buf_puts(out, "\\&");
		if (text[i] == '\\')
			buf_puts(out, "\\e");
		else if (text[i] == '-')
			buf_puts(out, "\\-");
		else
			buf_putc(out, sentence_ended ? '\n' : text[i]);
	}
}

static void add_line(struct buf *out, const char *text)
{
	add_text(out, text, strlen(text));
	buf_putc(out, '\n');
}

/* Today, or SOURCE_DATE_EPOCH, for builds that can be repeated. */
static void add_date(struct buf *out)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	struct tm tm;
	char text[64] = "";
	if (gmtime_r(&now, &tm))
		strftime(text, sizeof text, "%B %d, %Y", &tm);
	buf_printf(out, ".Dd %s\n", text);
}

static void begin(struct buf *out, const char *name, const char *summary)
{
	add_date(out);
	buf_puts(out, ".Dt ");
	for (const char *c = name; *c; c++)
		buf_putc(out, (char)toupper((unsigned char)*c));
	buf_printf(out, " 1\n.Os \"factory %s\"\n.Sh NAME\n.Nm %s\n.Nd ", FACTORY_VERSION, name);
	add_line(out, summary);
	buf_puts(out, ".Sh SYNOPSIS\n");
}

static void add_usage(struct buf *out, const char *usage)
{
	while (*usage) {
		size_t len = strcspn(usage, "\n");
		buf_puts(out, ".Nm factory\n");
		add_text(out, usage, len);
		buf_putc(out, '\n');
		usage += len + (usage[len] == '\n');
	}
}

static void add_option(struct buf *out, const struct option *option)
{
	buf_puts(out, ".It ");
	if (option->letter)
		buf_printf(out, "Fl %c , ", option->letter);
	buf_printf(out, "Fl -%s", option->name);
	if (option->argument)
		buf_printf(out, " Ar \"%s\"", option->argument);
	buf_putc(out, '\n');
	add_line(out, option->help);
}

static void add_options(struct buf *out, const struct command *command)
{
	static const struct option help = {
		.name = "help", .letter = 'h', .help = "print a summary"};
	struct option_at at = {0};
	buf_puts(out, ".Sh OPTIONS\n.Bl -tag -width Ds\n");
	for (const struct option *option; (option = options_next(command->options, &at));)
		add_option(out, option);
	add_option(out, &help);
	buf_puts(out, ".El\n");
}

char *describe_man_name(const struct command *command)
{
	char *name = mem_printf("factory-%s", command->name);
	for (char *space; (space = strchr(name, ' '));)
		*space = '-';
	return name;
}

void describe_man_command(const struct command *command, struct buf *out)
{
	autofree char *name = describe_man_name(command);
	begin(out, name, command->summary);
	add_usage(out, command->usage);
	buf_puts(out, ".Sh DESCRIPTION\n");
	add_line(out, command->text);
	add_options(out, command);
	buf_puts(out, ".Sh EXIT STATUS\nSee\n.Xr factory 1 .\n"
		      ".Sh SEE ALSO\n.Xr factory 1\n");
}

static void add_commands(struct buf *out)
{
	buf_puts(out, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; commands[i]; i++) {
		if (commands[i]->hidden)
			continue;
		autofree char *name = describe_man_name(commands[i]);
		buf_printf(out, ".It Xr %s 1\n", name);
		add_line(out, commands[i]->summary);
	}
	buf_puts(out, ".El\n");
}

static void add_exit_codes(struct buf *out)
{
	buf_puts(out, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < exit_meaning_count; i++) {
		buf_printf(out, ".It %d\n", exit_meanings[i].code);
		add_line(out, exit_meanings[i].meaning);
	}
	buf_puts(out, ".El\n");
}

static const struct {
	const char *macro, *name, *meaning;
} surroundings[] = {
	{".Sh ENVIRONMENT", NULL, NULL},
	{"Ev", "DOCKER_HOST", "the engine, where --endpoint doesn't name one"},
	{"Ev", "DOCKER_TLS_VERIFY", "speak TLS with a tcp:// engine"},
	{"Ev", "DOCKER_CERT_PATH", "the directory of the certificates for that"},
	{"Ev", "CONSUL_HTTP_ADDR", "Consul's address, where --consul doesn't name one"},
	{"Ev", "FACTORY_AGENT", "the agent for the toolbox, where it isn't beside factory"},
	{"Ev", "NO_COLOR", "where it is set and not empty, no colours"},
	{".Sh FILES", NULL, NULL},
	{"Pa", "~/.config/factory/config.yml",
	 "the user's settings, below XDG_CONFIG_HOME where that is set: a map languages"},
	{"Pa", "~/.local/state/factory/history",
	 "what was typed at the prompt of build -i, below XDG_STATE_HOME where that is set"},
	{"Pa", "/var/run/docker.sock", "the engine's socket, where nothing names another"},
};

static void add_surroundings(struct buf *out)
{
	for (size_t i = 0; i < COUNT_OF(surroundings); i++) {
		if (!surroundings[i].name) {
			buf_printf(out, "%s%s\n.Bl -tag -width Ds\n", i ? ".El\n" : "",
				   surroundings[i].macro);
			continue;
		}
		buf_printf(out, ".It %s %s\n", surroundings[i].macro, surroundings[i].name);
		add_line(out, surroundings[i].meaning);
	}
	buf_puts(out, ".El\n");
}

void describe_man(struct buf *out)
{
	begin(out, "factory", "build container images from manifests");
	buf_puts(out, ".Nm\n.Ar COMMAND\n.Op Ar ARGUMENT ...\n.Sh DESCRIPTION\n.Nm\n");
	add_line(out,
		 "builds container images from a manifest, as a .travis.yml is one: install steps\n"
		 "run one after another in a single container, each test runs on a branch of its\n"
		 "own, and the tag moves when all of them have passed.\n"
		 "Inside the target, PID 1 is one static program, the agent, which a data "
		 "container,\n"
		 "the toolbox, lends it.");
	add_commands(out);
	add_surroundings(out);
	add_exit_codes(out);
	buf_puts(out, ".Sh SEE ALSO\n.Xr agent 1\n");
}
