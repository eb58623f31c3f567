/* include, import, extends, and the blocks that templates inherit. */
#include "host/jinja/files.h"

/* All that belongs to one template under way; the rest of `run` is the whole rendering's. */
struct place {
	const struct jinja_template *tmpl;
	struct scope *scope, *top;
	struct value *blocks;
	const struct jinja_template *parent;
	struct buf *muted;
};

static struct place leave(const struct run *run)
{
	return (struct place){run->tmpl,   run->scope,  run->top,
			      run->blocks, run->parent, run->muted};
}

static void come_back(struct run *run, const struct place *place)
{
	run->tmpl = place->tmpl;
	run->scope = place->scope;
	run->top = place->top;
	run->blocks = place->blocks;
	run->parent = place->parent;
	run->muted = place->muted;
}

/* --- blocks --- */

struct value *block_layer(struct run *run, struct value *chain, size_t index)
{
	if (index >= chain->list.len)
		return undefined_new(run, "there is no parent block of this name");
	struct layer *layer = arena_alloc(run->arena, sizeof *layer);
	layer->chain = chain;
	layer->index = index;
	return object_new(run, OBJECT_BLOCK, layer);
}

/* The blocks of a template stand behind those of the templates that extend it. */
static void add_blocks(struct run *run, const struct jinja_template *tmpl)
{
	for (struct statement *block = tmpl->blocks; block; block = block->next_block) {
		struct value *chain = value_get(run->blocks, block->name);
		struct block *entry = arena_alloc(run->arena, sizeof *entry);
		*entry = (struct block){block, tmpl};
		if (!chain)
			value_set(run->arena, run->blocks, block->name,
				  chain = value_list(run->arena));
		value_append(run->arena, chain, object_new(run, OBJECT_BLOCK, entry));
	}
}

static int run_layer(struct run *run, struct value *chain, size_t index)
{
	const struct block *block = chain->list.items[index]->object.data;
	const struct jinja_template *tmpl = run->tmpl;
	struct buf *muted = run->muted;
	run->tmpl = block->tmpl;
	run->muted = NULL;
	push_scope(run);
	value_set(run->arena, run->scope->variables, "super", block_layer(run, chain, index + 1));
	int status = execute_body(run, &block->statement->body);
	pop_scope(run);
	run->tmpl = tmpl;
	run->muted = muted;
	return status;
}

int execute_block(struct run *run, const struct statement *statement)
{
	struct scope *scope = run->scope;
	struct value *chain = value_get(run->blocks, statement->name);
	const struct block *first = chain->list.items[0]->object.data;
	if (first->statement->required) {
		const struct expression at = {.line = statement->line, .column = statement->column};
		run_fail(run, &at, "the required block '%s' was not given", statement->name);
		return -1;
	}
	if (!statement->scoped)
		run->scope = run->top;
	int status = run_layer(run, chain, 0);
	run->scope = scope;
	return status;
}

struct value *call_block(struct run *run, const struct expression *at, const struct layer *layer)
{
	auto_captured struct captured captured = {0};
	if (go_deeper(run, at) < 0)
		return NULL;
	capture_begin(run, &captured);
	int status = run_layer(run, layer->chain, layer->index);
	run->depth--;
	return capture_end(run, &captured, status);
}

struct value *self_attribute(struct run *run, const char *name)
{
	struct value *chain = value_get(run->blocks, name);
	return chain ? block_layer(run, chain, 0)
		     : undefined_new(run, "there is no block named '%s'", name);
}

/* --- whole templates --- */

static const struct jinja_template *find(struct run *run, const struct expression *at,
					 const struct value *name, bool *missing)
{
	auto_error struct error err = {0};
	*missing = false;
	if (name->kind != VALUE_STRING) {
		run_fail(run, at, "the name of a template must be a string, not '%s'",
			 python_type(name));
		return NULL;
	}
	const struct jinja_template *tmpl =
		loader_get(run->main->loader, name->string.data, missing, &err);
	if (tmpl)
		return tmpl;
	if (err.line)
		error_move(run->err, &err);
	else
		run_fail(run, at, "%s", err.message);
	return NULL;
}

/* Was nothing found only because the name is not known yet? Then there is no error either. */
static bool not_known(const struct run *run, bool missing)
{
	return missing && !error_is_set(run->err);
}

/* One name, or a list of which the first that exists is taken. */
static const struct jinja_template *find_any(struct run *run, const struct statement *statement,
					     bool *missing)
{
	const struct expression *at = statement->value;
	struct value *value = need_defined(run, at, evaluate(run, at));
	*missing = value && object_is(value, OBJECT_PLACEHOLDER);
	if (*missing)
		return NULL;
	if (!value || value->kind != VALUE_LIST)
		return value ? find(run, at, value, missing) : NULL;
	for (size_t i = 0; i < value->list.len; i++) {
		const struct jinja_template *tmpl = find(run, at, value->list.items[i], missing);
		if (tmpl || !*missing)
			return tmpl;
	}
	*missing = true;
	return value->list.len ? NULL : run_fail(run, at, "this list of templates is empty"), NULL;
}

/* The template, and what it extends, and what that extends... */
int execute_template(struct run *run, const struct jinja_template *tmpl)
{
	const struct expression start = {.line = 1, .column = 1};
	unsigned height = 0;
	while (tmpl) {
		run->tmpl = tmpl;
		run->parent = NULL;
		run->muted = NULL;
		add_blocks(run, tmpl);
		if (++height > RUN_DEEPEST) {
			run_fail(run, &start, "these templates extend each other without end");
			return -1;
		}
		if (execute_body(run, &tmpl->body) < 0)
			return -1;
		tmpl = run->parent;
	}
	return 0;
}

/* Runs another template in a scope of its own; its top variables are left in *top. */
static int execute_other(struct run *run, const struct statement *statement,
			 const struct jinja_template *tmpl, struct value **top)
{
	struct place place = leave(run);
	if (go_deeper(run, statement->value) < 0)
		return -1;
	if (run->tmpl == run->main)
		run->entry = statement;
	if (!statement->with_context)
		run->scope = NULL;
	push_scope(run);
	run->top = run->scope;
	run->blocks = value_map(run->arena);
	int status = execute_template(run, tmpl);
	*top = run->top->variables;
	come_back(run, &place);
	run->depth--;
	return status;
}

int execute_include(struct run *run, const struct statement *statement)
{
	bool missing;
	struct value *top;
	const struct jinja_template *tmpl = find_any(run, statement, &missing);
	if (!tmpl && (not_known(run, missing) || (missing && statement->ignore_missing))) {
		error_clear(run->err);
		return 0;
	}
	return tmpl ? execute_other(run, statement, tmpl, &top) : -1;
}

/* What a template sets at its top, without names that begin with "_". */
static struct value *import(struct run *run, const struct statement *statement)
{
	bool missing;
	auto_buf struct buf text = {0};
	struct buf *out = run->out;
	struct jinja_map *map = run->map;
	struct value *top = NULL, *module = value_map(run->arena);
	const struct jinja_template *tmpl = find_any(run, statement, &missing);
	if (!tmpl)
		return not_known(run, missing) ? jinja_placeholder(run->arena) : NULL;
	run->out = &text;
	run->map = NULL;
	int status = execute_other(run, statement, tmpl, &top);
	run->out = out;
	run->map = map;
	for (size_t i = 0; status == 0 && i < top->map.len; i++)
		if (top->map.entries[i].key[0] != '_')
			value_set(run->arena, module, top->map.entries[i].key,
				  top->map.entries[i].value);
	module->type = "module";
	return status == 0 ? module : NULL;
}

int execute_import(struct run *run, const struct statement *statement)
{
	struct value *module = import(run, statement);
	if (!module)
		return -1;
	value_set(run->arena, run->scope->variables, statement->name, module);
	return 0;
}

int execute_from(struct run *run, const struct statement *statement)
{
	struct value *module = import(run, statement);
	for (size_t i = 0; module && i < statement->parameter_count; i++) {
		const struct parameter *parameter = &statement->parameters[i];
		struct value *value = value_get(module, parameter->fallback->name);
		if (object_is(module, OBJECT_PLACEHOLDER))
			value = module;
		if (!value)
			value = undefined_new(run, "the imported template has no '%s'",
					      parameter->fallback->name);
		value_set(run->arena, run->scope->variables, parameter->name, value);
	}
	return module ? 0 : -1;
}

/* From here on only what is set counts: the output is the parent's. */
int execute_extends(struct run *run, const struct statement *statement)
{
	bool missing;
	const struct jinja_template *tmpl = find_any(run, statement, &missing);
	if (!tmpl)
		return not_known(run, missing) ? 0 : -1;
	if (run->tmpl == run->main)
		run->entry = statement;
	run->parent = tmpl;
	run->muted = run->out;
	return 0;
}
