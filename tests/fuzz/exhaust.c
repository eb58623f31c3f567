/* Runs a fuzz target on files again and again, and each time another allocation fails: no crash, no
 * leak, and what is read then, with all memory, is read as before. */
#include "tests/unit/exhaustion.h"

#include "tests/fuzz/corpus.h"

#include "common/guard.h"

#include <sanitizer/lsan_interface.h>

/* All of the first, and of those after it so many that each input has its turn soon. */
enum { FIRST = 60, SPREAD = 20 };

struct input {
	const uint8_t *data;
	size_t len;
};

static int work(void *ctx, struct error *err)
{
	const struct input *input = ctx;
	(void)err;
	LLVMFuzzerTestOneInput(input->data, input->len);
	return 0;
}

static void complain(const char *what, long at, long amount)
{
	fail_allocation(0, false);
	printf("allocation %ld: %s (%ld)\n", at, what, amount);
	fflush(stdout);
	__lsan_do_leak_check();
	exit(1);
}

/* True when there was such an allocation. */
static bool run_failing(struct input *input, long at, bool forever)
{
	auto_error struct error err = {0};
	long before = heap.alive;
	fail_allocation(at, forever);
	int status = mem_guard(work, input, &err);
	bool reached = heap.failed;
	fail_allocation(0, false);
	if (status < 0 && err.code != ERROR_MEMORY)
		complain("another error", at, err.code);
	error_clear(&err);
	if (heap.alive != before)
		complain("leaks", at, heap.alive - before);
	return reached;
}

static void run(const uint8_t *data, size_t len)
{
	struct input input = {data, len};
	LLVMFuzzerTestOneInput(data, len); /* what libraries keep for ever is there then */
	for (long at = 1; run_failing(&input, at, false); at += at < FIRST ? 1 : at / SPREAD)
		;
	for (long at = 1; run_failing(&input, at, true); at += 1 + at / 4)
		;
	run_failing(&input, 0, false);
}

int main(int argc, char **argv)
{
	return corpus_main(argc, argv, run);
}
