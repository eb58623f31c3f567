/* What the files that check a manifest's YAML share: where a value was written, and how a wrong
 * one is refused. */
#ifndef FACTORY_HOST_MANIFEST_READER_H
#define FACTORY_HOST_MANIFEST_READER_H

#include "host/jinja/jinja.h"
#include "host/manifest/manifest.h"

struct reader {
	struct manifest *manifest;
	const struct manifest_options *options;
	const struct jinja_map *map;
	const struct buf *text; /* what Jinja2 made */
	const char *language;
	struct position language_at;
	struct steps before_install;
	struct error *err;
};

/* One key of a map and what reads its value into `target`. */
struct reader_key {
	const char *name;
	int (*read)(struct reader *reader, const struct value_entry *entry, void *target);
};

/* Hands each entry of a map to the key that has its name; an unknown one is refused with the
 * nearest known. `what` names the map in errors ("a step", "the manifest"). */
int reader_map(struct reader *reader, const struct value *map, const char *what,
	       const struct reader_key *keys, size_t count, void *target);

/* The place in the manifest itself of a line and column of the rendered text. */
struct position reader_position(const struct reader *reader, unsigned line, unsigned column);
struct position reader_at(const struct reader *reader, const struct value *value);

/* Sets the error at the value's place. Returns -1. */
int reader_fail(struct reader *reader, const struct value *value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A scalar's text as it was written; NULL with an error for a list, a map or null. */
const char *reader_scalar(struct reader *reader, const struct value_entry *entry);
/* A map (or list of K=V) of scalars, as a map of strings; NULL with an error. */
struct value *reader_strings(struct reader *reader, const struct value_entry *entry);
/* A path on the host, found from the manifest's directory. */
const char *reader_path(struct reader *reader, const char *path);
/* A scalar into a `const char *`. */
int reader_text(struct reader *reader, const struct value_entry *entry, void *target);
/* "30s", "5m", "1h", "250ms" or a number of seconds into a uint64_t of milliseconds. */
int reader_duration(struct reader *reader, const struct value_entry *entry, void *target);

/* The sections that have files of their own; `target` is the struct manifest. */
int reader_image_config(struct reader *reader, const struct value_entry *entry, void *target);
int reader_pillar(struct reader *reader, const struct value_entry *entry, void *target);
int reader_facts(struct reader *reader, const struct value_entry *entry, void *target);
int reader_copies(struct reader *reader, const struct value_entry *entry, void *target);
/* `target` is a struct steps, which is added to. */
int reader_steps(struct reader *reader, const struct value_entry *entry, void *target);

#endif
