/* The page that shows builds: one file of HTML that needs no network, made of the template, style
 * and script beside this file, which the compiler takes in. */
#ifndef FACTORY_HOST_REPORT_PAGE_H
#define FACTORY_HOST_REPORT_PAGE_H

#include "common/buffer.h"

#include <stddef.h>

/* Appends the page about a record (docs/events.md); follow: where further events come from, as
 * server-sent ones, or NULL. */
void page_write(struct buf *out, const char *record, size_t len, const char *follow);

#endif
