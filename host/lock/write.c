#include "common/json.h"
#include "host/lock/lock.h"

#include <string.h>

static const char head[] =
	"# Written by `factory lock`: keep it under version control, and leave it as it is.\n"
	"version: 1\n";

/* One character of valid UTF-8 that is none of ASCII, as YAML escapes it. Returns its length. */
static size_t put_escaped(struct buf *out, const unsigned char *c)
{
	size_t len = *c >= 0xF0 ? 4 : *c >= 0xE0 ? 3 : 2;
	unsigned rune = *c & (0xFFU >> (len + 1));
	for (size_t i = 1; i < len; i++)
		rune = rune << 6 | (c[i] & 0x3F);
	buf_printf(out, "\\U%08X", rune);
	return len;
}

/* A JSON string is a YAML one, but for characters that YAML does not take as they are: some line
 * breaks and controls that not even editors show. */
static void put_text(struct buf *out, const char *text)
{
	auto_buf struct buf json = {0};
	json_write_string(&json, text, strlen(text));
	for (size_t i = 0; i < json.len;) {
		unsigned char c = (unsigned char)json.data[i];
		if (c >= 0x80) {
			i += put_escaped(out, (unsigned char *)json.data + i);
			continue;
		}
		if (c == 0x7F)
			buf_puts(out, "\\x7F");
		else
			buf_putc(out, (char)c);
		i++;
	}
}

static void put_item(struct buf *out, const struct lock_item *item)
{
	buf_puts(out, "      ");
	put_text(out, item->name);
	buf_puts(out, item->commit ? ": {commit: " : ": ");
	if (item->commit) {
		put_text(out, item->commit);
		buf_puts(out, ", digest: ");
	}
	put_text(out, item->digest);
	buf_puts(out, item->commit ? "}\n" : "\n");
}

static void put_items(struct buf *out, const char *name, const struct lock_items *items)
{
	buf_printf(out, "    %s:%s\n", name, items->count ? "" : " {}");
	for (size_t i = 0; i < items->count; i++)
		put_item(out, &items->items[i]);
}

void lock_write(const struct lock *lock, struct buf *out)
{
	static const char *const names[] = {"images", "modules", "values"};
	buf_puts(out, head);
	buf_puts(out, lock->count ? "manifests:\n" : "manifests: {}\n");
	for (size_t i = 0; i < lock->count; i++) {
		const struct lock_section *section = &lock->sections[i];
		buf_puts(out, "  ");
		put_text(out, section->manifest);
		buf_puts(out, ":\n");
		for (int kind = 0; kind < LOCK_KINDS; kind++)
			if (kind != LOCK_VALUE || section->knows_values)
				put_items(out, names[kind], &section->kinds[kind]);
	}
}
