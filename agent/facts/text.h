/* Taking the kernel's and the system's small text formats apart, in place, and making facts of the
 * pieces. */
#ifndef FACTORY_AGENT_FACTS_TEXT_H
#define FACTORY_AGENT_FACTS_TEXT_H

#include "common/value.h"

#include <stdbool.h>
#include <stdint.h>

/* The next line (its end cut off), or NULL at the end of the text; *rest moves on. */
char *facts_next_line(char **rest);

/* The next field; the separator behind it is cut off. NULL at the end. */
char *facts_next_field(char **rest, char separator);

/* The next word between blanks and tabs, or NULL. */
char *facts_next_word(char **rest);

/* Without white space at both ends. */
char *facts_trim(char *text);

/* Cuts a line at its first separator and trims both sides; false where there is none. */
bool facts_split_pair(char *line, char separator, char **name, char **text);

/* A decimal number and nothing else; false for anything that int64_t can't hold. */
bool facts_parse_number(const char *text, int64_t *number);

/* These set a key of a map; text that is NULL or empty and maps and lists that are NULL or empty
 * are left out: a fact that isn't known isn't there. */
void facts_set_text(struct arena *arena, struct value *map, const char *key, const char *text);
void facts_set_value(struct arena *arena, struct value *map, const char *key, struct value *value);
void facts_set_int(struct arena *arena, struct value *map, const char *key, int64_t number);
void facts_set_bool(struct arena *arena, struct value *map, const char *key, bool boolean);

/* As facter writes sizes: "512 bytes", "1.50 GiB"; and shares: "12.34%". */
char *facts_size(struct arena *arena, uint64_t bytes);
char *facts_share(struct arena *arena, uint64_t part, uint64_t whole);

/* KEY under its size in words, KEY_bytes under its number. */
void facts_set_size(struct arena *arena, struct value *map, const char *key, uint64_t bytes);

/* {"full": text, "major": "1", "minor": "2"} of "1.2.3"; NULL for no text. */
struct value *facts_release(struct arena *arena, const char *text);

/* The words of a text that are separated by one character, as a list. */
struct value *facts_words(struct arena *arena, const char *text, char separator);

#endif
