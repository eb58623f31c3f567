/* What the files of this driver share. All below one directory:
 *     lock                      held while anything below changes
 *     images/HEX                an image's config file (image-spec, config.md), named by its digest
 *     tags/NAME                 the HEX of a name; "/" in it is "%"
 *     layers/HEX/tar, tree/     a layer by its diff id, packed and unpacked (in overlayfs's form)
 *     names/NAME                a link to the container's id
 *     volumes/NAME/             a volume that has a name, and outlives its containers
 *     containers/ID/            container.json, lock (held while it runs), supervisor (its pid),
 *                               bundle/config.json, upper/, work/, root/, state/, volumes/N/ */
#ifndef FACTORY_HOST_ENGINE_OCI_PARTS_H
#define FACTORY_HOST_ENGINE_OCI_PARTS_H

#include "common/buffer.h"
#include "common/hash.h"
#include "host/engine/oci/oci.h"

#include <sys/types.h>

enum { ID_HEX = 65 };

struct oci {
	struct engine engine;
	char *root;
	const char *runtime; /* the program's name */
	struct reply *replies;
	struct run *runs; /* supervisors that we started */
	struct oci_stream *streams;
};

/* --- reply.c: results that come from the loop --- */

struct reply {
	struct oci *oci;
	struct reply *next;
	engine_done *done;
	void *ctx;
	uint32_t timer;
	struct arena arena;
	enum engine_status status; /* of what is set, ENGINE_OK at first */
	struct value *body;
	const char *id;
	struct error error;
	pid_t worker; /* that is at it, or 0 */
	int report;   /* its pipe */
	struct buf reported;
};
/* Ends on the loop's next turn, with what is put into it until then. */
struct reply *reply_new(struct oci *oci, engine_done *done, void *ctx);
/* Says why not. Returns -1. */
int reply_refuse(struct reply *reply, enum engine_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int reply_no_container(struct reply *reply, const char *ref);
void reply_result(struct reply *reply, int status); /* -1: it failed with reply->error */
/* Lets a child do the work, so that others need not wait: of the reply it may set the status, the
 * error and the id. */
typedef int reply_work(struct reply *reply, const void *ctx);
void reply_in_child(struct reply *reply, reply_work *work, const void *ctx);
void reply_abandon_all(struct oci *oci);

/* --- store.c --- */

int store_prepare(struct oci *oci, struct error *err);
/* Held until it is closed; -1 on failure. */
int store_lock(const struct oci *oci, struct error *err);
char *store_path(const struct oci *oci, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
struct value *store_read(struct arena *arena, const char *path, struct error *err); /* JSON */
int store_write(const char *path, const struct value *value, struct error *err);
/* Names in a directory, in order; NULL-terminated, in the arena. */
char **store_names(struct arena *arena, const char *directory);
/* The image that name:tag, a digest or an id means: its HEX. False: there is none. */
bool store_find_image(const struct oci *oci, const char *ref, char hex[HASH_HEX]);
struct value *store_image(const struct oci *oci, struct arena *arena, const char *hex,
			  struct error *err);
int store_add_image(const struct oci *oci, const struct value *image, char hex[HASH_HEX],
		    struct error *err);
int store_tag(const struct oci *oci, const char *hex, const char *repo, const char *tag,
	      struct error *err);
int store_untag(const struct oci *oci, const char *ref, struct error *err);
void store_sweep(const struct oci *oci); /* layers that nothing needs */
/* What was half made by one that was killed: whoever makes something has the lock. */
void store_sweep_unfinished(const struct oci *oci);
void store_text(struct arena *arena, struct value *map, const char *key, const char *text);
char *store_now(struct arena *arena); /* RFC 3339 */

/* --- layer.c, unpack.c --- */

/* Packs a directory in overlayfs's form, but for the paths in `without` (NULL-terminated; relative)
 * where nothing is in them, and keeps it as a layer; hex: its diff id. */
int layer_commit(const struct oci *oci, const char *upper, const char *const *without,
		 char hex[HASH_HEX], struct error *err);
int layer_import(const struct oci *oci, const void *tar, size_t len, char hex[HASH_HEX],
		 struct error *err);
int layer_unpack(const char *tar, const char *tree, struct error *err);

/* Runs work(ctx) in a child, which may change its root or its mounts; its error comes back. */
int in_child(int (*work)(void *ctx, struct error *err), void *ctx, struct error *err);

/* --- changes.c --- */
int changes_apply(struct arena *arena, struct value *config, const char *const *changes,
		  struct error *err);

/* --- container.c --- */

bool oci_container_find(const struct oci *oci, const char *ref, char id[ID_HEX]);
struct value *oci_container_read(const struct oci *oci, struct arena *arena, const char *id,
				 struct error *err);
bool oci_container_runs(const struct oci *oci, const char *id);
int oci_container_discard(const struct oci *oci, const char *id, struct error *err);

/* --- mounts.c --- */

/* Mounts a container's file system on its root/, in this process's own mount namespace. */
int mount_root(const char *directory, const struct value *container, const char *layers,
	       struct error *err);
/* Makes what is to be mounted upon; what had to be made is listed in the directory's `made`. */
int mount_points(const char *directory, const struct value *container, struct error *err);
char **mount_points_made(struct arena *arena, const char *directory);
/* Fills volumes/N of a new container with what its image has there. */
int mount_fill_volumes(const struct oci *oci, const char *directory, const struct value *container,
		       struct error *err);

/* --- spec.c --- */
/* The runtime's config.json; the root is mounted. */
struct value *spec_make(struct arena *arena, const char *directory, const struct value *container,
			struct error *err);

/* --- user.c --- */
/* The ids of "name|uid[:group|gid]" in a mounted container; "" is root. */
int user_find(const char *directory, const char *user, unsigned *uid, unsigned *gid,
	      struct error *err);

/* --- run.c --- */

struct run {
	struct run *next;
	pid_t supervisor;
	int life; /* closed: the container is killed and its supervisor ends */
	char id[ID_HEX];
};
/* stdio: three descriptors, taken. */
int run_start(struct oci *oci, const char *id, const int stdio[3], struct error *err);
void run_end_all(struct oci *oci);
int run_kill(struct oci *oci, const char *id, struct error *err); /* and waits for it */

/* --- stream.c --- */
struct oci_stream *stream_of(const struct oci *oci, const char *id);
bool stream_take(struct oci_stream *stream, int stdio[3]); /* the container's ends, once */
void oci_network_create(struct engine *engine, const struct engine_network *network,
			engine_done *done, void *ctx);
void oci_network_list(struct engine *engine, const char *label, engine_done *done, void *ctx);
void oci_network_remove(struct engine *engine, const char *id, engine_done *done, void *ctx);
struct engine_stream *oci_attach(struct engine *engine, const char *id,
				 const struct engine_stream_events *events, void *events_ctx,
				 engine_done *done, void *ctx);
void oci_stream_write(struct engine_stream *stream, const void *data, size_t len);
size_t oci_stream_pending(const struct engine_stream *stream);
void oci_stream_pause(struct engine_stream *stream, bool paused);
void oci_stream_close(struct engine_stream *stream);

/* --- the table's other operations: image_operations.c, create.c,
 *     container_operations.c --- */
void oci_image_inspect(struct engine *engine, const char *ref, engine_done *done, void *ctx);
void oci_image_history(struct engine *engine, const char *ref, engine_done *done, void *ctx);
void oci_image_pull(struct engine *engine, const char *ref, engine_told *told, engine_done *done,
		    void *ctx);
void oci_image_push(struct engine *engine, const char *repo, const char *tag, engine_told *told,
		    engine_done *done, void *ctx);
void oci_image_import(struct engine *engine, const void *tar, size_t len, const char *repo,
		      const char *tag, const char *const *changes, engine_done *done, void *ctx);
void oci_image_tag(struct engine *engine, const char *id, const char *repo, const char *tag,
		   engine_done *done, void *ctx);
void oci_image_list(struct engine *engine, engine_done *done, void *ctx);
void oci_image_remove(struct engine *engine, const char *ref, engine_done *done, void *ctx);
void oci_create(struct engine *engine, const struct engine_container *container, engine_done *done,
		void *ctx);
void oci_start(struct engine *engine, const char *id, engine_done *done, void *ctx);
void oci_inspect(struct engine *engine, const char *id, engine_done *done, void *ctx);
void oci_commit(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		void *ctx);
void oci_list(struct engine *engine, engine_done *done, void *ctx);
void oci_remove(struct engine *engine, const char *id, engine_done *done, void *ctx);
void oci_file_digest(struct engine *engine, const char *id, const char *path, engine_done *done,
		     void *ctx);

#endif
