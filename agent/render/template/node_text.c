#include "agent/render/template/tree.h"

static void words_text(struct buf *out, const struct node *node, const char *before)
{
	for (size_t i = 0; i < node->word_count; i++) {
		buf_puts(out, i ? "." : before);
		buf_add(out, node->words[i].text, node->words[i].len);
	}
}

static void list_text(struct buf *out, const struct nodes *nodes, const char *separator)
{
	for (size_t i = 0; i < nodes->len; i++) {
		const struct node *item = nodes->items[i];
		bool parens = item->kind == NODE_PIPE;
		buf_puts(out, i ? separator : "");
		buf_puts(out, parens ? "(" : "");
		node_text(out, item);
		buf_puts(out, parens ? ")" : "");
	}
}

static void chain_text(struct buf *out, const struct node *node)
{
	bool parens = node->pipe->kind == NODE_PIPE;
	buf_puts(out, parens ? "(" : "");
	node_text(out, node->pipe);
	buf_puts(out, parens ? ")" : "");
	words_text(out, node, ".");
}

static void pipe_text(struct buf *out, const struct node *pipe)
{
	if (pipe->declared.len) {
		list_text(out, &pipe->declared, ", ");
		buf_puts(out, pipe->assigns ? " = " : " := ");
	}
	list_text(out, &pipe->items, " | ");
}

static void template_text(struct buf *out, const struct node *node)
{
	buf_puts(out, "{{template ");
	buf_add(out, node->text, node->len);
	if (node->pipe) {
		buf_putc(out, ' ');
		node_text(out, node->pipe);
	}
	buf_puts(out, "}}");
}

void node_text(struct buf *out, const struct node *node)
{
	switch (node->kind) {
	case NODE_ACTION:
		buf_puts(out, "{{");
		node_text(out, node->pipe);
		buf_puts(out, "}}");
		return;
	case NODE_TEMPLATE:
		template_text(out, node);
		return;
	case NODE_PIPE:
		pipe_text(out, node);
		return;
	case NODE_COMMAND:
		list_text(out, &node->items, " ");
		return;
	case NODE_FIELD:
		words_text(out, node, ".");
		return;
	case NODE_VARIABLE:
		words_text(out, node, "");
		return;
	case NODE_CHAIN:
		chain_text(out, node);
		return;
	case NODE_ELSE:
		buf_puts(out, "{{else}}");
		return;
	case NODE_END:
		buf_puts(out, "{{end}}");
		return;
	case NODE_DOT:
		buf_putc(out, '.');
		return;
	case NODE_NIL:
		buf_puts(out, "nil");
		return;
	default:
		buf_add(out, node->text, node->len);
	}
}

struct text_position text_position(const char *text, size_t pos)
{
	struct text_position at = {1, 0, 1};
	for (size_t i = 0; i < pos; i++) {
		at.byte++;
		at.column += ((unsigned char)text[i] & 0xC0) != 0x80;
		if (text[i] == '\n')
			at = (struct text_position){at.line + 1, 0, 1};
	}
	return at;
}
