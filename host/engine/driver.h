/* What a driver is made of: a table of operations with the signatures and the contracts of
 * engine.h. A driver's own struct begins with a `struct engine`, its stream's with a
 * `struct engine_stream`. */
#ifndef FACTORY_HOST_ENGINE_DRIVER_H
#define FACTORY_HOST_ENGINE_DRIVER_H

#include "host/engine/inventory.h"

/* inventory.h's operations. */
struct engine_inventory {
	void (*disk_usage)(struct engine *engine, engine_done *done, void *ctx);
	void (*image_list_all)(struct engine *engine, engine_done *done, void *ctx);
	void (*list_all)(struct engine *engine, engine_done *done, void *ctx);
	void (*remove_idle)(struct engine *engine, const char *id, engine_done *done, void *ctx);
	void (*volume_list)(struct engine *engine, engine_done *done, void *ctx);
	void (*volume_remove)(struct engine *engine, const char *name, engine_done *done,
			      void *ctx);
	void (*image_untag)(struct engine *engine, const char *ref, engine_done *done, void *ctx);
	void (*changes)(struct engine *engine, const char *id, engine_done *done, void *ctx);
	void (*image_save)(struct engine *engine, const char *const *refs,
			   int (*write)(void *ctx, const char *data, size_t len), engine_done *done,
			   void *ctx);
	/* NULL, both: it carries no images at another's pace. */
	void (*image_load)(struct engine *engine, engine_read *read, engine_done *done, void *ctx);
	void (*resume)(struct engine *engine, const void *ctx);
};

struct engine_driver {
	const struct engine_inventory *inventory; /* NULL: it has none */
	const char *name;                         /* engine_name's */
	void (*close)(struct engine *engine);     /* ends with engine_release */
	void (*abandon)(struct engine *engine);
	/* These four NULL: nothing of it can hang, or is lost without the driver. */
	void (*hurry)(struct engine *engine, const void *ctx);
	void (*ping)(struct engine *engine, engine_done *done, void *ctx);
	void (*stop)(struct engine *engine, const void *ctx, const struct error *why);
	void (*lose)(struct engine *engine, const struct error *why);

	void (*info)(struct engine *engine, engine_done *done, void *ctx);

	void (*image_inspect)(struct engine *engine, const char *ref, engine_done *done, void *ctx);
	void (*image_history)(struct engine *engine, const char *ref, engine_done *done, void *ctx);
	void (*image_pull)(struct engine *engine, const char *ref, engine_told *told,
			   engine_done *done, void *ctx);
	void (*image_push)(struct engine *engine, const char *repo, const char *tag,
			   engine_told *told, engine_done *done, void *ctx);
	void (*image_import)(struct engine *engine, const void *tar, size_t len, const char *repo,
			     const char *tag, const char *const *changes, engine_done *done,
			     void *ctx);
	void (*image_tag)(struct engine *engine, const char *id, const char *repo, const char *tag,
			  engine_done *done, void *ctx);
	void (*image_list)(struct engine *engine, engine_done *done, void *ctx);
	void (*image_remove)(struct engine *engine, const char *ref, engine_done *done, void *ctx);

	void (*create)(struct engine *engine, const struct engine_container *container,
		       engine_done *done, void *ctx);
	void (*start)(struct engine *engine, const char *id, engine_done *done, void *ctx);
	void (*inspect)(struct engine *engine, const char *id, engine_done *done, void *ctx);
	void (*commit)(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		       void *ctx);
	void (*list)(struct engine *engine, engine_done *done, void *ctx);
	/* NULL: what was not started does not outlive its driver. */
	void (*list_created)(struct engine *engine, const char *names, engine_done *done,
			     void *ctx);
	void (*remove)(struct engine *engine, const char *id, engine_done *done, void *ctx);
	void (*file_digest)(struct engine *engine, const char *id, const char *path,
			    engine_done *done, void *ctx);

	void (*network_create)(struct engine *engine, const struct engine_network *network,
			       engine_done *done, void *ctx);
	void (*network_list)(struct engine *engine, const char *label, engine_done *done,
			     void *ctx);
	void (*network_remove)(struct engine *engine, const char *id, engine_done *done, void *ctx);

	struct engine_stream *(*attach)(struct engine *engine, const char *id,
					const struct engine_stream_events *events, void *events_ctx,
					engine_done *done, void *ctx);
	void (*stream_write)(struct engine_stream *stream, const void *data, size_t len);
	size_t (*stream_pending)(const struct engine_stream *stream);
	void (*stream_pause)(struct engine_stream *stream, bool paused);
	void (*stream_close)(struct engine_stream *stream);
};

/* turns.h's. */
struct engine_turns {
	struct engine_turn *first, **end; /* those that wait */
	unsigned taken;
	uint32_t timer; /* until the next ones come, where there is room */
};

struct engine {
	const struct engine_driver *driver;
	struct loop *loop;
	uint64_t patience_ms;     /* 0: the default */
	char *endpoint, *version; /* owned */
	bool local;
	struct engine_turns turns;
};

struct engine_stream {
	const struct engine_driver *driver;
};

/* Opens what is at an endpoint (NULL: the default one) whose scheme is the driver's; NULL on
 * failure. */
typedef struct engine *engine_opener(struct loop *loop, const struct engine_address *address,
				     struct error *err);
typedef struct engine *engine_knocker(struct loop *loop, const struct engine_address *address,
				      engine_done *done, void *ctx, struct error *err);
engine_knocker docker_knock;
engine_opener docker_open; /* and whatever else speaks Docker's API, Podman too */

/* What a driver calls with each failure before it tells of it: a full disk is said to be one. */
void engine_notice_full(struct error *err);

/* Frees what all engines have, and the struct itself. */
void engine_release(struct engine *engine);

#endif
