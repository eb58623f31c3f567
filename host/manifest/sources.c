#include "host/manifest/sources.h"

#include <string.h>

const char *sources_directory(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return ".";
	return slash == path ? "/" : arena_strndup(arena, path, (size_t)(slash - path));
}

static void index_lines(struct arena *arena, struct source *source)
{
	const struct buf *text = &source->text;
	size_t lines = 1, line = 0;
	for (size_t i = 0; i < text->len; i++)
		lines += text->data[i] == '\n';
	source->starts = arena_alloc(arena, lines * sizeof *source->starts);
	source->lines = (unsigned)lines;
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] == '\n')
			source->starts[++line] = i + 1;
}

struct source *sources_add(struct sources *sources, const char *path, const struct buf *text,
			   const struct jinja_map *map)
{
	struct source *source = arena_alloc(sources->arena, sizeof *source);
	source->path = path;
	source->directory = sources_directory(sources->arena, path);
	source->text = *text;
	source->map = *map;
	if (sources->count) {
		const struct source *last = sources->items[sources->count - 1];
		source->before = last->before + last->lines;
	}
	index_lines(sources->arena, source);
	sources->items = arena_grow(sources->arena, sources->items, sources->count,
				    sources->count + 1, sizeof(struct source *));
	sources->items[sources->count++] = source;
	return source;
}

const struct source *sources_find(const struct sources *sources, unsigned line)
{
	for (size_t i = sources->count; line && i-- > 0;)
		if (line > sources->items[i]->before)
			return sources->items[i];
	return sources->count ? sources->items[0] : NULL;
}

static const struct jinja_piece *piece_at(const struct jinja_map *map, size_t offset)
{
	size_t low = 0, high = map->len;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (map->pieces[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	return &map->pieces[low];
}

static size_t offset_in_line(const struct source *source, unsigned line, unsigned column)
{
	const struct buf *text = &source->text;
	size_t offset = source->starts[line - 1];
	while (column > 1 && offset < text->len && text->data[offset] != '\n') {
		offset++;
		column -= offset >= text->len || ((unsigned char)text->data[offset] & 0xC0) != 0x80;
	}
	return offset;
}

/* The number of the line, from 0, that an offset is in. */
static size_t line_of(const struct source *source, size_t offset)
{
	size_t low = 0, high = source->lines;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (source->starts[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Literal text advances with the output; lines are counted by the index, so that a place in a large
 * manifest costs a search and not a pass over its text. */
static void advance(const struct source *source, const struct jinja_piece *piece, size_t offset,
		    struct position *at)
{
	size_t from = line_of(source, piece->offset), to = line_of(source, offset);
	size_t start = piece->offset;
	if (to > from) {
		at->line += (unsigned)(to - from);
		at->column = 1;
		start = source->starts[to];
	}
	for (size_t i = start; i < offset; i++)
		at->column += ((unsigned char)source->text.data[i] & 0xC0) != 0x80;
}

struct position sources_locate(const struct sources *sources, unsigned line, unsigned column)
{
	const struct source *source = sources_find(sources, line);
	struct position at = {.file = source ? source->path : NULL, .line = 1, .column = 1};
	if (!source || !source->map.len)
		return at;
	unsigned own = line > source->before ? line - source->before : 1;
	if (own > source->lines)
		own = source->lines;
	size_t offset = offset_in_line(source, own, column ? column : 1);
	const struct jinja_piece *piece = piece_at(&source->map, offset);
	at.line = piece->line;
	at.column = piece->column;
	if (piece->literal)
		advance(source, piece, offset, &at);
	return at;
}
