/* Facts that an administrator adds: files and programs of a directory. */
#ifndef FACTORY_AGENT_FACTS_EXTERNAL_H
#define FACTORY_AGENT_FACTS_EXTERNAL_H

#include "common/buffer.h"
#include "common/error.h"
#include "common/value.h"

struct facts_external {
	const char *const *directories; /* NULL: ours and facter's, where they are there */
	size_t count;
	unsigned timeout_ms; /* for each program; 0: 10 s */
};

/* Adds what the directories' files say to `facts`: NAME.json, NAME.yml, NAME.yaml, NAME.txt
 * (key=value lines), and executables that print JSON or key=value lines. What can't be used is left
 * out with its reason in `errors`, by path. A later file's fact replaces an earlier one's; none
 * replaces one of our own families. */
void facts_add_external(const struct facts_external *external, struct arena *arena,
			struct value *facts, struct value *errors);

/* One program's run: its standard output, or why there is none. */
enum { FACTS_EXTERNAL_LIMIT = 1 << 20 };
struct facts_program {
	const char *path;
	struct buf output;
	struct error error;
};

/* Runs programs, several at once, each in a process group of its own that is killed when its time
 * is over or it prints more than the limit. */
void facts_run_programs(struct facts_program *programs, size_t count, unsigned timeout_ms);

#endif
