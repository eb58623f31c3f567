#include "agent/render/template/parser.h"

#include "agent/render/template/strconv.h"

#include <string.h>

static struct node *action(struct parser *parser);

static struct node *text_or_action(struct parser *parser)
{
	struct token token = parser_next_visible(parser);
	if (token.kind == TOKEN_TEXT) {
		struct node *node = parser_node(parser, NODE_TEXT, token.pos);
		node->text = token.text;
		node->len = token.len;
		return node;
	}
	if (token.kind != TOKEN_LEFT_DELIM)
		return parser_unexpected(parser, token, "input");
	parser->action_line = token.line;
	struct node *node = action(parser);
	parser->action_line = 0;
	return node;
}

/* Everything up to {{else}} or {{end}}, which *end says. */
static struct node *item_list(struct parser *parser, struct node **end)
{
	if (!parser_enter(parser))
		return NULL;
	struct node *list = parser_node(parser, NODE_LIST, parser_peek_visible(parser).pos);
	while (parser_peek_visible(parser).kind != TOKEN_EOF) {
		struct node *item = text_or_action(parser);
		if (!item)
			return NULL;
		if (item->kind == NODE_ELSE || item->kind == NODE_END) {
			*end = item;
			parser->depth--;
			return list;
		}
		parser_add(parser, &list->items, item);
	}
	parser_fail(parser, "unexpected EOF");
	return NULL;
}

static bool is_end(struct parser *parser, const struct node *end, const char *context)
{
	if (end->kind == NODE_END)
		return true;
	parser_fail(parser, "unexpected {{else}} in %s", context);
	return false;
}

static bool expect_right_delim(struct parser *parser, const char *context)
{
	struct token token = parser_next_visible(parser);
	if (token.kind == TOKEN_RIGHT_DELIM)
		return true;
	parser_unexpected(parser, token, context);
	return false;
}

static struct node *control(struct parser *parser, enum node_kind kind, const char *context);

/* What follows {{else}}. "else if" and "else with" are one nested control whose {{end}} ends both.
 */
static struct node *else_part(struct parser *parser, enum node_kind kind)
{
	enum token_kind peeked = parser_peek_visible(parser).kind;
	bool nested = (kind == NODE_IF && peeked == TOKEN_IF) ||
		      (kind == NODE_WITH && peeked == TOKEN_WITH);
	struct node *list;
	if (nested) {
		struct token token = parser_next_visible(parser);
		list = parser_node(parser, NODE_LIST, token.pos);
		if (!parser_enter(parser))
			return NULL;
		struct node *inner = control(parser, kind, kind == NODE_IF ? "if" : "with");
		parser->depth--;
		if (!inner)
			return NULL;
		parser_add(parser, &list->items, inner);
		return list;
	}
	bool other = peeked == TOKEN_IF || peeked == TOKEN_WITH;
	if (!expect_right_delim(parser, other ? "input" : "else"))
		return NULL;
	struct node *end = NULL;
	list = item_list(parser, &end);
	if (list && end->kind != NODE_END)
		return parser_fail(parser, "expected end; found {{else}}");
	return list;
}

static struct node *control(struct parser *parser, enum node_kind kind, const char *context)
{
	size_t outer = parser->variable_count;
	struct node *pipe = parser_pipeline(parser, context, TOKEN_RIGHT_DELIM);
	if (!pipe)
		return NULL;
	struct node *node = parser_node(parser, kind, pipe->pos), *end = NULL;
	node->pipe = pipe;
	parser->range_depth += kind == NODE_RANGE;
	node->list = item_list(parser, &end);
	parser->range_depth -= kind == NODE_RANGE;
	if (!node->list)
		return NULL;
	if (end->kind == NODE_ELSE) {
		node->else_list = else_part(parser, kind);
		if (!node->else_list)
			return NULL;
	}
	parser->variable_count = outer;
	return node;
}

static struct node *break_or_continue(struct parser *parser, struct token token)
{
	bool breaks = token.kind == TOKEN_BREAK;
	const char *shown = breaks ? "{{break}}" : "{{continue}}";
	struct token next = parser_next_visible(parser);
	if (next.kind != TOKEN_RIGHT_DELIM)
		return parser_unexpected(parser, next, shown);
	if (!parser->range_depth)
		return parser_fail(parser, "%s outside {{range}}", shown);
	return parser_node(parser, breaks ? NODE_BREAK : NODE_CONTINUE, token.pos);
}

/* A template's name, and a node that calls it. */
static struct node *named_call(struct parser *parser, const char *context)
{
	struct token token = parser_next_visible(parser);
	if (token.kind != TOKEN_STRING && token.kind != TOKEN_RAW_STRING)
		return parser_unexpected(parser, token, context);
	struct node *node = parser_node(parser, NODE_TEMPLATE, token.pos);
	node->value = parser_string(parser, token);
	if (!node->value)
		return NULL;
	auto_buf struct buf quoted = {0};
	strconv_quote(&quoted, node->value->string.data, node->value->string.len, false);
	node->text = arena_strdup(parser->arena, buf_text(&quoted));
	node->len = quoted.len;
	return node;
}

static struct node *template_call(struct parser *parser)
{
	static const char context[] = "template clause";
	struct node *node = named_call(parser, context);
	if (!node)
		return NULL;
	if (parser_next_visible(parser).kind == TOKEN_RIGHT_DELIM)
		return node;
	parser_back(parser);
	node->pipe = parser_pipeline(parser, context, TOKEN_RIGHT_DELIM);
	return node->pipe ? node : NULL;
}

static bool is_empty(const struct node *list)
{
	for (size_t i = 0; i < list->items.len; i++) {
		const struct node *item = list->items.items[i];
		if (item->kind != NODE_TEXT)
			return false;
		for (size_t at = 0; at < item->len; at++)
			if (!strchr(" \t\r\n\v\f", item->text[at]) || !item->text[at])
				return false;
	}
	return true;
}

/* An empty template never replaces one that is there. */
static bool add_template(struct parser *parser, const char *name, struct node *root)
{
	struct template *found = template_find(parser->set, name);
	if (!found) {
		found = arena_alloc(parser->arena, sizeof *found);
		found->name = name;
		found->next = parser->set->first;
		parser->set->first = found;
	} else if (!is_empty(found->root)) {
		if (is_empty(root))
			return true;
		parser_fail(parser, "template: multiple definition of template \"%s\"", name);
		return false;
	}
	found->root = root;
	return true;
}

/* The body of a definition or block has variables and loops of its own. */
static bool body(struct parser *parser, const char *name, const char *context)
{
	struct parser outer = *parser;
	parser->variables = NULL;
	parser->variable_count = parser->variable_cap = 0;
	parser_declare(parser, (struct token){.text = "$", .len = 1});
	struct node *end, *root = item_list(parser, &end);
	bool done = root && is_end(parser, end, context) && add_template(parser, name, root);
	parser->variables = outer.variables;
	parser->variable_count = outer.variable_count;
	parser->variable_cap = outer.variable_cap;
	return done;
}

static struct node *block(struct parser *parser)
{
	static const char context[] = "block clause";
	struct node *node = named_call(parser, context);
	if (!node)
		return NULL;
	node->pipe = parser_pipeline(parser, context, TOKEN_RIGHT_DELIM);
	if (!node->pipe)
		return NULL;
	unsigned loops = parser->range_depth;
	parser->range_depth = 0;
	bool done = body(parser, node->value->string.data, context);
	parser->range_depth = loops;
	return done ? node : NULL;
}

static bool definition(struct parser *parser)
{
	static const char context[] = "define clause";
	struct token token = parser_next_visible(parser);
	if (token.kind != TOKEN_STRING && token.kind != TOKEN_RAW_STRING) {
		parser_unexpected(parser, token, context);
		return false;
	}
	struct value *name = parser_string(parser, token);
	return name && expect_right_delim(parser, context) &&
	       body(parser, name->string.data, context);
}

static struct node *else_or_end(struct parser *parser, struct token token)
{
	if (token.kind == TOKEN_END)
		return expect_right_delim(parser, "end") ? parser_node(parser, NODE_END, token.pos)
							 : NULL;
	enum token_kind next = parser_peek_visible(parser).kind;
	struct node *node = parser_node(parser, NODE_ELSE, token.pos);
	if (next == TOKEN_IF || next == TOKEN_WITH)
		return node;
	if (!expect_right_delim(parser, "else"))
		return NULL;
	parser_back(parser);
	return node;
}

static struct node *action(struct parser *parser)
{
	struct token token = parser_next_visible(parser);
	switch (token.kind) {
	case TOKEN_BLOCK:
		return block(parser);
	case TOKEN_BREAK:
	case TOKEN_CONTINUE:
		return break_or_continue(parser, token);
	case TOKEN_ELSE:
	case TOKEN_END:
		return else_or_end(parser, token);
	case TOKEN_IF:
		return control(parser, NODE_IF, "if");
	case TOKEN_RANGE:
		return control(parser, NODE_RANGE, "range");
	case TOKEN_WITH:
		return control(parser, NODE_WITH, "with");
	case TOKEN_TEMPLATE:
		return template_call(parser);
	default:
		break;
	}
	parser_back(parser);
	struct node *node = parser_node(parser, NODE_ACTION, parser_peek(parser).pos);
	node->pipe = parser_pipeline(parser, "command", TOKEN_RIGHT_DELIM);
	return node->pipe ? node : NULL;
}

/* Behind "{{": is it a definition? It is parsed if so. */
static int top_definition(struct parser *parser, bool *was)
{
	struct token delim = parser_next(parser);
	*was = parser_next_visible(parser).kind == TOKEN_DEFINE;
	if (!*was) {
		parser_back_two(parser, delim);
		return 0;
	}
	parser->action_line = 0;
	return definition(parser) ? 0 : -1;
}

static struct node *top_list(struct parser *parser)
{
	struct node *root = parser_node(parser, NODE_LIST, 0);
	while (parser_peek(parser).kind != TOKEN_EOF) {
		bool defined = false;
		if (parser_peek(parser).kind == TOKEN_LEFT_DELIM &&
		    top_definition(parser, &defined) < 0)
			return NULL;
		if (defined)
			continue;
		struct node *item = text_or_action(parser);
		if (!item)
			return NULL;
		if (item->kind == NODE_ELSE || item->kind == NODE_END)
			return parser_fail(parser, "unexpected %s",
					   item->kind == NODE_END ? "{{end}}" : "{{else}}");
		parser_add(parser, &root->items, item);
	}
	return root;
}

struct template *template_find(const struct template_set *set, const char *name)
{
	for (struct template *at = set->first; at; at = at->next)
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}

struct template_set *template_parse(struct arena *arena, const char *name, const char *text,
				    size_t len, const struct template_parser_options *options,
				    struct error *err)
{
	struct template_set *set = arena_alloc(arena, sizeof *set);
	set->name = arena_strdup(arena, name);
	set->text = text;
	set->len = len;
	struct parser parser = {.arena = arena, .set = set, .options = options, .err = err};
	lexer_start(&parser.lexer, arena, text, len, options->left, options->right);
	parser_declare(&parser, (struct token){.text = "$", .len = 1});
	struct node *root = top_list(&parser);
	return root && add_template(&parser, set->name, root) ? set : NULL;
}
