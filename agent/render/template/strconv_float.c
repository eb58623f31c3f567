#include "agent/render/template/strconv.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From this exponent on the shortest %g is scientific. */
enum { SHORTEST_EXPONENT = 6 };

/* The fewest digits after the point of %e that read back as the same number. */
static int shortest_precision(double number)
{
	char text[64];
	for (int digits = 0; digits < 17; digits++) {
		snprintf(text, sizeof text, "%.*e", digits, number);
		if (strtod(text, NULL) == number)
			return digits;
	}
	return 17;
}

static int exponent_of(double number, int precision)
{
	char text[64];
	snprintf(text, sizeof text, "%.*e", precision, number);
	return atoi(strchr(text, 'e') + 1);
}

static void format_shortest(struct buf *out, double number, char format)
{
	int digits = shortest_precision(number);
	int exponent = number == 0 ? 0 : exponent_of(number, digits);
	bool scientific = format == 'e' || format == 'E';
	if (format == 'g' || format == 'G')
		scientific = exponent < -4 || exponent >= SHORTEST_EXPONENT;
	if (scientific)
		buf_printf(out, isupper((unsigned char)format) ? "%.*E" : "%.*e", digits, number);
	else
		buf_printf(out, "%.*f", digits > exponent ? digits - exponent : 0, number);
}

/* The binary form: mantissa p exponent. */
static void format_binary(struct buf *out, double number)
{
	int exponent;
	double mantissa = frexp(fabs(number), &exponent);
	exponent -= 53;
	if (exponent < -1074) {
		mantissa = ldexp(mantissa, exponent + 1074);
		exponent = -1074;
	}
	if (number == 0)
		exponent = -1074;
	buf_printf(out, "%s%lldp%+d", signbit(number) ? "-" : "", (long long)ldexp(mantissa, 53),
		   exponent);
}

/* C's %a with the mantissa in [1,2) and two digits of exponent at least. */
static void format_hex(struct buf *out, double number, char format, int precision)
{
	int exponent = 0;
	double mantissa = number == 0 ? number : 2 * frexp(number, &exponent);
	exponent -= number != 0;
	char text[64];
	if (precision < 0)
		snprintf(text, sizeof text, "%a", mantissa);
	else
		snprintf(text, sizeof text, "%.*a", precision > 30 ? 30 : precision, mantissa);
	char *p = text + strcspn(text, "p");
	exponent += atoi(p + 1);
	*p = '\0';
	char *leading = text + strcspn(text, "x") + 1;
	if (*leading == '2') { /* rounded up */
		*leading = '1';
		exponent++;
	}
	size_t from = out->len;
	buf_puts(out, text);
	for (int i = 30; i < precision; i++)
		buf_putc(out, '0');
	buf_printf(out, "p%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
	for (size_t i = from; format == 'X' && i < out->len; i++)
		out->data[i] = (char)toupper((unsigned char)out->data[i]);
}

static void format_fixed(struct buf *out, double number, char format, int precision)
{
	const char *formats = format == 'e'   ? "%.*e"
			      : format == 'E' ? "%.*E"
			      : format == 'f' ? "%.*f"
			      : format == 'G' ? "%.*G"
					      : "%.*g";
	buf_printf(out, formats, precision, number);
}

void strconv_format_float(struct buf *out, double number, char format, int precision)
{
	if (isnan(number))
		buf_puts(out, "NaN");
	else if (isinf(number))
		buf_puts(out, number < 0 ? "-Inf" : "+Inf");
	else if (format == 'b')
		format_binary(out, number);
	else if (format == 'x' || format == 'X')
		format_hex(out, number, format, precision);
	else if (precision < 0)
		format_shortest(out, number, format);
	else
		format_fixed(out, number, format, precision);
}
