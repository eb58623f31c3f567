/* Strings as Python treats them. */
#ifndef FACTORY_HOST_JINJA_STRINGS_H
#define FACTORY_HOST_JINJA_STRINGS_H

#include "host/jinja/lexer.h"
#include "host/jinja/runtime.h"

/* --- letters.c --- */
enum letter_kind { LETTER_ANY, LETTER_UPPER, LETTER_LOWER, LETTER_WORD /* or a digit, or _ */ };
enum letter_case { CASE_LOWER, CASE_UPPER, CASE_TITLE, CASE_SWAPPED };
bool letter_is(struct run *run, unsigned code, enum letter_kind kind);
/* The character at a byte; 0xFFFD where it is no UTF-8. */
unsigned letter_at(const struct value *text, size_t at, size_t *len);
struct value *string_cased(struct run *run, const struct value *text, enum letter_case wanted);
struct value *string_capitalize(struct run *run, const struct value *text);
/* Capitals behind these characters; NULL: behind whatever is no letter. */
struct value *string_title(struct run *run, const struct value *text, const char *separators);
/* All of them (and there are some); for LETTER_WORD without _. */
bool string_is(struct run *run, const struct value *text, enum letter_kind kind);
/* Some of this case, and none of the other. */
bool string_is_cased(struct run *run, const struct value *text, enum letter_kind wanted);

/* --- strings.c --- */
/* characters NULL: white space. */
struct value *string_strip(struct run *run, const struct value *text, const char *characters,
			   bool left, bool right);
/* most -1: all. */
struct value *string_replace(struct run *run, const struct value *text, const struct value *old,
			     const struct value *new, int64_t most);
/* by NULL: nothing between them. */
struct value *string_join(struct run *run, const struct expression *at, const struct value *by,
			  struct value *items);

/* --- string_split.c --- */
/* by NULL, or anything but a string: at white space. most -1: everywhere. */
struct value *string_split(struct run *run, const struct value *text, const struct value *by,
			   int64_t most);
struct value *string_splitlines(struct run *run, const struct value *text, bool keep_ends);

/* --- string_search.c --- */
/* NULL where the argument is no string, with the error. */
const struct value *string_argument(struct run *run, const struct expression *at,
				    const struct value *argument);
/* The last place, or NULL; with an error where the search would take too long. */
const char *string_find_last(struct run *run, const struct expression *at, const struct value *text,
			     const struct value *part);

/* --- methods by family; strings.c joins them --- */
#define METHOD(name)                                                                               \
	struct value *name(struct run *run, const struct expression *at, struct value *subject,    \
			   struct value **arguments)
#define UNUSED (void)at, (void)arguments

struct string_family {
	const struct jinja_function *methods;
	size_t count;
};
extern const struct string_family more_strings;   /* string_methods.c */
extern const struct string_family search_strings; /* string_search.c */
extern const struct string_family split_strings;  /* string_split.c */

#endif
