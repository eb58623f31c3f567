/* Inside gofmt: one verb's flags, and what prints the scalars. */
#ifndef FACTORY_AGENT_RENDER_TEMPLATE_GOFMT_INTERNAL_H
#define FACTORY_AGENT_RENDER_TEMPLATE_GOFMT_INTERNAL_H

#include "agent/render/template/gofmt.h"

struct verb {
	struct buf *out;
	size_t limit; /* of out's length */
	int width, precision;
	bool has_width, has_precision;
	bool plus, minus, sharp, space, zero;
	bool plus_v, sharp_v; /* %+v and %#v */
};

void verb_padding(struct verb *verb, int count);
void verb_pad(struct verb *verb, const char *text, size_t len); /* to the width */
void verb_string(struct verb *verb, const char *text, size_t len);
void verb_quoted(struct verb *verb, const char *text, size_t len);
void verb_hex_string(struct verb *verb, const char *text, size_t len, bool upper);

struct integer {
	uint64_t bits;
	bool is_signed;
};
void verb_integer(struct verb *verb, struct integer number, unsigned base, char letter);
void verb_pointer(struct verb *verb, uint64_t bits, bool leading_0x);
void verb_character(struct verb *verb, uint64_t bits);
void verb_quoted_character(struct verb *verb, uint64_t bits);
void verb_unicode(struct verb *verb, uint64_t bits);
void verb_float(struct verb *verb, double number, char letter, int precision);

/* One argument by its verb, as Printf does for each. */
void verb_argument(struct verb *verb, const struct value *value, uint32_t letter);

/* %v and its variants as go-spew prints them. */
void verb_spew(struct verb *verb, const struct value *value);

#endif
