#include "host/walk/back.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/walk/discard.h"

void back_leave(struct back *back, const char *image)
{
	back->left = mem_resize(back->left, back->left_count + 1, sizeof *back->left);
	back->left[back->left_count] = mem_strdup(image);
	back->left_count++;
}

void back_set(struct back *back, const char *image, size_t at, bool is_ours,
	      const struct container *container)
{
	if (back->image && back->is_ours)
		back_leave(back, back->image);
	free(STEAL(back->image));
	free(STEAL(back->trail));
	back->image = mem_strdup(image);
	back->at = at;
	back->is_ours = is_ours;
	back->reads = container_reads(container);
	back->trail = mem_strdup(container_trail(container));
}

/* That one may be what the artifact stands on, and stay for that, must not be an error. */
static void remove_image(char *image, struct loop *loop, struct engine *engine)
{
	auto_error struct error ignored = {0};
	discard_image(loop, engine, image, &ignored);
	free(image);
}

void back_clear(struct back *back, struct loop *loop, struct engine *engine)
{
	for (size_t i = 0; i < back->left_count; i++)
		remove_image(back->left[i], loop, engine);
	if (back->image && back->is_ours)
		remove_image(STEAL(back->image), loop, engine);
	free(back->image);
	free(back->trail);
	free(back->left);
	*back = (struct back){0};
}
