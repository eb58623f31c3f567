/* What a container engine must be able to do for us, whichever it is: its driver is found by the
 * endpoint. What results and lists look like is as in Docker's API (https://docs.docker.com/
 * reference/api/engine/), for engines that have another one too.
 *
 * Every operation is started with a callback and ends on the loop: `done` is called exactly once,
 * from loop_turn, never from inside the call that started it. An engine that does not answer is
 * given up after a while (engine_set_patience); only pulls and commits may take as long as they
 * need, until somebody is in a hurry. */
#ifndef FACTORY_HOST_ENGINE_ENGINE_H
#define FACTORY_HOST_ENGINE_ENGINE_H

#include "common/error.h"
#include "common/own.h"
#include "common/loop.h"
#include "common/value.h"

#include <stdbool.h>

enum engine_status {
	ENGINE_OK,
	ENGINE_NOT_FOUND, /* 404 */
	ENGINE_CONFLICT,  /* 409: a name in use */
	ENGINE_FAILED,    /* all else; also: no connection */
};

/* The outcome of one operation; valid only during `done`. */
struct engine_result {
	enum engine_status status;
	struct value *body;  /* decoded JSON or NULL; in an arena that ends with the callback */
	const char *id;      /* the container or image that was made, or NULL */
	struct error *error; /* set unless ENGINE_OK; may be moved away */
};
typedef void engine_done(void *ctx, const struct engine_result *result);

struct engine_volume {
	const char *source; /* volume name or host path */
	const char *target;
	bool read_only;
	/* Of a named volume that is made where there is none: key, value, key, value..., NULL; or
	 * NULL. */
	const char *const *labels;
};

struct engine_container {
	const char *image;
	const char *name;              /* NULL: the engine makes one */
	const char *const *entrypoint; /* argv, NULL-terminated; NULL: the image's */
	const char *const *command;    /* Cmd, likewise */
	const char *user;              /* NULL: the image's */
	const char *workdir;
	const char *const *env;    /* "K=V", NULL-terminated; NULL: the image's */
	const char *const *labels; /* key, value, key, value..., NULL; may be NULL */
	const char *volumes_from;  /* "toolbox:ro" or NULL */
	const struct engine_volume *volumes;
	size_t volume_count;
	const char *network;      /* "none", "host", a network's name; NULL: the engine's default */
	/* Nothing runs in it that needs an address or a name, not even its own. What the others say
	 * of networks does not matter; Docker starts it in half the time of one with "none". */
	bool isolated;
	const char *alias;        /* what others call it on a network of ours; or NULL */
	const char *const *hosts; /* names it knows: "NAME:ADDRESS", NULL-terminated; or NULL */
	/* To be attached to; it goes when it ends. Without, it is a data container: its volumes
	 * hold what its image has in their place, for those that are made with volumes_from. */
	bool session;
	uint64_t memory, nano_cpus; /* bytes, with swap; billionths of a processor; 0: no limit */
	unsigned pids;              /* 0: the engine's default */
	bool no_new_privileges;
	bool read_only;           /* the root file system; /tmp is a tmpfs then */
	const struct value *drop; /* list of capabilities, or NULL */
	bool no_healthcheck;      /* Healthcheck {"Test":["NONE"]}; else the image's stays */
};

struct engine_commit {
	const char *container;
	const char *repo, *tag; /* both NULL: an image without a name */
	const char *comment, *author;
	const struct value *config; /* the artifact's whole Config object: nothing is merged in */
	bool bare; /* without the engine's own files; it may take longer */
};

/* A bidirectional byte stream to a container's PID 1, its stdout and stderr already told apart. */
struct engine_stream;
struct engine_stream_events {
	void (*output)(void *ctx, const char *data, size_t len);      /* stdout */
	void (*diagnostics)(void *ctx, const char *data, size_t len); /* stderr */
	void (*drained)(void *ctx); /* everything that was queued has been written */
	/* The stream has ended: err is NULL for an orderly end. Called once; close it afterwards.
	 */
	void (*closed)(void *ctx, struct error *err);
};

struct engine; /* one endpoint */

/* Opens an endpoint: greets it and agrees on the API's version. Blocking, a second at most for a
 * unix socket. endpoint: "unix:///path", "tcp://host:port", "http(s)://host:port" for what speaks
 * Docker's API, Podman too; "podman:" for a Podman whose service is started for us, "oci:" for
 * containers without any engine (podman/podman.h, oci/oci.h); NULL takes
 * DOCKER_HOST, else unix:///var/run/docker.sock. DOCKER_TLS_VERIFY and DOCKER_CERT_PATH are obeyed.
 * NULL on failure, with one clear line and exit code EXIT_ENGINE. */
struct engine *engine_open(struct loop *loop, const char *endpoint, struct error *err);

/* PEM files, or NULL: the certificates that are trusted (else the system's), and our own with its
 * key. */
struct engine_tls {
	const char *ca, *cert, *key;
	bool insecure; /* whoever answers is believed */
};

/* An endpoint and how it is spoken to. What it points to must outlive the opening. */
struct engine_address {
	const char *url;              /* NULL: the default one */
	const struct engine_tls *tls; /* NULL: by DOCKER_TLS_VERIFY and DOCKER_CERT_PATH */
	uint64_t patience_ms;         /* for an answer, now and later; 0: the default */
};
struct engine *engine_open_at(struct loop *loop, const struct engine_address *address,
			      struct error *err);

/* Asks whether somebody answers there, so that opening it does not wait in vain; of many at once.
 * What it returns is only to be closed, by engine_close, when it is done or before. NULL with the
 * error for what is no endpoint; NULL without for one that is not asked but started. */
struct engine *engine_knock(struct loop *loop, const struct engine_address *address,
			    engine_done *done, void *ctx, struct error *err);

void engine_close(struct engine *engine); /* abandons what is still running */
OWNED_BY(struct engine, engine_close)
#define auto_engine __attribute__((cleanup(own_engine_close)))

/* Ends what still runs, without a word to whoever started it. */
void engine_abandon(struct engine *engine);

/* How long the engine may take for an operation that is short by nature; 60 s unless told. */
enum { ENGINE_PATIENCE_MS = 60000 };
void engine_set_patience(struct engine *engine, uint64_t ms);
uint64_t engine_patience(const struct engine *engine);

/* From now on the operations that were started with this ctx have no more time than short ones. */
void engine_hurry(struct engine *engine, const void *ctx);

/* Whether it still answers: ENGINE_OK, or within its patience a failure. False, and done is not
 * called: the engine is one that can't be silent. */
bool engine_ping(struct engine *engine, engine_done *done, void *ctx);

/* The operations that were started with this ctx fail now, for that reason. */
void engine_stop(struct engine *engine, const void *ctx, const struct error *why);

/* It is given up: all that runs fails now, streams too, and so does all that is still begun. What
 * it was working on is left as it is. */
void engine_lose(struct engine *engine, const struct error *why);

const char *engine_endpoint(const struct engine *engine); /* as it was asked for */
const char *engine_name(const struct engine *engine);     /* "docker", "podman", "oci" */
const char *engine_version(const struct engine *engine);
bool engine_is_local(const struct engine *engine); /* on this machine */

/* About the engine itself: SystemInfo's object. */
void engine_info(struct engine *engine, engine_done *done, void *ctx);

/* Images. `ref` is name:tag, name@digest or an id. */
void engine_image_inspect(struct engine *engine, const char *ref, engine_done *done, void *ctx);
/* Its layers, the newest first: a list of {"CreatedBy", "Size", ...}. */
void engine_image_history(struct engine *engine, const char *ref, engine_done *done, void *ctx);
/* What the engine tells while it works; valid only during the call. */
struct engine_progress {
	const char *layer;    /* NULL: it is about the whole */
	const char *status;   /* "Downloading" */
	uint64_t done, total; /* bytes; total 0: not known */
};
typedef void engine_told(void *ctx, const struct engine_progress *progress);

/* Pulls by name; `told` may be NULL. */
void engine_image_pull(struct engine *engine, const char *ref, engine_told *told, engine_done *done,
		       void *ctx);
/* Pushes an image to the registry that its name begins with; told as above. Pull and push use the
 * credentials of docker's client (registry_auth.h). */
void engine_image_push(struct engine *engine, const char *repo, const char *tag, engine_told *told,
		       engine_done *done, void *ctx);
/* Makes an image from a root file system in a tar stream (https://docs.docker.com/reference/api/
 * engine/, ImageCreate with fromSrc=-). changes: Dockerfile lines, NULL-terminated. */
void engine_image_import(struct engine *engine, const void *tar, size_t len, const char *repo,
			 const char *tag, const char *const *changes, engine_done *done, void *ctx);
void engine_image_tag(struct engine *engine, const char *id, const char *repo, const char *tag,
		      engine_done *done, void *ctx);
/* All of them that are not only a step of another: a list of {"Id", "RepoTags", ...}. */
void engine_image_list(struct engine *engine, engine_done *done, void *ctx);
/* Also where a container that has ended still names it. */
void engine_image_remove(struct engine *engine, const char *ref, engine_done *done, void *ctx);

/* Containers. */
void engine_create(struct engine *engine, const struct engine_container *container,
		   engine_done *done, void *ctx);
void engine_start(struct engine *engine, const char *id, engine_done *done, void *ctx);
void engine_inspect(struct engine *engine, const char *id, engine_done *done, void *ctx);
void engine_commit(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		   void *ctx);
/* Those that run: a list of {"Id", "Names", "Image", ...}. */
void engine_list(struct engine *engine, engine_done *done, void *ctx);
/* The same of those with a name that the expression matches, whether they run or not. False, and
 * done is not called: in this engine none outlives its driver. */
bool engine_list_named(struct engine *engine, const char *names, engine_done *done, void *ctx);
/* By force, with its anonymous volumes. A container that is gone or on its way out is ENGINE_OK. */
void engine_remove(struct engine *engine, const char *id, engine_done *done, void *ctx);
/* The digest (SHA-256, hexadecimal, in result->id) of one file in a container, running or not. */
void engine_file_digest(struct engine *engine, const char *id, const char *path, engine_done *done,
			void *ctx);

/* Networks of our own, told by one label. */
struct engine_network {
	const char *name;
	const char *label, *value;
	bool internal; /* nothing outside is reached from it */
};
/* The result's id is the network's. */
void engine_network_create(struct engine *engine, const struct engine_network *network,
			   engine_done *done, void *ctx);
/* Those that have a label, whatever its value: a list of {"Id", "Created", "Labels", ...}. */
void engine_network_list(struct engine *engine, const char *label, engine_done *done, void *ctx);
/* Refused while a container is in it. One that is gone is ENGINE_OK. */
void engine_network_remove(struct engine *engine, const char *id, engine_done *done, void *ctx);

/* Attaches to a container that was created and not started; start it when `done` says ENGINE_OK.
 * That is when the engine has attached us, for a start that overtakes it loses the first output.
 * Where attaching fails, done gets the error and `closed` is not called. The stream is the
 * caller's, to be closed before the engine is; NULL when it could not even begin (done is called as
 * well). */
struct engine_stream *engine_attach(struct engine *engine, const char *id,
				    const struct engine_stream_events *events, void *events_ctx,
				    engine_done *done, void *ctx);
/* Queues bytes (copied). */
void engine_stream_write(struct engine_stream *stream, const void *data, size_t len);
size_t engine_stream_pending(const struct engine_stream *stream);    /* bytes not written yet */
void engine_stream_pause(struct engine_stream *stream, bool paused); /* stop or resume reading */
void engine_stream_close(struct engine_stream *stream); /* at once; no event afterwards */

/* Turns the loop until one operation that was started with `engine_keep` as its done has ended.
 * For code that does one thing after another, outside of any callback:
 *     struct engine_kept kept = {0};
 *     engine_inspect(engine, id, engine_keep, &kept);
 *     if (engine_finish(engine, &kept, err)) ...
 * engine_finish returns the failure as an error, but for ENGINE_NOT_FOUND, which it leaves in
 * kept.status. engine_kept_free releases it. */
struct engine_kept {
	bool ended;
	enum engine_status status;
	struct arena arena;
	struct value *body;
	char *id;
	struct error error;
};
void engine_keep(void *ctx, const struct engine_result *result);
int engine_finish(struct engine *engine, struct engine_kept *kept, struct error *err);
void engine_kept_free(struct engine_kept *kept);

#endif
