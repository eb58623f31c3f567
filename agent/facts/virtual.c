/* What the machine is made of: a container, a virtual machine (and whose), or metal. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

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

struct value *facts_dmi(struct facts_system *system, struct arena *arena)
{
	struct value *dmi = value_map(arena);
	if (!facts_exists(system, DMI))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(dmi_files); i++) {
		const char *text = facts_line(system, arena, dmi_files[i].file);
		struct value *group = dmi;
		if (!text)
			continue;
		if (dmi_files[i].group && !(group = value_get(dmi, dmi_files[i].group))) {
			group = value_map(arena);
			value_set(arena, dmi, dmi_files[i].group, group);
		}
		facts_set_text(arena, group, dmi_files[i].key, text);
	}
	return dmi->map.len ? dmi : NULL;
}

static const struct {
	const char *file, *needle, *hypervisor;
} firmware[] = {
	{DMI "bios_vendor", "Google", "gce"},
	{DMI "bios_vendor", "Amazon EC2", "kvm"},
	{DMI "product_name", "VMware", "vmware"},
	{DMI "product_name", "VirtualBox", "virtualbox"},
	{DMI "product_name", "Parallels", "parallels"},
	{DMI "product_name", "KVM", "kvm"},
	{DMI "product_name", "Virtual Machine", "hyperv"},
	{DMI "product_name", "RHEV Hypervisor", "rhev"},
	{DMI "product_name", "oVirt Node", "ovirt"},
	{DMI "product_name", "HVM domU", "xenhvm"},
	{DMI "product_name", "Bochs", "bochs"},
	{DMI "product_name", "OpenBSD", "vmm"},
	{DMI "product_name", "BHYVE", "bhyve"},
	{DMI "sys_vendor", "QEMU", "kvm"},
	{"/sys/hypervisor/type", "xen", "xen"},
	{"/proc/device-tree/hypervisor/compatible", "kvm", "kvm"},
	{"/proc/device-tree/hypervisor/compatible", "xen", "xen"},
};

static const struct {
	const char *signature, *hypervisor;
} signatures[] = {
	{"KVMKVMKVM", "kvm"},       {"VMwareVMware", "vmware"},    {"VBoxVBoxVBox", "virtualbox"},
	{"Microsoft Hv", "hyperv"}, {"XenVMMXenVMM", "xenhvm"},    {"TCGTCGTCGTCG", "qemu"},
	{"bhyve bhyve ", "bhyve"},  {" prl hyperv ", "parallels"}, {"ACRNACRNACRN", "acrn"},
	{"OpenBSDVMM58", "vmm"},
};

/* Hypervisors sign CPUID leaf 0x40000000, if bit 31 of leaf 1's ecx says that there is one. */
static const char *hypervisor_of_cpuid(void)
{
	char signature[13] = "";
#if defined __x86_64__ || defined __i386__
	unsigned eax, registers[3], unused;
	if (!__get_cpuid(1, &eax, &unused, &registers[0], &unused) || !(registers[0] >> 31))
		return NULL;
	__cpuid(0x40000000, eax, registers[0], registers[1], registers[2]);
	memcpy(signature, registers, sizeof registers);
#endif
	for (size_t i = 0; i < COUNT_OF(signatures); i++)
		if (strcmp(signature, signatures[i].signature) == 0)
			return signatures[i].hypervisor;
	return NULL;
}

static const char *find_hypervisor(struct facts_system *system, struct arena *arena)
{
	bool has_dmi = facts_exists(system, DMI);
	for (size_t i = 0; i < COUNT_OF(firmware); i++) {
		if (!has_dmi && strncmp(firmware[i].file, DMI, strlen(DMI)) == 0)
			continue;
		const char *text = facts_line(system, arena, firmware[i].file);
		if (text && strstr(text, firmware[i].needle))
			return firmware[i].hypervisor;
	}
	return system->living ? hypervisor_of_cpuid() : NULL;
}

const char *facts_hypervisor(struct facts_system *system, struct arena *arena)
{
	if (!system->memo.hypervisor_known)
		system->memo.hypervisor = find_hypervisor(system, arena);
	system->memo.hypervisor_known = true;
	return system->memo.hypervisor;
}

/* Facter writes systemd-nspawn with an underscore. */
static const char *container_kind(struct facts_system *system, struct arena *arena)
{
	const char *engine = facts_container_engine(system, arena);
	if (engine && strcmp(engine, "systemd-nspawn") == 0)
		return "systemd_nspawn";
	return engine && !*engine ? "container" : engine;
}

struct value *facts_virtual(struct facts_system *system, struct arena *arena)
{
	const char *kind = container_kind(system, arena);
	if (!kind)
		kind = facts_hypervisor(system, arena);
	return value_string(arena, kind ? kind : "physical");
}

struct value *facts_is_virtual(struct facts_system *system, struct arena *arena)
{
	return value_bool(arena, strcmp(value_text(facts_virtual(system, arena)), "physical") != 0);
}

/* All of them: a container in a virtual machine has two. */
struct value *facts_hypervisors(struct facts_system *system, struct arena *arena)
{
	struct value *hypervisors = value_map(arena);
	const char *kind = container_kind(system, arena);
	const char *below = facts_hypervisor(system, arena);
	if (kind)
		value_set(arena, hypervisors, kind, value_map(arena));
	if (below)
		value_set(arena, hypervisors, below, value_map(arena));
	return hypervisors->map.len ? hypervisors : NULL;
}
