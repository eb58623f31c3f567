#include "host/cache/record.h"

#include "common/file.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/own.h"
#include "host/cache/identity.h"
#include "host/user_cache.h"

#include <string.h>

enum { VERSION = 1, DIGEST_LETTERS = 16, LARGEST_RECORD = 256 << 20 };

struct record {
	char *path;     /* NULL: it is kept nowhere */
	char *manifest; /* its identity */
	struct buf text;
	uint64_t commit_us, took_us;
	struct arena arena;
	struct value *nodes; /* list; NULL until it is asked for */
};

static size_t line_length(const char *text)
{
	return strcspn(text, "\n");
}

static void read_head(struct record *record)
{
	auto_arena struct arena arena = {0};
	auto_error struct error ignored = {0};
	const char *text = buf_text(&record->text);
	const struct value *head =
		json_parse(&arena, record->path, text, line_length(text), &ignored);
	const struct value *version = value_get(head, "version");
	if (!value_is(version, VALUE_INT) || version->integer != VERSION) {
		buf_clear(&record->text);
		return;
	}
	record->commit_us = value_size(value_get(head, "commit_us"));
	record->took_us = value_size(value_get(head, "took_us"));
}

struct record *record_open(const struct manifest *manifest)
{
	struct record *record = mem_alloc(sizeof *record);
	auto_error struct error ignored = {0};
	char hex[HASH_HEX];
	record->manifest = manifest_identity(manifest);
	auto_hash struct hash *hash = hash_new();
	hash_add_text(hash, record->manifest);
	hash_add_text(hash, manifest->cell);
	hash_finish(STEAL(hash), hex);
	autofree char *name = mem_printf("builds/%s.jsonl", hex);
	record->path = user_cache_path(name);
	if (record->path && access(record->path, R_OK) == 0 &&
	    file_read(record->path, LARGEST_RECORD, &record->text, &ignored) == 0)
		read_head(record);
	return record;
}

bool record_is_empty(const struct record *record)
{
	return record->text.len == 0;
}

uint64_t record_commit_us(const struct record *record)
{
	return record->commit_us;
}

uint64_t record_took_us(const struct record *record)
{
	return record->took_us;
}

/* --- comparing --- */

static void read_nodes(struct record *record)
{
	const char *text = buf_text(&record->text);
	record->nodes = value_list(&record->arena);
	text += line_length(text);
	for (size_t len; *text++ == '\n' && (len = line_length(text)); text += len) {
		auto_error struct error ignored = {0};
		struct value *node = json_parse(&record->arena, record->path, text, len, &ignored);
		if (node)
			value_append(&record->arena, record->nodes, node);
	}
}

const char *record_image_key(struct record *record)
{
	if (!record->nodes)
		read_nodes(record);
	const struct value *nodes = record->nodes;
	if (!nodes->list.len)
		return NULL;
	return value_text(value_get(nodes->list.items[nodes->list.len - 1], "key"));
}

static bool is_digest(const struct value *known, const char *digest)
{
	const char *text = value_text(known);
	return text && strncmp(text, digest, DIGEST_LETTERS) == 0;
}

static bool has_command(const struct value *known, const struct node *node)
{
	for (size_t i = 0; i < node->input_count; i++)
		if (strcmp(node->inputs[i].name, "command") == 0)
			return is_digest(value_path(known, "inputs.command"),
					 node->inputs[i].digest);
	return true;
}

static bool has_id(const struct value *known, const char *id, size_t len)
{
	const char *text = value_text(value_get(known, "id"));
	return text && strncmp(text, id, len) == 0 && (len < strlen(id) || !text[len]);
}

/* The node of the same number if it does the same; else one that does; else the number counts. */
static const struct value *find_node(struct record *record, const struct node *node)
{
	const struct value *same_id = NULL, *same_command = NULL;
	size_t kind_len = strcspn(node->id, "-");
	if (!record->nodes)
		read_nodes(record);
	for (size_t i = 0; i < record->nodes->list.len; i++) {
		const struct value *known = record->nodes->list.items[i];
		if (has_id(known, node->id, strlen(node->id)))
			same_id = known;
		else if (!same_command && has_id(known, node->id, kind_len) &&
			 has_command(known, node))
			same_command = known;
	}
	return same_id && has_command(same_id, node) ? same_id
	       : same_command                        ? same_command
						     : same_id;
}

static void visit_changed(const struct node *node, const struct value *inputs, struct value *seen,
			  struct arena *arena, record_visit *visit, void *ctx)
{
	for (size_t i = 0; i < node->input_count; i++) {
		const struct input *input = &node->inputs[i];
		if (!is_digest(value_get(inputs, input->name), input->digest))
			visit(ctx, input->name);
		value_set(arena, seen, input->name, value_null(arena));
	}
}

bool record_compare(struct record *record, const struct node *node, record_visit *visit, void *ctx)
{
	auto_arena struct arena arena = {0};
	const struct value *known = find_node(record, node), *inputs = value_get(known, "inputs");
	struct value *seen = value_map(&arena);
	if (!value_is(inputs, VALUE_MAP))
		return false;
	visit_changed(node, inputs, seen, &arena, visit, ctx);
	for (size_t i = 0; i < inputs->map.len; i++)
		if (!value_get(seen, inputs->map.entries[i].key))
			visit(ctx, inputs->map.entries[i].key);
	return true;
}

/* --- writing --- */

static void write_string(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "\"%s\":", name);
	json_write_string(out, text, strlen(text));
}

static void write_node(struct buf *out, const struct node *node)
{
	buf_puts(out, "{");
	write_string(out, "id", node->id);
	buf_puts(out, ",");
	write_string(out, "key", node->key);
	buf_puts(out, ",\"inputs\":{");
	for (size_t i = 0; i < node->input_count; i++) {
		const struct input *input = &node->inputs[i];
		buf_puts(out, i ? "," : "");
		json_write_string(out, input->name, strlen(input->name));
		buf_puts(out, ":\"");
		buf_add(out, input->digest, DIGEST_LETTERS);
		buf_puts(out, "\"");
	}
	buf_puts(out, "}}\n");
}

static void write_record(const struct record *record, const struct graph *graph, uint64_t commit_us,
			 uint64_t took_us, struct buf *out)
{
	buf_printf(out, "{\"version\":%d,", VERSION);
	write_string(out, "manifest", record->manifest);
	buf_printf(out, ",\"commit_us\":%llu,\"took_us\":%llu}\n", (unsigned long long)commit_us,
		   (unsigned long long)took_us);
	for (size_t i = 0; i < graph->count; i++)
		write_node(out, graph->nodes[i]);
}

void record_free(struct record *record)
{
	buf_free(&record->text);
	arena_free(&record->arena);
	free(record->manifest);
	free(record->path);
	free(record);
}

void record_close(struct record *record, const struct graph *graph, uint64_t commit_us,
		  uint64_t took_us)
{
	auto_buf struct buf text = {0};
	auto_error struct error ignored = {0};
	write_record(record, graph, commit_us, took_us ? took_us : record->took_us, &text);
	bool same =
		text.len == record->text.len && memcmp(text.data, record->text.data, text.len) == 0;
	if (record->path && !same && file_make_parents(record->path, &ignored) == 0)
		file_renew(record->path, text.data, text.len, &ignored);
	record_free(record);
}
