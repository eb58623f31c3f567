/* Archives from elsewhere: nothing in one can make anything outside the directory it is unpacked
 * into, now or later. */
#ifndef FACTORY_HOST_MODULES_UNPACK_H
#define FACTORY_HOST_MODULES_UNPACK_H

#include "common/error.h"

/* Unpacks a tar archive (plain, or compressed by gzip, bzip2, xz or zstd) into a directory that is
 * there and empty. Files become 0644 or, where anyone may run them, 0755; directories 0755; owners
 * and times are not kept. Refused by name: absolute paths and `..`, links that are absolute or lead
 * out, hard links, devices, pipes, set-user-id and set-group-id files, what goes through a link,
 * what comes twice, names with control characters; more than 20,000 entries or 256 MiB. After a
 * failure a part may be there. `name` is what errors call the archive. */
int unpack_archive(const char *name, const char *archive, const char *directory, struct error *err);

#endif
