/* What the files that read and judge the stock share. */
#ifndef FACTORY_HOST_CLEAN_PARTS_H
#define FACTORY_HOST_CLEAN_PARTS_H

#include "host/clean/stock.h"
#include "host/container/caches.h"

#define TOOLBOX_LABEL "factory.toolbox.digest"

/* images.c: relations of images, by the parent that an engine remembers of a commit. */
const struct stock_image *images_parent(const struct stock *stock, const struct stock_image *image);
bool images_has_child(const struct stock *stock, const struct stock_image *image);
void images_use(const struct stock *stock, const char *id); /* a container is made from it */
/* By what the engine tells of one: a build's comment, the toolbox's label. */
bool images_is_ours(const struct value *inspected);

/* Takes a name from an image, as if it were removed; returns the bytes that are freed by it, those
 * of images without a name that it stood on too. */
int64_t images_drop_name(const struct stock *stock, const struct stock_image *image,
			 bool is_checkpoint);

/* Whether checkpoints alone keep it: neither it nor what stands on it has another name. */
bool images_is_cache(const struct stock *stock, const struct stock_image *image);

void stock_sort(struct stock *stock);

#endif
