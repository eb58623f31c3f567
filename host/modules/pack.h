/* A module as an archive that others can fetch. */
#ifndef FACTORY_HOST_MODULES_PACK_H
#define FACTORY_HOST_MODULES_PACK_H

#include "common/buffer.h"
#include "common/error.h"

/* Appends the directory's .tar.gz: sorted, root's, all times SOURCE_DATE_EPOCH or 0, modes 755 and
 * 644. A .git at the top stays out; a link that leaves the directory is refused. */
int module_pack(const char *directory, struct buf *out, struct error *err);

#endif
