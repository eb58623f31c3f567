/* What the families of sprig functions share (https://masterminds.github.io/sprig/). Their names
 * begin with "sprig_" as consul-template has them; a panic of theirs is an error of ours. */
#ifndef FACTORY_AGENT_RENDER_FUNCTIONS_SPRIG_H
#define FACTORY_AGENT_RENDER_FUNCTIONS_SPRIG_H

#include "agent/render/functions/functions.h"

/* What Go says where reflection meets an untyped nil. */
#define SPRIG_NIL "runtime error: invalid memory address or nil pointer dereference"

extern const struct function functions_sprig_trims[];
extern const struct function functions_sprig_digests[];
extern const struct function functions_sprig_json[];
extern const struct function functions_sprig_strings[];
extern const struct function functions_sprig_words[];
extern const struct function functions_sprig_split[];
extern const struct function functions_sprig_lists[];
extern const struct function functions_sprig_dicts[];
extern const struct function functions_sprig_math[];
extern const struct function functions_sprig_decimals[];
extern const struct function functions_sprig_ranges[];
extern const struct function functions_sprig_defaults[];
extern const struct function functions_sprig_encoding[];
extern const struct function functions_sprig_paths[];
extern const struct function functions_sprig_regex[];
extern const struct function functions_sprig_durations[];
extern const struct function functions_sprig_random[];
extern const struct function functions_sprig_cases[];
extern const struct function functions_sprig_semver[];
extern const struct function functions_sprig_urls[];
extern const struct function functions_sprig_crypto[]; /* encryptAES, decryptAES */
extern const struct function functions_sprig_unsupported[];

/* Sets the error's message; NULL, as functions return it. */
struct value *sprig_fail(struct error *err, const char *message);

/* The text as a value, or NULL with the error where it is longer than a string may be. */
struct value *sprig_text(const struct call *call, const struct buf *text, struct error *err);

/* A string is itself, everything else as %v prints it. */
void sprig_print(struct buf *out, const struct value *value);

/* reflect.Kind's name: "slice", "map", "int64"... */
const char *sprig_kind(const struct value *value);

bool sprig_empty(const struct value *value);

/* reflect.DeepEqual: types count. */
bool sprig_equal(const struct value *a, const struct value *b);

/* Numbers, texts of numbers and booleans; 0 for everything else. */
int64_t sprig_integer(const struct value *value);
double sprig_real(const struct value *value);

/* The texts of a list's items without nils, or of a single value. */
struct value *sprig_strings(const struct call *call, const struct value *value);

#endif
