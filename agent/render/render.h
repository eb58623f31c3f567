/* Rendering files: a consul-template configuration, or templates named one by one, to their
 * destinations, atomically. */
#ifndef FACTORY_AGENT_RENDER_RENDER_H
#define FACTORY_AGENT_RENDER_RENDER_H

#include "agent/source/source.h"
#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

struct render_template {
	const char *source, *destination; /* paths; a relative source is beside its template.hcl */
	const char *contents;             /* instead of a source; NULL otherwise */
	const char *command;              /* run after the file has changed, or NULL */
	const char *const *argv;          /* the command as a list: run without a shell; or NULL */
	const char *left, *right;         /* delimiters; NULL: {{ and }} */
	int perms;                        /* -1: 0644, or those of the file that is there */
	const char *user, *group;         /* NULL: as it is made */
	bool error_on_missing_key, create_dest_dirs;
	bool backup;                 /* keeps the file that was there as DESTINATION.bak */
	const char *const *denylist; /* functions that may not be called, up to NULL; or NULL */
	const char *sandbox;         /* file and writeToFile only below it; NULL: anywhere */
};

/* What a configuration says. */
struct render_settings {
	struct render_template *templates;
	size_t count;
	const char *consul_address, *consul_token; /* NULL: not named */
	bool once;
	struct value *ignored; /* list of warnings, one for each key that has no effect here */
};

/* What a rendering read from outside, for the cache: kind, name, hash of the value. */
struct render_report {
	struct value *rendered; /* list of {"destination","changed"} */
	struct value *reads;    /* list of {"kind","name","hash"}; hash "" for a missing value */
};

/* Reads template.hcl (HCL 1, or JSON by its ending). Everything is in `arena`. */
int render_config(const char *path, struct arena *arena, struct render_settings *settings,
		  struct error *err);

/* Renders one template to bytes without writing anything. Errors read like Go's and have
 * positions. `facts` may be NULL (then {{ fact }} gathers them itself). */
int render_bytes(const struct render_template *tmpl, struct source *source,
		 const struct value *facts, struct arena *arena, struct buf *out,
		 struct value *reads, struct error *err);

/* Renders all of them and writes those that differ from what is there. Nothing is written unless
 * every template rendered. */
int render_all(const struct render_template *templates, size_t count, struct source *source,
	       const struct value *facts, struct arena *arena, struct render_report *report,
	       struct error *err);

#endif
