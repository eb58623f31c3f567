/* Answers that go on: a record's lines as they are written, and word of new records, as server-sent
 * events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Each waits, suspended,
 * until there is more. */
#ifndef FACTORY_HOST_UI_STREAMS_H
#define FACTORY_HOST_UI_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

struct streams;

struct streams *streams_new(void);
void streams_free(struct streams *streams); /* when the daemon has stopped */

/* A new answer's body, from that byte of the file on, which is a line's begin. The file is the
 * stream's from now on. */
struct MHD_Response *streams_answer(struct streams *streams, struct MHD_Connection *connection,
				    int file, uint64_t offset);
/* One that is only word of new records; already: there is one. */
struct MHD_Response *streams_answer_new(struct streams *streams, struct MHD_Connection *connection,
					bool already);

/* Something was written: all look again. */
void streams_wake(struct streams *streams);
/* There is a new record: those without a file say so. */
void streams_tell_new(struct streams *streams);
/* Ends those whose readers have gone away: to be asked from time to time, for who waits is not
 * told. */
void streams_tidy(struct streams *streams);

#endif
