#include "host/toolbox/loader.h"

#include "common/own.h"

#include <elf.h>
#include <string.h>

static bool is_elf64(const Elf64_Ehdr *header)
{
	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_phentsize == sizeof(Elf64_Phdr);
}

bool loader_is_needed(const char *path)
{
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	autofclose FILE *file = fopen(path, "rb");
	if (!file || fread(&header, sizeof header, 1, file) != 1 || !is_elf64(&header) ||
	    fseek(file, (long)header.e_phoff, SEEK_SET) < 0)
		return false;
	for (unsigned i = 0; i < header.e_phnum; i++) {
		if (fread(&segment, sizeof segment, 1, file) != 1)
			return false;
		if (segment.p_type == PT_INTERP)
			return true;
	}
	return false;
}
