/* The session protocol: frames between the driver and the agent, on one byte stream each way.
 *
 * A frame is a little-endian header of 12 bytes and a payload:
 *     u32 length (of the payload, at most FRAME_MAX) | u8 type | u8 flags | u16 zero | u32 id
 * `id` is the request the frame belongs to: the driver numbers its requests from 1; 0 is the
 * session itself. Control payloads are JSON, data payloads raw bytes. With FRAME_MORE in flags the
 * payload goes on in the next frame of the same type and id: a control payload is complete with
 * the first frame that lacks it (at most FRAME_CONTROL_MAX in all), a run of DATA ends with it.
 *
 * driver -> agent
 *   RUN     {"argv":[...]} or {"shell":"line"}, and optionally "env":{name:value}, "cwd":"/",
 *           "user":"name|uid[:group|gid]", "umask":18, "timeout_ms":0, "stdin":false. The
 *           environment is exactly `env`, and HOME where it has none. A shell line runs by the
 *           shell that HELLO names. "interactive":true instead of a command: the shell for
 *           people, which is bash, else sh, else the toolbox's busybox. With "tty":{"rows":24,
 *           "cols":80} it gets a terminal of its own: what is typed comes as DATA, all output is
 *           STDOUT
 *   DATA    a step's standard input (RUN with "stdin":true or "tty") or a file's content (PUT)
 *   SIGNAL  {"signal":15}: to the step's process group
 *   RESIZE  {"rows":24,"cols":80}: the terminal of a RUN with "tty" has another size now
 *   PUT     {"path":"/x","kind":"file|directory|symlink","mode":420,"user":"name|uid[:gid]",
 *           "target":"(symlink)","parents":true}; a file's content follows as DATA. Written to a
 *           temporary file beside it and renamed. Answer: RESULT {} or ERROR
 *   GET     {"path":"/x"} -> DATA..., then RESULT {"mode":420,"size":1} or ERROR. Of a directory
 *           the data is a line for each entry: mode, owner, group, size, name; RESULT is {}
 *   RENDER  {"config":"/staging/template.hcl"}, or {"templates":[{"source","destination","perms",
 *           "command","left_delimiter","right_delimiter"}]}; optionally "consul":{"address",
 *           "token"} to ask Consul directly, else every value is WANTed; "facts":{...} that the
 *           driver adds. -> RESULT {"rendered":[{"destination","changed":true}],
 *           "reads":[{"kind","name","hash"}]} (and "datacenter" and "args", as in WANT) or ERROR
 *   FACTS   {"patterns":["os.id",...]} (none: all) -> RESULT {facts tree} or ERROR
 *   VALUE   the answer to a WANT of the same id: {"value":...}, {"missing":true}, {"error":"..."}
 *   REMOVE  {"path":"/x"}: a tree that PUT made -> RESULT {} or ERROR
 *   SETTLE  {"epoch":1700000000}, for an agent that is process 1: whatever the session has changed
 *           in the target's own file system, and is newer, gets that time -> RESULT {} or ERROR
 *   BYE     {}: the agent ends with code 0
 * agent -> driver
 *   HELLO   {"protocol":2,"agent":"0.1.0","shell":"/bin/sh" or null,"staging":"/dev/shm"}, once
 *   STDOUT, STDERR  a step's output, live
 *   EXIT    {"code":0} or {"signal":9}, and "wall_us","user_us","system_us","max_rss_kb",
 *           "timed_out":false,"leaves":false, and of one that failed "disk_full":false (whether its
 *           root's disk has no room); sent after the last output of the step. What it or one before
 *           left running ("leaves" tells that there is something) lives on until the session ends,
 *           and is not heard: late output counts for 50 ms
 *   WANT    {"kind":"key|keys|tree|services|service|nodes|...", "name":"path","datacenter":"dc1",
 *           "args":["near=_agent"]} (common/consul.h), the last two optional; one at a time for a
 *           request
 *   RESULT  what a request answers
 *   ERROR   {"message","file","line","column","exit_code"}, all but the first where they are known,
 *           and "code" (common/error_codes.h); with id 0 the session ends
 */
#ifndef FACTORY_COMMON_FRAME_H
#define FACTORY_COMMON_FRAME_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PROTOCOL_VERSION = 2,
	FRAME_HEADER = 12,
	FRAME_MAX = 1 << 20,
	FRAME_CONTROL_MAX = 64 << 20,
	FRAME_STARTED_MAX = 256,
	FRAME_MORE = 1,
};

enum frame_type {
	FRAME_RUN = 1,
	FRAME_DATA,
	FRAME_SIGNAL,
	FRAME_PUT,
	FRAME_GET,
	FRAME_RENDER,
	FRAME_FACTS,
	FRAME_VALUE,
	FRAME_REMOVE,
	FRAME_BYE,
	FRAME_RESIZE,
	FRAME_SETTLE,
	FRAME_HELLO = 64,
	FRAME_STDOUT,
	FRAME_STDERR,
	FRAME_EXIT,
	FRAME_WANT,
	FRAME_RESULT,
	FRAME_ERROR,
};

struct frame {
	enum frame_type type;
	bool more;
	uint32_t id;
	const char *payload; /* points into the buffer that was read from */
	size_t length;
};

const char *frame_type_name(enum frame_type type); /* "RUN"; NULL: unknown */

/* Appends frames for a payload of any length, split at FRAME_MAX. */
void frame_add(struct buf *out, enum frame_type type, uint32_t id, const void *payload,
	       size_t length);
void frame_add_more(struct buf *out, enum frame_type type, uint32_t id, const void *payload,
		    size_t length); /* the last one has FRAME_MORE as well */
void frame_add_json(struct buf *out, enum frame_type type, uint32_t id,
		    const struct value *payload);

/* Looks for a whole frame at the start of `in`: 1 and the frame, 0 when more bytes are needed,
 * -1 for an over-long payload, an unknown type or flag, a header that is not zero where it should
 * be. The caller consumes FRAME_HEADER + length bytes afterwards. */
int frame_parse(const struct buf *in, struct frame *frame, struct error *err);

/* Puts split control payloads together; those of several requests may interleave. A zeroed struct
 * is ready. frame_join returns 1 and the whole frame (its payload lives until the next call, or as
 * long as that of `part`), 0 when more is to come, -1 beyond FRAME_CONTROL_MAX or FRAME_STARTED_MAX
 * payloads at once. Data frames come back as they are, with their `more`. */
struct frame_joiner {
	struct frame_started *started; /* payloads that go on */
	size_t held;                   /* bytes in them */
	unsigned count;
	struct buf whole;
};
int frame_join(struct frame_joiner *joiner, const struct frame *part, struct frame *whole,
	       struct error *err);
void frame_joiner_free(struct frame_joiner *joiner);
#define auto_joiner __attribute__((cleanup(frame_joiner_free)))

/* Reads a control frame's JSON, which must be an object. NULL on failure. */
struct value *frame_json(const struct frame *frame, struct arena *arena, struct error *err);

#endif
