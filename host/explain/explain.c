#include "common/memory.h"
#include "common/own.h"
#include "host/exit_codes.h"
#include "host/explain/codes.h"

#include <stdlib.h>
#include <string.h>

static const struct explanation *find(int code)
{
	for (size_t i = 0; i < explanation_count; i++)
		if ((int)explanations[i].code == code)
			return &explanations[i];
	return NULL;
}

/* The first that has the exit code is its class. */
static const struct explanation *find_class(int exit_code)
{
	for (size_t i = 0; i < explanation_count; i++)
		if (explanations[i].exit_code == exit_code)
			return &explanations[i];
	return &explanations[0];
}

const struct explanation *explain_error(const struct error *err)
{
	int exit_code = err->exit_code ? err->exit_code : EXIT_FAILED;
	const struct explanation *own = err->code ? find(err->code) : NULL;
	bool fits = own && (!own->exit_code || own->exit_code == exit_code);
	return fits ? own : find_class(exit_code);
}

const struct explanation *explain_named(const char *name)
{
	char *end;
	name += *name == 'F' || *name == 'f';
	unsigned long number = strtoul(name, &end, 10);
	return *name && !*end && number < 100000 ? find((int)number) : NULL;
}

enum error_code explain_problem(const char *code)
{
	static const struct {
		const char *name;
		enum error_code code;
	} problems[] = {
		{"unknown-key", ERROR_KEY_UNKNOWN}, {"type", ERROR_KIND},   {"value", ERROR_VALUE},
		{"missing", ERROR_KEY_MISSING},     {"yaml", ERROR_YAML},   {"jinja", ERROR_JINJA},
		{"unreadable", ERROR_UNREADABLE},   {"cycle", ERROR_CYCLE},
	};
	for (size_t i = 0; i < COUNT_OF(problems); i++)
		if (strcmp(problems[i].name, code) == 0)
			return problems[i].code;
	return ERROR_MANIFEST;
}

char *explain_text(const struct error *err)
{
	autofree char *text = error_text(err);
	return mem_printf("%s [F%04d]", text, (int)explain_error(err)->code);
}

static char *exit_code_of(const struct explanation *explanation)
{
	return explanation->exit_code ? mem_printf("%d", explanation->exit_code)
				      : mem_strdup("of what it happened in");
}

void explain_write(const struct explanation *explanation, struct buf *out)
{
	autofree char *exit_code = exit_code_of(explanation);
	buf_printf(out, "F%04d: %s (exit code %s)\n\n%s\n\nWhat to do: %s\n\nExample:\n\n",
		   (int)explanation->code, explanation->title, exit_code, explanation->meaning,
		   explanation->advice);
	for (const char *line = explanation->example; *line;) {
		size_t len = strcspn(line, "\n");
		buf_printf(out, "    %.*s\n", (int)len, line);
		line += len + (line[len] == '\n');
	}
}

void explain_write_all(struct buf *out)
{
	buf_puts(out, "# Errors\n\n"
		      "Each error ends with its number in brackets. `factory explain F0301` tells\n"
		      "what it means and what to do; `factory explain` lists all. A number keeps\n"
		      "its meaning for ever. This page is made by `make errors`.\n");
	for (size_t i = 0; i < explanation_count; i++) {
		const struct explanation *it = &explanations[i];
		autofree char *exit_code = exit_code_of(it);
		buf_printf(out, "\n## F%04d: %s\n\nExit code %s. %s\n\n%s\n\n```\n%s\n```\n",
			   (int)it->code, it->title, exit_code, it->meaning, it->advice,
			   it->example);
	}
}
