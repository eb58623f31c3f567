/* Runs a fuzz target on files, without a fuzzer: the seeds and what was found before. */
#include "tests/fuzz/corpus.h"

static void run(const uint8_t *data, size_t len)
{
	LLVMFuzzerTestOneInput(data, len);
}

int main(int argc, char **argv)
{
	return corpus_main(argc, argv, run);
}
