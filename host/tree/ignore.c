#include "host/tree/ignore.h"

#include "common/arena.h"
#include "common/memory.h"
#include "common/own.h"

#include <ctype.h>
#include <string.h>

/* One element of a pattern. */
enum piece_kind {
	PIECE_CHAR,
	PIECE_ANY,    /* ?: one character but a slash */
	PIECE_CLASS,  /* [a-z]: likewise, one of these */
	PIECE_STAR,   /* *: characters but slashes, or none */
	PIECE_ALL,    /* ** at the end: whatever follows, or nothing */
	PIECE_DEEP,   /* ** elsewhere: directories, or none; always with the next: */
	PIECE_INSIDE, /* their names, up to a slash */
};

struct piece {
	enum piece_kind kind;
	unsigned char c;
	bool negated; /* of a class */
	bool set[256];
};

struct pattern {
	struct piece *pieces;
	size_t count;
	bool exception;
};

struct ignore {
	struct arena arena;
	struct pattern *patterns;
	size_t count;
	bool has_exceptions;
	size_t longest; /* pieces of a pattern */
	bool *now, *next;
};

/* --- reading --- */

/* Where a pattern is being read. */
struct scan {
	const char *at;
	const char *wrong; /* what is, or NULL */
};

static unsigned char take_escaped(struct scan *scan)
{
	if (*scan->at == '\\' && scan->at[1])
		scan->at++;
	return (unsigned char)*scan->at++;
}

static void read_class(struct scan *scan, struct piece *piece)
{
	piece->kind = PIECE_CLASS;
	scan->at++;
	if ((piece->negated = *scan->at == '^'))
		scan->at++;
	for (bool first = true; *scan->at && (first || *scan->at != ']'); first = false) {
		unsigned char from = take_escaped(scan), to = from;
		if (*scan->at == '-' && scan->at[1] && scan->at[1] != ']') {
			scan->at++;
			to = take_escaped(scan);
		}
		for (unsigned c = from; c <= to; c++)
			piece->set[c] = true;
	}
	if (*scan->at == ']')
		scan->at++;
	else
		scan->wrong = "a '[' without its ']'";
}

static size_t read_stars(struct scan *scan, struct piece *pieces)
{
	size_t stars = strspn(scan->at, "*");
	scan->at += stars;
	if (stars == 1) {
		pieces[0].kind = PIECE_STAR;
		return 1;
	}
	if (*scan->at == '/')
		scan->at++;
	if (!*scan->at) {
		pieces[0].kind = PIECE_ALL;
		return 1;
	}
	pieces[0].kind = PIECE_DEEP;
	pieces[1].kind = PIECE_INSIDE;
	return 2;
}

/* Returns how many it became: never more than the characters it was written in. */
static size_t read_piece(struct scan *scan, struct piece *piece)
{
	switch (*scan->at) {
	case '*':
		return read_stars(scan, piece);
	case '?':
		piece->kind = PIECE_ANY;
		scan->at++;
		return 1;
	case '[':
		read_class(scan, piece);
		return 1;
	default:
		if (strcmp(scan->at, "\\") == 0)
			scan->wrong = "a '\\' with nothing behind it";
		piece->kind = PIECE_CHAR;
		piece->c = take_escaped(scan);
		return 1;
	}
}

/* The path without empty and "." elements, and with ".." taken back: as the shell would see it. */
static char *clean(struct arena *arena, const char *text, size_t len)
{
	char *path = arena_strndup(arena, text, len), *out = path;
	for (const char *at = path; *at;) {
		size_t size = strcspn(at, "/");
		bool dots = size == 2 && strncmp(at, "..", 2) == 0;
		if (dots && out > path) {
			while (out > path && *--out != '/')
				;
		} else if (!dots && size && !(size == 1 && *at == '.')) {
			if (out > path)
				*out++ = '/';
			memmove(out, at, size);
			out += size;
		}
		at += size;
		at += strspn(at, "/");
	}
	*out = '\0';
	return path;
}

static void add_pattern(struct ignore *ignore, const char *text, size_t len, struct scan *scan)
{
	struct pattern pattern = {.exception = *text == '!'};
	for (text += pattern.exception, len -= pattern.exception;
	     len && isspace((unsigned char)*text); len--)
		text++;
	if (!len) {
		scan->wrong = "a '!' with nothing behind it";
		return;
	}
	scan->at = clean(&ignore->arena, text, len);
	pattern.pieces =
		arena_alloc(&ignore->arena, (strlen(scan->at) + 1) * sizeof *pattern.pieces);
	while (*scan->at && !scan->wrong)
		pattern.count += read_piece(scan, &pattern.pieces[pattern.count]);
	if (!pattern.count) /* "." or "/": the root itself, which is what the copy is about */
		return;
	ignore->patterns = arena_grow(&ignore->arena, ignore->patterns, ignore->count,
				      ignore->count + 1, sizeof *ignore->patterns);
	ignore->patterns[ignore->count++] = pattern;
	ignore->has_exceptions |= pattern.exception;
	if (pattern.count > ignore->longest)
		ignore->longest = pattern.count;
}

static int add_line(struct ignore *ignore, const char *name, unsigned number, const char *line,
		    size_t len, struct error *err)
{
	struct scan scan = {0};
	if (len && *line == '#')
		return 0;
	while (len && isspace((unsigned char)*line))
		line++, len--;
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	if (len && memchr(line, '\0', len))
		scan.wrong = "a NUL byte";
	else if (len)
		add_pattern(ignore, line, len, &scan);
	return scan.wrong ? error_set_at(err, name, number, 0, "%s", scan.wrong) : 0;
}

struct ignore *ignore_parse(const char *name, const char *text, size_t len, struct error *err)
{
	static const char mark[] = "\xEF\xBB\xBF";
	auto_ignore struct ignore *ignore = mem_alloc(sizeof *ignore);
	const char *end = text + len;
	int status = add_line(ignore, name, 0, IGNORE_FILE, strlen(IGNORE_FILE), err);
	if (len >= 3 && memcmp(text, mark, 3) == 0)
		text += 3;
	for (unsigned number = 1; text < end && status == 0; number++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t size = newline ? (size_t)(newline - text) : (size_t)(end - text);
		status = add_line(ignore, name, number, text, size, err);
		text += size + 1;
	}
	ignore->now = arena_alloc(&ignore->arena, ignore->longest + 1);
	ignore->next = arena_alloc(&ignore->arena, ignore->longest + 1);
	return status == 0 ? STEAL(ignore) : NULL;
}

void ignore_free(struct ignore *ignore)
{
	if (!ignore)
		return;
	arena_free(&ignore->arena);
	free(ignore);
}

size_t ignore_count(const struct ignore *ignore)
{
	return ignore->count;
}

bool ignore_has_exceptions(const struct ignore *ignore)
{
	return ignore->has_exceptions;
}

/* --- matching: all places of the pattern that the path so far can have led to, at once, so that
 * the work is bounded by the product of both lengths --- */

/* What may stand for nothing is passed over. */
static void spread(const struct pattern *pattern, bool *places)
{
	for (size_t i = 0; i < pattern->count; i++) {
		enum piece_kind kind = pattern->pieces[i].kind;
		if (places[i] && (kind == PIECE_STAR || kind == PIECE_ALL || kind == PIECE_DEEP))
			places[i + 1] = true;
		if (places[i] && kind == PIECE_DEEP)
			places[i + 2] = true;
	}
}

static void step(const struct piece *piece, unsigned char c, bool *stay, bool *go)
{
	switch (piece->kind) {
	case PIECE_CHAR:
		*go |= c == piece->c;
		break;
	case PIECE_ANY:
		*go |= c != '/';
		break;
	case PIECE_CLASS:
		*go |= c != '/' && piece->set[c] != piece->negated;
		break;
	case PIECE_STAR:
		*stay |= c != '/';
		break;
	case PIECE_ALL:
		*stay = true;
		break;
	case PIECE_DEEP:
		break;
	case PIECE_INSIDE:
		*stay = true;
		*go |= c == '/';
		break;
	}
}

static bool fits(const struct ignore *ignore, const struct pattern *pattern, const char *path)
{
	bool *now = ignore->now, *next = ignore->next;
	memset(now, 0, pattern->count + 1);
	now[0] = true;
	spread(pattern, now);
	for (; *path; path++) {
		memset(next, 0, pattern->count + 1);
		for (size_t i = 0; i < pattern->count; i++)
			if (now[i])
				step(&pattern->pieces[i], (unsigned char)*path, &next[i],
				     &next[i + 1]);
		bool *swap = now;
		now = next;
		next = swap;
		spread(pattern, now);
	}
	return now[pattern->count];
}

bool ignore_covers(const struct ignore *ignore, const char *relative, const bool *parent, bool *own)
{
	bool covered = false;
	for (size_t i = 0; i < ignore->count; i++) {
		const struct pattern *pattern = &ignore->patterns[i];
		own[i] = (parent && parent[i]) || fits(ignore, pattern, relative);
		if (own[i])
			covered = !pattern->exception;
	}
	return covered;
}
