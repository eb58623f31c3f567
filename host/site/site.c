#include "host/site/site.h"

#include "common/memory.h"
#include "common/own.h"
#include "host/container/name.h"
#include "host/toolbox/toolbox.h"

#include <stdlib.h>
#include <string.h>

static bool is_good(const struct site *site, size_t i)
{
	auto_error struct error ignored = {0};
	const struct base *base = site->bases[i];
	if (base_is_lost(base))
		return false;
	return i >= site->doubted || !base_is_known(base) || base_inspected(base, &ignored);
}

void site_doubt_failures(struct site *site)
{
	site->doubted = site->base_count;
}

const struct base *site_base(struct site *site, const char *image, struct report *report)
{
	for (size_t i = 0; i < site->base_count; i++)
		if (strcmp(base_image(site->bases[i]), image) == 0 && is_good(site, i))
			return site->bases[i];
	site->bases = mem_resize(site->bases, site->base_count + 1, sizeof *site->bases);
	site->bases[site->base_count] = base_find(site->engine, image, report, site->source);
	return site->bases[site->base_count++];
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
	container_names_sweep(site->engine);
	return 0;
}

const char *site_toolbox_volume(struct site *site, struct error *err)
{
	if (!site->toolbox_volume)
		site->toolbox_volume = toolbox_volume(site->engine, site->toolbox, err);
	return site->toolbox_volume;
}

void site_clear(struct site *site)
{
	for (size_t i = 0; i < site->base_count; i++)
		base_free(site->bases[i]);
	free(site->bases);
	free(site->toolbox_volume);
}
