/* A growing run of bytes. A zeroed struct is an empty buffer; data is always followed by a NUL
 * once anything was added, so that text can be used as a C string. */
#ifndef FACTORY_COMMON_BUFFER_H
#define FACTORY_COMMON_BUFFER_H

#include <stddef.h>

struct buf {
	char *data; /* owned; NULL while empty and never grown */
	size_t len;
	size_t cap;
};

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Room for `more` further bytes; returns where they go. Set len when they are there. */
char *buf_reserve(struct buf *buf, size_t more);

/* Appends to what only the end matters of: at least the last `most` bytes stay, twice that at most.
 */
void buf_add_end(struct buf *buf, const void *data, size_t len, size_t most);

/* Removes the first len bytes (len <= buf->len). */
void buf_consume(struct buf *buf, size_t len);

/* The bytes as a NUL-terminated string that the caller frees; never NULL. The buffer is empty
 * afterwards. */
char *buf_steal(struct buf *buf);

/* The bytes as a C string that the buffer still owns; "" for an empty one. */
const char *buf_text(const struct buf *buf);

void buf_clear(struct buf *buf); /* forgets the bytes, keeps the memory */
void buf_free(struct buf *buf);

#define auto_buf __attribute__((cleanup(buf_free)))

#endif
