/* The unwinder that a guard needs (common/guard.h) is libgcc's, which asks the C library where a
 * program's tables are: Debian's asks as glibc answers, and musl does not. */
#include <link.h>
#include <string.h>

#ifndef __GLIBC__

/* As <dlfcn.h> of glibc has it. */
struct dl_find_object {
	unsigned long long flags;
	void *begin, *end, *link_map, *tables;
	unsigned long long reserved[7];
};

/* A static program is one object. */
static int find_tables(struct dl_phdr_info *info, size_t size, void *found)
{
	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME)
			*(void **)found = (void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	return 1;
}

int _dl_find_object(void *address, struct dl_find_object *result);
int _dl_find_object(void *address, struct dl_find_object *result)
{
	(void)address;
	memset(result, 0, sizeof *result);
	dl_iterate_phdr(find_tables, &result->tables);
	return result->tables ? 0 : -1;
}

#endif
