/* A file of all values that a rendering has read, so that it can be done again without a server
 * (source_file reads it). */
#ifndef FACTORY_AGENT_RENDER_LIFE_RECORD_H
#define FACTORY_AGENT_RENDER_LIFE_RECORD_H

#include "agent/render/life/job.h"

/* Mode 0600: secrets may be among them. */
int record_write(const char *path, const struct job *jobs, size_t count, struct error *err);

#endif
