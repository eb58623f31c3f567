/* Making an image. Podman ignores the config in a commit's body and takes the container's, with
 * variables of its own in the environment. So its commit gives us only the layer: the image is then
 * loaded as an archive that holds our config and names layers which the engine has already, by
 * digest; their places in the archive are empty, for none of them is read.
 *
 * Where the image is to have nothing of the engine's, its layer comes from what Podman saves of its
 * own image, without what is Podman's: a file takes that, then the layer, then the archive. */
#include "common/file.h"
#include "common/hash.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/podman/bare.h"
#include "host/engine/podman/parts.h"
#include "host/exit_codes.h"
#include "host/export/output.h"
#include "host/tree/archived.h"

#include <archive_entry.h>
#include <string.h>

enum { BLOCK = 1 << 16 };

struct making {
	const char *repo, *tag, *comment, *author;
	const struct value *config;
	const char *half; /* the image as Podman committed it, to be removed */
	const char *id;
	bool bare;
	struct value *seen;     /* the half, as Podman tells of it */
	struct tar_range layer; /* of a bare one: its content */
	off_t at;               /* of the archive, as far as it is sent */
};

/* --- the archive (docker's image format 1.2) --- */

static int add_file(struct archive *tar, const char *path, const struct buf *content,
		    struct error *err)
{
	const struct archived entry = {
		.path = path, .type = AE_IFREG, .mode = 0644, .content = content};
	return archived_add(tar, &entry, err);
}

static const char *layer_file(struct arena *arena, const struct value *layer)
{
	const char *digest = value_text(layer);
	const char *colon = digest ? strchr(digest, ':') : NULL;
	return arena_printf(arena, "%s.tar", colon ? colon + 1 : "");
}

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
	if (text)
		value_set(arena, map, key, value_string(arena, text));
}

/* The image's config file, which it is named after. */
static struct value *image_file(struct arena *arena, const struct making *making,
				const struct value *half)
{
	struct value *file = value_map(arena), *root = value_map(arena);
	set_text(arena, file, "created", value_text(value_get(half, "Created")));
	set_text(arena, file, "architecture", value_text(value_get(half, "Architecture")));
	set_text(arena, file, "os", value_text(value_get(half, "Os")));
	set_text(arena, file, "author", making->author);
	set_text(arena, file, "comment", making->comment);
	value_set(arena, file, "config", value_copy(arena, making->config));
	set_text(arena, root, "type", "layers");
	value_set(arena, root, "diff_ids", value_path(half, "RootFS.Layers"));
	value_set(arena, file, "rootfs", root);
	struct value *history = value_get(half, "History");
	if (!value_is(history, VALUE_LIST))
		return file;
	/* Podman shows the last entry's comment as the image's own. */
	if (history->list.len)
		value_set(arena, history->list.items[history->list.len - 1], "comment",
			  value_string(arena, making->comment ? making->comment : ""));
	value_set(arena, file, "history", history);
	return file;
}

static struct value *archive_manifest(struct arena *arena, const struct making *making,
				      const char *config_file, const struct value *layers)
{
	struct value *entry = value_map(arena), *files = value_list(arena);
	struct value *names = value_list(arena), *manifest = value_list(arena);
	set_text(arena, entry, "Config", config_file);
	for (size_t i = 0; i < layers->list.len; i++)
		value_append(arena, files,
			     value_string(arena, layer_file(arena, layers->list.items[i])));
	if (making->repo)
		value_append(
			arena, names,
			value_string(arena, arena_printf(arena, "%s:%s", making->repo,
							 making->tag ? making->tag : "latest")));
	value_set(arena, entry, "RepoTags", names);
	value_set(arena, entry, "Layers", files);
	value_append(arena, manifest, entry);
	return manifest;
}

static int add_layer(struct archive *tar, const char *name, const struct tar_range *layer,
		     struct error *err)
{
	char block[BLOCK];
	struct archive_entry *entry = mem_given(archive_entry_new());
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, layer->end - layer->at);
	int status = archive_write_header(tar, entry);
	archive_entry_free(entry);
	for (off_t at = layer->at; status == ARCHIVE_OK && at < layer->end;) {
		size_t room = layer->end - at < BLOCK ? (size_t)(layer->end - at) : BLOCK;
		ssize_t got = pread(layer->fd, block, room, at);
		if (got <= 0 || archive_write_data(tar, block, (size_t)got) < 0)
			status = ARCHIVE_FATAL;
		at += got;
	}
	return status == ARCHIVE_OK ? 0 : error_set(err, "can't pack the image");
}

/* Podman has the layers, but for a bare one: their files may be empty. */
static int add_files(struct archive *tar, struct arena *arena, const struct making *making,
		     const struct buf *config, const char *config_file, const struct value *layers,
		     struct error *err)
{
	static const struct buf empty = {0};
	size_t ours = making->bare ? layers->list.len - 1 : layers->list.len;
	if (add_file(tar, config_file, config, err) < 0)
		return -1;
	for (size_t i = 0; i < ours; i++)
		if (add_file(tar, layer_file(arena, layers->list.items[i]), &empty, err) < 0)
			return -1;
	if (making->bare &&
	    add_layer(tar, layer_file(arena, layers->list.items[ours]), &making->layer, err) < 0)
		return -1;
	auto_buf struct buf manifest = {0};
	json_write(&manifest, archive_manifest(arena, making, config_file, layers));
	return add_file(tar, "manifest.json", &manifest, err);
}

/* Into an archive that was opened. */
static int pack(struct arena *arena, struct making *making, struct archive *tar, struct error *err)
{
	auto_buf struct buf config = {0};
	char hex[HASH_HEX];
	const struct value *layers = value_path(making->seen, "RootFS.Layers");
	json_write(&config, image_file(arena, making, making->seen));
	hash_hex(config.data, config.len, hex);
	making->id = arena_printf(arena, "sha256:%s", hex);
	const char *file = arena_printf(arena, "%s.json", hex);
	int status = add_files(tar, arena, making, &config, file, layers, err);
	if (archive_write_close(tar) != ARCHIVE_OK && status == 0)
		status = error_set(err, "can't pack the image: %s", archive_error_string(tar));
	archive_write_free(tar);
	return status;
}

static int pack_in_memory(struct arena *arena, struct making *making, struct buf *out,
			  struct error *err)
{
	struct archive *tar = mem_given(archive_write_new());
	archive_write_set_format_ustar(tar);
	archive_write_open2(tar, out, NULL, archived_write, NULL, NULL);
	return pack(arena, making, tar, err);
}

/* Behind the layer, which goes into it: that may be large. */
static int pack_in_file(struct arena *arena, struct making *making, struct error *err)
{
	struct archive *tar = mem_given(archive_write_new());
	making->at = making->layer.end;
	archive_write_set_format_pax_restricted(tar);
	archive_write_open_fd(tar, making->layer.fd);
	return pack(arena, making, tar, err);
}

/* --- the requests, one after another --- */

static void interpret(struct operation *operation, const struct http_response *response,
		      struct engine_result *result)
{
	const struct making *making = operation->work;
	if (!making->id || error_is_set(&operation->failed)) {
		operation_interpret(operation, response, result);
		if (error_is_set(&operation->failed)) {
			result->status = ENGINE_FAILED;
			error_move(result->error, &operation->failed);
		} else if (result->status == ENGINE_OK && making->half) {
			operation_distrust(operation, "without the layers of what it committed",
					   result);
		} else if (result->status == ENGINE_OK && result->id) {
			result->id = arena_printf(&operation->arena, "sha256:%s", result->id);
		}
		return;
	}
	result->status = ENGINE_OK; /* that the half-made one can't be removed does no harm */
	result->id = making->id;
}

/* The last request, also of a commit that failed. */
static bool discard_half(struct operation *operation)
{
	const struct making *making = operation->work;
	auto_buf struct buf path = {0};
	operation->proceed = NULL;
	buf_printf(&path, "/images/%s?force=1", making->half);
	operation_send(operation, "DELETE", &path, NULL);
	return true;
}

/* A load that failed says so, in an answer of status 200 perhaps. */
static bool loaded(struct operation *operation, const struct http_response *response)
{
	const struct value *answer = podman_json(operation, response);
	const char *failed = value_text(value_get(answer, "error"));
	if (!failed && !podman_is_good(response))
		failed = value_text(value_get(answer, "message"));
	if (failed || !podman_is_good(response) || !value_is(answer, VALUE_MAP)) {
		error_set(&operation->failed, "%s can't load the image: %s",
			  operation->docker->endpoint.name, failed ? failed : "no reason given");
		operation->failed.exit_code = EXIT_ENGINE;
	}
	return discard_half(operation);
}

static void load(struct operation *operation, struct http_request *request)
{
	static const char *const headers[] = {"Content-Type: application/x-tar", NULL};
	auto_buf struct buf path = {0};
	request->method = "POST";
	request->headers = headers;
	request->begun = operation_begun;
	request->ctx = operation;
	operation->proceed = loaded;
	buf_puts(&path, "/images/load?quiet=1");
	operation_start(operation, request, &path);
}

static bool load_from_memory(struct operation *operation)
{
	auto_buf struct buf tar = {0};
	struct http_request request = {0};
	if (pack_in_memory(&operation->arena, operation->work, &tar, &operation->failed) < 0)
		return discard_half(operation);
	free(operation->body);
	request.body_len = tar.len;
	request.body = operation->body = buf_steal(&tar);
	load(operation, &request);
	return true;
}

/* --- a bare one --- */

static int spool(void *ctx, const char *data, size_t len)
{
	const struct operation *operation = ctx;
	return file_write_all(operation->file, data, len);
}

static long send_file(void *ctx, char *into, size_t room)
{
	struct operation *operation = ctx;
	struct making *making = operation->work;
	ssize_t got = pread(operation->file, into, room, making->at);
	making->at += got > 0 ? got : 0;
	return got;
}

static bool spooled(struct operation *operation, const struct http_response *response)
{
	struct making *making = operation->work;
	struct arena *arena = &operation->arena;
	struct http_request request = {.read_body = send_file, .ctx = operation};
	const struct value *layers = value_path(making->seen, "RootFS.Layers");
	char hex[HASH_HEX];
	if (!podman_is_good(response))
		error_set(&operation->failed, "%s can't save the image",
			  operation->docker->endpoint.name);
	else
		bare_layer(operation->file, &making->layer, hex, &operation->failed);
	if (error_is_set(&operation->failed))
		return discard_half(operation);
	layers->list.items[layers->list.len - 1] =
		value_string(arena, arena_printf(arena, "sha256:%s", hex));
	if (pack_in_file(arena, making, &operation->failed) < 0)
		return discard_half(operation);
	load(operation, &request);
	return true;
}

static bool save(struct operation *operation)
{
	const struct making *making = operation->work;
	struct http_request request = {.method = "GET", .write_body = spool, .ctx = operation};
	struct buf path = {0};
	const char *directory = getenv("TMPDIR");
	directory = directory && *directory ? directory : "/var/tmp";
	autofree char *path_beside = mem_printf("%s/image", directory);
	operation->file = output_scratch(path_beside, &operation->failed);
	if (operation->file < 0) {
		operation->file = 0;
		return discard_half(operation);
	}
	operation->proceed = spooled;
	buf_printf(&path, "/images/%s/get", making->half);
	operation_start(operation, &request, &path);
	return true;
}

static bool inspected(struct operation *operation, const struct http_response *response)
{
	struct making *making = operation->work;
	making->seen = podman_json(operation, response);
	const struct value *layers = value_path(making->seen, "RootFS.Layers");
	if (!podman_is_good(response) || !value_is(layers, VALUE_LIST) || !layers->list.len)
		return false;
	return making->bare ? save(operation) : load_from_memory(operation);
}

static bool committed(struct operation *operation, const struct http_response *response)
{
	struct making *making = operation->work;
	const char *id = value_text(value_get(podman_json(operation, response), "Id"));
	if (!podman_is_good(response) || !id)
		return false;
	auto_buf struct buf path = {0};
	making->half = id;
	operation->proceed = inspected;
	buf_puts(&path, "/libpod/images/");
	http_escape(&path, id, "");
	buf_puts(&path, "/json");
	operation_get(operation, &path);
	return true;
}

static const char *kept_text(struct arena *arena, const char *text)
{
	return text ? arena_strdup(arena, text) : NULL;
}

void podman_commit(struct engine *engine, const struct engine_commit *commit, engine_done *done,
		   void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	struct arena *arena = &operation->arena;
	struct making *making = arena_alloc(arena, sizeof *making);
	struct engine_commit layer = *commit;
	operation->work = making;
	operation->interpret = interpret;
	if (commit->config) {
		making->repo = kept_text(arena, commit->repo);
		making->tag = kept_text(arena, commit->tag);
		making->comment = kept_text(arena, commit->comment);
		making->author = kept_text(arena, commit->author);
		making->config = value_copy(arena, commit->config);
		making->bare = commit->bare;
		layer.repo = layer.tag = NULL;
		layer.config = value_map(arena); /* it wants a body */
		operation->proceed = committed;
	}
	docker_send_commit(operation, &layer);
}
