#include "common/json.h"
#include "common/own.h"
#include "host/engine/docker/parts.h"

void docker_network_create(struct engine *engine, const struct engine_network *network,
			   engine_done *done, void *ctx)
{
	auto_arena struct arena arena = {0};
	struct value *spec = value_map(&arena), *labels = value_map(&arena);
	auto_buf struct buf path = {0};
	value_set(&arena, spec, "Name", value_string(&arena, network->name));
	value_set(&arena, spec, "CheckDuplicate", value_bool(&arena, true));
	value_set(&arena, spec, "Internal", value_bool(&arena, network->internal));
	value_set(&arena, labels, network->label, value_string(&arena, network->value));
	value_set(&arena, spec, "Labels", labels);
	buf_puts(&path, "/networks/create");
	operation_send(operation_new(engine, done, ctx), "POST", &path, spec);
}

void docker_network_list(struct engine *engine, const char *label, engine_done *done, void *ctx)
{
	auto_arena struct arena arena = {0};
	auto_buf struct buf text = {0};
	struct value *filters = value_map(&arena), *labels = value_list(&arena);
	auto_buf struct buf path = {0};
	value_append(&arena, labels, value_string(&arena, label));
	value_set(&arena, filters, "label", labels);
	json_write(&text, filters);
	buf_puts(&path, "/networks");
	path_query(&path, "filters", buf_text(&text));
	operation_send(operation_new(engine, done, ctx), "GET", &path, NULL);
}

static void interpret_removal(struct operation *operation, const struct http_response *response,
			      struct engine_result *result)
{
	operation_interpret(operation, response, result);
	if (result->status == ENGINE_NOT_FOUND)
		result->status = ENGINE_OK;
}

void docker_network_remove(struct engine *engine, const char *id, engine_done *done, void *ctx)
{
	struct operation *operation = operation_new(engine, done, ctx);
	auto_buf struct buf path = {0};
	operation->interpret = interpret_removal;
	buf_puts(&path, "/networks/");
	http_escape(&path, id, "");
	operation_send(operation, "DELETE", &path, NULL);
}
