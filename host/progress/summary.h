/* Words for people: times, sizes, and what a build came to. */
#ifndef FACTORY_HOST_PROGRESS_SUMMARY_H
#define FACTORY_HOST_PROGRESS_SUMMARY_H

#include "common/buffer.h"
#include "host/progress/event.h"

void summary_time(struct buf *out, uint64_t us);    /* "12.3 ms", "1.23 s" */
void summary_size(struct buf *out, uint64_t bytes); /* "512 B", "3.4 MB" */

/* Appends the lines about a build that has passed; nothing about one that has failed. */
void summary_write(struct buf *out, const struct progress_summary *summary);

#endif
