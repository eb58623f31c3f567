/* What the system runs on: a container, a virtual machine (and whose), or metal. */
#include "agent/facts/families.h"
#include "agent/facts/text.h"
#include "common/own.h"

#include <string.h>
#if defined __x86_64__ || defined __i386__
#include <cpuid.h>
#endif

#define DMI "/sys/class/dmi/id/"

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

static struct value *container_details(struct facts_system *system, struct arena *arena,
				       const char *kind)
{
	struct value *details = value_map(arena);
	if (strcmp(kind, "systemd_nspawn") == 0)
		facts_set_text(arena, details, "id", facts_line(system, arena, "/etc/machine-id"));
	else
		facts_set_text(arena, details, "id", facts_container_id(system, arena));
	return details;
}

/* Whose cloud it is, as facter flags it. */
static struct value *hypervisor_details(struct facts_system *system, struct arena *arena)
{
	static const char *const clouds[][2] = {
		{"Google", "google"}, {"OpenStack", "openstack"}, {"Amazon", "amazon"}};
	struct value *details = value_map(arena);
	const char *vendor = facts_line(system, arena, DMI "sys_vendor");
	for (size_t i = 0; vendor && i < COUNT_OF(clouds); i++)
		if (strncmp(vendor, clouds[i][0], strlen(clouds[i][0])) == 0)
			facts_set_bool(arena, details, clouds[i][1], true);
	return details;
}

/* All of them: a container in a virtual machine has two. */
struct value *facts_hypervisors(struct facts_system *system, struct arena *arena)
{
	struct value *hypervisors = value_map(arena);
	const char *kind = container_kind(system, arena);
	const char *below = facts_hypervisor(system, arena);
	if (kind)
		value_set(arena, hypervisors, kind, container_details(system, arena, kind));
	if (below)
		value_set(arena, hypervisors, below, hypervisor_details(system, arena));
	return hypervisors->map.len ? hypervisors : NULL;
}
