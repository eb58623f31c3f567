#include "agent/source/source.h"

void source_free(struct source *source)
{
	if (source)
		source->free(source);
}
