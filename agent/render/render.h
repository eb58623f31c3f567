/* Rendering files: a consul-template configuration, or templates named one by one, to their
 * destinations, atomically. */
#ifndef FACTORY_AGENT_RENDER_RENDER_H
#define FACTORY_AGENT_RENDER_RENDER_H

#include "agent/render/config/settings.h"
#include "agent/source/source.h"
#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

/* What a rendering read from outside, for the cache: kind, name, hash of the value. */
struct render_report {
	struct value *rendered; /* list of {"destination","changed"} */
	struct value *reads;    /* list of {"kind","name","hash"}; hash "" for a missing value */
};

/* A template that was read and parsed: it may be rendered again and again. */
struct template_set;
const struct template_set *render_parse(const struct render_template *tmpl, struct arena *arena,
					struct error *err);

/* One rendering. */
struct render_request {
	const struct render_template *tmpl;
	struct source *source;
	const struct value *facts; /* NULL: {{ fact }} gathers them itself */
	enum missing_policy missing;
	bool hash_reads;     /* the list of reads has hashes */
	struct value *reads; /* list; what was read is appended */
	/* What came of it. */
	bool pending;        /* a value comes later: the output is not the last word */
	const char *lacking; /* the missing key that is waited for, with its place; or NULL */
};

/* Appends the output. Errors read like Go's and have positions; where `pending`, an error may come
 * from a value that is not there yet. Everything but the output is in `arena`. */
int render_run(const struct template_set *set, struct render_request *request, struct arena *arena,
	       struct buf *out, struct error *err);

/* Both at once, with a source that answers at once; a missing key is an error. */
int render_bytes(const struct render_template *tmpl, struct source *source,
		 const struct value *facts, struct arena *arena, struct buf *out,
		 struct value *reads, struct error *err);

/* Writes what differs from what is there: the bytes, the mode, the owner; by a temporary file that
 * the template's check sees first. *changed tells about the bytes. */
int render_write(const struct render_template *tmpl, const struct buf *text, bool *changed,
		 struct error *err);

/* Renders all of them and writes those that differ from what is there. Nothing is written unless
 * every template rendered. */
int render_all(const struct render_template *templates, size_t count, struct source *source,
	       const struct value *facts, struct arena *arena, struct render_report *report,
	       struct error *err);

#endif
