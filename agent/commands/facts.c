/* agent facts: what this system is, as a tree, by name or by pattern, as text or over HTTP. */
#include "agent/commands.h"

#include "agent/facts/facts.h"
#include "agent/facts/format.h"
#include "agent/facts/serve.h"
#include "agent/render/inline.h"
#include "common/own.h"
#include "common/select.h"

#include <stdio.h>
#include <string.h>

enum { USAGE = 2, LONGEST_TIMEOUT = 3600, MOST_DIRECTORIES = 16 };

/* What gathering usually takes. */
enum { ALL_FACTS = 256 << 10, ALL_TEXT = 64 << 10, ONE_FACT = 32 << 10 };

static const char help[] =
	"usage: agent facts [OPTION]... [NAME|PATTERN]...\n"
	"\n"
	"Prints facts of the system it runs in, read from the kernel and from files, and those "
	"that\n"
	"an administrator adds. Without names it prints all facts as JSON, but for those that are "
	"large\n"
	"or slow (package, sockets). A name is a dotted path: os.id, network.ip, "
	"processors.models.0,\n"
	"mountpoints./home.size. In a pattern * ? and [] stand for any of a part: os.release.*,\n"
	"networking.interfaces.*.ip. Only the families that are named are read.\n"
	"\n"
	"  one name       its value alone; a subtree as JSON\n"
	"  several names  a line NAME=VALUE for each; a subtree as JSON on that line\n"
	"\n"
	"  --format json   a JSON object of what was named, indented\n"
	"  --format yaml   the same as YAML\n"
	"  --format flat   a line PATH=VALUE for each single value\n"
	"  --format env    a line FACT_PATH='VALUE' for each, for a shell\n"
	"  --format table  paths and values in columns\n"
	"  --template TEXT      a Go template over the facts: '{{ .os.id }}', '{{ fact \"os.id\" "
	"}}'\n"
	"  --external-facts-dir DIR   facts of this directory (may be repeated); else those of\n"
	"                       /etc/factory/facts.d and of facter's directories\n"
	"  --external-timeout SECONDS  for each program there (default 10)\n"
	"  --no-external-facts  none of these\n"
	"  --strict             exit code 1 when a fact that is there could not be read\n"
	"  --http ADDRESS       serves /facts, /facts/NAME and /health at PORT (on loopback), "
	"HOST:PORT\n"
	"                       or unix:PATH\n"
	"  --help               this text\n"
	"\n"
	"External facts are files of such a directory: NAME.json, NAME.yml, NAME.txt with "
	"key=value\n"
	"lines, and programs that print JSON or such lines. What could not be read is told under "
	"errors.\n"
	"A value with a line break is quoted as in JSON where it must fit on a line. What the "
	"system\n"
	"doesn't tell has no fact. The exit code is 1 for a name that is no fact (the nearest "
	"ones\n"
	"are shown), 2 for a wrong option.\n"
	"\n"
	"Names are facter's where facter has them; its names for what we have elsewhere\n"
	"(kernelrelease, hostname...) are known too.\n";

struct request {
	bool help, strict, no_external;
	facts_format *format; /* NULL: as the number of names says */
	const char *text;     /* of a template */
	const char *address;  /* to serve at */
	const char *directories[MOST_DIRECTORIES];
	struct facts_external external;
	const char *const *names; /* into argv */
	size_t count;
};

static int misused(struct error *err, const char *format, const char *what)
{
	error_set(err, format, what);
	err->exit_code = USAGE;
	return -1;
}

static int set_format(struct request *request, const char *name, struct error *err)
{
	auto_buf struct buf names = {0};
	request->format = facts_format_named(name);
	if (request->format)
		return 0;
	facts_format_names(&names);
	error_set(err, "there is no format \"%s\"; there are %s", name, buf_text(&names));
	err->exit_code = USAGE;
	return -1;
}

static int set_template(struct request *request, const char *text, struct error *err)
{
	(void)err;
	request->text = text;
	return 0;
}

static int set_address(struct request *request, const char *address, struct error *err)
{
	(void)err;
	request->address = address;
	return 0;
}

static int add_directory(struct request *request, const char *path, struct error *err)
{
	struct facts_external *external = &request->external;
	if (external->count == MOST_DIRECTORIES)
		return misused(err, "%s: that are too many directories", path);
	request->directories[external->count++] = path;
	external->directories = request->directories;
	return 0;
}

static int set_timeout(struct request *request, const char *text, struct error *err)
{
	char *end;
	double seconds = strtod(text, &end);
	if (end == text || *end || !(seconds > 0) || seconds > LONGEST_TIMEOUT)
		return misused(err, "\"%s\" is no number of seconds up to an hour", text);
	request->external.timeout_ms = seconds * 1000 < 1 ? 1 : (unsigned)(seconds * 1000);
	return 0;
}

static const struct {
	const char *name;
	int (*set)(struct request *request, const char *value, struct error *err);
} options[] = {
	{"--format", set_format},
	{"--template", set_template},
	{"--http", set_address},
	{"--external-facts-dir", add_directory},
	{"--external-timeout", set_timeout},
};

/* --NAME VALUE or --NAME=VALUE; how many further arguments it took, -1 on failure. */
static int parse_option(struct request *request, char **argv, struct error *err)
{
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		size_t len = strlen(options[i].name);
		if (strncmp(argv[0], options[i].name, len) != 0)
			continue;
		if (argv[0][len] == '=')
			return options[i].set(request, argv[0] + len + 1, err);
		if (argv[0][len])
			continue;
		if (!argv[1])
			return misused(err, "%s needs a value; see agent facts --help", argv[0]);
		return options[i].set(request, argv[1], err) < 0 ? -1 : 1;
	}
	return misused(err, "there is no option %s; see agent facts --help", argv[0]);
}

static bool set_switch(struct request *request, const char *name)
{
	const struct {
		const char *name;
		bool *flag;
	} switches[] = {
		{"--help", &request->help},
		{"-h", &request->help},
		{"--strict", &request->strict},
		{"--no-external-facts", &request->no_external},
	};
	for (size_t i = 0; i < COUNT_OF(switches); i++)
		if (strcmp(switches[i].name, name) == 0)
			return *switches[i].flag = true;
	return false;
}

/* Moves the names to argv's begin; options may stand anywhere before "--". */
static int parse_arguments(int argc, char **argv, struct request *request, struct error *err)
{
	int names = 0;
	bool may_be_option = true;
	for (int i = 1; i < argc; i++) {
		if (!may_be_option || argv[i][0] != '-') {
			argv[names++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			may_be_option = false;
		} else if (!set_switch(request, argv[i])) {
			int taken = parse_option(request, argv + i, err);
			if (taken < 0)
				return -1;
			i += taken;
		}
	}
	request->names = (const char *const *)argv;
	request->count = (size_t)names;
	if (names && (request->text || request->address))
		return misused(err, "%s: --template and --http take no names", argv[0]);
	return 0;
}

struct gathering {
	struct arena arena;
	const struct request *request;
	struct value *errors;
};

static struct value *gather(struct gathering *gathering, const char *const *patterns, size_t count)
{
	const struct request *request = gathering->request;
	gathering->errors = value_map(&gathering->arena);
	struct facts_wanted wanted = {.patterns = patterns,
				      .count = count,
				      .external = request->no_external ? NULL : &request->external,
				      .errors = gathering->errors};
	return facts_collect(&gathering->arena, &wanted);
}

/* For a name that is no fact the nearest of all facts are worth the time. */
static int find_failed(struct gathering *gathering, const char *name, struct error *err)
{
	struct value *all = gather(gathering, NULL, 0);
	if (select_is_pattern(name) || !facts_find(all, name, err))
		return -1;
	return error_set(err, "\"%s\" was not there a moment ago", name);
}

static int select_names(struct gathering *gathering, struct value *selected, struct error *err)
{
	const struct request *request = gathering->request;
	struct value *facts = gather(gathering, request->names, request->count);
	for (size_t i = 0; i < request->count; i++)
		if (facts_select(&gathering->arena, facts, request->names[i], selected, err) < 0)
			return find_failed(gathering, request->names[i], err);
	return 0;
}

static int write_template(struct gathering *gathering, struct buf *text, struct error *err)
{
	size_t count;
	const char *const *patterns =
		facts_read_by(&gathering->arena, gathering->request->text, &count);
	struct value *facts = gather(gathering, patterns, count);
	return render_inline(&gathering->arena, "--template", gathering->request->text, facts, text,
			     err);
}

static int write_facts(struct gathering *gathering, struct buf *text, struct error *err)
{
	const struct request *request = gathering->request;
	struct value *selected = value_map(&gathering->arena);
	if (!request->count)
		selected = facts_own(&gathering->arena, gather(gathering, NULL, 0));
	else if (select_names(gathering, selected, err) < 0)
		return -1;
	if (request->format)
		return request->format(text, selected, err);
	if (!request->count)
		return facts_format_named("json")(text, selected, err);
	if (request->count == 1 && !select_is_pattern(request->names[0]))
		facts_write_bare(text, selected->map.entries[0].value);
	else
		facts_write_lines(text, selected);
	return 0;
}

static int print(const struct buf *text, struct error *err)
{
	if (fwrite(buf_text(text), 1, text->len, stdout) != text->len || fflush(stdout) != 0)
		return error_errno(err, "can't write to standard output");
	return 0;
}

/* What could be read is printed all the same. */
static int judge(const struct gathering *gathering, struct error *err)
{
	if (!gathering->request->strict || !gathering->errors->map.len)
		return 0;
	const struct value_entry *first = &gathering->errors->map.entries[0];
	return error_set(err, "%s: %s", first->key, value_text(first->value));
}

static int print_facts(struct gathering *gathering, struct error *err)
{
	auto_buf struct buf text = {0};
	bool much = !gathering->request->count && !gathering->request->text;
	arena_reserve(&gathering->arena, much ? ALL_FACTS : ONE_FACT);
	buf_reserve(&text, much ? ALL_TEXT : 0);
	int written = gathering->request->text ? write_template(gathering, &text, err)
					       : write_facts(gathering, &text, err);
	if (written < 0 || print(&text, err) < 0)
		return -1;
	return judge(gathering, err);
}

int agent_facts(int argc, char **argv, struct error *err)
{
	struct request request = {0};
	struct gathering gathering = {.request = &request};
	if (parse_arguments(argc, argv, &request, err) < 0)
		return -1;
	if (request.help)
		return fputs(help, stdout) < 0;
	if (request.address)
		return facts_serve(request.address, request.no_external ? NULL : &request.external,
				   err);
	int status = print_facts(&gathering, err);
	arena_free(&gathering.arena);
	return status;
}
