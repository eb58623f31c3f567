#include "common/file.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/commands/commands.h"
#include "host/exit_codes.h"
#include "host/modules/lookup.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* NAME stands for the module's name. */
static const struct {
	const char *path, *text;
} files[] = {
	{"module.yml",
	 "# A module: `modules: [NAME: {greeting: Good day}]` in a manifest takes it for its own.\n"
	 "# The text is Jinja2, with `params` and the base image's `facts`.\n"
	 "name: NAME\n"
	 "version: 0.1.0\n"
	 "description: Greets whoever logs in.\n"
	 "\n"
	 "# What a manifest may give: type is string, integer, number, boolean, list or map.\n"
	 "parameters:\n"
	 "  greeting:\n"
	 "    type: string\n"
	 "    description: what is said\n"
	 "    default: Hello\n"
	 "  # language: {type: string, enum: [de, en], required: true}\n"
	 "\n"
	 "# Templates; templates/template.hcl says which one goes where.\n"
	 "files: templates\n"
	 "\n"
	 "# Plain files and trees.\n"
	 "# copy: [\"plain:/etc/plain\"]\n"
	 "\n"
	 "# Steps. They run before the manifest's own, after what its before_install says.\n"
	 "install:\n"
	 "  - name: NAME, install\n"
	 "    user: \"0\"\n"
	 "    run: chmod 644 /etc/NAME.txt\n"
	 "\n"
	 "# Tests, which are the manifest's from then on.\n"
	 "script:\n"
	 "  - name: NAME, the greeting is there\n"
	 "    run: grep -qx '{{ params.greeting }}, friend.' /etc/NAME.txt\n"
	 "\n"
	 "# For `factory module test`: a manifest that uses the module with these parameters.\n"
	 "test:\n"
	 "  image: busybox\n"
	 "  with: {greeting: Good day}\n"
	 "  script: grep -q 'Good day' /etc/NAME.txt\n"},
	{"templates/template.hcl", "template {\n"
				   "  source      = \"greeting.ctmpl\"\n"
				   "  destination = \"/etc/NAME.txt\"\n"
				   "}\n"},
	{"templates/greeting.ctmpl", "{{ fact \"params.greeting\" }}, friend.\n"},
};

static char *named(const char *text, const char *name)
{
	auto_buf struct buf out = {0};
	for (const char *at; (at = strstr(text, "NAME")); text = at + 4) {
		buf_add(&out, text, (size_t)(at - text));
		buf_puts(&out, name);
	}
	buf_puts(&out, text);
	return buf_steal(&out);
}

static int write_all(const char *directory, const char *name, struct error *err)
{
	if (file_make_parents(directory, err) < 0)
		return -1;
	if (mkdir(directory, 0755) < 0)
		return errno == EEXIST
			       ? error_as(err, ERROR_FILE_EXISTS, "%s is there already", directory)
			       : error_errno(err, "can't make %s", directory);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		autofree char *path = mem_printf("%s/%s", directory, files[i].path);
		autofree char *text = named(files[i].text, name);
		if (file_make_parents(path, err) < 0 ||
		    file_replace(path, text, strlen(text), 0644, (uid_t)-1, (gid_t)-1, err) < 0)
			return -1;
	}
	printf("%s/module.yml: made; next: factory module check %s\n", directory, directory);
	return EXIT_OK;
}

static int init(void *options, int argc, char **argv, struct error *err)
{
	(void)options;
	if (argc != 2)
		return commands_misused(&command_module_init, "name one module", err);
	const char *slash = strrchr(argv[1], '/');
	const char *name = slash ? slash + 1 : argv[1];
	if (!module_is_name(name))
		return commands_misused(&command_module_init,
					"a module's name is of letters, digits, '-', '_' and '.'",
					err);
	return write_all(argv[1], name, err);
}

const struct command command_module_init = {
	.name = "module init",
	.summary = "write a first module and its test",
	.usage = "module init NAME",
	.text = "Writes a first module and its test: NAME/module.yml and what it names. The last\n"
		"part of a path is the module's name.",
	.words = WORD_DIRECTORY,
	.run = init,
};
