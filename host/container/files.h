/* The files node: copies and templates go over the session, the agent renders, what was staged is
 * removed again. */
#ifndef FACTORY_HOST_CONTAINER_FILES_H
#define FACTORY_HOST_CONTAINER_FILES_H

#include "host/manifest/manifest.h"
#include "host/session/session.h"

struct files;

/* consul_direct: the address the agent shall ask by itself, or NULL. */
struct files *files_new(const struct manifest *manifest, const char *consul_direct,
			const char *consul_token);
void files_free(struct files *files);

/* Begins on a session whose agent stages under `staging`. Returns as files_result does; -1 also
 * where a file can't be read. */
int files_begin(struct files *files, struct session *session, const char *staging,
		struct error *err);

/* Passes the answer to one of its requests on: 1 when the whole node is done, 0 when more is to
 * come, -1 when it failed. */
int files_result(struct files *files, uint32_t id, const struct value *result, struct error *err);

/* The session can take more; returns as files_result does. */
int files_drained(struct files *files, struct error *err);

/* After a failure: has what was staged removed, and a file of which only a part was sent. Returns
 * the last of its requests: answers up to that one are not for files_result. */
uint32_t files_give_up(struct files *files);

/* How many bytes of the files are there, and of how many. */
uint64_t files_arrived(const struct files *files, uint64_t *bytes);

/* The values that rendering read, after the end; NULL where nothing was rendered. */
const struct value *files_reads(const struct files *files);

/* Turns the agent's complaint about a request into one about the user's own files: the staging
 * directory's name becomes the manifest's. */
void files_explain(const struct files *files, uint32_t id, struct error *err);

#endif
