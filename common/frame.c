#include "common/frame.h"

#include "common/json.h"
#include "common/memory.h"

#include <stdlib.h>

static const char *const names[] = {
	[FRAME_RUN] = "RUN",       [FRAME_DATA] = "DATA",     [FRAME_SIGNAL] = "SIGNAL",
	[FRAME_PUT] = "PUT",       [FRAME_GET] = "GET",       [FRAME_RENDER] = "RENDER",
	[FRAME_FACTS] = "FACTS",   [FRAME_VALUE] = "VALUE",   [FRAME_REMOVE] = "REMOVE",
	[FRAME_SETTLE] = "SETTLE", [FRAME_BYE] = "BYE",       [FRAME_HELLO] = "HELLO",
	[FRAME_STDOUT] = "STDOUT", [FRAME_STDERR] = "STDERR", [FRAME_EXIT] = "EXIT",
	[FRAME_WANT] = "WANT",     [FRAME_RESULT] = "RESULT", [FRAME_ERROR] = "ERROR",
	[FRAME_RESIZE] = "RESIZE",
};

const char *frame_type_name(enum frame_type type)
{
	return (size_t)type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

static bool is_control(enum frame_type type)
{
	return type != FRAME_DATA && type != FRAME_STDOUT && type != FRAME_STDERR;
}

static void put_u32(unsigned char *at, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		at[i] = (unsigned char)(number >> (8 * i));
}

static uint32_t get_u32(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void add_one(struct buf *out, enum frame_type type, uint32_t id, const void *payload,
		    size_t length, bool more)
{
	unsigned char header[FRAME_HEADER] = {0};
	put_u32(header, (uint32_t)length);
	header[4] = (unsigned char)type;
	header[5] = more ? FRAME_MORE : 0;
	put_u32(header + 8, id);
	buf_reserve(out, sizeof header + length);
	buf_add(out, header, sizeof header);
	buf_add(out, payload, length);
}

static void add_split(struct buf *out, enum frame_type type, uint32_t id, const char *payload,
		      size_t length, bool more)
{
	for (; length > FRAME_MAX; length -= FRAME_MAX, payload += FRAME_MAX)
		add_one(out, type, id, payload, FRAME_MAX, true);
	add_one(out, type, id, payload, length, more);
}

void frame_add(struct buf *out, enum frame_type type, uint32_t id, const void *payload,
	       size_t length)
{
	add_split(out, type, id, payload, length, false);
}

void frame_add_more(struct buf *out, enum frame_type type, uint32_t id, const void *payload,
		    size_t length)
{
	add_split(out, type, id, payload, length, true);
}

void frame_add_json(struct buf *out, enum frame_type type, uint32_t id, const struct value *payload)
{
	auto_buf struct buf text = {0};
	json_write(&text, payload);
	frame_add(out, type, id, text.data, text.len);
}

/* What is wrong is known from the header alone: a peer that talks nonsense is not waited for. */
int frame_parse(const struct buf *in, struct frame *frame, struct error *err)
{
	if (in->len < FRAME_HEADER)
		return 0;
	const unsigned char *header = (const unsigned char *)in->data;
	uint32_t length = get_u32(header);
	if (!frame_type_name(header[4]))
		return error_set(err, "unknown frame type %u", header[4]);
	if (length > FRAME_MAX)
		return error_set(err, "a %s frame of %u bytes (at most %d are allowed)",
				 frame_type_name(header[4]), length, FRAME_MAX);
	if (header[5] & ~FRAME_MORE)
		return error_set(err, "unknown flags 0x%02x in a %s frame", header[5],
				 frame_type_name(header[4]));
	if (header[6] || header[7])
		return error_set(err, "a %s frame's reserved bytes are not zero",
				 frame_type_name(header[4]));
	if (in->len - FRAME_HEADER < length)
		return 0;
	*frame = (struct frame){
		.type = header[4],
		.more = header[5] & FRAME_MORE,
		.id = get_u32(header + 8),
		.payload = in->data + FRAME_HEADER,
		.length = length,
	};
	return 1;
}

struct frame_started {
	struct frame_started *next;
	enum frame_type type;
	uint32_t id;
	struct buf payload;
};

static struct frame_started **find_started(struct frame_joiner *joiner, const struct frame *part)
{
	struct frame_started **at = &joiner->started;
	while (*at && ((*at)->type != part->type || (*at)->id != part->id))
		at = &(*at)->next;
	return at;
}

static int start(struct frame_joiner *joiner, struct frame_started **at, const struct frame *first,
		 struct error *err)
{
	if (joiner->count == FRAME_STARTED_MAX)
		return error_set(err, "more than %d unfinished payloads", FRAME_STARTED_MAX);
	joiner->count++;
	*at = mem_alloc(sizeof **at);
	(*at)->type = first->type;
	(*at)->id = first->id;
	return 0;
}

static void end_started(struct frame_joiner *joiner, struct frame_started **at)
{
	struct frame_started *ended = *at;
	joiner->held -= ended->payload.len;
	joiner->count--;
	buf_free(&joiner->whole);
	joiner->whole = ended->payload;
	*at = ended->next;
	free(ended);
}

int frame_join(struct frame_joiner *joiner, const struct frame *part, struct frame *whole,
	       struct error *err)
{
	buf_free(&joiner->whole);
	*whole = *part;
	if (!is_control(part->type))
		return 1;
	struct frame_started **at = find_started(joiner, part);
	if (!*at && !part->more)
		return 1;
	if (joiner->held + part->length > FRAME_CONTROL_MAX)
		return error_set(err, "a %s payload of more than %d bytes",
				 frame_type_name(part->type), FRAME_CONTROL_MAX);
	if (!*at && start(joiner, at, part, err) < 0)
		return -1;
	buf_add(&(*at)->payload, part->payload, part->length);
	joiner->held += part->length;
	if (part->more)
		return 0;
	end_started(joiner, at);
	whole->payload = buf_text(&joiner->whole);
	whole->length = joiner->whole.len;
	return 1;
}

void frame_joiner_free(struct frame_joiner *joiner)
{
	while (joiner->started)
		end_started(joiner, &joiner->started);
	buf_free(&joiner->whole);
}

struct value *frame_json(const struct frame *frame, struct arena *arena, struct error *err)
{
	struct value *value =
		json_parse(arena, frame_type_name(frame->type), frame->payload, frame->length, err);
	if (!value)
		err->code = ERROR_SESSION;
	if (value && !value_is(value, VALUE_MAP)) {
		error_set(err, "the payload of a %s frame is a %s, not a map",
			  frame_type_name(frame->type), value_kind_name(value->kind));
		return NULL;
	}
	return value;
}
