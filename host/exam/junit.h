/* Results of tests as CI servers read them: JUnit's XML. */
#ifndef FACTORY_HOST_EXAM_JUNIT_H
#define FACTORY_HOST_EXAM_JUNIT_H

#include "host/exam/exam.h"

/* A test that failed by its own fault is a failure, any other an error; one that was not begun is
 * skipped. What XML can't hold is left out; `secrets` (a sorted list, or NULL) are hidden. */
void junit_write(struct buf *out, const struct exam_result *results, size_t count,
		 const struct value *secrets);

/* The same into a file. */
int junit_write_file(const char *path, const struct exam_results *results,
		     const struct value *secrets, struct error *err);

#endif
