#include "host/modules/source.h"

int module_fetch(const struct module_source *source, struct arena *arena, const char **directory,
		 struct error *err)
{
	(void)arena;
	(void)directory;
	return error_set(err, "%s: modules from the network are not fetched yet", source->text);
}
