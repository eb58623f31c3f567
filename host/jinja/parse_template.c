/* A template's text to its tree. */
#include "host/jinja/loader.h"
#include "host/jinja/parser.h"

/* "\r\n" and "\r" are newlines, as for Jinja2. */
static char *normal_newlines(struct arena *arena, const char *text, size_t *len)
{
	char *copy = arena_alloc(arena, *len + 1), *to = copy;
	for (size_t i = 0; i < *len; i++) {
		if (text[i] != '\r')
			*to++ = text[i];
		else if (i + 1 >= *len || text[i + 1] != '\n')
			*to++ = '\n';
	}
	*len = (size_t)(to - copy);
	return copy;
}

struct jinja_template *parse_template(struct loader *loader, const char *name, const char *text,
				      size_t len, struct error *err)
{
	struct arena *arena = loader->arena;
	struct tokens tokens = {0};
	struct jinja_template *tmpl = arena_alloc(arena, sizeof *tmpl);
	tmpl->name = arena_strdup(arena, name);
	tmpl->loader = loader;
	const char *source = normal_newlines(arena, text, &len);
	if (jinja_lex(arena, name, source, len, &loader->options, &tokens, err) < 0)
		return NULL;
	struct parser parser = {
		.arena = arena, .name = name, .token = tokens.items, .tmpl = tmpl, .err = err};
	return parser_all(&parser, &tmpl->body) == 0 ? tmpl : NULL;
}

struct jinja_template *jinja_parse(struct arena *arena, const char *name, const char *text,
				   size_t len, const struct jinja_options *options,
				   struct error *err)
{
	struct loader *loader = arena_alloc(arena, sizeof *loader);
	*loader = (struct loader){.arena = arena, .options = *options};
	if (options->include_path)
		loader->options.include_path = arena_strdup(arena, options->include_path);
	return parse_template(loader, name, text, len, err);
}
