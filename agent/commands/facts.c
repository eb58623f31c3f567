/* agent facts: what this system is, as a tree or by name. */
#include "agent/commands.h"

#include "agent/facts/facts.h"
#include "agent/facts/families.h"
#include "agent/facts/format.h"
#include "common/memory.h"
#include "common/own.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { USAGE = 2 };

static const char help[] =
	"usage: agent facts [--format FORMAT] [NAME...]\n"
	"\n"
	"Prints facts of the system it runs in, read from the kernel and from files; nothing is "
	"run.\n"
	"Without names it prints all facts as JSON. A name is a dotted path: os.id, network.ip,\n"
	"processors.models.0, mountpoints./home.size. Only the families that are named are read.\n"
	"\n"
	"  one name       its value alone; a subtree as JSON\n"
	"  several names  a line NAME=VALUE for each; a subtree as JSON on that line\n"
	"\n"
	"  --format json  a JSON object of what was named, indented\n"
	"  --format flat  a line PATH=VALUE for each single value\n"
	"  --help         this text\n"
	"\n"
	"A value with a line break is quoted as in JSON where it must fit on a line. What the "
	"system\n"
	"doesn't tell has no fact. The exit code is 1 for a name that is no fact (the nearest "
	"ones\n"
	"are shown), 2 for a wrong option.\n"
	"\n"
	"Names are facter's where facter has them; its names for what we have elsewhere\n"
	"(kernelrelease, hostname...) are known too.\n";

struct request {
	bool help;
	facts_format *format;     /* NULL: as the number of names says */
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
	if (!name)
		return misused(err, "%s needs a format", "--format");
	request->format = facts_format_named(name);
	if (request->format)
		return 0;
	facts_format_names(&names);
	error_set(err, "there is no format \"%s\"; there are %s", name, buf_text(&names));
	err->exit_code = USAGE;
	return -1;
}

/* Moves the names to argv's begin; options may stand anywhere before "--". */
static int parse_arguments(int argc, char **argv, struct request *request, struct error *err)
{
	int names = 0;
	bool options = true;
	for (int i = 1; i < argc; i++) {
		if (!options || argv[i][0] != '-') {
			argv[names++] = argv[i];
		} else if (strcmp(argv[i], "--") == 0) {
			options = false;
		} else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			request->help = true;
		} else if (strncmp(argv[i], "--format=", 9) == 0) {
			if (set_format(request, argv[i] + 9, err) < 0)
				return -1;
		} else if (strcmp(argv[i], "--format") == 0) {
			i++;
			if (set_format(request, i < argc ? argv[i] : NULL, err) < 0)
				return -1;
		} else {
			return misused(err, "there is no option %s; see agent facts --help",
				       argv[i]);
		}
	}
	request->names = (const char *const *)argv;
	request->count = (size_t)names;
	return 0;
}

/* The tree without the second names of its families. */
static struct value *without_aliases(struct arena *arena, const struct value *facts)
{
	struct value *own = value_map(arena);
	for (size_t i = 0; i < facts_family_count; i++) {
		struct value *fact = value_get(facts, facts_families[i].name);
		if (fact)
			value_set(arena, own, facts_families[i].name, fact);
	}
	return own;
}

/* For a name that is no fact the nearest of all facts are worth the time. */
static int find_failed(struct arena *arena, const char *name, struct error *err)
{
	struct value *found = facts_find(facts_gather(arena, NULL, 0), name, err);
	return found ? error_set(err, "\"%s\" was not there a moment ago", name) : -1;
}

static int select_names(struct arena *arena, const struct request *request, struct value *selected,
			struct error *err)
{
	struct value *facts = facts_gather(arena, request->names, request->count);
	for (size_t i = 0; i < request->count; i++) {
		struct value *fact = facts_find(facts, request->names[i], err);
		if (!fact)
			return find_failed(arena, request->names[i], err);
		value_set(arena, selected, request->names[i], fact);
	}
	return 0;
}

static int print(const struct buf *text, struct error *err)
{
	if (fwrite(text->data, 1, text->len, stdout) != text->len || fflush(stdout) != 0)
		return error_errno(err, "can't write to standard output");
	return 0;
}

int agent_facts(int argc, char **argv, struct error *err)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct request request = {0};
	if (parse_arguments(argc, argv, &request, err) < 0)
		return -1;
	struct value *selected = value_map(&arena);
	if (request.help) {
		buf_puts(&text, help);
		return print(&text, err);
	}
	if (!request.count)
		selected = without_aliases(&arena, facts_gather(&arena, NULL, 0));
	else if (select_names(&arena, &request, selected, err) < 0)
		return -1;
	if (request.format)
		request.format(&text, selected);
	else if (request.count == 1)
		facts_write_bare(&text, selected->map.entries[0].value);
	else if (request.count > 1)
		facts_write_lines(&text, selected);
	else
		facts_format_named("json")(&text, selected);
	return print(&text, err);
}
