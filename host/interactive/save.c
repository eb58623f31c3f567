#include "host/interactive/save.h"

#include "common/own.h"
#include "host/interactive/layout.h"
#include "host/interactive/scalar.h"

#include <string.h>

static void copy(const struct layout *text, size_t *at, size_t to, struct buf *out)
{
	if (to > *at)
		buf_add(out, text->bytes + *at, to - *at);
	*at = to;
}

static void end_line(struct buf *out)
{
	if (out->len && out->data[out->len - 1] != '\n')
		buf_puts(out, "\n");
}

/* NULL: it can be done. */
static int refuse_if(const struct layout *text, size_t line, const char *why, struct error *err)
{
	return why ? layout_refuse(text, line, why, err) : 0;
}

static int write_added(const struct layout *text, const struct save_change *change, size_t *at,
		       struct buf *out, struct error *err)
{
	const struct layout_item *item = &text->items[change->item];
	if (refuse_if(text, item->line, item->no_addition, err) < 0 ||
	    scalar_check(change->command, err) < 0)
		return -1;
	copy(text, at, text->lines[item->place], out);
	end_line(out);
	buf_printf(out, "%*s- ", (int)item->column, "");
	scalar_write(change->command, item->column, false, out);
	buf_puts(out, "\n");
	return 0;
}

/* What follows on the line would become a part of a block. */
static bool is_alone(const struct layout *text, size_t at)
{
	while (at < text->len && strchr(" \t\r", text->bytes[at]))
		at++;
	return at >= text->len || text->bytes[at] == '\n';
}

static bool has_jinja(const struct layout *text, const struct layout_item *item)
{
	for (size_t at = item->from; at + 1 < item->to; at++)
		if (text->bytes[at] == '{' && strchr("{%#", text->bytes[at + 1]))
			return true;
	return false;
}

static int check_command(const struct layout *text, const struct save_change *change,
			 struct error *err)
{
	const struct layout_item *item = &text->items[change->item];
	const char *why = item->no_change;
	bool is_block = strchr(change->command, '\n') != NULL;
	if (!why && has_jinja(text, item))
		why = "Jinja2 makes this step's command: change it by hand";
	if (!why && is_block && item->in_flow)
		why = "the new command has several lines, and its step is on one: change it by "
		      "hand";
	if (!why && is_block && !is_alone(text, item->to))
		why = "a comment is behind the command, and the new one has several lines: change "
		      "it by hand";
	return refuse_if(text, item->line, why, err) < 0 ? -1 : scalar_check(change->command, err);
}

static int write_command(const struct layout *text, const struct save_change *change, size_t *at,
			 struct buf *out, struct error *err)
{
	const struct layout_item *item = &text->items[change->item];
	if (check_command(text, change, err) < 0)
		return -1;
	copy(text, at, item->from, out);
	*at = item->to;
	scalar_write(change->command, item->indent, item->in_flow, out);
	return 0;
}

static int write_left_out(const struct layout *text, const struct save_change *change, size_t *at,
			  struct buf *out, struct error *err)
{
	const struct layout_item *item = &text->items[change->item];
	if (refuse_if(text, item->line, item->no_removal, err) < 0)
		return -1;
	for (size_t line = item->line; line < item->end; line++) {
		if (layout_indent(text, line) == SIZE_MAX)
			continue;
		copy(text, at, text->lines[line] + item->column, out);
		buf_puts(out, "# ");
	}
	copy(text, at, text->lines[item->end], out);
	return 0;
}

static int write_all(const struct layout *text, const struct save_change *changes, size_t count,
		     struct buf *out, struct error *err)
{
	static int (*const write[])(const struct layout *text, const struct save_change *change,
				    size_t *at, struct buf *out, struct error *err) = {
		[SAVE_ADDED] = write_added,
		[SAVE_COMMAND] = write_command,
		[SAVE_LEFT_OUT] = write_left_out,
	};
	size_t at = 0;
	for (size_t i = 0; i < count; i++)
		if (write[changes[i].kind](text, &changes[i], &at, out, err) < 0)
			return -1;
	copy(text, &at, text->len, out);
	return 0;
}

/* --- whether it says what it should --- */

/* The commands that stand there once all is done; of aliases and groups nothing is known. */
static size_t expected(const struct layout *text, const struct save_change *changes, size_t count,
		       const char **commands)
{
	size_t n = 0, next = 0;
	for (size_t i = 0; i <= text->count; i++) {
		const char *command = i < text->count ? text->items[i].command : NULL;
		for (; next < count && changes[next].item == i; next++)
			if (changes[next].kind == SAVE_ADDED)
				commands[n++] = changes[next].command;
			else
				command = changes[next].command;
		if (command)
			commands[n++] = command;
	}
	return n;
}

static bool says(const struct layout *text, const char *const *commands, size_t count)
{
	size_t n = 0;
	for (size_t i = 0; i < text->count; i++) {
		const char *command = text->items[i].command;
		if (!command)
			continue;
		if (n == count || strcmp(commands[n++], command) != 0)
			return false;
	}
	return n == count;
}

static int verify(const struct layout *text, const struct save_change *changes, size_t count,
		  const struct buf *out, struct error *err)
{
	auto_layout struct layout now = {0};
	auto_error struct error ignored = {0};
	auto_arena struct arena arena = {0};
	const char **commands = arena_alloc(&arena, (text->count + count + 1) * sizeof *commands);
	size_t many = expected(text, changes, count, commands);
	bool fine = layout_read(&now, text->path, buf_text(out), out->len, NULL, &ignored) == 0 &&
		    says(&now, commands, many);
	if (fine)
		return 0;
	return layout_refuse(text,
			     changes[0].item < text->count ? text->items[changes[0].item].line : 0,
			     "the list would not say what was done: change it by hand", err);
}

int save_changes(const char *bytes, size_t len, const struct manifest *manifest,
		 const struct save_change *changes, size_t count, struct buf *out,
		 struct error *err)
{
	auto_layout struct layout text = {0};
	size_t others = manifest->before_install.count;
	const struct steps steps = {manifest->install.items + others,
				    manifest->install.count - others};
	if (!count) {
		buf_add(out, bytes, len);
		return 0;
	}
	int status = layout_read(&text, manifest->path, bytes, len, &steps, err);
	if (status == 0 && manifest->travis)
		status = layout_refuse(&text, 0,
				       "the phases of travis.yml's dialect make the list: change "
				       "it by hand",
				       err);
	if (status == 0)
		status = write_all(&text, changes, count, out, err);
	if (status == 0)
		status = verify(&text, changes, count, out, err);
	return status;
}
