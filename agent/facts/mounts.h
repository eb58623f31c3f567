/* One line of /proc/PID/mountinfo (proc(5)). */
#ifndef FACTORY_AGENT_FACTS_MOUNTS_H
#define FACTORY_AGENT_FACTS_MOUNTS_H

#include <stdbool.h>

struct facts_mount {
	const char *root;    /* what of the file system is mounted, a path in it */
	const char *point;   /* where */
	const char *options; /* of this mount: "ro,nosuid" */
	const char *type;    /* of file system */
	const char *source;  /* the device, mostly */
	const char *super_options;
};

/* Reads the next line in place (octal escapes are resolved); lines that are none are skipped.
 * False at the end of the text. */
bool facts_next_mount(char **rest, struct facts_mount *mount);

#endif
