/* Values as Python prints them. */
#include "host/jinja/runtime.h"

#include "common/own.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The shortest digits that read back as the same number, as Python's repr(float). */
static void write_float(struct buf *out, double real)
{
	char digits[40];
	if (isnan(real) || isinf(real)) {
		buf_puts(out, isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
		return;
	}
	int precision = 1;
	do
		snprintf(digits, sizeof digits, "%.*e", precision - 1, real);
	while (strtod(digits, NULL) != real && ++precision <= 17);
	int exponent = atoi(strchr(digits, 'e') + 1);
	if (exponent >= -4 && exponent < 16) {
		int decimals = precision - 1 - exponent;
		buf_printf(out, "%.*f", decimals > 1 ? decimals : 1, real);
		return;
	}
	*strchr(digits, 'e') = '\0';
	buf_printf(out, "%se%c%02d", digits, exponent < 0 ? '-' : '+', abs(exponent));
}

static void write_quoted(struct buf *out, const char *text, size_t len)
{
	static const char from[] = "\\\n\r\t", to[] = "\\nrt";
	bool has_single = memchr(text, '\'', len), has_double = memchr(text, '"', len);
	char quote = has_single && !has_double ? '"' : '\'';
	buf_putc(out, quote);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		const char *known = c ? strchr(from, c) : NULL;
		if (known || c == (unsigned char)quote) {
			buf_putc(out, '\\');
			buf_putc(out, known ? to[known - from] : quote);
		} else if (c < 0x20 || c == 0x7F) {
			buf_printf(out, "\\x%02x", c);
		} else {
			buf_putc(out, (char)c);
		}
	}
	buf_putc(out, quote);
}

static void write_inside(struct buf *out, const struct value *value, const struct ancestor *outer);

static void write_list(struct buf *out, const struct value *list, const struct ancestor *inside)
{
	bool tuple = is_tuple(list);
	buf_putc(out, tuple ? '(' : '[');
	for (size_t i = 0; i < list->list.len && out->len < RUN_MOST_OUTPUT; i++) {
		if (i)
			buf_puts(out, ", ");
		write_inside(out, list->list.items[i], inside);
	}
	if (tuple && list->list.len == 1)
		buf_putc(out, ',');
	buf_putc(out, tuple ? ')' : ']');
}

static void write_map(struct buf *out, const struct value *map, const struct ancestor *inside)
{
	buf_putc(out, '{');
	for (size_t i = 0; i < map->map.len && out->len < RUN_MOST_OUTPUT; i++) {
		if (i)
			buf_puts(out, ", ");
		write_quoted(out, map->map.entries[i].key, map->map.entries[i].key_len);
		buf_puts(out, ": ");
		write_inside(out, map->map.entries[i].value, inside);
	}
	buf_putc(out, '}');
}

static void write_container(struct buf *out, const struct value *value,
			    const struct ancestor *outer)
{
	struct ancestor here = {value, outer};
	if (is_inside(outer, value))
		buf_puts(out, value->kind == VALUE_MAP ? "{...}"
			      : is_tuple(value)        ? "(...)"
						       : "[...]");
	else if (value->kind == VALUE_MAP)
		write_map(out, value, &here);
	else
		write_list(out, value, &here);
}

static void write_inside(struct buf *out, const struct value *value, const struct ancestor *outer)
{
	switch (value->kind) {
	case VALUE_NULL:
		buf_puts(out, "None");
		return;
	case VALUE_BOOL:
		buf_puts(out, value->boolean ? "True" : "False");
		return;
	case VALUE_INT:
		buf_printf(out, "%lld", (long long)value->integer);
		return;
	case VALUE_FLOAT:
		write_float(out, value->real);
		return;
	case VALUE_STRING:
		write_quoted(out, value->string.data, value->string.len);
		return;
	case VALUE_LIST:
	case VALUE_MAP:
		write_container(out, value, outer);
		return;
	case VALUE_OBJECT:
		if (object_is(value, OBJECT_MACRO))
			buf_printf(out, "<Macro '%s'>",
				   ((struct macro *)value->object.data)->statement->name);
		else if (is_undefined(value))
			buf_puts(out, "Undefined");
		else if (!object_is(value, OBJECT_PLACEHOLDER))
			buf_printf(out, "<%s>",
				   ((const struct object_class *)value->object.class)->name);
		return;
	}
}

void write_representation(struct buf *out, const struct value *value)
{
	write_inside(out, value, NULL);
}

void write_text(struct buf *out, const struct value *value)
{
	if (value->kind == VALUE_STRING)
		buf_add(out, value->string.data, value->string.len);
	else
		write_representation(out, value);
}

struct value *text_of(struct run *run, struct value *value)
{
	if (value->kind == VALUE_STRING)
		return value;
	auto_buf struct buf text = {0};
	write_text(&text, value);
	return value_stringn(run->arena, buf_text(&text), text.len);
}

const char *python_type(const struct value *value)
{
	static const char *const names[] = {"NoneType", "bool", "int",  "float",
					    "str",      "list", "dict", "object"};
	if (is_tuple(value))
		return "tuple";
	if (value->kind == VALUE_OBJECT)
		return ((const struct object_class *)value->object.class)->name;
	return names[value->kind];
}

/* --- "..." % arguments --- */

/* One conversion of a format: "%-08.3f". */
struct conversion {
	char flags[8];
	int width, precision; /* -1: none */
	char verb;
};

static const char *read_conversion(const char *at, struct conversion *conversion)
{
	size_t flags = 0;
	*conversion = (struct conversion){.width = -1, .precision = -1};
	while (*at && strchr("#0- +", *at) && flags + 1 < sizeof conversion->flags)
		conversion->flags[flags++] = *at++;
	for (; isdigit((unsigned char)*at); at++)
		conversion->width =
			(conversion->width < 0 ? 0 : conversion->width % 10000) * 10 + *at - '0';
	if (*at == '.')
		for (conversion->precision = 0, at++; isdigit((unsigned char)*at); at++)
			conversion->precision = conversion->precision % 10000 * 10 + *at - '0';
	conversion->verb = *at;
	return *at ? at + 1 : at;
}

/* C has no signed hexadecimal and octal numbers; Python has, and writes octal's prefix as 0o. */
static void format_bits(struct buf *out, const struct conversion *conversion, int64_t number)
{
	auto_buf struct buf body = {0};
	char digits[32];
	uint64_t size = number < 0 ? -(uint64_t)number : (uint64_t)number;
	const char *sign = number < 0                       ? "-"
			   : strchr(conversion->flags, '+') ? "+"
			   : strchr(conversion->flags, ' ') ? " "
							    : "";
	char prefix[] = {'0', conversion->verb, '\0'};
	snprintf(digits, sizeof digits,
		 conversion->verb == 'o' ? "%" PRIo64
					 : (conversion->verb == 'X' ? "%" PRIX64 : "%" PRIx64),
		 size);
	int zeros = conversion->precision - (int)strlen(digits);
	int head = (int)strlen(sign) + (strchr(conversion->flags, '#') ? 2 : 0);
	if (strchr(conversion->flags, '0') && !strchr(conversion->flags, '-') &&
	    zeros < conversion->width - head - (int)strlen(digits))
		zeros = conversion->width - head - (int)strlen(digits);
	buf_printf(&body, "%s%s", sign, head > (int)strlen(sign) ? prefix : "");
	for (; zeros > 0; zeros--)
		buf_putc(&body, '0');
	buf_puts(&body, digits);
	buf_printf(out, strchr(conversion->flags, '-') ? "%-*s" : "%*s",
		   conversion->width > 0 ? conversion->width : 0, buf_text(&body));
}

static void format_number(struct buf *out, const struct conversion *conversion,
			  const struct value *value)
{
	char format[48];
	bool real = strchr("eEfFgG", conversion->verb) != NULL;
	double number = value->kind == VALUE_FLOAT ? value->real : (double)value->integer;
	bool fits = value->kind != VALUE_FLOAT || fabs(value->real) < 9e18;
	int64_t integer = value->kind != VALUE_FLOAT ? value->integer
			  : fits                     ? (int64_t)value->real
						     : 0;
	if (strchr("xXo", conversion->verb)) {
		format_bits(out, conversion, integer);
		return;
	}
	int precision = conversion->precision < 0 ? (real ? 6 : 1) : conversion->precision;
	int width = conversion->width < 0 ? 0 : conversion->width;
	snprintf(format, sizeof format, "%%%s*.*%s%c", conversion->flags, real ? "" : "ll",
		 conversion->verb == 'i' || conversion->verb == 'u' ? 'd' : conversion->verb);
	/* C's flag 0 is void with a precision; Python's is not. */
	if (!real && conversion->precision < 0)
		snprintf(format, sizeof format, "%%%s*ll%c", conversion->flags,
			 conversion->verb == 'i' || conversion->verb == 'u' ? 'd'
									    : conversion->verb);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	if (real)
		buf_printf(out, format, width, precision, number);
	else if (conversion->precision < 0)
		buf_printf(out, format, width, (long long)integer);
	else
		buf_printf(out, format, width, precision, (long long)integer);
#pragma GCC diagnostic pop
}

static void format_string(struct buf *out, const struct conversion *conversion,
			  const struct value *value)
{
	auto_buf struct buf text = {0};
	if (conversion->verb == 'r')
		write_representation(&text, value);
	else
		write_text(&text, value);
	struct value string = {.kind = VALUE_STRING,
			       .string = {.data = buf_text(&text), .len = text.len}};
	size_t count = character_count(&string), bytes = text.len;
	if (conversion->precision >= 0 && (size_t)conversion->precision < count) {
		count = (size_t)conversion->precision;
		bytes = character_offset(&string, count);
	}
	int padding = conversion->width - (int)count;
	bool left = strchr(conversion->flags, '-') != NULL;
	if (padding > 0 && !left)
		buf_printf(out, "%*s", padding, "");
	buf_add(out, buf_text(&text), bytes);
	if (padding > 0 && left)
		buf_printf(out, "%*s", padding, "");
}

/* The arguments of a format, in order or by "(name)". */
struct formatting {
	struct run *run;
	const struct expression *at;
	struct value *arguments;
	size_t next;
	struct buf out;
};

static struct value *next_argument(struct formatting *formatting, const char **at)
{
	struct value *arguments = formatting->arguments;
	if (**at == '(') {
		size_t len = strcspn(*at + 1, ")");
		struct value *found = value_getn(arguments, *at + 1, len);
		*at += len + 1 + ((*at)[len + 1] == ')');
		return found ? found
			     : run_fail(formatting->run, formatting->at,
					"the format's key is missing");
	}
	if (!is_tuple(arguments) && formatting->next++ == 0)
		return arguments;
	if (is_tuple(arguments) && formatting->next < arguments->list.len)
		return arguments->list.items[formatting->next++];
	return run_fail(formatting->run, formatting->at,
			"not enough arguments for the format string");
}

static int format_one(struct formatting *formatting, const char **at)
{
	struct conversion conversion;
	bool named = **at == '(';
	struct value *value = named ? next_argument(formatting, at) : NULL;
	if (named && !value)
		return -1;
	*at = read_conversion(*at, &conversion);
	if (conversion.verb == '%') {
		buf_putc(&formatting->out, '%');
		return 0;
	}
	if (!named && !(value = next_argument(formatting, at)))
		return -1;
	if (conversion.verb != 'r' && !need_defined(formatting->run, formatting->at, value))
		return -1;
	if (conversion.verb == 's' || conversion.verb == 'r') {
		format_string(&formatting->out, &conversion, value);
		return 0;
	}
	struct value number = *value;
	if (value->kind == VALUE_BOOL)
		number = (struct value){.kind = VALUE_INT, .integer = value->boolean};
	bool known = conversion.verb && strchr("diuxXoeEfFgG", conversion.verb);
	if (!known || (number.kind != VALUE_INT && number.kind != VALUE_FLOAT)) {
		run_fail(formatting->run, formatting->at,
			 "%%%c format: a number is required, not %s",
			 conversion.verb ? conversion.verb : ' ', python_type(value));
		return -1;
	}
	if (number.kind == VALUE_FLOAT && !(fabs(number.real) < 9e18) &&
	    strchr("diuxXo", conversion.verb)) {
		run_fail(formatting->run, formatting->at, "the number does not fit in 64 bits");
		return -1;
	}
	format_number(&formatting->out, &conversion, &number);
	return 0;
}

static void free_formatting(struct formatting *formatting)
{
	buf_free(&formatting->out);
}

struct value *format_percent(struct run *run, const struct expression *at, struct value *format,
			     struct value *arguments)
{
	__attribute__((cleanup(free_formatting))) struct formatting formatting = {
		.run = run, .at = at, .arguments = arguments};
	const char *from = format->string.data;
	int status = check_printable(run, at, arguments);
	while (*from && status == 0 && formatting.out.len < RUN_MOST_OUTPUT) {
		if (*from == '%') {
			from++;
			status = format_one(&formatting, &from);
		} else {
			buf_putc(&formatting.out, *from++);
		}
	}
	struct value *text = NULL;
	bool one = !is_tuple(arguments) && arguments->kind != VALUE_LIST &&
		   arguments->kind != VALUE_MAP;
	size_t count = is_tuple(arguments) ? arguments->list.len : one;
	if (status == 0 && formatting.next < count)
		run_fail(run, at, "not all arguments converted during string formatting");
	else if (status == 0)
		text = value_stringn(run->arena, buf_text(&formatting.out), formatting.out.len);
	return text;
}
