/* sockaddr: a template of one action with functions of its own, as go-sockaddr has it. */
#include "agent/render/functions/functions.h"

#include "common/own.h"

#include <string.h>

enum { SHORTHANDS = 10 };

static const struct function functions_shorthand[SHORTHANDS];

static const struct function *find(const char *name, size_t len)
{
	const struct function *const families[] = {functions_shorthand, functions_addresses,
						   functions_builtin, functions_compare};
	for (size_t i = 0; i < COUNT_OF(families); i++)
		for (const struct function *at = families[i]; at->name; at++)
			if (strlen(at->name) == len && memcmp(at->name, name, len) == 0)
				return at;
	return NULL;
}

static bool exists(const char *name, size_t len)
{
	return find(name, len) != NULL;
}

static struct rendering inner_rendering(const struct call *call, const char *action,
					struct error *err)
{
	static const struct template_parser_options options = {NULL, NULL, exists};
	struct rendering rendering = *call->state->rendering;
	const char *text = arena_printf(call->arena, "{{%s}}", action);
	rendering.set =
		template_parse(call->arena, "sockaddr.Parse", text, strlen(text), &options, err);
	rendering.find = find;
	rendering.err = err;
	return rendering;
}

/* What one pipeline comes to; a shorthand inside counts as a template inside. */
static struct value *evaluate(struct call *call, const char *action, struct error *err)
{
	struct rendering rendering = inner_rendering(call, action, err);
	if (!rendering.set)
		return NULL;
	const struct template *template = template_find(rendering.set, rendering.set->name);
	const struct node *node = template->root->items.items[0];
	struct state state = {.rendering = &rendering,
			      .template = template,
			      .at = node,
			      .out = call->state->out,
			      .depth = call->state->depth + 1};
	state_declare(&state, "$", rendering.nothing);
	return eval_pipeline(&state, rendering.nothing, node->pipe);
}

#define REACHABLE "GetAllInterfaces | include \"flag\" \"forwardable\" | include \"flag\" \"up\""
#define BY_TYPE   "GetAllInterfaces | sort \"type,size\""

static struct value *private_interfaces(struct call *call, struct error *err)
{
	return evaluate(call, REACHABLE " | sort \"default,type,size\" | include \"rfc\" \"6890\"",
			err);
}

static struct value *public_interfaces(struct call *call, struct error *err)
{
	return evaluate(call, REACHABLE " | sort \"default,type,size\" | exclude \"rfc\" \"6890\"",
			err);
}

static struct value *private_ip(struct call *call, struct error *err)
{
	return evaluate(call, "GetPrivateInterfaces | attr \"address\"", err);
}

static struct value *public_ip(struct call *call, struct error *err)
{
	return evaluate(call, "GetPublicInterfaces | attr \"address\"", err);
}

static struct value *private_ips(struct call *call, struct error *err)
{
	return evaluate(call,
			BY_TYPE " | include \"rfc\" \"6890\" | include \"flag\" \"forwardable\" | "
				"join \"address\" \" \"",
			err);
}

static struct value *public_ips(struct call *call, struct error *err)
{
	return evaluate(call, BY_TYPE " | exclude \"rfc\" \"6890\" | join \"address\" \" \"", err);
}

static struct value *of_interface(struct call *call, const char *rest, struct error *err)
{
	struct value *name = call->args[0];
	auto_buf struct buf action = {0};
	buf_puts(&action, "GetAllInterfaces | include \"name\" ");
	gojson_write(&action, name, 0, false);
	buf_puts(&action, rest);
	return evaluate(call, buf_text(&action), err);
}

static struct value *interface_ip(struct call *call, struct error *err)
{
	return of_interface(
		call, " | include \"flag\" \"forwardable\" | sort \"type,size\" | attr \"address\"",
		err);
}

static struct value *interface_ips(struct call *call, struct error *err)
{
	return of_interface(call, " | sort \"type,size\" | join \"address\" \" \"", err);
}

static struct value *no_math(struct call *call, struct error *err)
{
	error_set(err,
		  "sockaddr's math \"%s\" is not supported: take the address by attr and "
		  "compute with add",
		  call_text(call, 0));
	return NULL;
}

static const struct function functions_shorthand[SHORTHANDS] = {
	{"GetPrivateInterfaces", "", private_interfaces},
	{"GetPublicInterfaces", "", public_interfaces},
	{"GetPrivateIP", "", private_ip},
	{"GetPrivateIPs", "", private_ips},
	{"GetPublicIP", "", public_ip},
	{"GetPublicIPs", "", public_ips},
	{"GetInterfaceIP", "s", interface_ip},
	{"GetInterfaceIPs", "s", interface_ips},
	{"math", "ssa", no_math},
	{NULL, NULL, NULL},
};

/* The arguments are words of the action. */
static struct value *sockaddr_call(struct call *call, struct error *err)
{
	auto_buf struct buf action = {0}, out = {0};
	for (size_t i = 0; i < call->count; i++) {
		buf_puts(&action, i ? " " : "");
		buf_add(&action, call_text(call, i), call_len(call, i));
	}
	struct rendering rendering = inner_rendering(call, buf_text(&action), err);
	if (!rendering.set)
		return NULL;
	const struct template *template = template_find(rendering.set, rendering.set->name);
	int done =
		template_run(&rendering, template, rendering.nothing, &out, call->state->depth + 1);
	return done < 0 ? NULL : call_string(call, &out);
}

const struct function functions_sockaddr[] = {
	{"sockaddr", "s*", sockaddr_call},
	{NULL, NULL, NULL},
};
