/* Python's str.format: "{}", "{0}", "{name.attr[key]!r:>8}". The specification is the one of
 * https://docs.python.org/3/library/string.html#format-specification-mini-language. */
#include "host/jinja/format_braces.h"

#include "common/own.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

enum { WIDEST = 10000 };

struct spec {
	const char *fill;
	int fill_len;
	char align, sign, group, type; /* '\0': none */
	bool alternate, zero;
	int width, precision; /* precision -1: none */
};

struct braces {
	struct run *run;
	const struct expression *at;
	const struct value *positional, *keywords;
	size_t next; /* of the fields without a name */
	struct buf out;
};

static int refuse(struct braces *braces, const char *why)
{
	run_fail(braces->run, braces->at, "'format': %s", why);
	return -1;
}

/* --- the specification --- */

static int read_number(const char **at, const char *end, int *number)
{
	for (*number = 0; *at < end && isdigit((unsigned char)**at); (*at)++)
		if ((*number = *number * 10 + **at - '0') > WIDEST)
			return -1;
	return 0;
}

static int utf8_width(char first)
{
	unsigned char c = (unsigned char)first;
	return c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
}

static void read_align(const char **at, const char *end, struct spec *spec)
{
	int len = *at < end ? utf8_width(**at) : 1;
	if (*at + len < end && strchr("<>^=", (*at)[len])) {
		spec->fill = *at;
		spec->fill_len = len;
		spec->align = (*at)[len];
		*at += len + 1;
	} else if (*at < end && strchr("<>^=", **at)) {
		spec->align = *(*at)++;
	}
}

static int read_spec(struct braces *braces, const char *at, const char *end, struct spec *spec)
{
	*spec = (struct spec){.fill = " ", .fill_len = 1, .precision = -1};
	read_align(&at, end, spec);
	if (at < end && strchr("+- ", *at))
		spec->sign = *at++;
	if (at < end && *at == '#')
		spec->alternate = *at++;
	if (at < end && *at == '0')
		spec->zero = *at++;
	if (read_number(&at, end, &spec->width) < 0)
		return refuse(braces, "this width is too large");
	if (at < end && (*at == ',' || *at == '_'))
		spec->group = *at++;
	if (at < end && *at == '.') {
		at++;
		if (at == end || !isdigit((unsigned char)*at) ||
		    read_number(&at, end, &spec->precision) < 0)
			return refuse(braces, "this precision is no number, or too large");
	}
	if (at < end)
		spec->type = *at++;
	return at < end ? refuse(braces, "the specification behind ':' can't be read") : 0;
}

/* --- what it makes of a value --- */

static void pad(struct buf *out, const struct spec *spec, int count)
{
	for (int i = 0; i < count; i++)
		buf_add(out, spec->fill, (size_t)spec->fill_len);
}

/* `head` (sign, prefix) stays in front of padding that is aligned by '='. */
static void add_padded(struct buf *out, const struct spec *spec, const char *head, const char *body,
		       char align)
{
	struct value text = {.kind = VALUE_STRING,
			     .string = {.data = (char *)body, .len = strlen(body)}};
	int room = spec->width - (int)(character_count(&text) + strlen(head));
	int left = room < 0 || align == '<' ? 0 : align == '^' ? room / 2 : room;
	if (align == '=')
		buf_puts(out, head);
	pad(out, spec, left);
	if (align != '=')
		buf_puts(out, head);
	buf_puts(out, body);
	pad(out, spec, room - left);
}

static int format_text(struct braces *braces, struct spec *spec, const struct value *value)
{
	auto_buf struct buf text = {0};
	if (spec->sign || spec->alternate || spec->group || spec->align == '=' ||
	    (spec->type && spec->type != 's'))
		return refuse(braces, "this specification is for numbers");
	size_t len = value->string.len;
	if (spec->precision >= 0 && character_offset(value, (size_t)spec->precision) < len)
		len = character_offset(value, (size_t)spec->precision);
	buf_add(&text, value->string.data, len);
	if (spec->zero && !spec->align)
		spec->fill = "0";
	add_padded(&braces->out, spec, "", buf_text(&text), spec->align ? spec->align : '<');
	return 0;
}

static void add_groups(struct buf *out, const char *digits, char group, size_t every)
{
	size_t whole = strspn(digits, "0123456789abcdefABCDEF");
	for (size_t i = 0; i < whole; i++) {
		if (group && i && (whole - i) % every == 0)
			buf_putc(out, group);
		buf_putc(out, digits[i]);
	}
	buf_puts(out, digits + whole);
}

static int add_number(struct braces *braces, struct spec *spec, bool negative, const char *prefix,
		      const char *digits)
{
	auto_buf struct buf body = {0};
	char head[4] = "";
	char sign = (char)(negative ? '-' : spec->sign != '-' ? spec->sign : '\0');
	snprintf(head, sizeof head, "%.*s%s", sign != '\0', &sign, prefix);
	if (spec->zero && !spec->align) {
		if (spec->group && spec->width > (int)strlen(digits))
			return refuse(braces, "zeros with groups are not supported");
		spec->fill = "0";
		spec->fill_len = 1;
		spec->align = '=';
	}
	add_groups(&body, digits, spec->group, strchr("xXob", spec->type) && spec->type ? 4 : 3);
	add_padded(&braces->out, spec, head, buf_text(&body), spec->align ? spec->align : '>');
	return 0;
}

static int format_integer(struct braces *braces, struct spec *spec, int64_t number)
{
	static const char *const known = "bodxXn";
	char digits[66], prefix[3] = "";
	unsigned bits = spec->type == 'b' ? 1 : spec->type == 'o' ? 3 : 4;
	const char *letters = spec->type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	char *at = digits + sizeof digits - 1;
	if (spec->precision >= 0 || (spec->type && !strchr(known, spec->type)))
		return refuse(braces, "this type or precision is not for integers");
	bool decimal = !spec->type || strchr("dn", spec->type);
	*at = '\0';
	do {
		*--at = decimal ? (char)('0' + rest % 10) : letters[rest & ((1u << bits) - 1)];
		rest = decimal ? rest / 10 : rest >> bits;
	} while (rest);
	if (spec->alternate && !decimal)
		snprintf(prefix, sizeof prefix, "0%c", spec->type);
	return add_number(braces, spec, number < 0, prefix, at);
}

static int format_real(struct braces *braces, struct spec *spec, double real)
{
	auto_buf struct buf digits = {0};
	double size = fabs(real);
	int precision = spec->precision < 0 ? 6 : spec->precision;
	bool percent = spec->type == '%';
	char type = (char)(spec->type == 'n' ? 'g' : spec->type);
	char format[8];
	snprintf(format, sizeof format, "%%%s.*%c", spec->alternate ? "#" : "", type);
	if (spec->type && !strchr("eEfFgG%n", spec->type))
		return refuse(braces, "this type is not for numbers with a fraction");
	if (!spec->type && spec->precision >= 0)
		return refuse(braces, "a precision needs a type: '.2f', '.3g'");
	if (!spec->type || isnan(size) || isinf(size)) {
		const struct value value = {.kind = VALUE_FLOAT, .real = size};
		write_representation(&digits, &value);
	} else if (percent) {
		buf_printf(&digits, "%.*f%%", precision, size * 100);
	} else {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		buf_printf(&digits, format, precision, size);
#pragma GCC diagnostic pop
	}
	return add_number(braces, spec, signbit(real) && !isnan(real), "", buf_text(&digits));
}

static int format_value(struct braces *braces, struct value *value, const char *at, const char *end)
{
	struct spec spec;
	if (at == end) {
		write_text(&braces->out, value);
		return 0;
	}
	if (read_spec(braces, at, end, &spec) < 0)
		return -1;
	if (value->kind == VALUE_STRING)
		return format_text(braces, &spec, value);
	bool whole = value->kind == VALUE_INT || value->kind == VALUE_BOOL;
	int64_t number = value->kind == VALUE_BOOL ? value->boolean : value->integer;
	if (whole && spec.type && strchr("eEfFgG%", spec.type))
		return format_real(braces, &spec, (double)number);
	if (whole)
		return format_integer(braces, &spec, number);
	if (value->kind == VALUE_FLOAT)
		return format_real(braces, &spec, value->real);
	run_fail(braces->run, braces->at, "'format': %s takes no specification behind ':'",
		 python_type(value));
	return -1;
}

/* --- fields --- */

static struct value *first_of(struct braces *braces, const char *name, size_t len)
{
	size_t index = len ? 0 : braces->next++;
	struct value *found = NULL;
	if (len && !isdigit((unsigned char)*name))
		found = value_getn(braces->keywords, name, len);
	for (size_t i = 0; i < len && index <= WIDEST && isdigit((unsigned char)*name); i++)
		index = index * 10 + (size_t)(name[i] - '0');
	if (!found && (!len || isdigit((unsigned char)*name)) &&
	    index < braces->positional->list.len)
		found = braces->positional->list.items[index];
	return found ? found
		     : run_fail(braces->run, braces->at, "'format' has no argument for '{%.*s}'",
				(int)len, name);
}

/* ".name" and "[key]" behind the first. */
static struct value *follow(struct braces *braces, struct value *value, const char *at,
			    const char *end)
{
	struct run *run = braces->run;
	while (value && at < end) {
		bool item = *at++ == '[';
		size_t len = strcspn(at, item ? "]" : ".[!:}");
		if (at + len > end || !len)
			return run_fail(run, braces->at, "'format': this field can't be read");
		if (item && isdigit((unsigned char)*at))
			value = get_item(run, braces->at, value, value_int(run->arena, atoll(at)));
		else if (item)
			value = get_item(run, braces->at, value,
					 value_stringn(run->arena, at, len));
		else
			value = get_attribute(run, value, arena_strndup(run->arena, at, len));
		at += len + item;
	}
	return need_defined(run, braces->at, value);
}

static int add_field(struct braces *braces, const char *field, const char *end)
{
	size_t len = strcspn(field, ".[!:}");
	size_t path = len + strcspn(field + len, "!:}");
	const char *at = field + path;
	struct value *value = first_of(braces, field, len);
	value = value ? follow(braces, value, field + len, at) : NULL;
	if (!value || check_printable(braces->run, braces->at, value) < 0)
		return -1;
	if (*at == '!') {
		auto_buf struct buf text = {0};
		if (at[1] != 'r' && at[1] != 's')
			return refuse(braces, "behind '!' stands r or s");
		if (at[1] == 'r')
			write_representation(&text, value);
		else
			write_text(&text, value);
		value = value_stringn(braces->run->arena, buf_text(&text), text.len);
		at += 2;
	}
	if (*at == ':')
		return format_value(braces, value, at + 1, end);
	return at == end ? format_value(braces, value, end, end)
			 : refuse(braces, "expected ':' or '}'");
}

static int add_all(struct braces *braces, const struct value *format)
{
	const char *at = format->string.data, *end = at + format->string.len;
	while (at < end) {
		if (braces->out.len > RUN_MOST_OUTPUT)
			return refuse(braces, "the result is too large");
		if ((*at == '{' || *at == '}') && at[1] == *at) {
			buf_putc(&braces->out, *at);
			at += 2;
			continue;
		}
		if (*at == '}')
			return refuse(braces, "a '}' has no '{' before it");
		if (*at != '{') {
			buf_putc(&braces->out, *at++);
			continue;
		}
		const char *close = memchr(at, '}', (size_t)(end - at));
		if (!close || memchr(at + 1, '{', (size_t)(close - at - 1)))
			return refuse(braces, close ? "fields in fields are not supported"
						    : "a '{' has no '}' behind it");
		if (add_field(braces, at + 1, close) < 0)
			return -1;
		at = close + 1;
	}
	return 0;
}

static void free_braces(struct braces *braces)
{
	buf_free(&braces->out);
}

struct value *format_braces(struct run *run, const struct expression *at, struct value *format,
			    struct value **arguments)
{
	__attribute__((cleanup(free_braces))) struct braces braces = {
		.run = run, .at = at, .positional = arguments[0], .keywords = arguments[1]};
	if (add_all(&braces, format) < 0)
		return NULL;
	return value_stringn(run->arena, buf_text(&braces.out), braces.out.len);
}
