/* What builds tell of their tests as they run, as results. */
#ifndef FACTORY_HOST_EXAM_FOLLOW_H
#define FACTORY_HOST_EXAM_FOLLOW_H

#include "host/exam/exam.h"
#include "host/progress/sinks.h"

/* Fills the results, which must outlive it: of each build its tests. One that was interrupted, or
 * not begun, has not run; one from the cache has passed. A build that failed by nothing of a test
 * has a case of its own, "build", that failed. Texts hold no secrets. */
struct progress_sink exam_follow(struct exam_results *results);

#endif
