/* Block devices' properties beyond what sysfs has for all of them. */
#ifndef FACTORY_AGENT_FACTS_DEVICES_H
#define FACTORY_AGENT_FACTS_DEVICES_H

#include "agent/facts/system.h"
#include "common/value.h"

/* filesystem, uuid, label, partuuid, partlabel of the device with this directory in sysfs, as far
 * as they are known. */
void facts_add_partition_properties(struct facts_system *system, struct arena *arena,
				    struct value *fact, const char *directory);

/* serial and wwn. */
void facts_add_disk_properties(struct facts_system *system, struct arena *arena, struct value *fact,
			       const char *directory);

#endif
