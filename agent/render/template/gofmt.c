#include "agent/render/template/gofmt.h"

#include "agent/render/template/gofmt_internal.h"
#include "agent/render/template/runes.h"
#include "agent/render/template/types.h"

#include <string.h>

enum { LARGEST = 1000000 };

struct format {
	const char *text;
	size_t len, at;
	struct value *const *args;
	size_t arg_count, next_arg;
	bool reordered, good_index, after_index, spew;
	struct buf *out;
	size_t limit; /* of out's length */
};

static char peek(const struct format *format)
{
	return format->at < format->len ? format->text[format->at] : '\0';
}

/* A decimal number; one that is too large swallows the rest, as in Go. */
static bool read_number(struct format *format, size_t end, int *number)
{
	size_t from = format->at;
	*number = 0;
	while (format->at < end && peek(format) >= '0' && peek(format) <= '9') {
		if (*number > LARGEST) {
			*number = 0;
			format->at = end;
			return false;
		}
		*number = *number * 10 + (peek(format) - '0');
		format->at++;
	}
	return format->at > from;
}

/* "[3]" chooses the argument. */
static void read_index(struct format *format)
{
	if (peek(format) != '[') {
		format->after_index = false;
		return;
	}
	format->reordered = true;
	format->after_index = false;
	const char *from = format->text + format->at;
	const char *close =
		format->len - format->at < 3 ? NULL : memchr(from, ']', format->len - format->at);
	if (!close) {
		format->at++;
		format->good_index = false;
		return;
	}
	size_t end = (size_t)(close - format->text);
	int number;
	format->at++;
	bool read = read_number(format, end, &number) && format->at == end;
	format->at = end + 1;
	format->after_index = read;
	if (read && number >= 1 && (size_t)number <= format->arg_count)
		format->next_arg = (size_t)number - 1;
	else
		format->good_index = false;
}

/* The integer argument that a '*' stands for. */
static bool star(struct format *format, int *number)
{
	format->at++;
	format->after_index = false;
	*number = 0;
	if (format->next_arg >= format->arg_count)
		return false;
	const struct value *arg = format->args[format->next_arg++];
	if (arg->kind != VALUE_INT || arg->integer > LARGEST || arg->integer < -LARGEST)
		return false;
	*number = (int)arg->integer;
	return true;
}

static void read_flags(struct format *format, struct verb *verb)
{
	for (; format->at < format->len; format->at++) {
		switch (peek(format)) {
		case '#':
			verb->sharp = true;
			break;
		case '0':
			verb->zero = !verb->minus;
			break;
		case '+':
			verb->plus = true;
			break;
		case '-':
			verb->minus = true;
			verb->zero = false;
			break;
		case ' ':
			verb->space = true;
			break;
		default:
			return;
		}
	}
}

static void read_width(struct format *format, struct verb *verb)
{
	read_index(format);
	if (peek(format) != '*') {
		verb->has_width = read_number(format, format->len, &verb->width);
		if (format->after_index && verb->has_width)
			format->good_index = false;
		return;
	}
	verb->has_width = star(format, &verb->width);
	if (!verb->has_width)
		buf_puts(format->out, "%!(BADWIDTH)");
	if (verb->width < 0) {
		verb->width = -verb->width;
		verb->minus = true;
		verb->zero = false;
	}
}

static void read_precision(struct format *format, struct verb *verb)
{
	if (peek(format) != '.' || format->at + 1 == format->len)
		return;
	format->at++;
	if (format->after_index)
		format->good_index = false;
	read_index(format);
	if (peek(format) != '*') {
		read_number(format, format->len, &verb->precision);
		verb->has_precision = true;
		return;
	}
	verb->has_precision = star(format, &verb->precision) && verb->precision >= 0;
	if (!verb->has_precision) {
		verb->precision = 0;
		buf_puts(format->out, "%!(BADPREC)");
	}
}

static void failed_verb(struct buf *out, uint32_t letter, const char *why)
{
	buf_puts(out, "%!");
	rune_append(out, letter);
	buf_puts(out, why);
}

/* Behind a '%'. */
static void one_verb(struct format *format)
{
	struct verb verb = {.out = format->out, .limit = format->limit};
	format->good_index = true;
	format->after_index = false;
	read_flags(format, &verb);
	read_width(format, &verb);
	read_precision(format, &verb);
	if (!format->after_index)
		read_index(format);
	if (format->at >= format->len) {
		buf_puts(format->out, "%!(NOVERB)");
		return;
	}
	size_t width;
	uint32_t letter = rune_decode(format->text + format->at, format->len - format->at, &width);
	format->at += width;
	if (letter == '%') {
		buf_putc(format->out, '%');
	} else if (!format->good_index) {
		failed_verb(format->out, letter, "(BADINDEX)");
	} else if (format->next_arg >= format->arg_count) {
		failed_verb(format->out, letter, "(MISSING)");
	} else {
		if (letter == 'v') {
			verb.sharp_v = verb.sharp;
			verb.plus_v = verb.plus;
			verb.sharp = verb.plus = false;
		}
		const struct value *arg = format->args[format->next_arg++];
		if (letter == 'v' && format->spew)
			verb_spew(&verb, arg);
		else
			verb_argument(&verb, arg, letter);
	}
}

static void extra_arguments(const struct format *format)
{
	buf_puts(format->out, "%!(EXTRA ");
	for (size_t i = format->next_arg; i < format->arg_count; i++) {
		if (i > format->next_arg)
			buf_puts(format->out, ", ");
		if (format->args[i]->kind != VALUE_NULL)
			buf_printf(format->out, "%s=", type_name(format->args[i]));
		gofmt_value(format->out, format->args[i]);
	}
	buf_putc(format->out, ')');
}

static void run(struct format *format)
{
	format->limit = format->out->len + GOFMT_MAX;
	while (format->at < format->len && format->out->len <= format->limit) {
		const char *text = format->text + format->at;
		const char *percent = memchr(text, '%', format->len - format->at);
		size_t plain = percent ? (size_t)(percent - text) : format->len - format->at;
		buf_add(format->out, text, plain);
		format->at += plain;
		if (percent) {
			format->at++;
			one_verb(format);
		}
	}
	if (!format->reordered && format->next_arg < format->arg_count)
		extra_arguments(format);
}

void gofmt_printf(struct buf *out, const char *text, size_t len, struct value *const *args,
		  size_t count)
{
	run(&(struct format){
		.text = text, .len = len, .args = args, .arg_count = count, .out = out});
}

void gofmt_spew(struct buf *out, const char *text, size_t len, struct value *const *args,
		size_t count)
{
	run(&(struct format){.text = text,
			     .len = len,
			     .args = args,
			     .arg_count = count,
			     .out = out,
			     .spew = true});
}

void gofmt_print(struct buf *out, struct value *const *args, size_t count)
{
	bool string_before = false;
	size_t limit = out->len + GOFMT_MAX;
	for (size_t i = 0; i < count && out->len <= limit; i++) {
		bool string = args[i]->kind == VALUE_STRING;
		if (i && !string && !string_before)
			buf_putc(out, ' ');
		gofmt_value(out, args[i]);
		string_before = string;
	}
}

void gofmt_println(struct buf *out, struct value *const *args, size_t count)
{
	size_t limit = out->len + GOFMT_MAX;
	for (size_t i = 0; i < count && out->len <= limit; i++) {
		if (i)
			buf_putc(out, ' ');
		gofmt_value(out, args[i]);
	}
	buf_putc(out, '\n');
}
