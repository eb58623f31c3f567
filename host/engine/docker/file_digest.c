/* A file of a container comes as a tar stream (docs.docker.com/reference/api/engine,
 * ContainerArchive). */
#include "common/hash.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/engine/docker/parts.h"
#include "host/exit_codes.h"
#include "host/tree/archived.h"

#include <archive.h>
#include <archive_entry.h>

static int hash_entry(struct archive *archive, char hex[HASH_HEX])
{
	auto_hash struct hash *hash = hash_new();
	const void *block;
	size_t size;
	int64_t offset;
	int status;
	while ((status = archive_read_data_block(archive, &block, &size, &offset)) == ARCHIVE_OK)
		hash_add(hash, block, size);
	hash_finish(STEAL(hash), hex);
	return status == ARCHIVE_EOF ? 0 : -1;
}

static int hash_first_file(const struct buf *tar, char hex[HASH_HEX])
{
	auto_archive struct archive *archive = mem_given(archive_read_new());
	auto_entry struct archive_entry *entry = mem_given(archive_entry_new());
	archive_read_support_format_tar(archive);
	if (archive_read_open_memory(archive, tar->data, tar->len) == ARCHIVE_OK &&
	    archive_read_next_header2(archive, entry) == ARCHIVE_OK &&
	    archive_entry_filetype(entry) == AE_IFREG)
		return hash_entry(archive, hex);
	return -1;
}

static void interpret_tar(struct operation *operation, const struct http_response *response,
			  struct engine_result *result)
{
	char hex[HASH_HEX];
	if (response->status != 200) {
		operation_interpret(operation, response, result);
		return;
	}
	if (hash_first_file(&response->body, hex) < 0) {
		error_set(result->error, "the engine sent no file");
		result->error->exit_code = EXIT_ENGINE;
		return;
	}
	result->status = ENGINE_OK;
	result->id = operation->id = mem_strdup(hex);
}

void docker_file_digest(struct engine *engine, const char *id, const char *path, engine_done *done,
			void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	auto_buf struct buf url = {0};
	operation->interpret = interpret_tar;
	path_container(&url, id, "/archive");
	path_query(&url, "path", path);
	operation_send(operation, "GET", &url, NULL);
}
