/* What the files that check a manifest's YAML share: the table of keys, where a value was written,
 * and how a wrong one is refused. Problems are collected, not only the first is told. */
#ifndef FACTORY_HOST_MANIFEST_READER_H
#define FACTORY_HOST_MANIFEST_READER_H

#include "host/manifest/manifest.h"
#include "host/manifest/sources.h"

struct reader {
	struct manifest *manifest;
	const struct manifest_options *options;
	const struct sources *sources;
	const char *language;
	struct position language_at;
	unsigned groups;        /* so far */
	unsigned group, branch; /* whose steps are being read; 0: none */
	bool incomplete;        /* an include failed: nothing is complained of as missing */
	struct manifest_problems *problems;
};

/* What kinds of value a key takes; a list's items are of its other kinds. */
enum reader_takes {
	TAKES_TEXT = 1,  /* any scalar, as it was written */
	TAKES_FLAG = 2,  /* true, false */
	TAKES_COUNT = 4, /* a whole number from 0 */
	TAKES_TIME = 8,  /* a duration */
	TAKES_LIST = 16,
	TAKES_MAP = 32,   /* with the keys of `section` */
	TAKES_NAMES = 64, /* a map of names to scalars */
	TAKES_TREE = 128, /* a map of anything */
	TAKES_NOTHING = 256,
	TAKES_LISTS = 512, /* as items: lists again */
};

struct reader_section;

/* One key: the parser's checks, the nearest names, the documentation and the JSON Schema are made
 * of this. `read` gets target + offset; NULL: the key is known and has its meaning elsewhere. */
struct reader_key {
	const char *name;
	unsigned takes;
	size_t offset;
	int (*read)(struct reader *reader, const struct value_entry *entry, void *target);
	const char *help;
	const struct reader_section *section;
	const char *const *choices; /* of a text: NULL-terminated */
	const char *pattern;        /* of a text, for the schema: a regular expression */
};

struct reader_section {
	const char *what; /* in errors: "a step", "the manifest" */
	const struct reader_key *keys;
	size_t count;
	bool open; /* keys that begin with x-, _ or . hold anchors, and have no meaning */
};

extern const struct reader_section manifest_section; /* the top level */
extern const struct reader_section step_section, branch_section, copy_section, config_section,
	limits_section, include_section, jobs_section, secret_section, pillar_section,
	files_section, module_use_section, artifact_section, cache_section, service_section,
	ready_section;

/* Hands each entry of a map to the key that has its name; unknown ones and wrong kinds are refused.
 * -1 where anything was. */
int reader_map(struct reader *reader, const struct value *map, const struct reader_section *section,
	       void *target);

struct position reader_position(const struct reader *reader, unsigned line, unsigned column);
struct position reader_at(const struct reader *reader, const struct value *value);

/* Adds a problem at the value's place. Returns -1. */
int reader_fail(struct reader *reader, const struct value *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Likewise at any place; `hint` may be NULL. Returns -1. */
int reader_problem(struct reader *reader, struct position at, const char *code, const char *hint,
		   const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A scalar's text as it was written; NULL with a problem for a list, a map or null. */
const char *reader_scalar(struct reader *reader, const struct value_entry *entry);
/* A map (or list of K=V) of scalars, as a map of strings; NULL with a problem. */
struct value *reader_strings(struct reader *reader, const struct value_entry *entry);
/* A path on the host, found from the directory of the file that names it. One that is relative and
 * leaves that directory by .. is refused with NULL. */
const char *reader_path(struct reader *reader, const struct value *value, const char *path);

/* Readers for the table; what `target` is stands in their names' comments. */
int reader_text(struct reader *reader, const struct value_entry *entry, void *target);
int reader_flag(struct reader *reader, const struct value_entry *entry, void *target); /* bool */
int reader_count(struct reader *reader, const struct value_entry *entry,
		 void *target); /* unsigned */
int reader_absolute(struct reader *reader, const struct value_entry *entry, void *target);
/* A map of strings into a `const struct value *`. */
int reader_names(struct reader *reader, const struct value_entry *entry, void *target);
/* A text or a list of them into a `const struct value *`, a list of strings. */
int reader_texts(struct reader *reader, const struct value_entry *entry, void *target);
/* "30s", "5m", "1h", "250ms" or a number of seconds into a uint64_t of milliseconds. */
int reader_duration(struct reader *reader, const struct value_entry *entry, void *target);

/* The sections that have files of their own; `target` is the struct manifest. */
int reader_image_config(struct reader *reader, const struct value_entry *entry, void *target);
int reader_copies(struct reader *reader, const struct value_entry *entry, void *target);
int reader_caches(struct reader *reader, const struct value_entry *entry, void *target);
/* `target` is the struct manifest. */
int reader_files(struct reader *reader, const struct value_entry *entry, void *target);
/* `target` is a struct pillar. */
int reader_pillar(struct reader *reader, const struct value_entry *entry, void *target);
/* `target` is a `const struct value *`, which becomes the map. */
int reader_facts(struct reader *reader, const struct value_entry *entry, void *target);
/* `target` is a struct limits. */
int reader_limits(struct reader *reader, const struct value_entry *entry, void *target);
/* `target` is a struct secrets. */
int reader_secrets(struct reader *reader, const struct value_entry *entry, void *target);
/* `target` is a struct steps, which is added to. */
int reader_steps(struct reader *reader, const struct value_entry *entry, void *target);
/* Whether an item of a list of steps is a group; its branches' steps, added to a list that must be
 * the manifest's install or before_install. */
bool reader_is_group(const struct value *value);
int reader_group(struct reader *reader, const struct value *group, struct steps *steps);
/* Notes the key in the manifest's `ignored`. */
int reader_ignored(struct reader *reader, const struct value_entry *entry, void *target);

#endif
