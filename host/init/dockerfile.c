/* A Dockerfile (https://docs.docker.com/reference/dockerfile/) as a manifest, as far as one stage
 * of plain instructions goes; everything else is kept as a comment that says so. */
#include "host/init/init.h"

#include "common/arena.h"
#include "common/json.h"
#include "common/own.h"

#include <ctype.h>
#include <string.h>

/* What the instructions come to; each is a piece of YAML. */
struct translation {
	struct arena arena;
	const char *image, *user, *workdir;
	struct buf copies, env, kept_env, config, install, notes, labels, expose, volumes;
	unsigned stages, line;
};

void init_quote(struct buf *out, const char *text, size_t len)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		/* Jinja2 reads the file first: its braces are kept apart. */
		bool opens = c == '{' && i + 1 < len && strchr("{%#", text[i + 1]);
		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (opens)
			buf_puts(out, "\\x7b");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\x%02x", c);
		else
			buf_putc(out, (char)c);
	}
	buf_putc(out, '"');
}

static void quote(struct buf *out, const char *text)
{
	init_quote(out, text, strlen(text));
}

static void note(struct translation *t, const char *why, const char *text)
{
	auto_buf struct buf quoted = {0};
	if (!t->line)
		return;
	quote(&quoted, text);
	buf_printf(&t->notes, "# Line %u, %s: %s\n", t->line, why, buf_text(&quoted));
}

static char *next_word(struct translation *t, const char **at)
{
	*at += strspn(*at, " \t");
	size_t len = strcspn(*at, " \t");
	char *word = arena_strndup(&t->arena, *at, len);
	*at += len;
	*at += strspn(*at, " \t");
	return word;
}

static void on_from(struct translation *t, const char *rest)
{
	if (t->stages++) {
		note(t, "further stages are manifests of their own, with `from:`", rest);
		return;
	}
	const char *at = rest;
	char *word = next_word(t, &at);
	if (strncmp(word, "--", 2) == 0) {
		note(t, "not translated", word);
		word = next_word(t, &at);
	}
	if (*at)
		note(t, "the stage's name has no meaning here", at);
	t->image = word;
}

static void on_run(struct translation *t, const char *rest)
{
	if (strncmp(rest, "--", 2) == 0) {
		note(t, "RUN's flags have no meaning here", rest);
		while (strncmp(rest, "--", 2) == 0)
			next_word(t, &rest);
	}
	buf_puts(&t->install, "  - {run: ");
	quote(&t->install, rest);
	if (t->user) {
		buf_puts(&t->install, ", user: ");
		quote(&t->install, t->user);
	}
	if (t->workdir) {
		buf_puts(&t->install, ", workdir: ");
		quote(&t->install, t->workdir);
	}
	buf_puts(&t->install, "}\n");
}

/* COPY SOURCE... DESTINATION, without flags and patterns. */
static void on_copy(struct translation *t, const char *rest)
{
	const char *words[32], *at = rest;
	size_t count = 0;
	while (*at && count < COUNT_OF(words))
		words[count++] = next_word(t, &at);
	bool plain = count >= 2 && !*at && words[count - 1][0] != '[';
	for (size_t i = 0; i < count; i++)
		plain &= strncmp(words[i], "--", 2) != 0 && !strpbrk(words[i], "*?[$") &&
			 !strstr(words[i], "://") && !strstr(words[i], "..");
	const char *destination = count ? words[count - 1] : "";
	plain &= destination[0] == '/' || (t->workdir && t->workdir[0] == '/');
	if (!plain) {
		note(t, "not translated: write it as `copy`", rest);
		return;
	}
	if (strcmp(destination, ".") == 0)
		destination = "";
	if (destination[0] != '/')
		destination =
			arena_printf(&t->arena, "%s/%s", t->workdir,
				     strncmp(destination, "./", 2) ? destination : destination + 2);
	for (size_t i = 0; i + 1 < count; i++) {
		if (access(words[i], R_OK) < 0) {
			note(t, "there is no such file to copy", words[i]);
			continue;
		}
		buf_puts(&t->copies, "  - {source: ");
		quote(&t->copies, words[i]);
		buf_puts(&t->copies, ", destination: ");
		quote(&t->copies, destination);
		buf_puts(&t->copies, "}\n");
	}
}

/* K=V K2="V 2", or the old form K V. */
static void add_pairs(struct translation *t, struct buf *out, const char *indent, const char *rest)
{
	const char *at = rest + strspn(rest, " \t");
	while (*at) {
		size_t len = strcspn(at, "= \t");
		auto_buf struct buf value = {0};
		char quoted = 0;
		const char *c = at + len + (at[len] != 0);
		bool old = at[len] != '=';
		for (; *c && (old || quoted || !isspace((unsigned char)*c)); c++)
			if (!old && (quoted ? *c == quoted : *c == '"' || *c == '\''))
				quoted = quoted ? 0 : *c;
			else
				buf_putc(&value, *c);
		if (value.len && strchr(buf_text(&value), '$'))
			note(t, "the variables in this are not expanded", at);
		buf_puts(out, indent);
		init_quote(out, at, len);
		buf_puts(out, ": ");
		init_quote(out, buf_text(&value), value.len);
		buf_putc(out, '\n');
		at = c + strspn(c, " \t");
	}
}

static void on_env(struct translation *t, const char *rest)
{
	unsigned line = t->line;
	add_pairs(t, &t->env, "  ", rest);
	t->line = 0; /* its notes are there already */
	add_pairs(t, &t->kept_env, "    ", rest);
	t->line = line;
}

static void on_label(struct translation *t, const char *rest)
{
	add_pairs(t, &t->labels, "    ", rest);
}

static void on_user(struct translation *t, const char *rest)
{
	t->user = arena_strdup(&t->arena, rest);
}

static void on_workdir(struct translation *t, const char *rest)
{
	bool absolute = rest[0] == '/' && !strchr(rest, '$');
	if (absolute)
		t->workdir = arena_strdup(&t->arena, rest);
	else
		note(t, "not translated: an absolute path is needed", rest);
}

/* JSON is an argv, anything else a line for the shell. */
static void add_command(struct translation *t, const char *key, const char *rest)
{
	auto_error struct error ignored = {0};
	const struct value *list =
		json_parse(&t->arena, "Dockerfile", rest, strlen(rest), &ignored);
	buf_printf(&t->config, "  %s: ", key);
	if (value_is(list, VALUE_LIST)) {
		buf_putc(&t->config, '[');
		for (size_t i = 0; i < list->list.len; i++) {
			const char *text = value_text(list->list.items[i]);
			buf_puts(&t->config, i ? ", " : "");
			quote(&t->config, text ? text : "");
		}
		buf_putc(&t->config, ']');
	} else {
		quote(&t->config, rest);
	}
	buf_putc(&t->config, '\n');
}

static void on_cmd(struct translation *t, const char *rest)
{
	add_command(t, "cmd", rest);
}

static void on_entrypoint(struct translation *t, const char *rest)
{
	add_command(t, "entrypoint", rest);
}

static void on_stopsignal(struct translation *t, const char *rest)
{
	buf_puts(&t->config, "  stopsignal: ");
	quote(&t->config, rest);
	buf_putc(&t->config, '\n');
}

static void add_words(struct translation *t, struct buf *out, const char *rest)
{
	while (*rest) {
		const char *word = next_word(t, &rest);
		buf_puts(out, out->len ? ", " : "");
		quote(out, word);
	}
}

static void on_expose(struct translation *t, const char *rest)
{
	add_words(t, &t->expose, rest);
}

static void on_volume(struct translation *t, const char *rest)
{
	if (rest[0] == '[')
		note(t, "not translated: write it as `config: {volumes: [...]}`", rest);
	else
		add_words(t, &t->volumes, rest);
}

static const struct {
	const char *name;
	void (*translate)(struct translation *t, const char *rest);
	bool once; /* only the last one counts */
} instructions[] = {
	{"FROM", on_from, false},
	{"RUN", on_run, false},
	{"COPY", on_copy, false},
	{"ADD", on_copy, false},
	{"ENV", on_env, false},
	{"LABEL", on_label, false},
	{"USER", on_user, false},
	{"WORKDIR", on_workdir, false},
	{"CMD", on_cmd, true},
	{"ENTRYPOINT", on_entrypoint, true},
	{"EXPOSE", on_expose, false},
	{"VOLUME", on_volume, false},
	{"STOPSIGNAL", on_stopsignal, true},
};

static void translate(struct translation *t, const char *instruction)
{
	size_t len = strcspn(instruction, " \t");
	const char *rest = instruction + len + strspn(instruction + len, " \t");
	for (size_t i = 0; i < COUNT_OF(instructions); i++) {
		if (strlen(instructions[i].name) != len ||
		    strncasecmp(instructions[i].name, instruction, len) != 0)
			continue;
		/* What stands after a second FROM belongs to another image. */
		if (t->stages > 1 && i > 0)
			note(t, "of a further stage", instruction);
		else
			instructions[i].translate(t, rest);
		return;
	}
	note(t, "not translated", instruction);
}

/* Joins lines that end in a backslash; comments and empty lines are left out. */
static const char *read_instruction(const char *at, const char *end, struct buf *out,
				    unsigned *lines)
{
	bool more = true;
	while (more && at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end, *start = at;
		at = newline ? newline + 1 : end;
		(*lines)++;
		while (start < stop && isspace((unsigned char)*start))
			start++;
		while (stop > start && isspace((unsigned char)stop[-1]))
			stop--;
		if (start == stop || *start == '#') {
			more = out->len > 0;
			continue;
		}
		more = stop[-1] == '\\';
		buf_add(out, start, (size_t)(stop - start - more));
	}
	return at;
}

static void write_part(struct buf *out, const char *head, const struct buf *part)
{
	if (part->len)
		buf_printf(out, "%s\n%s", head, part->data);
}

static void write_all(struct translation *t, struct buf *out)
{
	if (t->notes.len)
		buf_printf(out, "# What could not be translated:\n%s", t->notes.data);
	bool image = t->image && *t->image && !strchr(t->image, '$');
	buf_puts(out, "image: ");
	quote(out, image ? t->image : "debian:bookworm-slim");
	buf_puts(out, image ? "\n" : " # its name is not in the Dockerfile\n");
	write_part(out, "env:", &t->env);
	write_part(out, "copy: # before all steps", &t->copies);
	write_part(out, "install:", &t->install);
	if (t->user) {
		buf_puts(&t->config, "  user: ");
		quote(&t->config, t->user);
		buf_putc(&t->config, '\n');
	}
	if (t->workdir) {
		buf_puts(&t->config, "  workdir: ");
		quote(&t->config, t->workdir);
		buf_putc(&t->config, '\n');
	}
	if (t->expose.len)
		buf_printf(&t->config, "  expose: [%s]\n", t->expose.data);
	if (t->volumes.len)
		buf_printf(&t->config, "  volumes: [%s]\n", t->volumes.data);
	write_part(&t->config, "  env:", &t->kept_env);
	write_part(&t->config, "  labels:", &t->labels);
	write_part(out, "config:", &t->config);
}

static void free_parts(struct translation *t)
{
	struct buf *parts[] = {&t->copies, &t->env,    &t->kept_env, &t->config, &t->install,
			       &t->notes,  &t->labels, &t->expose,   &t->volumes};
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		buf_free(parts[i]);
	arena_free(&t->arena);
}

void init_dockerfile(const char *text, size_t len, struct buf *out)
{
	__attribute__((cleanup(free_parts))) struct translation t = {0};
	unsigned lines = 0;
	for (const char *at = text, *end = text + len; at < end;) {
		auto_buf struct buf instruction = {0};
		t.line = lines + 1;
		at = read_instruction(at, end, &instruction, &lines);
		if (instruction.len)
			translate(&t, buf_text(&instruction));
	}
	write_all(&t, out);
}
