#include "host/build/site.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/build/build.h"
#include "host/toolbox/toolbox.h"

#include <string.h>

struct site_base {
	struct site_base *next;
	char *image;
	struct engine_kept kept;
};

static void base_free(struct site_base *base)
{
	engine_kept_free(&base->kept);
	free(base->image);
	free(base);
}

const struct value *site_base(struct site *site, const char *image, struct report *report,
			      struct error *err)
{
	for (const struct site_base *base = site->bases; base; base = base->next)
		if (strcmp(base->image, image) == 0)
			return base->kept.body;
	struct site_base *base = mem_alloc(sizeof *base);
	base->image = mem_strdup(image);
	if (build_find_base(site->engine, image, report, &base->kept, err) < 0) {
		base_free(base);
		return NULL;
	}
	base->next = site->bases;
	site->bases = base;
	return base->kept.body;
}

int site_toolbox(struct site *site, struct report *report, struct error *err)
{
	struct toolbox_options toolbox = {.name = site->toolbox};
	bool made = false;
	if (site->has_toolbox)
		return 0;
	if (toolbox_ensure(site->engine, &toolbox, &made, err) < 0)
		return error_wrap(err, "no toolbox");
	if (made)
		report_notice(report, "made the toolbox '%s'", toolbox.name);
	site->has_toolbox = true;
	return 0;
}

void site_clear(struct site *site)
{
	while (site->bases) {
		struct site_base *base = site->bases;
		site->bases = base->next;
		base_free(base);
	}
}
