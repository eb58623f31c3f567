/* What the firmware tells of the machine (SMBIOS, which the kernel calls DMI). */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>

#define DMI "/sys/class/dmi/id/"

static const struct {
	const char *group, *key, *file;
} dmi_files[] = {
	{"bios", "release_date", DMI "bios_date"},
	{"bios", "vendor", DMI "bios_vendor"},
	{"bios", "version", DMI "bios_version"},
	{"board", "asset_tag", DMI "board_asset_tag"},
	{"board", "manufacturer", DMI "board_vendor"},
	{"board", "product", DMI "board_name"},
	{"board", "serial_number", DMI "board_serial"},
	{"chassis", "asset_tag", DMI "chassis_asset_tag"},
	{NULL, "manufacturer", DMI "sys_vendor"},
	{"product", "name", DMI "product_name"},
	{"product", "serial_number", DMI "product_serial"},
	{"product", "uuid", DMI "product_uuid"},
};

/* The names of SMBIOS (DSP0134, 7.4.1) by number from 1; the second is "unknown". */
static const char *const chassis_types[] = {
	"Other",
	NULL,
	"Desktop",
	"Low Profile Desktop",
	"Pizza Box",
	"Mini Tower",
	"Tower",
	"Portable",
	"Laptop",
	"Notebook",
	"Hand Held",
	"Docking Station",
	"All in One",
	"Sub Notebook",
	"Space-Saving",
	"Lunch Box",
	"Main System Chassis",
	"Expansion Chassis",
	"SubChassis",
	"Bus Expansion Chassis",
	"Peripheral Chassis",
	"Storage Chassis",
	"Rack Mount Chassis",
	"Sealed-Case PC",
	"Multi-system",
	"CompactPCI",
	"AdvancedTCA",
	"Blade",
	"Blade Enclosure",
	"Tablet",
	"Convertible",
	"Detachable",
};

static struct value *group_of(struct arena *arena, struct value *dmi, const char *name)
{
	struct value *group = name ? value_get(dmi, name) : dmi;
	if (!group) {
		group = value_map(arena);
		value_set(arena, dmi, name, group);
	}
	return group;
}

static void add_chassis_type(struct facts_system *system, struct arena *arena, struct value *dmi)
{
	int64_t type;
	if (!facts_number(system, arena, DMI "chassis_type", &type) || type < 1 ||
	    type > (int64_t)COUNT_OF(chassis_types) || !chassis_types[type - 1])
		return;
	facts_set_text(arena, group_of(arena, dmi, "chassis"), "type", chassis_types[type - 1]);
}

struct value *facts_dmi(struct facts_system *system, struct arena *arena)
{
	struct value *dmi = value_map(arena);
	if (!facts_exists(system, DMI))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(dmi_files); i++) {
		const char *text = facts_line(system, arena, dmi_files[i].file);
		if (text)
			facts_set_text(arena, group_of(arena, dmi, dmi_files[i].group),
				       dmi_files[i].key, text);
	}
	add_chassis_type(system, arena, dmi);
	return dmi->map.len ? dmi : NULL;
}

/* By what the clouds write into the firmware; nobody is asked over the network. */
struct value *facts_cloud(struct facts_system *system, struct arena *arena)
{
	static const struct {
		const char *file, *begin, *provider;
	} signs[] = {
		{DMI "sys_vendor", "Amazon EC2", "aws"},
		{DMI "bios_version", "4.2.amazon", "aws"},
		{DMI "sys_vendor", "Google", "gce"},
		{DMI "chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", "azure"},
		{DMI "sys_vendor", "DigitalOcean", "digitalocean"},
		{DMI "sys_vendor", "Hetzner", "hetzner"},
		{DMI "sys_vendor", "OpenStack", "openstack"},
	};
	struct value *cloud = value_map(arena);
	for (size_t i = 0; i < COUNT_OF(signs) && facts_exists(system, DMI); i++) {
		const char *text = facts_line(system, arena, signs[i].file);
		if (text && !cloud->map.len &&
		    strncmp(text, signs[i].begin, strlen(signs[i].begin)) == 0)
			facts_set_text(arena, cloud, "provider", signs[i].provider);
	}
	return cloud->map.len ? cloud : NULL;
}
