#include "host/clean/parts.h"

#include <string.h>

static struct stock_image *find(const struct stock *stock, const char *id)
{
	for (size_t i = 0; *id && i < stock->image_count; i++)
		if (strcmp(stock->images[i].id, id) == 0)
			return &stock->images[i];
	return NULL;
}

const struct stock_image *images_parent(const struct stock *stock, const struct stock_image *image)
{
	return find(stock, image->parent);
}

static bool is_gone(const struct stock_image *image)
{
	return image->size < 0;
}

bool images_has_child(const struct stock *stock, const struct stock_image *image)
{
	for (size_t i = 0; i < stock->image_count; i++)
		if (!is_gone(&stock->images[i]) && strcmp(stock->images[i].parent, image->id) == 0)
			return true;
	return false;
}

void images_use(const struct stock *stock, const char *id)
{
	struct stock_image *image = find(stock, id);
	if (image)
		image->is_used = true;
}

bool images_is_ours(const struct value *inspected)
{
	static const char prefix[] = "factory reads ";
	const char *comment = value_text(value_get(inspected, "Comment"));
	const struct value *labels = value_path(inspected, "Config.Labels");
	return (comment && strncmp(comment, prefix, sizeof prefix - 1) == 0) ||
	       value_get(labels, TOOLBOX_LABEL);
}

/* An engine removes an image with its last name, and those without one below it. */
int64_t images_drop_name(const struct stock *stock, const struct stock_image *image,
			 bool is_checkpoint)
{
	struct stock_image *at = find(stock, image->id);
	int64_t freed = 0;
	if (!at)
		return 0;
	at->names -= at->names > 0;
	at->checkpoints -= is_checkpoint && at->checkpoints > 0;
	while (at && !is_gone(at) && !at->names && !at->is_used && !images_has_child(stock, at)) {
		freed += at->added;
		at->size = -1;
		at = find(stock, at->parent);
	}
	return freed;
}

bool images_is_cache(const struct stock *stock, const struct stock_image *image)
{
	bool kept = image->checkpoints != 0;
	if (is_gone(image) || image->names > image->checkpoints || image->is_used)
		return false;
	for (size_t i = 0; i < stock->image_count; i++) {
		const struct stock_image *child = &stock->images[i];
		if (is_gone(child) || strcmp(child->parent, image->id) != 0)
			continue;
		if (!images_is_cache(stock, child))
			return false;
		kept = true;
	}
	return kept;
}
