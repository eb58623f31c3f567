#include "agent/commands.h"
#include "agent/tree/tree.h"
#include "common/own.h"

#include <string.h>

static const char usage[] =
	"usage: agent tree list|pack|unpack\n"
	"\n"
	"For a driver that merges what steps have changed in several containers: lists the files "
	"of\n"
	"this one, packs those whose names come on standard input, and puts packed ones in their "
	"places.\n";

static int list(struct error *err)
{
	return tree_list(stdout, err);
}

static int pack(struct error *err)
{
	return tree_pack(stdin, stdout, err);
}

static int unpack(struct error *err)
{
	return tree_unpack(stdin, "", err);
}

static const struct {
	const char *name;
	int (*run)(struct error *err);
} verbs[] = {{"list", list}, {"pack", pack}, {"unpack", unpack}};

int agent_tree(int argc, char **argv, struct error *err)
{
	const char *verb = argc == 2 ? argv[1] : "";
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (strcmp(verbs[i].name, verb) == 0)
			return verbs[i].run(err);
	fputs(usage, strcmp(verb, "--help") == 0 ? stdout : stderr);
	return strcmp(verb, "--help") == 0 ? 0 : 2;
}
