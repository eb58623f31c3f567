/* `agent render`, and consul-template by another name: the same flags and exit codes. */
#include "agent/commands.h"
#include "agent/render/render.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/nearest.h"
#include "common/own.h"
#include "common/version.h"

#include <dirent.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* consul-template's own exit codes. */
enum { CODE_ERROR = 11, CODE_INTERRUPT = 12, CODE_FLAGS = 13, CODE_RUNNER = 14, CODE_CONFIG = 15 };

struct rendering {
	struct arena arena;
	struct render_settings settings; /* of all configurations and -template flags together */
	const char *consul_addr, *consul_token, *token_file, *kv;
	bool once, dry, asked_help, asked_version;
};

static int failed_with(int code, struct error *err)
{
	err->exit_code = code;
	return -1;
}

struct flag {
	const char *name, *argument;
	int (*take)(struct rendering *rendering, const struct flag *flag, const char *text,
		    struct error *err);
	size_t offset; /* of what it sets in struct rendering */
	const char *help;
};

/* --- templates --- */

static void add_templates(struct rendering *rendering, const struct render_template *more,
			  size_t count)
{
	struct render_settings *all = &rendering->settings;
	all->templates = arena_grow(&rendering->arena, all->templates, all->count,
				    all->count + count, sizeof *more);
	for (size_t i = 0; i < count; i++)
		all->templates[all->count++] = more[i];
}

static int add_config_file(struct rendering *rendering, const char *path, struct error *err)
{
	struct render_settings more, *all = &rendering->settings;
	if (render_config(path, &rendering->arena, &more, err) < 0)
		return failed_with(CODE_CONFIG, err);
	for (size_t i = 0; i < more.ignored->list.len; i++)
		fprintf(stderr, "agent: %s\n", value_text(more.ignored->list.items[i]));
	add_templates(rendering, more.templates, more.count);
	all->consul_address = more.consul_address ? more.consul_address : all->consul_address;
	all->consul_token = more.consul_token ? more.consul_token : all->consul_token;
	all->once = all->once || more.once;
	return 0;
}

static int is_config(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');
	return dot && (strcmp(dot, ".hcl") == 0 || strcmp(dot, ".json") == 0);
}

/* A directory stands for its .hcl and .json files, in order. */
static int take_config(struct rendering *rendering, const struct flag *flag, const char *path,
		       struct error *err)
{
	struct stat info;
	struct dirent **names = NULL;
	int status = 0;
	(void)flag;
	if (stat(path, &info) < 0 || !S_ISDIR(info.st_mode))
		return add_config_file(rendering, path, err);
	int count = scandir(path, &names, is_config, alphasort);
	if (count < 0) {
		error_errno(err, "can't list %s", path);
		return failed_with(CODE_CONFIG, err);
	}
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
static int take_template(struct rendering *rendering, const struct flag *flag, const char *text,
			 struct error *err)
{
	(void)flag;
	char *copy = arena_strdup(&rendering->arena, text);
	char *destination = strchr(copy, ':');
	if (!destination || destination == copy || !destination[1]) {
		error_set(err, "-template takes SOURCE:DESTINATION[:COMMAND], not '%s'", text);
		return failed_with(CODE_FLAGS, err);
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

static int take_text(struct rendering *rendering, const struct flag *flag, const char *text,
		     struct error *err)
{
	(void)err;
	*(const char **)((char *)rendering + flag->offset) = text;
	return 0;
}

/* "-once", "-once=true", "-once=false" */
static int take_bool(struct rendering *rendering, const struct flag *flag, const char *text,
		     struct error *err)
{
	bool no = text && (strcmp(text, "false") == 0 || strcmp(text, "0") == 0);
	if (text && !no && strcmp(text, "true") != 0 && strcmp(text, "1") != 0) {
		error_set(err, "-%s is true or false, not '%s'", flag->name, text);
		return failed_with(CODE_FLAGS, err);
	}
	*(bool *)((char *)rendering + flag->offset) = !no;
	return 0;
}

static int take_nothing(struct rendering *rendering, const struct flag *flag, const char *text,
			struct error *err)
{
	(void)rendering;
	(void)flag;
	(void)text;
	(void)err;
	return 0;
}

#define AT(field) offsetof(struct rendering, field)

static const struct flag flags[] = {
	{"once", NULL, take_bool, AT(once),
	 "render once, then exit (needed: watching comes later)"},
	{"dry", NULL, take_bool, AT(dry), "print to standard output instead of writing files"},
	{"config", "PATH", take_config, 0, "a configuration file, or a directory of them"},
	{"template", "SRC:DEST[:CMD]", take_template, 0, "one template"},
	{"consul-addr", "ADDR", take_text, AT(consul_addr), "where Consul is (CONSUL_HTTP_ADDR)"},
	{"consul-token", "TOKEN", take_text, AT(consul_token), "its token (CONSUL_HTTP_TOKEN)"},
	{"consul-token-file", "FILE", take_text, AT(token_file), "its token, from a file"},
	{"kv", "FILE", take_text, AT(kv), "keys from a YAML or JSON file instead of Consul"},
	{"log-level", "LEVEL", take_nothing, 0, "accepted and ignored"},
	{"version", NULL, take_bool, AT(asked_version), "print the version"},
	{"v", NULL, take_bool, AT(asked_version), "the same"},
	{"help", NULL, take_bool, AT(asked_help), "print this"},
	{"h", NULL, take_bool, AT(asked_help), "the same"},
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
			return failed_with(CODE_FLAGS, err);
		}
		word += word[1] == '-' ? 2 : 1;
		size_t len = strcspn(word, "=");
		const struct flag *flag = find_flag(word, len, err);
		if (!flag)
			return failed_with(CODE_FLAGS, err);
		const char *value = word[len] ? word + len + 1 : NULL;
		if (flag->argument && !value && !(value = argv[++i])) {
			error_set(err, "-%s needs a value: %s", flag->name, flag->argument);
			return failed_with(CODE_FLAGS, err);
		}
		if (flag->take(rendering, flag, value, err) < 0)
			return -1;
	}
	return 0;
}

static int print_help(void)
{
	puts("usage: agent render -once [FLAG]...\n\n"
	     "Renders templates as consul-template does, with values from Consul or a "
	     "file.\n\nflags:");
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		printf("  -%s%s%-*s %s\n", flags[i].name, flags[i].argument ? "=" : "",
		       (int)(26 - strlen(flags[i].name) - (flags[i].argument != NULL)),
		       flags[i].argument ? flags[i].argument : "", flags[i].help);
	return 0;
}

/* --- rendering --- */

static struct source *open_source(struct rendering *rendering, struct error *err)
{
	const char *address = rendering->consul_addr, *token = rendering->consul_token;
	auto_buf struct buf text = {0};
	if (rendering->kv)
		return source_file(rendering->kv, err);
	if (!token && rendering->token_file) {
		if (file_read(rendering->token_file, 1 << 16, &text, err) < 0)
			return NULL;
		token = arena_strndup(&rendering->arena, buf_text(&text),
				      strcspn(buf_text(&text), "\r\n"));
	}
	return source_consul(address ? address : rendering->settings.consul_address,
			     token ? token : rendering->settings.consul_token, err);
}

/* Nothing is printed unless every template rendered. */
static int print_all(struct rendering *rendering, struct source *source, struct error *err)
{
	auto_buf struct buf all = {0};
	struct value *reads = value_list(&rendering->arena);
	for (size_t i = 0; i < rendering->settings.count; i++) {
		const struct render_template *tmpl = &rendering->settings.templates[i];
		buf_printf(&all, "> %s\n", tmpl->destination);
		if (render_bytes(tmpl, source, NULL, &rendering->arena, &all, reads, err) < 0)
			return -1;
	}
	bool written = fwrite(buf_text(&all), 1, all.len, stdout) == all.len && !fflush(stdout);
	return written ? 0 : error_errno(err, "can't write to standard output");
}

/* Before Consul is asked for anything. */
static int check_sources(const struct render_settings *settings, struct error *err)
{
	for (size_t i = 0; i < settings->count; i++) {
		const char *source = settings->templates[i].source;
		if (source && access(source, R_OK) < 0) {
			error_errno(err, "can't read the template %s", source);
			return failed_with(CODE_RUNNER, err);
		}
	}
	return 0;
}

static _Noreturn void interrupted(int number)
{
	(void)number;
	_exit(CODE_INTERRUPT);
}

static int render(struct rendering *rendering, struct error *err)
{
	struct render_report report = {0};
	struct source *source = open_source(rendering, err);
	int status = -1;
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	if (source && rendering->dry)
		status = print_all(rendering, source, err);
	else if (source)
		status = render_all(rendering->settings.templates, rendering->settings.count,
				    source, NULL, &rendering->arena, &report, err);
	source_free(source);
	return status < 0 ? failed_with(CODE_ERROR, err) : 0;
}

static int check_flags(const struct rendering *rendering, struct error *err)
{
	if (!rendering->settings.count)
		error_set(err, "nothing to render: name templates by -template or -config");
	else if (!rendering->once && !rendering->settings.once)
		error_set(err, "watching for changes comes later: use -once");
	else if (rendering->kv && rendering->consul_addr)
		error_set(err, "keys come from -kv or from -consul-addr, not from both");
	return error_is_set(err) ? failed_with(CODE_FLAGS, err) : 0;
}

static int run(struct rendering *rendering, int argc, char **argv, struct error *err)
{
	if (parse_flags(rendering, argc, argv, err) < 0)
		return -1;
	if (rendering->asked_help)
		return print_help();
	if (rendering->asked_version)
		return printf("agent %s (renders as consul-template)\n", FACTORY_VERSION) < 0;
	if (check_flags(rendering, err) < 0 || check_sources(&rendering->settings, err) < 0)
		return -1;
	return render(rendering, err);
}

int agent_render(int argc, char **argv, struct error *err)
{
	struct rendering rendering = {0};
	int code = run(&rendering, argc, argv, err);
	arena_free(&rendering.arena);
	return code;
}
