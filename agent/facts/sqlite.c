#include "agent/facts/sqlite.h"

#include "common/memory.h"
#include "common/own.h"

#include <string.h>
#include <unistd.h>

enum {
	FILE_HEADER = 100,
	LARGEST_PAGE = 64 << 10,
	ROW_PREFIX = 64 << 10,
	DEEPEST = 16,
	MOST_PAGES = 4 << 20,
	TABLE_INTERIOR = 5,
	TABLE_LEAF = 13,
};

struct reader {
	int fd;
	size_t page_size, usable;
	unsigned pages_left; /* to be read: a file with circles ends too */
	int64_t count;
	sqlite_found *found;
	void *ctx;
};

static uint64_t big_endian(const char *text, size_t len)
{
	uint64_t number = 0;
	for (size_t i = 0; i < len; i++)
		number = number << 8 | (unsigned char)text[i];
	return number;
}

/* Seven bits in each byte, the highest bit says that there are more; a ninth byte has eight. The
 * bytes it takes, or 0. */
static size_t read_varint(const char *text, size_t left, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < 9 && i < left; i++) {
		unsigned byte = (unsigned char)text[i];
		if (i == 8) {
			*number = *number << 8 | byte;
			return 9;
		}
		*number = *number << 7 | (byte & 0x7f);
		if (!(byte & 0x80))
			return i + 1;
	}
	return 0;
}

static bool read_page(struct reader *reader, uint64_t number, char *page)
{
	if (!number || !reader->pages_left)
		return false;
	reader->pages_left--;
	return pread(reader->fd, page, reader->page_size,
		     (off_t)((number - 1) * reader->page_size)) == (ssize_t)reader->page_size;
}

/* How much of a row lies in its own page; the rest is in a chain of overflow pages. */
static size_t local_length(const struct reader *reader, uint64_t payload)
{
	uint64_t usable = reader->usable, most = usable - 35, least = (usable - 12) * 32 / 255 - 23;
	if (payload <= most)
		return (size_t)payload;
	uint64_t fitting = least + (payload - least) % (usable - 4);
	return (size_t)(fitting <= most ? fitting : least);
}

static void add_overflow(struct reader *reader, uint64_t next, uint64_t wanted, struct buf *row)
{
	autofree char *page = mem_alloc(reader->page_size);
	while (row->len < wanted && next && read_page(reader, next, page)) {
		uint64_t rest = wanted - row->len, size = reader->usable - 4;
		buf_add(row, page + 4, (size_t)(rest < size ? rest : size));
		next = big_endian(page, 4);
	}
}

/* A length or, for an integer, its size. 10 and 11 are reserved. */
static uint64_t size_of(uint64_t type)
{
	static const unsigned char sizes[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
	return type < 12 ? sizes[type] : (type - 12) / 2;
}

static void take_column(uint64_t type, const char *data, size_t left, struct sqlite_column *column)
{
	uint64_t size = size_of(type);
	if (type >= 12)
		*column = (struct sqlite_column){data, size < left ? (size_t)size : left, 0};
	else if (type == 9)
		column->number = 1;
	else if (type >= 1 && type <= 6 && size <= left)
		column->number = (int64_t)big_endian(data, (size_t)size);
}

/* A record: the length of its head, the columns' types, then the columns. */
static void split_row(const struct buf *record, struct sqlite_row *row)
{
	uint64_t head, type;
	size_t at = read_varint(record->data, record->len, &head);
	uint64_t data = head;
	*row = (struct sqlite_row){0};
	while (at && at < head && head <= record->len && row->count < SQLITE_MOST_COLUMNS) {
		size_t step = read_varint(record->data + at, (size_t)head - at, &type);
		if (!step || data > record->len)
			return;
		at += step;
		take_column(type, record->data + data, record->len - (size_t)data,
			    &row->columns[row->count++]);
		data += size_of(type);
	}
}

static void take_cell(struct reader *reader, const char *cell, size_t left)
{
	uint64_t payload, id;
	size_t at = read_varint(cell, left, &payload);
	size_t step = at ? read_varint(cell + at, left - at, &id) : 0;
	if (!step)
		return;
	reader->count++;
	if (!reader->found)
		return;
	at += step;
	size_t local = local_length(reader, payload);
	if (local > left - at)
		return;
	auto_buf struct buf record = {0};
	uint64_t wanted = payload < ROW_PREFIX ? payload : ROW_PREFIX;
	buf_add(&record, cell + at, local);
	if (local < payload && left - at - local >= 4)
		add_overflow(reader, big_endian(cell + at + local, 4), wanted, &record);
	struct sqlite_row row;
	if (record.len)
		split_row(&record, &row);
	if (record.len)
		reader->found(reader->ctx, &row);
}

static void walk(struct reader *reader, uint64_t number, unsigned depth);

static void walk_cells(struct reader *reader, const char *page, size_t begin, unsigned depth)
{
	const char *head = page + begin;
	bool leaf = *head == TABLE_LEAF;
	size_t cells = (size_t)big_endian(head + 3, 2), pointers = begin + (leaf ? 8 : 12);
	if (!leaf && *head != TABLE_INTERIOR)
		return;
	for (size_t i = 0; i < cells && pointers + 2 * i + 2 <= reader->usable; i++) {
		size_t at = (size_t)big_endian(page + pointers + 2 * i, 2);
		if (at + 4 > reader->usable)
			continue;
		if (leaf)
			take_cell(reader, page + at, reader->usable - at);
		else
			walk(reader, big_endian(page + at, 4), depth + 1);
	}
	if (!leaf)
		walk(reader, big_endian(head + 8, 4), depth + 1);
}

static void walk(struct reader *reader, uint64_t number, unsigned depth)
{
	autofree char *page = mem_alloc(reader->page_size);
	if (depth < DEEPEST && read_page(reader, number, page))
		walk_cells(reader, page, number == 1 ? FILE_HEADER : 0, depth);
}

static bool open_file(int fd, struct reader *reader)
{
	char header[FILE_HEADER];
	if (pread(fd, header, sizeof header, 0) != sizeof header ||
	    memcmp(header, "SQLite format 3", 16) != 0)
		return false;
	size_t size = (size_t)big_endian(header + 16, 2);
	size = size == 1 ? LARGEST_PAGE : size;
	size_t reserved = (unsigned char)header[20];
	if (size < 512 || size & (size - 1) || size - reserved < 480)
		return false;
	*reader = (struct reader){
		.fd = fd, .page_size = size, .usable = size - reserved, .pages_left = MOST_PAGES};
	return true;
}

struct lookup {
	const char *table;
	uint64_t root;
};

static bool is_text(const struct sqlite_column *column, const char *text)
{
	return column->data && column->len == strlen(text) &&
	       memcmp(column->data, text, column->len) == 0;
}

/* The schema's rows are: type, name, table's name, root page, statement. */
static void look_up(void *ctx, const struct sqlite_row *row)
{
	struct lookup *lookup = ctx;
	if (row->count >= 4 && is_text(&row->columns[0], "table") &&
	    is_text(&row->columns[1], lookup->table) && row->columns[3].number > 0)
		lookup->root = (uint64_t)row->columns[3].number;
}

int64_t facts_sqlite_read(int fd, const char *table, sqlite_found *found, void *ctx)
{
	struct reader reader;
	struct lookup lookup = {.table = table};
	if (!open_file(fd, &reader))
		return -1;
	reader.found = look_up;
	reader.ctx = &lookup;
	walk(&reader, 1, 0);
	if (!lookup.root)
		return -1;
	reader.found = found;
	reader.ctx = ctx;
	reader.count = 0;
	walk(&reader, lookup.root, 0);
	return reader.count;
}
