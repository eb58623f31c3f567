/* `agent render`, and consul-template by another name: the same flags and exit codes. */
#include "agent/commands.h"
#include "agent/render/render.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"
#include "common/version.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* consul-template's own exit codes. */
enum { CODE_ERROR = 11, CODE_FLAGS = 13, CODE_CONFIG = 15 };

struct rendering {
	struct arena arena;
	struct render_template *templates;
	size_t count;
	const char *address, *token; /* of the configuration */
	const char *consul_addr, *consul_token, *token_file, *kv;
	bool once, dry, asked_help, asked_version;
};

static int bad_flag(struct error *err)
{
	err->exit_code = CODE_FLAGS;
	return -1;
}

/* --- templates --- */

static void add_templates(struct rendering *rendering, const struct render_template *more, size_t count)
{
	rendering->templates = arena_grow(&rendering->arena, rendering->templates, rendering->count,
					  rendering->count + count, sizeof *more);
	for (size_t i = 0; i < count; i++)
		rendering->templates[rendering->count++] = more[i];
}

static int add_config_file(struct rendering *rendering, const char *path, struct error *err)
{
	struct render_template *templates = NULL;
	size_t count = 0;
	if (render_config(path, &rendering->arena, &templates, &count, &rendering->address,
			  &rendering->token, err) < 0) {
		err->exit_code = CODE_CONFIG;
		return -1;
	}
	add_templates(rendering, templates, count);
	return 0;
}

static int is_config(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return dot && (strcmp(dot, ".hcl") == 0 || strcmp(dot, ".json") == 0);
}

/* A directory stands for its .hcl and .json files, in order. */
static int add_config(struct rendering *rendering, const char *path, struct error *err)
{
	struct stat info;
	struct dirent **names = NULL;
	int status = 0;
	if (stat(path, &info) < 0 || !S_ISDIR(info.st_mode))
		return add_config_file(rendering, path, err);
	int count = scandir(path, &names, is_config, alphasort);
	if (count < 0)
		return error_errno(err, "can't list %s", path);
	for (int i = 0; i < count; i++) {
		const char *file = arena_printf(&rendering->arena, "%s/%s", path, names[i]->d_name);
		if (status == 0)
			status = add_config_file(rendering, file, err);
		free(names[i]);
	}
	free(names);
	return status;
}

/* "SOURCE:DESTINATION[:COMMAND]" */
static int add_template(struct rendering *rendering, const char *text, struct error *err)
{
	char *copy = arena_strdup(&rendering->arena, text);
	char *destination = strchr(copy, ':');
	if (!destination || destination == copy || !destination[1]) {
		error_set(err, "-template takes SOURCE:DESTINATION[:COMMAND], not '%s'", text);
		return bad_flag(err);
	}
	*destination++ = '\0';
	char *command = strchr(destination, ':');
	if (command)
		*command++ = '\0';
	struct render_template tmpl = {.source = copy,
				       .destination = destination,
				       .command = command,
				       .perms = -1,
				       .create_dest_dirs = true};
	add_templates(rendering, &tmpl, 1);
	return 0;
}

/* --- flags --- */

static int set_text(const char **slot, const char *text)
{
	*slot = text;
	return 0;
}

static int take_addr(struct rendering *rendering, const char *text, struct error *err)
{
	(void)err;
	return set_text(&rendering->consul_addr, text);
}

static int take_token(struct rendering *rendering, const char *text, struct error *err)
{
	(void)err;
	return set_text(&rendering->consul_token, text);
}

static int take_token_file(struct rendering *rendering, const char *text, struct error *err)
{
	(void)err;
	return set_text(&rendering->token_file, text);
}

static int take_kv(struct rendering *rendering, const char *text, struct error *err)
{
	(void)err;
	return set_text(&rendering->kv, text);
}

static int take_nothing(struct rendering *rendering, const char *text, struct error *err)
{
	(void)rendering;
	(void)text;
	(void)err;
	return 0;
}

static int take_once(struct rendering *rendering, const char *text, struct error *err)
{
	(void)err;
	rendering->once = !text || strcmp(text, "false") != 0;
	return 0;
}

static int take_dry(struct rendering *rendering, const char *text, struct error *err)
{
	(void)err;
	rendering->dry = !text || strcmp(text, "false") != 0;
	return 0;
}

static int take_help(struct rendering *rendering, const char *text, struct error *err)
{
	(void)text;
	(void)err;
	rendering->asked_help = true;
	return 0;
}

static int take_version(struct rendering *rendering, const char *text, struct error *err)
{
	(void)text;
	(void)err;
	rendering->asked_version = true;
	return 0;
}

static const struct flag {
	const char *name, *argument, *help;
	int (*take)(struct rendering *rendering, const char *text, struct error *err);
} flags[] = {
	{"once", NULL, "render once, then exit (needed: watching is not there yet)", take_once},
	{"dry", NULL, "print to standard output instead of writing files", take_dry},
	{"config", "PATH", "a configuration file, or a directory of them", add_config},
	{"template", "SOURCE:DEST[:CMD]", "one template", add_template},
	{"consul-addr", "ADDR", "where Consul is (default: CONSUL_HTTP_ADDR)", take_addr},
	{"consul-token", "TOKEN", "Consul's token (default: CONSUL_HTTP_TOKEN)", take_token},
	{"consul-token-file", "FILE", "the same, from a file", take_token_file},
	{"kv", "FILE", "keys from a YAML or JSON file instead of Consul", take_kv},
	{"log-level", "LEVEL", "accepted and ignored", take_nothing},
	{"version", NULL, "print the version", take_version},
	{"v", NULL, "the same", take_version},
	{"help", NULL, "print this", take_help},
	{"h", NULL, "the same", take_help},
};

static const struct flag *find_flag(const char *name, size_t len, struct error *err)
{
	const char *names[COUNT_OF(flags)];
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		names[i] = flags[i].name;
		if (strlen(flags[i].name) == len && strncmp(flags[i].name, name, len) == 0)
			return &flags[i];
	}
	autofree char *word = mem_strndup(name, len);
	const char *near = nearest_name(word, names, COUNT_OF(names));
	error_set(err, "unknown flag -%s%s%s%s", word, near ? ": did you mean -" : "",
		  near ? near : "", near ? "?" : "");
	return NULL;
}

/* "-name", "--name", "-name=value", "-name value". */
static int parse_flags(struct rendering *rendering, int argc, char **argv, struct error *err)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		if (word[0] != '-') {
			error_set(err, "unexpected argument '%s'", word);
			return bad_flag(err);
		}
		word += word[1] == '-' ? 2 : 1;
		size_t len = strcspn(word, "=");
		const struct flag *flag = find_flag(word, len, err);
		if (!flag)
			return bad_flag(err);
		const char *value = word[len] ? word + len + 1 : NULL;
		if (flag->argument && !value && !(value = argv[++i])) {
			error_set(err, "-%s needs a value: %s", flag->name, flag->argument);
			return bad_flag(err);
		}
		if (flag->take(rendering, value, err) < 0)
			return -1;
	}
	return 0;
}

static int print_help(void)
{
	puts("usage: agent render -once [FLAG]...\n\n"
	     "Renders templates as consul-template does, with values from Consul or a file.\n\nflags:");
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		printf("  -%s%s%-*s %s\n", flags[i].name, flags[i].argument ? "=" : "",
		       (int)(26 - strlen(flags[i].name) - (flags[i].argument != NULL)),
		       flags[i].argument ? flags[i].argument : "", flags[i].help);
	return 0;
}

/* --- rendering --- */

static struct source *open_source(struct rendering *rendering, struct error *err)
{
	const char *token = rendering->consul_token ? rendering->consul_token : rendering->token;
	const char *address = rendering->consul_addr ? rendering->consul_addr : rendering->address;
	auto_buf struct buf text = {0};
	if (rendering->kv)
		return source_file(rendering->kv, err);
	if (rendering->token_file) {
		if (file_read(rendering->token_file, 1 << 16, &text, err) < 0)
			return NULL;
		token = arena_strndup(&rendering->arena, buf_text(&text),
				      strcspn(buf_text(&text), "\r\n"));
	}
	return source_consul(address, token, err);
}

static int print_all(struct rendering *rendering, struct source *source, struct error *err)
{
	struct value *reads = value_list(&rendering->arena);
	for (size_t i = 0; i < rendering->count; i++) {
		auto_buf struct buf text = {0};
		if (render_bytes(&rendering->templates[i], source, NULL, &rendering->arena, &text,
				 reads, err) < 0)
			return -1;
		printf("> %s\n", rendering->templates[i].destination);
		fwrite(buf_text(&text), 1, text.len, stdout);
	}
	return 0;
}

static int render(struct rendering *rendering, struct error *err)
{
	struct render_report report = {0};
	struct source *source = open_source(rendering, err);
	int status = -1;
	if (source && rendering->dry)
		status = print_all(rendering, source, err);
	else if (source)
		status = render_all(rendering->templates, rendering->count, source, NULL,
				    &rendering->arena, &report, err);
	source_free(source);
	if (status < 0)
		err->exit_code = CODE_ERROR;
	return status;
}

static int run(struct rendering *rendering, int argc, char **argv, struct error *err)
{
	if (parse_flags(rendering, argc, argv, err) < 0)
		return -1;
	if (rendering->asked_help)
		return print_help();
	if (rendering->asked_version)
		return printf("agent %s (renders as consul-template)\n", FACTORY_VERSION) < 0;
	if (!rendering->count) {
		error_set(err, "nothing to render: name templates by -template or -config");
		return bad_flag(err);
	}
	if (!rendering->once && !rendering->dry) {
		error_set(err, "watching for changes is not there yet: use -once");
		return bad_flag(err);
	}
	return render(rendering, err);
}

int agent_render(int argc, char **argv, struct error *err)
{
	struct rendering rendering = {0};
	int code = run(&rendering, argc, argv, err);
	arena_free(&rendering.arena);
	return code;
}
