/* The functions that templates may call, by family. Each family's table ends with an entry without
 * a name. */
#ifndef FACTORY_AGENT_RENDER_FUNCTIONS_FUNCTIONS_H
#define FACTORY_AGENT_RENDER_FUNCTIONS_FUNCTIONS_H

#include "agent/render/template/evaluate.h"
#include "common/buffer.h"

extern const struct function functions_builtin[];     /* Go's own: and, index, printf, ... */
extern const struct function functions_compare[];     /* eq ne lt le gt ge */
extern const struct function functions_consul[];      /* key, ls, tree, node, ... */
extern const struct function functions_health[];      /* service, connect */
extern const struct function functions_connect[];     /* caRoots, caLeaf, peerings, ... */
extern const struct function functions_environment[]; /* env, file */
extern const struct function functions_facts[];       /* fact, facts */
extern const struct function functions_strings[];     /* trim, split, join, replaceAll, ... */
extern const struct function functions_collections[]; /* contains, in, loop, explode, ... */
extern const struct function functions_vault[];       /* secret, secrets, pkiCert */
extern const struct function functions_services[];    /* byTag, byPort, byMeta */
extern const struct function functions_nomad[];       /* nomadServices, nomadService */
extern const struct function functions_nomad_variables[];
extern const struct function functions_parse[];    /* parseInt, parseJSON, ... */
extern const struct function functions_encoding[]; /* base64, hashes, toJSON, toYAML, toTOML */
extern const struct function functions_regex[];
extern const struct function functions_math[];
extern const struct function functions_time[];
extern const struct function functions_template[]; /* executeTemplate, scratch, plugin */
extern const struct function functions_files[];    /* file, writeToFile */
extern const struct function functions_spew[];     /* spew_dump, spew_sprintf, ... */
extern const struct function functions_sockaddr[];
extern const struct function functions_addresses[]; /* only inside sockaddr's argument */

/* NULL where there is none. */
const struct function *function_find(const char *name, size_t len);
bool function_exists(const char *name, size_t len);
/* All of them, from 0; NULL behind the last. */
const struct function *function_number(size_t number);

/* The class of maps of that type, if they have methods; else NULL. */
const struct class *function_class(const char *type);
extern const struct class class_nomad_items;

/* What a buffer holds, as a string value in the call's arena. */
struct value *call_string(const struct call *call, const struct buf *text);

/* An argument that is known to be a string. */
static inline const char *call_text(const struct call *call, size_t at)
{
	return call->args[at]->string.data;
}

static inline size_t call_len(const struct call *call, size_t at)
{
	return call->args[at]->string.len;
}

/* Reads through the source, once per rendering, and records what was read. *found is NULL where
 * the value is missing. `name` may end with "@DATACENTER". 1: the answer comes later and the
 * rendering is done again then: the function returns an empty value of its type (*found is NULL).
 */
int call_read(struct call *call, const char *kind, const char *name, struct value **found,
	      struct error *err);
/* The same for a want with arguments; its name is taken as it is. */
int call_want(struct call *call, const struct want *want, struct value **found, struct error *err);

/* "TAG.NAME?ns=x&partition=y@DATACENTER~NEAR|FILTER", as far as it is there; the name may be empty.
 * `want` has NAME, the datacenter, and the rest as arguments, behind `first` (or NULL). */
struct query {
	const char *tag, *filter; /* or NULL */
	bool near;
	struct want want;
};
int call_query(struct call *call, const char *kind, const char *text, struct query *query,
	       struct error *err);
/* Adds an argument to what the query asks for. */
void call_query_add(struct call *call, struct query *query, const char *name, const char *value);

/* A field of a struct, where its value is in a reply ("Node.Meta"), and its Go type; NULL: string.
 * A list of fields ends with an empty one. */
struct field {
	const char *to, *from, *type;
};
/* A struct of such fields; a value that is missing or of another kind becomes Go's zero value. */
struct value *call_struct(const struct call *call, const char *type, const struct value *map,
			  const struct field *fields);
/* The same of each item of a list (NULL: none): a "[]TYPE". */
struct value *call_structs(const struct call *call, const char *type, const struct value *list,
			   const struct field *fields);
struct value *call_list(const struct call *call, const char *type); /* an empty one */

/* Sorts a list; order NULL: its strings bytewise, else as qsort's, of pointers to items. */
void list_sort(struct value *list, int (*order)(const void *, const void *));

/* How two structs compare by such string fields, the first first: for list_sort. */
int fields_order(const struct value *left, const struct value *right, const char *const *names,
		 size_t count);

/* What a missing value is: an error with exit code 8; or, where the rendering waits for such or
 * takes them as empty, `empty`. */
struct value *call_missing(struct call *call, const char *what, const char *name, const char *why,
			   struct value *empty, struct error *err);

/* Records a value that came from elsewhere; NULL for a missing one. */
void call_record(struct call *call, const char *kind, const char *name, const struct value *value);

/* Is the needle in a list or a string, as consul-template's `in` sees it? */
bool collection_has(const struct value *collection, const struct value *needle);

/* Puts a value into nested maps along "a/b/c"; false with the error for a value in the way. */
int collection_explode(struct arena *arena, struct value *map, const char *path,
		       struct value *value, struct error *err);

/* As Go's encoding/json writes it; indent 0: compact. Cut behind TEMPLATE_OUTPUT bytes, so the
 * caller looks at the length. */
void gojson_write(struct buf *out, const struct value *value, unsigned indent, bool escape_html);
int goyaml_write(struct buf *out, const struct value *value, struct error *err);
int gotoml_write(struct buf *out, const struct value *value, struct error *err);

#endif
