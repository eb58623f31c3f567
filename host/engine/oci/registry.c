/* Pulling and pushing: a child works in a directory of its own and tells how far it is, a line at a
 * time: "LAYER\tSTATUS\tBYTES". */
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/oci/parts.h"
#include "host/engine/oci/skopeo.h"

#include <string.h>
#include <sys/stat.h>

enum { DIGEST_TEXT = 72, LONGEST_LINE = 4096 };

struct transfer {
	struct reply *reply;
	const char *ref; /* whole: a push's with its tag */
	const char *tag; /* of a push */
	bool push;
	engine_told *told;
	void *ctx;
	uint64_t bytes;          /* that were told last */
	char line[LONGEST_LINE]; /* what came of one */
	size_t len;
};

/* --- in the driver --- */

static void tell(const struct transfer *transfer, char *line)
{
	char *status = strchr(line, '\t'), *bytes = status ? strchr(status + 1, '\t') : NULL;
	if (!bytes || !transfer->told)
		return;
	*status++ = *bytes++ = '\0';
	const struct engine_progress progress = {
		.layer = *line ? line : NULL, .status = status, .done = strtoull(bytes, NULL, 10)};
	transfer->told(transfer->ctx, &progress);
}

static int take(void *ctx, const char *data, size_t len)
{
	struct transfer *transfer = ctx;
	for (size_t i = 0; i < len; i++) {
		bool whole = data[i] == '\n';
		if (transfer->len == LONGEST_LINE)
			return -1;
		transfer->line[transfer->len++] = whole ? '\0' : data[i];
		if (!whole)
			continue;
		tell(transfer, transfer->line);
		transfer->len = 0;
	}
	return 0;
}

/* --- in the child --- */

static void report(const struct transfer *transfer, const char *layer, const char *status,
		   uint64_t bytes)
{
	dprintf(transfer->reply->stream[1], "%s\t%s\t%llu\n", layer, status,
		(unsigned long long)bytes);
}

static void said(void *ctx, const char *line)
{
	static const char blob[] = "Copying blob sha256:";
	const struct transfer *transfer = ctx;
	if (strncmp(line, blob, strlen(blob)) != 0)
		return;
	char layer[13];
	snprintf(layer, sizeof layer, "%.12s", line + strlen(blob));
	report(transfer, layer, transfer->push ? "Pushing" : "Downloading", 0);
}

/* skopeo does not tell how much has come: the files do. */
static void waiting(void *ctx)
{
	struct transfer *transfer = ctx;
	auto_arena struct arena arena = {0};
	autofree char *blobs = mem_printf("%s/blobs", transfer->reply->scratch);
	uint64_t bytes = 0;
	if (transfer->push)
		return;
	for (char **name = store_names(&arena, blobs); *name; name++) {
		struct stat info;
		autofree char *path = mem_printf("%s/%s", blobs, *name);
		bytes += lstat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
	}
	if (bytes > transfer->bytes)
		report(transfer, "", "Downloading", bytes);
	transfer->bytes = bytes;
}

static int copy(struct transfer *transfer, char digest[DIGEST_TEXT])
{
	const struct reply *reply = transfer->reply;
	autofree char *blobs = mem_printf("%s/blobs", reply->scratch);
	const struct skopeo skopeo = {.image = transfer->ref,
				      .blobs = blobs,
				      .scratch = reply->scratch,
				      .push = transfer->push,
				      .held = reply->held,
				      .said = said,
				      .waiting = waiting,
				      .ctx = transfer};
	return skopeo_copy(&skopeo, digest, &transfer->reply->error);
}

/* "a/b:1" and a digest are "a/b@sha256:...". */
static char *with_digest(const char *ref, const char *digest)
{
	const char *slash = strrchr(ref, '/');
	size_t folder = slash ? (size_t)(slash - ref) : 0;
	size_t len = folder + strcspn(ref + folder, ":@");
	return mem_printf("%.*s@%s", (int)len, ref, digest);
}

static bool is_missing(const char *message)
{
	static const char *const words[] = {"manifest unknown", "name unknown",
					    "repository name not known"};
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (strstr(message, words[i]))
			return true;
	return false;
}

static int pull(struct reply *reply, const void *ctx)
{
	struct transfer transfer = *(const struct transfer *)ctx;
	char digest[DIGEST_TEXT], hex[HASH_HEX];
	transfer.reply = reply;
	if (copy(&transfer, digest) < 0) {
		if (is_missing(reply->error.message))
			reply->status = ENGINE_NOT_FOUND;
		return -1;
	}
	report(&transfer, "", "Unpacking", 0);
	autofree char *fixed = with_digest(transfer.ref, digest);
	const char *const names[] = {transfer.ref, fixed, NULL};
	if (image_load(reply->oci, reply->scratch, names, hex, &reply->error) < 0)
		return -1;
	reply->id = arena_printf(&reply->arena, "sha256:%s", hex);
	return 0;
}

static int prepare_push(struct reply *reply, const char *ref, char hex[HASH_HEX])
{
	autoclose int lock = store_lock(reply->oci, &reply->error);
	if (lock < 0)
		return -1;
	if (!store_find_image(reply->oci, ref, hex))
		return reply_no_image(reply, ref);
	return image_unload(reply->oci, hex, reply->scratch, &reply->error);
}

static int push(struct reply *reply, const void *ctx)
{
	struct transfer transfer = *(const struct transfer *)ctx;
	char digest[DIGEST_TEXT], hex[HASH_HEX];
	transfer.reply = reply;
	if (prepare_push(reply, transfer.ref, hex) < 0 || copy(&transfer, digest) < 0)
		return -1;
	autofree char *status = mem_printf("%s: digest: %s", transfer.tag, digest);
	report(&transfer, "", status, 0);
	autofree char *fixed = with_digest(transfer.ref, digest);
	autoclose int lock = store_lock(reply->oci, &reply->error);
	return lock < 0 ? -1 : store_name(reply->oci, hex, fixed, &reply->error);
}

/* --- beginning --- */

static void begin(struct engine *engine, const struct transfer *wanted, engine_done *done,
		  void *ctx)
{
	struct oci *oci = (struct oci *)engine;
	struct reply *reply = reply_new(oci, done, ctx);
	struct transfer *transfer = arena_alloc(&reply->arena, sizeof *transfer);
	*transfer = *wanted;
	transfer->ctx = ctx;
	transfer->ref = arena_strdup(&reply->arena, wanted->ref);
	reply->scratch = scratch_new(oci, &reply->held, &reply->error);
	if (!reply->scratch) {
		reply_result(reply, -1);
		return;
	}
	reply_stream_from_child(reply, transfer->push ? push : pull, transfer, take, transfer);
	/* The worker's copy holds the lock, and skopeo's, which may outlive it. */
	if (reply->held >= 0)
		close(reply->held);
	reply->held = -1;
}

void oci_image_pull(struct engine *engine, const char *ref, engine_told *told, engine_done *done,
		    void *ctx)
{
	const struct transfer transfer = {.ref = ref, .told = told};
	begin(engine, &transfer, done, ctx);
}

void oci_image_push(struct engine *engine, const char *repo, const char *tag, engine_told *told,
		    engine_done *done, void *ctx)
{
	autofree char *ref = mem_printf("%s:%s", repo, tag);
	const struct transfer transfer = {.ref = ref, .tag = tag, .push = true, .told = told};
	begin(engine, &transfer, done, ctx);
}
