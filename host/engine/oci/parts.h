/* What the files of this driver share. All below one directory:
 *     lock                      held while anything below changes
 *     images/HEX                an image's config file (image-spec, config.md), named by its digest
 *     parents/HEX               the HEX of what it was committed on
 *     tags/NAME                 the HEX of a name (a:b, a@sha256:...); "/" in it is "%"
 *     layers/HEX/tar, tree/     a layer by its diff id, packed and unpacked (in overlayfs's form)
 *     incoming/NAME/            what is pulled or pushed, while it is (scratch.c)
 *     names/NAME                a link to the container's id
 *     volumes/NAME/             a volume that has a name, and outlives its containers
 *     labels/NAME               its labels, and when it was made
 *     containers/ID/            container.json, lock (held while it runs), supervisor (its pid),
 *                               bundle/config.json, upper/, places/, lower/N, work/,
 *                               root/, state/, volumes/N/ */
#ifndef FACTORY_HOST_ENGINE_OCI_PARTS_H
#define FACTORY_HOST_ENGINE_OCI_PARTS_H

#include "common/buffer.h"
#include "common/hash.h"
#include "host/engine/familiar.h"
#include "host/engine/inventory.h"
#include "host/engine/oci/oci.h"

#include <sys/stat.h>
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
	int report;   /* its pipe; -1: at its end */
	struct buf reported;
	int stream[2]; /* a pipe for what it makes, our end first; -1: there is none, or no more */
	int (*write)(void *ctx, const char *data, size_t len); /* takes that */
	void *write_ctx;
	struct buf untaken;                 /* what `write` had no room for */
	void (*go_on)(struct reply *reply); /* of one that waits for others, or NULL */
	char *scratch; /* a directory of its own that goes with it, or NULL; its lock */
	int held;
};
/* Ends on the loop's next turn, with what is put into it until then. */
struct reply *reply_new(struct oci *oci, engine_done *done, void *ctx);
/* Says why not. Returns -1. */
int reply_refuse(struct reply *reply, enum engine_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int reply_no_container(struct reply *reply, const char *ref);
/* The container's json, in the reply's arena, and its id; NULL: refused. */
struct value *reply_container(struct reply *reply, const char *ref, char id[ID_HEX]);
void reply_result(struct reply *reply, int status); /* -1: it failed with reply->error */
/* Lets a child do the work, so that others need not wait: of the reply it may set the status, the
 * error and the id. */
typedef int reply_work(struct reply *reply, const void *ctx);
void reply_in_child(struct reply *reply, reply_work *work, const void *ctx);
/* The same for work that writes to reply->stream[1] what `write` takes, which ends the work by -1.
 */
void reply_stream_from_child(struct reply *reply, reply_work *work, const void *ctx,
			     int (*write)(void *ctx, const char *data, size_t len),
			     void *write_ctx);
void reply_end(struct reply *reply); /* now, from the loop */
void oci_resume(struct engine *engine, const void *ctx);
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
/* The bytes of its file. */
int store_image_text(const struct oci *oci, const char *hex, struct buf *text, struct error *err);
int store_add_image(const struct oci *oci, const struct value *image, char hex[HASH_HEX],
		    struct error *err);
/* ref: "a/b", "a/b:tag" or "a/b@sha256:HEX". */
int store_name(const struct oci *oci, const char *hex, const char *ref, struct error *err);
int store_tag(const struct oci *oci, const char *hex, const char *repo, const char *tag,
	      struct error *err);
int store_untag(const struct oci *oci, const char *ref, struct error *err);
/* What an image was committed on, where that is still there. */
bool store_parent(const struct oci *oci, const char *hex, char parent[HASH_HEX]);
int store_set_parent(const struct oci *oci, const char *hex, const char *parent, struct error *err);
bool store_has_child(const struct oci *oci, const char *hex);
int store_remove_image(const struct oci *oci, const char *hex, struct error *err);
void store_sweep(const struct oci *oci); /* layers that nothing needs */
/* What was half made by one that was killed: whoever makes something has the lock. */
void store_sweep_unfinished(const struct oci *oci);
void store_text(struct arena *arena, struct value *map, const char *key, const char *text);
char *store_now(struct arena *arena); /* RFC 3339 */

/* --- layer.c, unpack.c --- */

/* Packs a directory in overlayfs's form and keeps it as a layer; hex: its diff id. */
int layer_commit(const struct oci *oci, const char *upper, char hex[HASH_HEX], struct error *err);
int layer_import(const struct oci *oci, const void *tar, size_t len, char hex[HASH_HEX],
		 struct error *err);
int layer_unpack(const char *tar, const char *tree, struct error *err);

/* Runs work(ctx) in a child, which may change its root or its mounts; its error comes back. */
int in_child(int (*work)(void *ctx, struct error *err), void *ctx, struct error *err);

/* --- lookup.c --- */
bool overlay_is_whiteout(const struct stat *info);
bool overlay_is_opaque(const char *directory); /* what is below it in other layers is hidden */
/* Where on this machine the layers, stacked, have a path; NULL: nowhere. The caller frees it. */
char *lookup_layers(const struct oci *oci, const struct value *layers, const char *path,
		    struct stat *info);
/* 1: a container's own directory has it; -1: it says that there is none; 0: its layers decide. */
int lookup_upper(const char *upper, const char *path, struct stat *info);

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
/* The same with places for all that is to be mounted into it. */
int mount_root_with_places(const char *directory, const struct value *container, const char *layers,
			   struct error *err);
/* Fills volumes/N of a new container with what its image has there. */
int mount_fill_volumes(const struct oci *oci, const char *directory, const struct value *container,
		       struct error *err);

/* --- places.c --- */
/* Opens a path below root as the container would see it: no link leads out of it. */
int place_open(int root, const char *path, uint64_t flags);
/* Makes in `tree`, a layer above the mounted root's, what is to be mounted upon and the root lacks.
 * 1: it had to; 0: the root has it all. */
int places_make(const char *root, const char *tree, const struct value *container,
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

/* --- scratch.c --- */
/* A directory below incoming/, with blobs/ in it, that goes with whoever has `held` open. */
char *scratch_new(const struct oci *oci, int *held, struct error *err);
void scratch_remove(const struct oci *oci, const char *path);
void scratch_sweep(const struct oci *oci); /* those that nobody has; the store's lock is held */

/* --- load.c --- */
/* Makes an image of what is in blobs/ of a scratch directory and gives it the names. */
int image_load(const struct oci *oci, const char *scratch, const char *const *names,
	       char hex[HASH_HEX], struct error *err);
/* A layer in an image's manifest, and the manifest of that among a scratch directory's blobs. */
struct value *manifest_layer(struct arena *arena, const char *hex, int64_t size);
int manifest_put(const char *scratch, const char *config, int64_t config_size, struct value *layers,
		 struct error *err);
int image_unload(const struct oci *oci, const char *hex, const char *scratch, struct error *err);

/* --- images.c, removal.c --- */
int reply_no_image(struct reply *reply, const char *ref);
/* Those that people give, or those with a registry's digest. */
struct value *image_names(const struct oci *oci, struct arena *arena, const char *hex,
			  bool digests);
bool image_is_used(const struct oci *oci, const char *hex); /* by a container */
void oci_image_list_all(struct engine *engine, engine_done *done, void *ctx);
void oci_image_untag(struct engine *engine, const char *ref, engine_done *done, void *ctx);

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

/* Of the inventory's. */
extern const struct engine_inventory oci_inventory;
void oci_list_all(struct engine *engine, engine_done *done, void *ctx);
void oci_remove_idle(struct engine *engine, const char *id, engine_done *done, void *ctx);
void oci_changes(struct engine *engine, const char *id, engine_done *done, void *ctx);
void oci_image_load(struct engine *engine, engine_read *read, engine_done *done, void *ctx);
void oci_image_save(struct engine *engine, const char *const *refs,
		    int (*write)(void *ctx, const char *data, size_t len), engine_done *done,
		    void *ctx);

#endif
